"""A server that was put back to an older backup, PostgreSQL's files and all: the laptops bring it what it lost."""

from __future__ import annotations

from tests.sync.prove import restored
from tests.sync.prove.__main__ import PROOFS


def test_a_server_that_was_put_back_is_healed_by_the_laptops():
    found = PROOFS["restored"].sample()
    assert found.faults == []
    assert found.counted["entries lost by the server"] == 24
    assert found.acknowledged == found.entries


def test_a_server_that_was_restored_from_its_backup_is_healed_by_the_laptops():
    found = PROOFS["backups"].sample()
    assert found.faults == []
    assert found.counted["entries lost by the server"] >= 24
    assert found.acknowledged == found.entries


def test_a_server_that_was_put_back_and_does_not_say_so_is_noticed():
    found = restored.run(1, says_so=False)
    assert found.counted["times that a laptop noticed"] > 0


def test_laptops_that_send_once_are_found_out():
    assert restored.run(1, off="what was lost goes out again").faults
