"""Finding: every word begins some word of one name, reference or place; each record once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notebook import entry as notebook
from app.store.words import LONGEST, MOST, fold_text, sought, words_of
from tests.store.vaults import AUTHOR, CASE, clock, new_store

NAMES = {
    "1": {"given_name": "Anna", "family_name": "Annable"},
    "2": {"given_name": "Zoë-Łucja", "family_name": "O’Dwyer"},
    "3": {"original_name": "Невена Ђорђевић", "aliases": ["Neva", "The Anvil"]},
    "4": {"given_name": "Anselm", "address": "12 Anna Street"},
}


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "vault")
    changes = [notebook.create(key, "person", fields) for key, fields in NAMES.items()]
    made.write(CASE, [notebook.create(CASE, "case", {"reference": "NM-2026-0417"}), *changes], AUTHOR, clock())
    yield made
    made.close()


@pytest.mark.parametrize(
    "typed, found",
    [
        ("anna", [("1", "name"), ("4", "place")]),
        ("ann ann", [("1", "name"), ("4", "place")]),
        ("ans", [("4", "name")]),
        ("ANN annab", [("1", "name")]),
        ("annable anna", [("1", "name")]),
        ("zoe lucja", [("2", "name")]),
        ("lucja-zoë", [("2", "name")]),
        ("2026-0417", [(CASE, "reference")]),
        ("odwyer", [("2", "name")]),
        ("o'dw", [("2", "name")]),
        ("невена ђор", [("3", "name")]),
        ("anvil neva", [("3", "name")]),
        ("2026-04", [(CASE, "reference")]),
        ("nm20260417", [(CASE, "reference")]),
        ("anna lucja", []),
        ("anselm street", []),
        ("%", []),
        ("", []),
    ],
)
def test_what_is_typed_finds_the_record_and_says_under_what(store, typed, found):
    hits = store.find(sought(typed), 50)
    assert all(case == CASE for case, _, _ in hits)
    assert sorted((record, kind) for _, record, kind in hits) == sorted(found)


def test_a_name_that_was_corrected_is_not_found_under_the_old_one_any_more(store):
    seen = store.case(CASE).records["4"].seen("given_name")
    store.write(CASE, [notebook.assign("4", {"given_name": ("Berta", seen)})], AUTHOR, clock())
    assert store.find(["berta"], 5) == [(CASE, "4", "name")]
    assert store.find(["anselm"], 5) == []
    assert store.find(["street"], 5) == [(CASE, "4", "place")]


def test_both_names_are_found_while_two_officers_differ(store):
    store.write(CASE, [notebook.assign("1", {"given_name": ("Berta", [])})], AUTHOR, clock())
    assert store.find(["berta"], 5) == [(CASE, "1", "name")]
    assert (CASE, "1", "name") in store.find(["anna"], 5)


def test_no_more_than_asked_for(store):
    assert len(store.find(["an"], 2)) == 2


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_can_be_looked_for(text):
    words = words_of(text)
    assert len(words) == len(set(words)) <= MOST
    assert all(0 < len(word) <= LONGEST for word in words)
    assert set(sought(text)) <= {word[:LONGEST] for word in words}
    assert fold_text(fold_text(text)) == fold_text(text)


def test_a_pasted_book_does_not_fill_the_index():
    assert len(words_of(" ".join(f"word{n}" for n in range(100_000)))) == MOST
