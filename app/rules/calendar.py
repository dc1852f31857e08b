"""Hours, days and working days: when a time that begins at one moment is over, and when one that ends there begins.

Hours are absolute. Days and working days are those of the calendar of a place; they are over when that day is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

Unit = Literal["hours", "days", "working_days"]
LAST_SECOND = time(23, 59, 59, fold=1)
"""The end of a day; where the clocks are put back over midnight it is the later one."""


@dataclass(frozen=True)
class Span:
    """A length of time: so many hours, days or working days."""

    n: int
    unit: Unit


@dataclass(frozen=True)
class Calendar:
    """On which days a place works. `zone`: None where the laptop's own time holds; `weekend`: 0 is Monday."""

    zone: tzinfo | None = None
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()
    """Holidays of every year, as month and day."""

    def day_of(self, moment: datetime) -> date:
        """The day that it is here at a moment."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """The last second of a day here, in UTC."""
        return datetime.combine(day, LAST_SECOND, self.zone).astimezone(UTC)

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        return (
            day.weekday() not in self.weekend and day not in self.holidays and (day.month, day.day) not in self.yearly
        )

    def after(self, moment: datetime, span: Span) -> datetime:
        """When a time that begins at `moment` is over; never before `moment`. The day of the moment is not counted."""
        return max(moment, self._counted(moment, span, 1))

    def before(self, moment: datetime, span: Span) -> datetime:
        """By when something is done so long before `moment`; never after it."""
        return min(moment, self._counted(moment, span, -1))

    def _counted(self, moment: datetime, span: Span, direction: int) -> datetime:
        return _in_the_calendar(moment, lambda: self._count(moment, span, direction))

    def _count(self, moment: datetime, span: Span, direction: int) -> datetime:
        if span.unit == "hours":
            return moment + timedelta(hours=span.n * direction)
        day, step = self.day_of(moment), timedelta(days=direction)
        if span.unit == "days":
            return self.end_of(day + span.n * step)
        for _ in range(span.n):
            day += step
            while not self.works(day):
                day += step
        while not self.works(day):  # no working days at all: today, where it is one
            day += step
        return self.end_of(day)


def _in_the_calendar(moment: datetime, count: Callable[[], datetime]) -> datetime:
    """What is counted, or the moment itself where that would lie outside the years that a calendar has."""
    try:
        return count()
    except (OverflowError, ValueError, OSError):
        return moment
