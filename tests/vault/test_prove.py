"""A sample of `python -m tests.vault.prove`; and that each of its counts can find something."""

from __future__ import annotations

from app.vault import header
from tests.vault.prove import mutated


def test_no_changed_header_is_taken_for_a_right_one():
    found = mutated.run(500)
    assert (found.mutated, found.faults) == (500, []), found
    assert min(found.weak, found.refused, found.unproven) > 20


def test_a_header_that_is_not_proven_is_found_out(monkeypatch):
    monkeypatch.setattr(header, "authentic", lambda *_: True)
    assert mutated.run(50).faults
