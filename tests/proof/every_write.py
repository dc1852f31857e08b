"""The program that writes a report is killed just as it asks for a write, a flush or a change of names."""

from __future__ import annotations

import shutil

from tests import calls
from tests.home import in_memory
from tests.proof.frame import Proved
from tests.proof.report import looked, written
from tests.proof.report.written import How

PROMISE: str = "What was called saved survives the end of the program at any single write."
GOALS: tuple[str, ...] = ("G1", "G3")
_WRITING = How(saves=30, seed=3, closings=1, log_pages=40)


def gate() -> Proved:
    """A few of the calls, spread over the report."""
    return _killed(_WRITING, 20)


def deep() -> Proved:
    """Many more, in a longer report."""
    return _killed(How(**{**vars(_WRITING), "saves": 60}), 100)


def control() -> Proved:
    """Saved is said as soon as it is written, before that is on the disk."""
    return _killed(How(**{**vars(_WRITING), "hasty": 1}), 8)


def _killed(how: How, kills: int) -> Proved:
    with in_memory() as place:
        folder, told, empty = place / "vault", place / "told", place / "empty"
        key, device = written.make_vault(empty)
        words = ["-m", written.__name__, str(folder), str(told), *how.words()]
        shutil.copytree(empty, folder)
        points = calls.points(words)
        ended, said, lost, faults = 0, 0, 0, []
        for name, which in calls.spread(points, kills):
            shutil.rmtree(folder)
            told.unlink()
            shutil.copytree(empty, folder)
            ended += calls.killed_at(words, (name, which)) != 0
            lines = told.read_text().splitlines() if told.exists() else []
            told.touch()
            seen = looked.look(folder, key, device, lines)
            said, lost = said + len(lines), lost + seen.lost
            if seen.lost or seen.unreadable:
                faults.append(f"killed at {name} {which}: {seen.lost} lost {seen.unreadable}")
    if ended < kills * 0.9:
        faults.append(f"only {ended} of {kills} kills met the program")
    figure = f"{kills} kills at single calls, spread over {len(points):,}: {ended} ended the program, {said:,} saves,"
    return Proved(f"{figure} {lost} lost", faults)
