"""Ten thousand attempts at what is somebody else's: none is accepted, none is a bug, and none learns a thing."""

from __future__ import annotations

import pytest

from tests.sync.prove import forged
from tests.sync.prove.__main__ import PROOFS


def test_nothing_swapped_forged_back_dated_or_mutated_is_accepted():
    found = PROOFS["forged"].sample()
    assert found.faults == []
    assert sum(found.counted.values()) >= 10_000
    assert all(count > 20 for what, count in found.counted.items() if what != "one answer for not yours and not there")


@pytest.mark.parametrize(
    "mechanism",
    [
        "a change is within its author's scope",
        "an entry is signed by its device",
        "a request is signed by its device",
        "what is not theirs is not there",
    ],
)
def test_a_mechanism_that_is_switched_off_is_found_out(mechanism: str):
    assert forged.run(1000, off=mechanism).faults
