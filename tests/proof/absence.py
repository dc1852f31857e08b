"""Laptops that were away for long meet again: each has written for itself, and all of it goes everywhere."""

from __future__ import annotations

import random
import time

from tests.proof.frame import Proved
from tests.sync.prove.processes import server
from tests.sync.prove.rest import Found, heal

PROMISE: str = "After long absence all laptops come to the same, and nothing that was written apart is dropped."
GOALS: tuple[str, ...] = ("G12",)
_HEALED_S = 1800.0
_AT_ONCE = 5


def gate() -> Proved:
    """More entries on each laptop than go in one request."""
    return _meet(3, 520)


def deep() -> Proved:
    """Six laptops: each takes in what all others wrote, so the work grows with their square."""
    return _meet(6, 1000)


def control() -> Proved:
    """A laptop takes all as sent with its first request, which holds only the first of it, and never asks."""
    return _meet(2, 520, off="what is not there is sent again", within_s=20.0)


def _meet(laptops: int, entries: int, *, off: str = "", within_s: float = _HEALED_S) -> Proved:
    found, chance = Found(), random.Random(20261122)
    with server() as made:
        for _ in range(laptops):
            made.add_laptop(off=off)
        for first in range(0, laptops, _AT_ONCE):
            some = made.laptops[first : first + _AT_ONCE]
            for laptop in some:
                laptop.begin("write", chance.randrange(1 << 30), entries)
            for laptop in some:
                laptop.finish()
        begun = time.monotonic()
        heal(made, found, within_s)
        took_s = time.monotonic() - begun
    figure = f"{laptops} laptops with {entries:,} entries each: {found.acknowledged:,} of {found.entries:,} everywhere"
    return Proved(f"{figure} after {found.rounds_to_heal} rounds in {took_s:.0f} s", found.faults)
