"""What counts the losses of a program that is killed: `tests/proof` has it kill."""

from __future__ import annotations

from tests.proof_kill import program, store


def test_the_count_finds_an_answer_that_is_gone(tmp_path, monkeypatch):
    real = store.kill_once

    def forgotten(*how):
        return [*real(*how), ("1-abc", "F01", "yes")]

    monkeypatch.setattr(store, "kill_once", forgotten)
    found = store.run(tmp_path / "vault", 1)
    assert found.lost == {"1-abc"}
    assert found.last_shown_wrong == 1


def test_what_is_missing_is_counted_in_the_order_in_which_it_was_said():
    said = [("F01", "yes"), ("F01", "no"), ("F01", "yes")]
    assert program.missing(said, said) == 0
    assert program.missing(said, [("F02", "no"), *said, ("F01", "no")]) == 0
    assert program.missing(said, said[:2]) == 1
    assert program.missing(said, [said[0], said[2]]) == 1
    assert program.missing(said, []) == 3
