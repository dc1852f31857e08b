"""A vault is made by a real process, and its power is cut at points spread over all its steps."""

from __future__ import annotations

import random

from app.clock import SystemClock
from app.problems import Problem
from app.vault import vault
from tests.home import in_memory
from tests.proof.frame import Proved
from tests.proof.report import looked, written
from tests.proof.report.written import MADE, How
from tests.vault.prove import recorded

PROMISE: str = "A vault that was said to be made is there after a power cut, with the first that was saved in it."
GOALS: tuple[str, ...] = ("G2", "G8")
_WRITING = How(saves=3, making=1)
_CHANCE = 20261122


def gate() -> Proved:
    """Some cuts."""
    return _cut(60)


def deep() -> Proved:
    """500 of them."""
    return _cut(500)


def control() -> Proved:
    """A program that flushes no name."""
    return _cut(60, without="flush names")


def _cut(points: int, without: str = "") -> Proved:
    chance, faults, made, opened = random.Random(_CHANCE), [], 0, 0
    with in_memory() as place:
        folder, told = place / "vault", place / "told"
        folder.mkdir(mode=0o700)
        command = ["-m", written.__name__, str(folder), str(told), *_WRITING.words()]
        found = recorded.record(folder, command, place / "trace", told)
        found.steps = [step for step in found.steps if step.kind != without]
        spread = [round(number * len(found.steps) / (points - 1)) for number in range(points)]
        for point, files, said in recorded.cuts(found, spread, chance):
            at = recorded.lay_out(files, place / "cut")
            made += MADE in said
            try:
                with vault.unlock(at, written.PASSPHRASE, clock=SystemClock()) as unlocked:
                    key, device = unlocked.database_key(), unlocked.device_id
                seen = looked.look(at, key, device, [line for line in said if line != MADE])
            except Problem as problem:
                # Not said to be made yet: there may be nothing, or something that is refused with a Problem.
                seen = looked.Looked(unreadable=problem.code)
            opened += not seen.unreadable
            if MADE in said and (seen.lost or seen.unreadable):
                faults.append(f"after step {point} of {len(found.steps)}: {seen.lost} lost {seen.unreadable}")
    return Proved(f"{points} cuts, {made} of them when it was made: {opened} open, {len(faults)} faults", faults)
