"""Ids: made by the device that writes, ordered by time where the clock is right, never equal where it is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notebook.ids import dot, fixed_id, in_order, new_id, random_id

FIRST, LAST = datetime(1970, 1, 2), datetime(9000, 1, 1)  # noqa: DTZ001 - the strategy adds the time zone
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@given(MOMENTS, st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7(moment, noise):
    made = new_id(moment, lambda n: noise[:n])
    assert len(made) == 32
    assert made[12] == "7"
    assert made[16] in "89ab"
    assert int(made[:12], 16) == int(moment.timestamp() * 1000)


@given(MOMENTS)
def test_ids_sort_by_the_time_at_which_they_were_made(moment):
    assert new_id(moment) < new_id(moment + timedelta(milliseconds=2))


def test_a_clock_that_stands_still_or_stands_before_1970_makes_no_id_twice():
    for moment in (datetime(2026, 11, 14, tzinfo=UTC), datetime(1950, 1, 1, tzinfo=UTC)):
        assert len({new_id(moment) for _ in range(2000)}) == 2000


def test_random_ids_have_128_bits():
    assert {len(random_id()) for _ in range(10)} == {32}
    assert len({random_id() for _ in range(2000)}) == 2000


@given(st.lists(st.text("ab\x1f", max_size=4), min_size=1, max_size=4), st.lists(st.text("ab", max_size=4), min_size=1))
def test_fixed_ids_meet_only_for_the_same_thing(one, other):
    assert fixed_id("case", *other) == fixed_id("case", *other)
    if all("\x1f" not in part for part in one) and one != other:
        assert fixed_id(*one) != fixed_id(*other)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_changes_of_a_device_sort_by_number_and_not_by_text(one, other):
    names = sorted([dot("a" * 32, one), dot("a" * 32, other)], key=in_order)
    assert [in_order(name)[1] for name in names] == sorted([one, other])


@pytest.mark.parametrize("name", ["", "a", "a:", ":", "a:x", "a:-1", "a:²", "a:١", "a:" + "9" * 5000])
def test_what_is_no_name_of_a_change_is_no_number(name):
    assert in_order(name)[1] == 0
