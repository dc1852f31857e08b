"""What the server says of itself is what it does, for right requests and wrong ones; none of them is a bug."""

from __future__ import annotations

from tests.sync.prove import described
from tests.sync.prove.__main__ import PROOFS


def test_the_server_keeps_to_its_description():
    found = PROOFS["described"].sample()
    assert found.faults == []
    assert {what.rsplit("/", 1)[1] for what in found.counted} >= {"push", "pull", "snapshots", "history", "proof"}


def test_a_server_that_trusts_what_is_signed_is_found_out():
    assert described.run(4, off="what is no message is refused").faults
