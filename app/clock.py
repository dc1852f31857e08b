"""Time as the program sees it. The clock is data: nothing that matters is decided by it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the product asks of a clock."""

    def now(self) -> datetime:
        """The wall clock's time in UTC; may be wrong by years."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow while this process lives."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that moves only when told to: for tests and for simulations."""

    def __init__(self, start: datetime) -> None:
        self._now, self._run = start.astimezone(UTC), 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._run

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._run += max(0.0, seconds)

    def set(self, moment: datetime) -> None:
        """Put the wall clock to another time, as a person or a flat battery does; the run time goes on."""
        self._now = moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, to the second: `2026-11-14T01:10:00+00:00`."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


YEARS = range(2, 9990)
"""Years in which a moment is taken for one: an hour or a month more, in any zone, must still be a date."""


def parse_moment(text: str) -> datetime | None:
    """The moment that an ISO 8601 text names (without an offset: local time), or None where it is none."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in YEARS else None
