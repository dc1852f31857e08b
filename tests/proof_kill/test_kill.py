"""A program that is killed at any moment has lost nothing that it said was saved. By hand: as many kills as wanted."""

from __future__ import annotations

from tests.proof_kill import store


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
