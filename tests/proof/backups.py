"""The server is put back: to an older state of PostgreSQL's files, and from its own backup into an empty database."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import restored

PROMISE: str = "A backup made while laptops send can be restored, and the laptops bring what it lacks."
GOALS: tuple[str, ...] = ("G10",)


def gate() -> Proved:
    """Once from the files, once from the backup."""
    return _restored(1, 1)


def deep() -> Proved:
    """Three times each."""
    return _restored(3, 3)


def control() -> Proved:
    """Laptops that send each entry once."""
    return _proved(restored.run(1, off="what was lost goes out again"))


def _restored(files: int, sealed: int) -> Proved:
    found = [_proved(restored.run(files)), _proved(restored.run(sealed, sealed=True))]
    return Proved("; ".join(one.figure for one in found), [fault for one in found for fault in one.faults])


def _proved(found: restored.Found) -> Proved:
    return Proved(
        f"{found.counted['restores']} restores that lost {found.counted['entries lost by the server']} entries:"
        f" {found.acknowledged} of {found.entries} there after {found.rounds_to_heal} rounds",
        found.faults,
    )
