"""Kills upgrades and ways back with SIGKILL, at moments and at single calls of the system, and looks at what is there.

After each kill the vault must be one of the program before or one of the next, whole, with everything that was ever
acknowledged; then the work is done again to its end and looked at once more.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.problems import Problem
from app.store import going_back, migrating
from app.store.connection import connect, pragma, sqlite
from app.store.store import Store
from tests import calls
from tests.store.formats import further
from tests.store.vaults import DEVICE, FILE, KEY, put
from tests.vault.prove import recorded

ROOT = Path(__file__).resolve().parent.parent.parent
PREVIOUS = "3bf2fd3"
"""The state of the project before it could upgrade: what a laptop has that gets this version as its first update."""
WORKS = ("upgrade", "back")

FILL = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.store.vaults import fill, new_store
store = new_store(Path(sys.argv[2]))
store._connection.execute("PRAGMA synchronous = OFF")
for number in range(int(sys.argv[3])):
    fill(store, 1, f"{number + 1:032x}")
store.close()
"""
LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from app.store.store import Store
from tests.store.vaults import DEVICE, KEY
store = Store.open(Path(sys.argv[2]), KEY, DEVICE)
store.verify()
store.check_pages()
print(len(store.lines(lambda view: b"line")))
"""


@dataclass
class Found:
    """What the kills left behind, by work and by what the vault then was; `wrong` names what must never be."""

    counts: Counter[str] = field(default_factory=Counter)
    opened_by_previous: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        return f"{told}; {self.opened_by_previous} opened by the previous program; {len(self.wrong)} wrong"


@dataclass(frozen=True)
class Ground:
    """A vault of before and one of the next version, what must be in each, and the steps of the next version."""

    place: Path
    steps: Path
    previous: Path | None
    holds: dict[str, str]

    def vault(self, work: str) -> Path:
        """The vault that a work begins with."""
        return self.place / work


def lay(place: Path, cases: int, *, with_previous: bool = True) -> Ground:
    """Make both vaults; the earlier one by the previous program itself, where the repository still holds it."""
    steps, old = further(place / "steps"), place / "upgrade"
    previous = earlier(place / "previous") if with_previous else None
    tree = previous or ROOT
    subprocess.run([sys.executable, "-P", "-c", FILL, str(tree), str(old), str(cases)], cwd=tree, check=True)
    with connect(old / FILE, KEY) as made:
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    holds = {"upgrade": held(old)}
    new = place / "back"
    shutil.copytree(old, new)
    store = Store.open(new, KEY, DEVICE, migrations=steps)
    for number in range(20):
        put(store, f"F{number:02d}", "yes", f"{number + 1:032x}")
    put(store, "F01", "no", f"{cases + 1:032x}")
    store.close()
    return Ground(place, steps, previous, {**holds, "back": held(new)})


def earlier(place: Path, commit: str = PREVIOUS) -> Path | None:
    """An earlier program as it was, or None where the repository does not hold it."""
    command = ["git", "archive", "--format=tar", commit, "app", "sync", "tests", "resources", "pyproject.toml"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
        packed.extractall(place, filter="data")
    return place


def held(folder: Path) -> str:
    """A digest of everything that was acknowledged: each entry's bytes in their order."""
    with contextlib.closing(connect(folder / FILE, KEY)) as connection:
        sum_ = hashlib.sha256()
        for row in connection.execute("SELECT device, first, hash, state, body, signature FROM entry ORDER BY rowid"):
            sum_.update(repr(row).encode())
        return sum_.hexdigest()


def cut(ground: Ground, work: str, kills: int, found: Found, seed: int = 0) -> None:
    """Kill a work so often at moments spread over its time."""
    chance = random.Random(seed)
    with _copy(ground, work) as folder:
        begun = time.monotonic()
        _run(work, folder, ground, None)
        whole_s = time.monotonic() - begun
        _look(ground, work, folder, found, "whole")
    for number in range(kills):
        with _copy(ground, work) as folder:
            _run(work, folder, ground, whole_s * chance.uniform(number, number + 1) / kills)
            _look(ground, work, folder, found, f"moment {number}")


def cut_at_calls(ground: Ground, work: str, kills: int, found: Found) -> None:
    """Kill a work so often just before it changes a file, at calls that are spread over all of them. Needs strace."""
    with _copy(ground, work) as folder:
        found_points = calls.points(_words(work, folder, ground))
        _look(ground, work, folder, found, "whole")
    for name, which in calls.spread(found_points, kills):
        with _copy(ground, work) as folder:
            calls.killed_at(_words(work, folder, ground), (name, which))
            _look(ground, work, folder, found, f"{name} {which} of {len(found_points)} calls")


def cut_power(ground: Ground, work: str, count: int, found: Found, seed: int = 0, without: str = "") -> None:
    """Cut the power at so many points spread over a work. `without`: steps of this kind are left out."""
    chance = random.Random(seed)
    with _copy(ground, work) as folder:
        done = recorded.record(folder, _words(work, folder, ground), ground.place / "trace")
        done.steps = [step for step in done.steps if step.kind != without]
    points = sorted(chance.choices(range(len(done.steps) + 1), k=count))
    for point, files, _ in recorded.cuts(done, points, chance):
        folder = recorded.lay_out(files, ground.place / "cut")
        _look(ground, work, folder, found, f"power cut after step {point} of {len(done.steps)}")
        shutil.rmtree(folder)


@contextlib.contextmanager
def _copy(ground: Ground, work: str) -> Any:
    folder = ground.place / "cut"
    shutil.copytree(ground.vault(work), folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _words(work: str, folder: Path, ground: Ground) -> list[str]:
    return ["-m", "tests.proof_upgrade.one", work, str(folder), str(ground.steps)]


def _run(work: str, folder: Path, ground: Ground, after_s: float | None) -> None:
    """Do the work, up to a moment after it began."""
    with subprocess.Popen(
        [sys.executable, *_words(work, folder, ground)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


def _look(ground: Ground, work: str, folder: Path, found: Found, where: str) -> None:
    """Look at what is there, let it be finished, and look again."""
    try:
        state = _state(ground, work, folder)
        found.counts[f"{work}: {state}"] += 1
        if state == "old" and work == "upgrade" and ground.previous and found.counts["upgrade: old"] % 10 == 1:
            _by_previous(ground, folder, found, where)
        if work == "upgrade":
            Store.open(folder, KEY, DEVICE, migrations=ground.steps).close()
        elif state == "new":
            going_back.go_back(folder, KEY, DEVICE)
        finished = _state(ground, work, folder)
        if finished != ("new" if work == "upgrade" else "old"):
            found.wrong.append(f"{work}, {where}: not finished")
    except (Problem, AssertionError, sqlite.Error) as error:
        found.wrong.append(f"{work}, {where}: {getattr(error, 'code', '') or error!r}")


def _by_previous(ground: Ground, folder: Path, found: Found, where: str) -> None:
    command = [sys.executable, "-P", "-c", LOOK, str(ground.previous), str(folder)]
    done = subprocess.run(command, cwd=ground.previous, capture_output=True, text=True, check=False)
    if done.returncode:
        found.wrong.append(f"{where}: the previous program does not open it: {done.stderr[-200:]}")
    found.opened_by_previous += 1


def _state(ground: Ground, work: str, folder: Path) -> str:
    """Whether a vault is the old one or the new one; raises where it is neither, or where something is missing."""
    with contextlib.closing(connect(folder / FILE, KEY, read_only=True)) as connection:
        number = pragma(connection, "user_version")
        later = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'sighting'").fetchone()[0]
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(entry)")}
        new = number == migrating.newest() + 1
        assert new or number == migrating.newest(), number
        assert bool(later) == new == ("weight" in columns), "between"
        if new:
            without = connection.execute("SELECT count(*) FROM entry WHERE weight <> length(body)").fetchone()[0]
            assert work == "back" or not without, "half of the entries were changed"
    assert held(folder) == ground.holds[work], "entries are missing"
    store = Store.open(folder, KEY, DEVICE, migrations=ground.steps if new else None)
    try:
        store.verify(200)
        store.check_pages()
        with store.reading() as connection:
            cases = connection.execute("SELECT count(DISTINCT case_id) FROM entry").fetchone()[0]
        assert len(store.lines(lambda _view: b"line")) == cases, "cases are missing"
    finally:
        store.close()
    return "new" if new else "old"
