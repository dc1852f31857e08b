"""The rows hold nothing of their own: made anew from the entries they are the same, byte for byte."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notebook import entry as notebook
from app.store.store import Store
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, answers, clock, fill, new_store, put, raw, tables

ROWS = ("record", "word", "spelling", "case_line")
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)
CASES = (CASE, "e" * 32, DEVICE)

EDITS = st.lists(
    st.tuples(
        st.sampled_from(CASES),
        st.sampled_from(["p1", "p2", "i1"]),
        st.sampled_from(["given_name", "address", "place", "reference", "roles", "archived", "aliases"]),
        TEXT | st.none() | st.lists(TEXT, max_size=3) | st.integers(),
        st.integers(-300_000_000, 300_000_000),
    ),
    min_size=1,
    max_size=25,
)


def edit(store: Store, case: str, record: str, name: str, value, now) -> None:
    state = store.case(case).records.get(record)
    kind = {"p1": "person", "p2": "person", "i1": "incident"}[record]
    if state is None:
        changes = [notebook.create(record, kind, {name: value})]
    elif name == "roles" and value is None:
        changes = [notebook.remove(record, name, state.seen(name))]
    elif name == "roles":
        changes = [notebook.add(record, name, value)]
    elif name == "archived":
        changes = [notebook.assign(record, {name: ("yes", state.seen(name))}, state.known())]
    else:
        changes = [notebook.assign(record, {name: (value, state.seen(name))})]
    store.write(case, changes, AUTHOR, now)


@settings(max_examples=50)
@given(EDITS)
def test_rows_made_anew_are_the_same_rows(edits):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store = new_store(folder / "vault")
        now = clock()
        for case, record, name, value, seconds in edits:
            edit(store, case, record, name, value, now)
            now.advance(seconds)
        store.lines(lambda view: b"line")
        before, sought = tables(folder / "vault", ROWS), store.find(["a"], 100)
        store.rebuild()
        store.lines(lambda view: b"line")
        assert tables(folder / "vault", ROWS) == before
        assert sorted(store.find(["a"], 100)) == sorted(sought)
        assert {line.case_id for line in store.lines(lambda view: b"")} == {e[0] for e in edits} - {DEVICE}
        store.verify()
        store.close()


def test_rows_that_were_lost_or_spoiled_come_back_from_the_entries(tmp_path):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store)
    store.lines(lambda view: b"line")
    before, shown = tables(folder, ROWS), answers(store)
    connection = raw(folder)
    connection.execute("DELETE FROM record WHERE id = 'F03'")
    connection.execute("UPDATE record SET state = (SELECT state FROM record WHERE id = 'F04') WHERE id = 'F05'")
    connection.execute("INSERT INTO word VALUES ('ghost', 'x', 'y', 'name')")
    connection.execute("DELETE FROM case_line")
    connection.close()
    assert tables(folder, ROWS) != before
    store.rebuild()
    store.lines(lambda view: b"line")
    assert tables(folder, ROWS) == before
    assert answers(store) == shown
    store.close()


@pytest.mark.parametrize("year", [1971, 2001, 2026, 2035, 9998])
def test_no_clock_keeps_anybody_from_writing(tmp_path, year):
    store = new_store(tmp_path / "vault")
    fill(store, 3)
    now = clock()
    now.set(datetime(year, 3, 1, 12, tzinfo=UTC))
    for value in ("no", "unknown", "yes"):
        record = store.case(CASE).records["F01"]
        store.write(CASE, [notebook.assign("F01", {"value": (value, record.seen("value"))})], AUTHOR, now)
        now.advance(1)
    put(store, "F01", "no")
    assert answers(store)["F01"] == "no"
    assert not store.view(CASE).conflicts()
    stamps = [kept.entry.stamp for kept in store.entries(CASE)]
    assert stamps == sorted(stamps)
    walls = [kept.entry.wall[:4] for kept in store.entries(CASE)]
    assert walls.count(str(year)) == (3 if year != 2026 else len(walls))
    store.verify()
    again = Store.open(tmp_path / "vault", KEY, DEVICE)
    assert answers(again) == answers(store)
    again.close()
    store.close()
