"""The system refuses the program that writes a report: no room at a write and those after it, an error at a write, at a
flush. Then there is room again.

What a failed flush was to bring to the disk is gone, as Linux drops it: the power is cut after that too.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field

from tests import calls
from tests.home import in_memory
from tests.proof.frame import Proved
from tests.proof.report import looked, written
from tests.proof.report.written import REFUSED, How
from tests.vault.prove import recorded

PROMISE: str = "A full or failing disk is said and nothing is called saved that is not; with room, the work goes on."
GOALS: tuple[str, ...] = ("G4",)
_WRITING = How(saves=40, seed=4, log_pages=40)
_SAID = ("store.full", "store.disk")
_FLUSHES = ("fsync", "fdatasync")
_TIMES = (1, 7, 40)
"""How many writes one after the other find no room."""
_CHANCE = 20261122


def gate() -> Proved:
    """Some of the calls."""
    return _refused(_WRITING, full=12, broken=4, unflushed=6, cut=1)


def deep() -> Proved:
    """Many of them."""
    return _refused(_WRITING, full=80, broken=15, unflushed=30, cut=3)


def control() -> Proved:
    """Saved is said as soon as it is written, before that is on the disk."""
    return _refused(How(**{**vars(_WRITING), "hasty": 1}), full=4, broken=0, unflushed=4, cut=0)


@dataclass
class _Found:
    refusals: int = 0
    told: int = 0
    saves: int = 0
    wrong: int = 0
    states: int = 0
    faults: list[str] = field(default_factory=list)


def _refused(how: How, *, full: int, broken: int, unflushed: int, cut: int) -> Proved:
    found = _Found()
    with in_memory() as place:
        folder, told, empty = place / "vault", place / "told", place / "empty"
        key, device = written.make_vault(empty)
        words = ["-m", written.__name__, str(folder), str(told), *how.words()]
        shutil.copytree(empty, folder)
        points = calls.points(words)
        writes = [point for point in points if point[0] == "pwrite64"]
        flushes = [point for point in points if point[0] in _FLUSHES]
        plan = [
            *((point, "ENOSPC", _TIMES[n % len(_TIMES)]) for n, point in enumerate(calls.spread(writes, full))),
            *((point, "EIO", 1) for point in calls.spread(writes, broken)),
            *((point, "EIO", 1) for point in calls.spread(flushes, unflushed)),
        ]
        for point, error, times in plan:
            shutil.rmtree(folder)
            told.unlink(missing_ok=True)
            shutil.copytree(empty, folder)
            where = f"{error} at {point[0]} {point[1]}" + (f" and {times - 1} more" if times > 1 else "")
            code, said = calls.refused_at(words, point, error, times)
            if code:
                found.faults.append(f"{where}: ended with {code}: {said.strip().splitlines()[-1:]}")
            lines = told.read_text().splitlines() if told.exists() else []
            _count(found, lines, looked.look(folder, key, device, _saved(lines)), where)
        for name, which in calls.spread(flushes, cut):
            shutil.rmtree(folder)
            told.unlink(missing_ok=True)
            shutil.copytree(empty, folder)
            under = ["-e", f"inject={name}:error=EIO:when={which}"]
            steps = recorded.record(folder, words, place / "trace", told, under)
            _cut(found, steps, place, key, device, f"power cut after EIO at {name} {which}")
    return Proved(
        f"{found.refusals} refusals by the system, {found.told} told, {found.saves:,} saves: {found.wrong} called saved"
        f" and not there; power cut after failed flushes: {found.states} states",
        found.faults,
    )


def _saved(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(REFUSED)]


def _count(found: _Found, lines: list[str], seen: looked.Looked, where: str) -> None:
    codes = {line.removeprefix(REFUSED) for line in lines if line.startswith(REFUSED)}
    found.refusals += 1
    found.told += bool(codes)
    found.saves += len(_saved(lines))
    found.wrong += seen.lost
    if seen.lost or seen.unreadable:
        found.faults.append(f"{where}: {seen.lost} called saved and not there {seen.unreadable}")
    if len(_saved(lines)) < _WRITING.saves:
        found.faults.append(f"{where}: the report did not come to its end")
    if not codes <= set(_SAID):
        found.faults.append(f"{where}: was told as {sorted(codes - set(_SAID))}")


def _cut(found: _Found, steps: recorded.Recorded, place: recorded.Path, key: bytes, device: str, where: str) -> None:
    chance = random.Random(_CHANCE)
    failed = next((n for n, step in enumerate(steps.steps) if step.kind == "flush failed"), None)
    if failed is None:
        found.faults.append(f"{where}: no flush failed")
        return
    points = sorted(chance.choices(range(failed, len(steps.steps) + 1), k=60))
    for point, files, before in recorded.cuts(steps, points, chance):
        at = recorded.lay_out(files, place / "cut")
        seen = looked.look(at, key, device, _saved(before), thorough=False)
        found.states += 1
        found.wrong += seen.lost
        if seen.lost or seen.unreadable:
            found.faults.append(f"{where}, after step {point}: {seen.lost} lost {seen.unreadable}")
