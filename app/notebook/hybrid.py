"""The hybrid logical clock: orders what is displayed, never decides which value survives (rules H1 to H3)."""

from __future__ import annotations

from typing import NamedTuple

LEAD_MS = 5 * 60 * 1000
"""How far past the server's time a received stamp may pull this device's clock."""


class Stamp(NamedTuple):
    """Milliseconds since 1970 and a counter within the millisecond."""

    milliseconds: int
    counter: int


ZERO = Stamp(0, 0)


def tick(last: Stamp, now_ms: int) -> Stamp:
    """The stamp of the next entry: later than `last` whatever the wall clock says."""
    return Stamp(now_ms, 0) if now_ms > last.milliseconds else Stamp(last.milliseconds, last.counter + 1)


def receive(last: Stamp, theirs: Stamp, server_ms: int) -> Stamp:
    """The clock after an entry of another device: never pulled more than five minutes past the server's time."""
    limited = min(theirs, Stamp(server_ms + LEAD_MS, 0))
    return max(last, limited)
