"""Crowds of silent, slow and half connections, and bodies that are small on the way and large inside."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import pressed

PROMISE: str = "Bombs and floods are refused within their limits, and others are served meanwhile."
GOALS: tuple[str, ...] = ("G40",)


def gate() -> Proved:
    """Each once."""
    return _proved(1)


def deep() -> Proved:
    """Each eight times; twenty times with `python -m tests.sync.prove --full pressed`."""
    return _proved(8)


def control() -> Proved:
    """A server where strangers do not make room."""
    found = pressed.run(1, off="strangers make room")
    return Proved(f"{sum(found.counted.values())} connections and requests, nobody makes room", found.faults)


def _proved(times: int) -> Proved:
    found = pressed.run(times)
    bombs, others = found.counted.get("bombs", 0), found.counted.get("requests of others", 0)
    crowds = sum(found.counted.get(crowd, 0) for crowd in pressed.CROWDS)
    figure = (
        f"{bombs} bombs and {crowds:,} connections that hold on; {others:,} requests of others served;"
        f" the server grew by {found.grown >> 20} of {pressed.MOST_MEMORY >> 20} MiB: {len(found.faults)} faults"
    )
    expected = times * len(pressed.bombs())
    short = [f"only {bombs} of {expected} bombs were sent"] if bombs != expected else []
    unserved = 2 * times * (len(pressed.CROWDS) + len(pressed.bombs())) - others
    return Proved(
        figure, [*found.faults, *short, *([f"{unserved} requests of others were not made"] if unserved else [])]
    )
