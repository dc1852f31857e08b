"""A program that is killed at any moment has lost nothing that it said was saved. By hand: as many kills as wanted."""

from __future__ import annotations

import pytest

from tests.proof_kill import program, store


def test_no_acknowledged_answer_is_lost_when_the_program_is_killed(tmp_path):
    found = store.run(tmp_path / "vault", 6)
    assert found.kills == 6
    assert len(found.acknowledged) >= 6
    assert (found.lost, found.last_shown_wrong) == (set(), 0), found


def test_the_count_finds_an_answer_that_is_gone(tmp_path, monkeypatch):
    real = store.kill_once

    def forgotten(folder, chance):
        return [*real(folder, chance), ("1-abc", "F01", "yes")]

    monkeypatch.setattr(store, "kill_once", forgotten)
    found = store.run(tmp_path / "vault", 1)
    assert found.lost == {"1-abc"}
    assert found.last_shown_wrong == 1


@pytest.mark.screen
def test_nothing_that_the_screen_called_saved_is_lost_when_the_program_is_killed(virtual_screen, tmp_path):
    found = program.run(virtual_screen, tmp_path, 3)
    assert found.kills == 3
    assert found.lost == 0, found


def test_what_is_missing_is_counted_in_the_order_in_which_it_was_said():
    said = [("F01", "yes"), ("F01", "no"), ("F01", "yes")]
    assert program.missing(said, said) == 0
    assert program.missing(said, [("F02", "no"), *said, ("F01", "no")]) == 0
    assert program.missing(said, said[:2]) == 1
    assert program.missing(said, [said[0], said[2]]) == 1
    assert program.missing(said, []) == 3
