"""Real laptops exchange through a network that loses, delays, repeats and reorders requests, while officers write."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import network

PROMISE: str = "Through a bad network all laptops come to the same, nothing is lost and nothing is there twice."
GOALS: tuple[str, ...] = ("G11",)


def gate() -> Proved:
    """Three laptops, delays of 50 ms."""
    return _proved(network.storm(6, 0.05))


def deep() -> Proved:
    """Twelve laptops, delays of up to 2 s."""
    return _proved(network.storm(8, 2.0, laptops=12))


def control() -> Proved:
    """A laptop takes what it sends as sent, and never asks whether it is there."""
    return _proved(network.storm(4, 0.05, off="what is not there is sent again"))


def _proved(found: network.Found) -> Proved:
    done = ", ".join(f"{count} {what.removeprefix('requests ')}" for what, count in sorted(found.counted.items()))
    ways = ("lost", "delayed", "twice", "late")
    calm = [f"no request was {what}" for what in ways if not found.counted.get(f"requests {what}")]
    return Proved(
        f"requests {done}: {found.acknowledged:,} of {found.entries:,} entries everywhere", found.faults + calm
    )
