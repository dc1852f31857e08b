"""Real laptops, a real server and a real PostgreSQL are killed, cut off and misled; nothing is lost, nothing is twice.

A sample; `python -m tests.sync.prove --full` takes the large counts. And the other way round: with a mechanism switched
off, the same proof finds it.
"""

from __future__ import annotations

from tests.sync.prove import kills, network
from tests.sync.prove.__main__ import PROOFS

MANY = 100
"""Kills or cuts until a switched-off mechanism is found out at the latest; mostly one of the first ten finds it."""


def test_nothing_is_lost_when_laptop_server_or_database_is_killed():
    found = PROOFS["kills"].sample()
    assert found.faults == []
    assert sum(found.counted.values()) == 30
    assert found.entries == found.acknowledged > 100


def test_nothing_is_lost_wherever_an_answer_is_cut_off():
    found = PROOFS["cuts"].sample()
    assert found.faults == []
    assert found.counted["places cut at"] == 20


def test_nothing_is_lost_or_doubled_by_a_network_that_loses_delays_repeats_and_reorders():
    found = PROOFS["storm"].sample()
    assert found.faults == []
    assert all(found.counted[f"requests {what}"] for what in ("lost", "delayed", "twice", "late"))


def test_a_laptop_that_believes_before_it_is_told_is_found_out():
    hasty = "only what was acknowledged is sent"
    assert network.cut(MANY, off=hasty).faults
    assert kills.run(MANY, off=hasty, only=("laptop",)).faults


def test_a_database_that_confirms_before_it_has_written_is_found_out():
    assert kills.run(MANY, server_off="what is confirmed is written down", only=("database",)).faults
