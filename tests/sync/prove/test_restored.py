"""A server that was put back to an older backup and does not say so; `tests/proof/backups.py` has one that does."""

from __future__ import annotations

from tests.sync.prove import restored


def test_a_server_that_was_put_back_and_does_not_say_so_is_noticed():
    found = restored.run(1, says_so=False)
    assert found.counted["times that a laptop noticed"] > 0
