"""Types into the real window, kills the program at a random moment, and looks for what it had called saved.

    python -m tests.screen.kill_typing 200

Each round starts the program, unlocks, and types words and answers until the SIGKILL. The ear notes every value in the
moment in which the screen tells the officer “saved”; the note outlives the kill, because the kernel holds it. After
that the vault must open, its pages and its notebook must be whole, and every value noted must stand there or have been
followed by what was typed after it.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.casework import cases, place, risk
from app.casework.desk import close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.screen.driver import OFFICER, PASSPHRASE, AtTheScreen, NotThereError, screen_of_its_own

WORDS = ("neighbour", "heard", "screams", "through", "the", "wall", "held", "her", "arm", "would", "not", "let", "go")
LONGEST_S = 4.5
SAVED_AT_THE_LATEST_S = 3.5  # a text is saved three seconds after its first unsaved letter; the rest is the machine's
TEXTS = {"narrative": "What happened", "place": "Place", "no_crime_reason": "Why no crime number"}


@dataclass
class Count:
    """What a run of kills found."""

    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    most_unsaved: int = 0
    """Most characters of one field that stood on the screen and not in the vault; never one that was called saved."""
    late: list[str] = field(default_factory=list)
    """Texts that stood on the screen longer than the program promises and are not in the vault."""
    several: list[str] = field(default_factory=list)
    """Kills after which more than one field was not saved: leaving a field saves it."""


@dataclass
class Seen:
    """What stood on the screen, and when."""

    at: float
    name: str
    text: str


def make_vault(folder: Path) -> str:
    """A vault with one case, where the officer stands at what happened; returns the case's id."""
    desk, _code = create_vault(folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST)
    case_id = cases.new_case(desk, "NM-2026-0417")
    place.stand(desk, {"place": "case", "case": case_id, "step": "happened"})
    close_desk(desk)
    return case_id


def notes(path: Path) -> list[dict[str, Any]]:
    """What the screen called saved, in order; the kill may have cut the last line short."""
    found = []
    for line in path.read_bytes().split(b"\n") if path.exists() else []:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def type_until_killed(at: AtTheScreen, dice: random.Random, rounds: int) -> tuple[list[Seen], float]:
    """Type words and answers and have the program killed in the middle; returns what was seen, and when it ended."""
    seen: list[Seen] = []
    ended: list[float] = []

    def kill() -> None:
        at.program.kill()
        ended.append(time.monotonic())

    killer = threading.Timer(dice.uniform(0.02, LONGEST_S), kill)
    killer.start()
    try:
        while at.program.poll() is None:
            if (rounds + dice.randrange(2)) % 2:
                at.key("ctrl+3")
                for _ in range(dice.randrange(1, 6)):
                    at.key(dice.choice("ynkdx"))
                    at.key("Down")
            else:
                name = dice.choice(list(TEXTS))
                at.key("ctrl+2")
                at.tab_to(TEXTS[name])
                at.key("ctrl+End")
                for _ in range(dice.randrange(1, 8)):
                    now = at.type(dice.choice(WORDS) + " ")
                    seen.append(Seen(time.monotonic(), name, str(now["focus"].get("value", ""))))
                    time.sleep(dice.choice((0.0, 0.05, 0.45)))  # a person's pauses: shorter and longer than the saving
    except (NotThereError, OSError):
        pass  # killed in the middle, as was wanted
    finally:
        killer.join()
        at.program.wait()
    return seen, ended[0]


def look_after(
    folder: Path, case_id: str, said: list[dict[str, Any]], before: dict[str, str], count: Count
) -> dict[str, str]:
    """Open the vault and compare; returns what the text fields hold now."""
    clock = SystemClock()
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    try:
        desk.store.verify()
        view = cases.read_case(desk, case_id)
        incidents = view.of("incident")
        now = {name: str(incidents[0].get(name) or "") if incidents else "" for name in TEXTS}
        seen = risk.picture(desk, view)
        last: dict[str, Any] = {}
        for note in said:
            count.acknowledged += 1
            if "factor" in note:
                last[note["factor"]] = note.get("value")
            elif note["field"] in TEXTS:
                last[note["field"]] = note["value"] or ""
        # One value more may have reached the disk than the screen had time to call saved.
        after_the_last = 0
        for name, value in last.items():
            if name in TEXTS:
                kept = now[name].startswith(value) if value else True
            else:
                answer = seen.answers.get(name)
                kept = answer is not None and answer.value is not None
                if kept and answer.value != value:
                    after_the_last += 1
                    kept = after_the_last <= 1
            if not kept:
                count.lost.append(f"{name}: called saved {value!r}")
        for name, value in before.items():
            if not now[name].startswith(value):
                count.lost.append(f"{name}: there before the start, gone now")
        return now
    finally:
        close_desk(desk)


def run(screen: dict[str, str], folder: Path, kills: int, seed: int = 1) -> Count:
    """Kill the program so many times; the vault lives through all of them."""
    dice, count = random.Random(seed), Count()
    folder.mkdir(parents=True, exist_ok=True)
    case_id = make_vault(folder / "vault")
    before: dict[str, str] = {}
    at = AtTheScreen(screen, folder / "vault", folder, start=False)
    try:
        for number in range(kills):
            at.saved.unlink(missing_ok=True)
            at.start()
            at.unlock()
            at.wait("the case", lambda now: "HappenedPage" in now["places"] or "RiskPage" in now["places"])
            seen, ended = type_until_killed(at, dice, number)
            count.kills += 1
            now = look_after(folder / "vault", case_id, notes(at.saved), before, count)
            unsaved = {one.name for one in seen} - {one.name for one in seen if now[one.name].startswith(one.text)}
            if len(unsaved) > 1:
                count.several.append(f"{sorted(unsaved)} were not saved")
            for one in seen:
                missing = len(one.text) - len(now[one.name])
                count.most_unsaved = max(count.most_unsaved, missing)
                if missing > 0 and ended - one.at > SAVED_AT_THE_LATEST_S:
                    count.late.append(f"{one.name}: {missing} characters, {ended - one.at:.1f} s after they were seen")
            before = now
    finally:
        at.close()
    assert at.errors() == "", at.errors()
    return count


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="holdfast-kill-") as made:
        yield Path(made)


def main() -> int:
    """Run the number of kills named on the command line and print the figures."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with _folder() as folder, screen_of_its_own() as screen:
        begun = time.monotonic()
        count = run(screen, folder, kills, seed)
    print(
        f"{count.kills} kills in {time.monotonic() - begun:.0f} s, {count.acknowledged} values called saved, "
        f"{len(count.lost)} lost; at most {count.most_unsaved} characters of a field seen and not yet saved, "
        f"{len(count.late)} of them older than {SAVED_AT_THE_LATEST_S} s"
    )
    for line in [*count.lost, *count.several, *count.late]:
        print("lost:", line)
    return 1 if count.lost or count.several else 0


if __name__ == "__main__":
    sys.exit(main())
