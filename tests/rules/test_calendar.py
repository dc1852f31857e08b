"""Hours, days and working days: whatever the day, the zone and the change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import Calendar, Span

ZONES = [
    None,
    *(ZoneInfo(n) for n in ("Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Africa/Cairo", "Asia/Kolkata")),
]
BERLIN = ZoneInfo("Europe/Berlin")

moments = st.integers(157_766_400, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
spans = st.builds(Span, st.integers(0, 30), st.sampled_from(["hours", "days", "working_days"]))
calendars = st.builds(
    Calendar,
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), max_size=6),
    st.frozensets(st.dates(date(1975, 1, 1), date(2090, 1, 1)), max_size=5),
    st.frozensets(st.sampled_from([(1, 1), (12, 25), (2, 29), (5, 1)]), max_size=4),
)


@given(calendars, moments, spans)
def test_what_is_counted_forward_is_never_before_and_what_is_counted_back_never_after(
    calendar: Calendar, moment: datetime, span: Span
) -> None:
    assert calendar.before(moment, span) <= moment <= calendar.after(moment, span)


@given(calendars, moments, st.integers(1, 25), st.sampled_from(["hours", "days", "working_days"]))
def test_more_time_is_over_later_and_begins_earlier(calendar: Calendar, moment: datetime, n: int, unit: str) -> None:
    less, more = Span(n, unit), Span(n + 1, unit)  # type: ignore[arg-type]
    assert calendar.after(moment, less) < calendar.after(moment, more)
    assert calendar.before(moment, more) < calendar.before(moment, less)


@given(calendars, moments, moments, spans)
def test_what_begins_later_is_never_over_earlier(
    calendar: Calendar, one: datetime, other: datetime, span: Span
) -> None:
    first, second = sorted((one, other))
    assert calendar.after(first, span) <= calendar.after(second, span)
    assert calendar.before(first, span) <= calendar.before(second, span)


@given(calendars, moments, st.integers(1, 20))
def test_so_many_working_days_lie_between(calendar: Calendar, moment: datetime, n: int) -> None:
    def working(first: date, last: date) -> int:
        return sum(calendar.works(first + timedelta(days=k)) for k in range((last - first).days + 1))

    begun = calendar.day_of(moment)
    over = calendar.day_of(calendar.after(moment, Span(n, "working_days")))
    assert calendar.works(over)
    assert working(begun + timedelta(days=1), over) == n
    by = calendar.day_of(calendar.before(moment, Span(n, "working_days")))
    assert calendar.works(by)
    assert working(by, begun - timedelta(days=1)) == n


@given(calendars, moments, st.integers(0, 40))
def test_days_are_those_of_the_place_and_end_with_the_day(calendar: Calendar, moment: datetime, n: int) -> None:
    over = calendar.after(moment, Span(n, "days"))
    day = calendar.day_of(moment) + timedelta(days=n)
    # One zone once left out a whole day; what would be over then is over when the day before it is.
    assert calendar.day_of(over) in (day, day - timedelta(days=1), day + timedelta(days=1))
    assert calendar.day_of(over + timedelta(seconds=1)) != calendar.day_of(over) or over == moment


@given(moments, st.integers(0, 1000), st.sampled_from(ZONES))
def test_hours_are_absolute(moment: datetime, n: int, zone: ZoneInfo | None) -> None:
    assert Calendar(zone).after(moment, Span(n, "hours")) - moment == timedelta(hours=n)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("begun", "span", "over"),
    [
        # The night in which the clocks are put forward has 23 hours, the one in which they are put back has 25.
        ("2026-03-28T22:00", Span(24, "hours"), "2026-03-29T23:00"),
        ("2026-03-28T22:00", Span(1, "days"), "2026-03-29T23:59:59"),
        ("2026-10-24T22:00", Span(24, "hours"), "2026-10-25T21:00"),
        ("2026-10-24T22:00", Span(1, "days"), "2026-10-25T23:59:59"),
        ("2026-10-23T22:00", Span(1, "working_days"), "2026-10-26T23:59:59"),
        # Thursday evening before Good Friday and Easter Monday.
        ("2026-04-02T20:00", Span(1, "working_days"), "2026-04-07T23:59:59"),
        ("2026-12-24T09:00", Span(2, "working_days"), "2026-12-29T23:59:59"),
        ("2026-11-21T09:00", Span(0, "working_days"), "2026-11-23T23:59:59"),
        ("2026-11-20T09:00", Span(0, "days"), "2026-11-20T23:59:59"),
        ("2026-12-30T23:30", Span(3, "days"), "2027-01-02T23:59:59"),
    ],
)
def test_examples_forward(begun: str, span: Span, over: str) -> None:
    easter = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    calendar = Calendar(BERLIN, frozenset({5, 6}), easter, frozenset({(12, 25)}))
    assert calendar.after(at(begun), span) == at(over)


@pytest.mark.parametrize(
    ("wanted", "span", "by"),
    [
        ("2026-11-23T10:00", Span(2, "working_days"), "2026-11-19T23:59:59"),
        ("2026-12-03T00:00", Span(7, "days"), "2026-11-26T23:59:59"),
        ("2026-12-03T12:00", Span(4, "hours"), "2026-12-03T08:00"),
        ("2026-12-03T12:00", Span(0, "days"), "2026-12-03T12:00"),
        ("2026-03-29T04:00", Span(4, "hours"), "2026-03-28T23:00"),
    ],
)
def test_examples_back(wanted: str, span: Span, by: str) -> None:
    assert Calendar(BERLIN).before(at(wanted), span) == at(by)


def test_a_day_that_ends_twice_ends_the_later_time() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # where the clocks go back from midnight to eleven
    calendar = Calendar(cairo)
    end = calendar.end_of(date(2023, 10, 26))
    assert end + timedelta(seconds=1) == datetime(2023, 10, 27, tzinfo=cairo).astimezone(UTC)
    assert end - at("2023-10-26T00:00:00", cairo) == timedelta(hours=25, seconds=-1)


def test_within_the_last_second_of_a_day_nothing_is_over_before_it_began() -> None:
    moment = datetime(2026, 11, 20, 23, 59, 59, 500_000, tzinfo=UTC)
    assert Calendar(ZoneInfo("UTC")).after(moment, Span(0, "days")) == moment


def test_beyond_the_last_year_nothing_is_counted() -> None:
    moment = datetime(9999, 12, 31, 12, tzinfo=UTC)
    for unit in ("hours", "days", "working_days"):
        assert Calendar(BERLIN).after(moment, Span(200, unit)) == moment  # type: ignore[arg-type]
