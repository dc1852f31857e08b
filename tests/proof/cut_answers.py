"""A proxy cuts what the server says after each of its bytes: the server has done it, and the laptop was not told."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import network

PROMISE: str = "An answer of the server that is cut off anywhere changes nothing of what stands."
GOALS: tuple[str, ...] = ("G14",)


def gate() -> Proved:
    """Some places."""
    return _proved(network.cut(40))


def deep() -> Proved:
    """Many places; after each byte with `python -m tests.sync.prove --full cuts`."""
    return _proved(network.cut(200))


def control() -> Proved:
    """A laptop takes what it sends as sent, before anybody has answered."""
    return _proved(network.cut(100, off="only what was acknowledged is sent"))


def _proved(found: network.Found) -> Proved:
    places = found.counted["places cut at"]
    return Proved(f"cut at {places:,} places: {found.entries:,} entries, {len(found.faults)} faults", found.faults)
