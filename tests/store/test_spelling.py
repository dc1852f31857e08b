"""Forgiven spelling: what is nearly the typed word, in any script, marked as such, nearest first, never too much."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notebook import entry as notebook
from app.store import rows
from app.store import store as store_module
from app.store.spelling import MOST_ALIKE, Spellings, sound_of
from app.store.store import Store
from app.store.words import fold_text, reference_words, sought, words_of
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, clock, new_store, tables

LETTERS = st.characters(categories=["Ll", "Lu", "Lt", "Lo", "Mn", "Mc", "Nd"])
NAMES = {
    "1": {"given_name": "Keira", "family_name": "Holt-Baines"},
    "2": {"given_name": "Mohammed", "family_name": "Schmidt"},
    "3": {"original_name": "Марија Ђорђевић"},
    "4": {"original_name": "مريم حسين"},
    "5": {"original_name": "ማርያም"},
    "6": {"original_name": "김민지"},
    "7": {"given_name": "Duncan", "family_name": "Mac Donald", "address": "12 Quay Row"},
    "8": {"original_name": "Γεώργιος", "aliases": ["მარიამი"]},
    "9": {"given_name": "Muhamad", "family_name": "Ilves"},
}


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "vault")
    changes = [notebook.create(key, "person", fields) for key, fields in NAMES.items()]
    made.write(CASE, [notebook.create(CASE, "case", {"reference": "NM-IO26-0417"}), *changes], AUTHOR, clock())
    yield made
    made.close()


def both(store, typed):
    """Records found exactly, and those that were forgiven."""
    exact = store.find(sought(typed), 50)
    near = store.find_nearly(sought(typed), 12, exact)
    return {hit.record_id for hit in exact}, [hit.record_id for hit in near], near


@pytest.mark.parametrize(
    "typed, record, how",
    [
        ("Kiera", "1", "sounds"),
        ("keria", "1", "sounds"),
        ("Kier", "1", "sounds"),
        ("Holt Banes", "1", "sounds"),
        ("Keira Holtbanes", "1", "sounds"),
        ("Kiera Banes", "1", "sounds"),
        ("banse keira", "1", "sounds"),
        ("Mohamed", "2", "sounds"),
        ("Muhamad", "2", "sounds"),
        ("Mohamet Shmidt", "2", "sounds"),
        ("Shmid", "2", "sounds"),
        ("Macdonald", "7", ""),
        ("mac donalt", "7", "sounds"),
        ("duncan mcdonald", "7", "sounds"),
        ("quai row", "7", "sounds"),
        ("quay rov", "7", None),
        ("Maria Djordjevic", "3", "sounds"),
        ("Марија", "3", ""),
        ("marija dordevic", "3", "sounds"),
        ("Mariam", "4", "sounds"),
        ("Maryam", "5", ""),
        ("مريم", "4", ""),
        ("hussein", "4", "sounds"),
        ("Maryam Husain", "4", "sounds"),
        ("ማርያም", "5", ""),
        ("kim", "6", "sounds"),
        ("minji", "6", ""),
        ("georgios", "8", ""),
        ("mariami", "8", ""),
        ("Yeorgios", "8", None),
        ("Zbigniew", "1", None),
        ("kx", "1", None),
        ("", "1", None),
        ("42 quay row", "7", None),
    ],
)
def test_a_name_is_found_however_it_is_spelled(store, typed, record, how):
    exact, near, hits = both(store, typed)
    if how is None:
        assert record not in exact
        assert record not in near
    elif how == "":
        assert (record in exact) != (record in near)
    else:
        assert record not in exact
        assert record in near
        assert next(hit.how for hit in hits if hit.record_id == record) in ("sounds", "nearly")


def test_how_a_hit_was_forgiven_is_told_and_the_nearest_comes_first(store):
    _, order, near = both(store, "muhamed")
    assert order[:2] == ["2", "9"] or order[:2] == ["9", "2"]
    assert {hit.how for hit in near if hit.record_id in "29"} == {"sounds"}
    assert near == sorted(near, key=lambda hit: hit.cost)
    (hit,) = store.find_nearly(["ilved"], 5)
    assert (hit.record_id, hit.how, hit.words) == ("9", "nearly", ("ilves",))


@pytest.mark.parametrize(
    "typed", ["nm-io26-0417", "NM 1026 0417", "nm1o26/0417", "nmio260417", "O417", "1O260417", "l026"]
)
def test_a_reference_is_found_whatever_stands_between_its_parts(store, typed):
    assert (CASE, CASE, "reference") in store.find(sought(typed), 5)


@pytest.mark.parametrize("typed", ["NM-1026-0418", "1027", "NM-1026-4017", "nn-1026"])
def test_no_other_digit_or_letter_of_a_reference_is_forgiven(store, typed):
    assert not [hit for hit in store.find(sought(typed), 5) if hit.kind == "reference"]
    assert not [hit for hit in store.find_nearly(sought(typed), 5) if hit.kind == "reference"]


def test_what_was_corrected_is_not_found_by_the_old_spelling_any_more(store):
    assert [hit.record_id for hit in store.find_nearly(["kiera"], 5)] == ["1"]
    seen = store.case(CASE).records["1"].seen("given_name")
    store.write(CASE, [notebook.assign("1", {"given_name": ("Orla", seen)})], AUTHOR, clock())
    assert store.find_nearly(["kiera"], 5) == []
    assert [hit.record_id for hit in store.find_nearly(["orlla"], 5)] == ["1"]
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM spelling WHERE word = 'keira'").fetchone() == (0,)


def test_no_more_are_forgiven_than_asked_for(store):
    now = clock()
    for number in range(60):
        person = {"given_name": f"Kat{'aeiou'[number % 5]}rina", "family_name": "Novak"}
        store.write(CASE, [notebook.create(f"many{number}", "person", person)], AUTHOR, now)
    assert len(store.find_nearly(["katyrina"], 7)) == 7
    assert len(store.find_nearly(["katyrina", "novak"], 7)) == 7


def test_a_vault_whose_words_were_folded_otherwise_is_folded_anew_when_it_is_opened(tmp_path, monkeypatch):
    folder = tmp_path / "vault"
    made = new_store(folder)
    made.write(CASE, [notebook.create("5", "person", NAMES["5"])], AUTHOR, clock())
    whole = tables(folder, ("word", "spelling"))
    with made.transaction() as connection:
        connection.execute("UPDATE word SET word = 'ማርያም' WHERE word = 'maryam'")
        connection.execute("DELETE FROM spelling")
    made.remember("folding", "1")
    made.close()
    # A disk on which nothing can be written does not keep anybody out.
    real = rows.index_anew
    full = store_module.Problem("store.full", file="vault.db")
    monkeypatch.setattr(rows, "index_anew", lambda _connection: (_ for _ in ()).throw(full))
    again = Store.open(folder, KEY, DEVICE)
    assert again.find(["maryam"], 5) == []
    again.close()
    monkeypatch.setattr(rows, "index_anew", real)
    again = Store.open(folder, KEY, DEVICE)
    assert [hit.record_id for hit in again.find(["maryam"], 5)] == ["5"]
    assert tables(folder, ("word", "spelling")) == whole
    again.close()


@settings(max_examples=300)
@given(st.text(LETTERS, min_size=1, max_size=20))
def test_folding_is_the_same_whatever_the_case_and_the_accents(name):
    folded = fold_text(name)
    assert fold_text(folded) == folded
    assert fold_text(name.upper()) == fold_text(name.upper().lower())
    assert fold_text(unicodedata.normalize("NFC", name)) == fold_text(unicodedata.normalize("NFD", name)) == folded


@settings(max_examples=300)
@given(st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=12), st.data())
def test_the_beginning_of_a_name_in_any_script_begins_its_folded_form(name, data):
    if any("\u1100" <= c <= "\u11ff" or "\ua960" <= c <= "\ua97f" or "\ud7b0" <= c <= "\ud7ff" for c in name):
        return  # loose strokes of a Hangul syllable make another sign together than alone
    cut = data.draw(st.integers(0, len(name)))
    assert fold_text(name).startswith(fold_text(name[:cut]))


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_has_words_a_reference_and_sounds(text):
    for word in (*words_of(text), *reference_words(text)):
        assert word
        assert set(sound_of(word)) <= set("abcdefghijklmnopqrstuvwxyz")
    known = Spellings.of([(word, sound_of(word)) for word in words_of(text) if sound_of(word)])
    for typed in sought(text):
        assert len(known.alike(typed)) <= MOST_ALIKE
        assert not any(one.word.startswith(typed) for one in known.alike(typed))


@settings(max_examples=300)
@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=12), st.data())
def test_two_neighbouring_letters_that_changed_places_are_forgiven(name, data):
    place = data.draw(st.integers(0, len(name) - 2))
    typed = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    known = Spellings.of([(name, sound_of(name))])
    assert name.startswith(typed) or [one.word for one in known.alike(typed)] == [name]
