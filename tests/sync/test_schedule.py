"""When the next round is due: spread, sooner after a write, later and later while it fails, also over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.store import Store
from sync.client import schedule
from sync.client.schedule import FIRST_WAIT_S, INTERVAL_S, JITTER, LONGEST_WAIT_S, NUDGE_S, Schedule

WALL = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)
chances = st.floats(0, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path, bytes(range(32)), "d" * 32)
    yield made
    made.close()


@given(chances, chances)
def test_laptops_do_not_come_all_at_once(one, other):
    first, second = (Schedule().after_success(0, chance).due for chance in (one, other))
    assert INTERVAL_S * (1 - JITTER) <= first <= INTERVAL_S * (1 + JITTER) < 60
    assert (first == second) == (one == other) or abs(one - other) < 1e-9


def test_a_write_brings_the_round_forward_but_presses_no_server_that_is_away():
    assert Schedule(due=50).after_write(10).due == 10 + NUDGE_S
    assert Schedule(due=10.5).after_write(10).due == 10.5
    assert Schedule(due=50, failures=1).after_write(10).due == 50


@given(st.integers(0, 40), chances)
def test_it_waits_longer_each_time_and_never_a_minute(failures, chance):
    later = Schedule(failures=failures).after_failure(0, chance)
    assert later.failures == failures + 1
    assert FIRST_WAIT_S * (1 - JITTER) <= later.due <= LONGEST_WAIT_S * (1 + JITTER) < 60
    middle = Schedule(failures=failures).after_failure(0, 0.5).due
    assert middle == min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**failures)


def test_a_server_that_asks_for_more_time_gets_it():
    assert Schedule().after_failure(0, 0.5, retry_s=120).due == 120


def test_the_waiting_outlives_the_program(store: Store):
    schedule.keep(store, Schedule(due=1030, failures=4), 1000, WALL)
    later = schedule.resumed(store, 7, WALL + timedelta(seconds=10))
    assert later == Schedule(due=7 + 20, failures=4)
    assert schedule.resumed(store, 7, WALL + timedelta(hours=1)) == Schedule(due=7, failures=4)


def test_a_round_that_succeeded_leaves_no_waiting(store: Store):
    schedule.keep(store, Schedule(due=1030, failures=4), 1000, WALL)
    schedule.keep(store, Schedule(due=1060, failures=0), 1000, WALL)
    assert schedule.resumed(store, 7, WALL) == Schedule(due=7)


@pytest.mark.parametrize("off", [timedelta(days=-9000), timedelta(days=9000)])
def test_no_clock_makes_it_wait_for_longer_than_it_ever_does(store: Store, off: timedelta):
    schedule.keep(store, Schedule(due=1030, failures=4), 1000, WALL)
    assert 7 <= schedule.resumed(store, 7, WALL + off).due <= 7 + LONGEST_WAIT_S * (1 + JITTER)


def test_what_cannot_be_read_is_no_waiting(store: Store):
    store.remember(schedule.KEPT, "7 yesterday")
    assert schedule.resumed(store, 7, WALL) == Schedule(due=7)
