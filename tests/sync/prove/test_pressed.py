"""Floods, slow talkers and bombs: refused within the limits, while others keep being served."""

from __future__ import annotations

from tests.sync.prove import pressed
from tests.sync.prove.__main__ import PROOFS


def test_others_keep_being_served_while_somebody_presses_the_server():
    found = PROOFS["pressed"].sample()
    assert found.faults == []
    assert found.counted["bombs"] == len(pressed.bombs())
    assert found.counted["requests of others"] == 2 * (len(pressed.CROWDS) + len(pressed.bombs()))


def test_a_server_where_strangers_do_not_make_room_is_found_out():
    assert pressed.run(1, off="strangers make room").faults
