"""Laptop, server and PostgreSQL are killed in mid-push and mid-pull; what a laptop holds for sent is at the server."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import kills

PROMISE: str = "What the server acknowledged it has, and once, whatever of laptop, server or database is killed."
GOALS: tuple[str, ...] = ("G9",)


def gate() -> Proved:
    """Each of the three, in mid-push and in mid-pull."""
    return _proved(kills.run(8))


def deep() -> Proved:
    """60 of the server, 30 of PostgreSQL, 12 of a laptop; the whole number with `python -m tests.sync.prove`."""
    found = [kills.run(60, only=("server",)), kills.run(30, only=("database",)), kills.run(12, only=("laptop",))]
    proved = [_proved(one) for one in found]
    return Proved("; ".join(one.figure for one in proved), [fault for one in proved for fault in one.faults])


def control() -> Proved:
    """The server confirms what its database has not yet written down."""
    return _proved(kills.run(100, server_off="what is confirmed is written down", only=("database",)))


def _proved(found: kills.Found) -> Proved:
    done = ", ".join(f"{count} × {what}" for what, count in sorted(found.counted.items()))
    figure = f"{done}: {found.entries:,} entries at the server, {found.acknowledged:,} acknowledged"
    apart = [] if found.faults or found.entries == found.acknowledged else ["not all entries are acknowledged"]
    return Proved(f"{figure}, {len(found.faults)} missing, twice or wrong", found.faults + apart)
