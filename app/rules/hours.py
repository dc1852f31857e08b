"""When somebody can be reached: weekly spans, round the clock or past midnight, with the days on which none begins.

Spans are what the sign on the door says, in local time. No hours recorded means that nobody knows, never “closed”.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES = 24 * 60
LOOK_AHEAD_DAYS = (3, 16)
"""Mostly the next days tell; only where they do not, two weeks are looked at."""


@dataclass(frozen=True)
class Span:
    """From one minute of a weekday on, for so many minutes: 18:00 to 02:00 on Friday is ("fri", 1080, 480)."""

    day: str
    opens: int
    minutes: int


@dataclass(frozen=True)
class Open:
    """`now`: whether it is open, None where no hours are recorded. `until`: when that changes, None where it never
    does or not soon.
    """

    now: bool | None
    until: datetime | None = None
    always: bool = False


def span(day: str, opens: str, closes: str) -> Span:
    """A span from clock times. Closing at or before the hour of opening is on the next day; 24:00 is midnight.

    Raises ValueError for what is no time of the day.
    """
    begins, ends = minute(opens), minute(closes)
    if day not in WEEKDAYS:
        raise ValueError(f"“{day}” is no weekday")
    if begins == MINUTES:
        raise ValueError("24:00 is a time to close, not to open")
    return Span(day, begins, ends - begins if ends > begins else ends + MINUTES - begins)


def minute(clock: str) -> int:
    """The minute of the day of a clock time `HH:MM`, 0 to 1440. Raises ValueError."""
    hours, colon, minutes = clock.partition(":")
    whole = len(clock) == 5 and colon and hours.isascii() and minutes.isascii()
    if not (whole and hours.isdigit() and minutes.isdigit()):
        raise ValueError(f"“{clock}” is not written as 09:00")
    found = int(hours) * 60 + int(minutes)
    if found > MINUTES or int(minutes) > 59:
        raise ValueError(f"“{clock}” is no time of the day")
    return found


def open_at(
    spans: Sequence[Span], moment: datetime, *, closed_on: Sequence[date] = (), zone: tzinfo | None = None
) -> Open:
    """Whether it is open at a moment, and until when. `zone`: None for the laptop's own.

    An hour that the clock repeats in autumn belongs whole to a span that ends in it; one that it leaves out in spring
    begins when the clock goes on.
    """
    if not spans:
        return Open(None)
    if not closed_on and always(spans):
        return Open(True, None, True)
    today, moment = moment.astimezone(zone).date(), moment.astimezone(UTC)
    found = Open(False)
    for days in LOOK_AHEAD_DAYS:
        held = merged(_stretches(spans, today, days, closed_on, zone))
        inside = next((end for begin, end in held if begin <= moment < end), None)
        if inside is not None:
            far = inside > moment + timedelta(days=days - 2)  # it may go on beyond the days that were looked at
            found = Open(True, None if far else inside)
        else:
            found = Open(False, next((begin for begin, _end in held if begin > moment), None))
        if found.until is not None:
            break
    return found


def always(spans: Sequence[Span]) -> bool:
    """Whether the spans leave no minute of the week out."""
    week = sorted(
        (begin, begin + one.minutes)
        for one in spans
        for begin in (WEEKDAYS.index(one.day) * MINUTES + one.opens,)
        for begin in (begin - 7 * MINUTES, begin)
    )
    reached = 0
    for begin, end in week:
        if begin > reached:
            return False
        reached = max(reached, end)
    return reached >= 7 * MINUTES


def merged(stretches: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Stretches of time in order, those that touch made one."""
    found: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _stretches(
    spans: Sequence[Span], today: date, days: int, closed_on: Sequence[date], zone: tzinfo | None
) -> Iterator[tuple[datetime, datetime]]:
    """What the spans are in the days around today, as moments in UTC."""
    steady = _steady_offset(today, days, zone)
    for ahead in range(-2, days):
        day = today + timedelta(days=ahead)
        if day in closed_on:
            continue
        for one in spans:
            if WEEKDAYS[day.weekday()] == one.day:
                if steady is not None:
                    begin = datetime.combine(day, time(), UTC) + timedelta(minutes=one.opens) - steady
                    yield begin, begin + timedelta(minutes=one.minutes)
                    continue
                begin, end = _utc(day, one.opens, zone, last=False), _utc(day, one.opens + one.minutes, zone, last=True)
                if begin < end:
                    yield begin, end


def _steady_offset(today: date, days: int, zone: tzinfo | None) -> timedelta | None:
    """By how much the clock on the wall differs from UTC in these days; None where it is changed in one of them."""
    ends = (datetime.combine(today + timedelta(days=ahead), time()) for ahead in (-3, days + 2))
    first, last = ((wall - _read(wall, zone).replace(tzinfo=None)) for wall in ends)
    return first if first == last else None


def _utc(day: date, minutes: int, zone: tzinfo | None, *, last: bool) -> datetime:
    """The moment at which the clock on the wall shows this; of two such moments the first, or the last."""
    days, left = divmod(minutes, MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(left // 60, left % 60))
    readings = [_read(wall.replace(fold=fold), zone) for fold in (0, 1)]
    if readings[0] > readings[1]:  # the clock leaves this hour out: it goes on where the hour would have begun
        return _gap(readings[1], readings[0], wall, zone)
    return readings[1] if last else readings[0]


def _gap(before: datetime, after: datetime, wall: datetime, zone: tzinfo | None) -> datetime:
    """The moment at which a clock that leaves `wall` out jumps over it, to the minute."""
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def _read(wall: datetime, zone: tzinfo | None) -> datetime:
    return (wall.replace(tzinfo=zone) if zone is not None else wall.astimezone()).astimezone(UTC)
