"""A sample of `python -m tests.vault.prove`; and that each of its counts can find something."""

from __future__ import annotations

import pytest

from app.vault import header
from tests.vault.prove import cuts, mutated


@pytest.mark.parametrize(("kind", "points"), [("header", 4), ("passphrase", 4), ("rekey", 16)])
def test_after_a_cut_exactly_one_of_old_and_new_opens(kind, points):
    found = cuts.run(kind, points)
    assert (found.faults, found.old + found.new) == ([], points), found
    assert found.old > 0
    assert found.new > 0


def test_a_program_that_flushes_nothing_is_found_out():
    found = cuts.run("rekey", 40, without="flush")
    assert found.faults


def test_no_changed_header_is_taken_for_a_right_one():
    found = mutated.run(500)
    assert (found.mutated, found.faults) == (500, []), found
    assert min(found.weak, found.refused, found.unproven) > 20


def test_a_header_that_is_not_proven_is_found_out(monkeypatch):
    monkeypatch.setattr(header, "authentic", lambda *_: True)
    assert mutated.run(50).faults
