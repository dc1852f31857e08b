"""Opening hours: overnight spans, round the clock, the two nights on which the clock is changed, closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.rules.hours import MINUTES, WEEKDAYS, Open, Span, always, minute, open_at, span

BERLIN = ZoneInfo("Europe/Berlin")
DUBLIN = ZoneInfo("Europe/Dublin")
ALL_DAYS = tuple(span(day, "00:00", "24:00") for day in WEEKDAYS)
MOMENTS = st.integers(0, 1095 * MINUTES).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
SPANS = st.lists(
    st.builds(Span, st.sampled_from(WEEKDAYS), st.integers(0, MINUTES - 1), st.integers(1, MINUTES)),
    min_size=1,
    max_size=6,
)


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def is_open(spans: tuple[Span, ...], moment: datetime, zone: ZoneInfo = BERLIN) -> bool | None:
    return open_at(spans, moment, zone=zone).now


def on_the_door(spans: list[Span], moment: datetime) -> bool:
    """By the minutes of the week alone, without any calendar: what a reader of the sign would say."""
    now = moment.weekday() * MINUTES + moment.hour * 60 + moment.minute + moment.second / 60
    begins = [WEEKDAYS.index(one.day) * MINUTES + one.opens for one in spans]
    week = 7 * MINUTES
    return any((now - begin) % week < one.minutes for begin, one in zip(begins, spans, strict=True))


@given(SPANS, MOMENTS)
def test_where_no_clock_is_changed_it_is_what_stands_on_the_door(spans: list[Span], moment: datetime) -> None:
    assert open_at(spans, moment, zone=UTC).now is on_the_door(spans, moment)


@given(SPANS, MOMENTS, st.sampled_from([BERLIN, DUBLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kathmandu")]))
def test_far_from_a_change_every_zone_says_what_stands_on_the_door(
    spans: list[Span], moment: datetime, zone: ZoneInfo
) -> None:
    days = [moment.astimezone(zone) + timedelta(days=days) for days in (-3, 3)]
    assume(days[0].utcoffset() == days[1].utcoffset())
    assert open_at(spans, moment, zone=zone).now is on_the_door(spans, moment.astimezone(zone))


@given(SPANS, MOMENTS, st.sampled_from([UTC, BERLIN, DUBLIN]))
def test_it_changes_when_it_says_and_not_before(spans: list[Span], moment: datetime, zone: ZoneInfo) -> None:
    found = open_at(spans, moment, zone=zone)
    if found.always:
        assert found == Open(True, None, True)
        assert always(spans)
        return
    if found.until is None:  # nearly always open, or a week that leaves nothing out
        return
    assert found.until > moment
    second = timedelta(seconds=1)
    assert open_at(spans, found.until, zone=zone).now is not found.now
    assert open_at(spans, max(moment, found.until - second), zone=zone).now is found.now
    half = moment + (found.until - moment) / 2
    assert open_at(spans, half, zone=zone).now is found.now


@given(MOMENTS, st.sampled_from([BERLIN, DUBLIN]))
def test_day_and_night_is_never_closed(moment: datetime, zone: ZoneInfo) -> None:
    assert open_at(ALL_DAYS, moment, zone=zone).now is True


def test_no_hours_are_not_closed() -> None:
    assert open_at((), at("2026-05-16T12:00")) == Open(None)


def test_past_midnight() -> None:
    friday = (span("fri", "18:00", "02:00"),)
    assert not is_open(friday, at("2026-05-15T17:59"))
    assert is_open(friday, at("2026-05-15T18:00"))
    assert is_open(friday, at("2026-05-16T01:59"))
    assert not is_open(friday, at("2026-05-16T02:00"))
    assert not is_open(friday, at("2026-05-17T01:00"))
    assert open_at(friday, at("2026-05-16T00:30"), zone=BERLIN).until == at("2026-05-16T02:00")


def test_from_sunday_into_monday() -> None:
    sunday = (span("sun", "20:00", "06:00"),)
    assert is_open(sunday, at("2026-05-18T05:00"))
    assert not is_open(sunday, at("2026-05-18T06:00"))


def test_the_same_hour_is_a_whole_day() -> None:
    assert span("sat", "08:30", "08:30") == Span("sat", 510, MINUTES)
    assert is_open((span("sat", "08:30", "08:30"),), at("2026-05-17T08:29"))


def test_the_night_that_leaves_an_hour_out() -> None:
    spring = (span("sat", "22:00", "02:30"),)  # 02:30 is not there: the clock goes from 02:00 to 03:00
    assert is_open(spring, at("2026-03-29T01:59"))
    assert not is_open(spring, at("2026-03-29T03:00"))
    early = (span("sun", "02:15", "05:00"),)
    assert not is_open(early, at("2026-03-29T01:59"))
    assert is_open(early, at("2026-03-29T03:00"))
    within = (span("sun", "02:10", "02:50"),)
    assert not is_open(within, at("2026-03-29T03:00"))


def test_the_night_that_repeats_an_hour() -> None:
    autumn = (span("sat", "22:00", "02:15"),)
    assert is_open(autumn, at("2026-10-25T02:10"))
    assert is_open(autumn, at("2026-10-25T02:40"))  # the first time; it is open until the second quarter past two
    assert is_open(autumn, at("2026-10-25T02:10", fold=1))
    assert not is_open(autumn, at("2026-10-25T02:20", fold=1))
    late = (span("sun", "02:15", "05:00"),)
    assert is_open(late, at("2026-10-25T02:15"))
    assert is_open(late, at("2026-10-25T02:05", fold=1))


def test_a_closed_day_begins_no_span_but_ends_none() -> None:
    spans = (span("fri", "18:00", "02:00"), span("sat", "18:00", "02:00"))
    closed = [date(2026, 12, 26)]  # a Saturday
    assert open_at(spans, at("2026-12-26T01:00"), closed_on=closed, zone=BERLIN).now is True
    assert open_at(spans, at("2026-12-26T19:00"), closed_on=closed, zone=BERLIN).now is False
    found = open_at(ALL_DAYS, at("2026-12-26T19:00"), closed_on=closed, zone=BERLIN)
    assert (found.now, found.until) == (False, at("2026-12-27T00:00"))


def test_opening_far_away_is_found() -> None:
    monday = (span("mon", "09:00", "10:00"),)
    assert open_at(monday, at("2026-05-18T10:00"), zone=BERLIN).until == at("2026-05-25T09:00")


@pytest.mark.parametrize("text", ["9:00", "24:01", "12:60", "0900", "", "-1:00", "１２:00", "12:0a"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        minute(text)


def test_spans_are_checked() -> None:
    with pytest.raises(ValueError, match="24:00"):
        span("mon", "24:00", "02:00")
    with pytest.raises(ValueError, match="weekday"):
        span("monday", "09:00", "10:00")
