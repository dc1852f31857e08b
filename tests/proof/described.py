"""Requests made from the server’s own description, right ones and wrong ones: it does what it says, and has no bugs."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import described

PROMISE: str = "The server keeps to its own description for right and wrong requests, and none of them is a bug."
GOALS: tuple[str, ...] = ("G39",)
PATHS = frozenset({"enrol", "push", "pull", "snapshots", "history", "proof", "lease", "packs", "identity", "wiped"})


def gate() -> Proved:
    """A few of each."""
    return _proved(5)


def deep() -> Proved:
    """100 of each kind to each path; a thousand with `python -m tests.sync.prove --full described`."""
    return _proved(100)


def control() -> Proved:
    """A server that takes whatever is signed for a message."""
    found = described.run(4, off="what is no message is refused")
    return Proved(f"{sum(found.counted.values())} requests to a server that trusts", found.faults)


def _proved(examples: int) -> Proved:
    found = described.run(examples)
    paths = {what.rsplit("/", 1)[1] for what in found.counted}
    missing = [f"nothing was asked of {path}" for path in sorted(PATHS - paths)]
    asked = sum(found.counted.values())
    figure = f"{asked:,} requests to {len(paths)} paths: {len(found.faults)} answers beside the description"
    return Proved(figure, [*found.faults, *missing])
