"""The hybrid clock: it only ever goes forward, and one wrong clock does not spread (rules H1 to H3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.notebook.hybrid import LEAD_MS, ZERO, Stamp, receive, tick

MS = st.integers(0, 4_000_000_000_000)
STAMPS = st.builds(Stamp, MS, st.integers(0, 1000))


@given(st.lists(MS, min_size=2, max_size=30))
def test_every_entry_is_later_than_the_one_before_whatever_the_wall_clock_says(readings):
    stamp = ZERO
    for now in readings:
        following = tick(stamp, now)
        assert following > stamp
        assert following.milliseconds >= now or following.milliseconds == stamp.milliseconds
        stamp = following


@given(STAMPS, MS)
def test_a_tick_goes_no_further_than_wall_clock_and_last_stamp(last, now):
    assert tick(last, now).milliseconds == max(last.milliseconds, now)


@given(STAMPS, STAMPS, MS)
def test_a_received_stamp_pulls_no_further_than_five_minutes_past_the_server(last, theirs, server):
    after = receive(last, theirs, server)
    assert after >= last
    assert after == last or after <= Stamp(server + LEAD_MS, 0)


@given(STAMPS, STAMPS, MS)
def test_an_honest_stamp_is_taken_over(last, theirs, server):
    if theirs.milliseconds <= server:
        assert receive(last, theirs, server) == max(last, theirs)


def test_a_laptop_that_believes_in_2035_does_not_take_the_others_there():
    server = 1_800_000_000_000
    wrong = Stamp(2_050_000_000_000, 0)
    assert receive(Stamp(server - 50, 3), wrong, server) == Stamp(server + LEAD_MS, 0)
