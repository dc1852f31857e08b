"""Closed cases: nothing of them is read in any way, new ones are begun and gone on with, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.notebook import entry as notebook
from app.problems import Problem
from app.store import exchange
from app.store.store import Store
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, answers, clock, fill, new_store, put

NEW = "d" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_store(tmp_path / "vault")
    fill(made)
    return made


READS: dict[str, Callable[[Store], object]] = {
    "case": lambda store: store.case(CASE),
    "view": lambda store: store.view(CASE),
    "load": lambda store: store.load(CASE),
    "entries": lambda store: list(store.entries(CASE)),
    "records": lambda store: store.records(CASE, ["person"]),
    "find_record": lambda store: store.find_record(CASE, "p" * 32),
    "write": lambda store: put(store, "F01", "no"),
    "write together": lambda store: store.write_together(
        [(case, [notebook.create("q" * 32, "person", {})]) for case in (NEW, CASE)], AUTHOR, clock()
    ),
}
LISTS: dict[str, Callable[[Store], object]] = {
    "cases": lambda store: store.cases(),
    "lines": lambda store: store.lines(lambda view: b"x"),
    "some lines": lambda store: store.lines(lambda view: b"x", {CASE}),
    "find": lambda store: store.find(["mira"], 10),
    "find nearly": lambda store: store.find_nearly(["myra"], 10),
    "refused": exchange.refused,
}


@pytest.mark.parametrize("read", READS)
def test_a_closed_case_is_not_read(store, read):
    store.view(CASE)
    store.seal()
    with pytest.raises(Problem, match=r"lease\.sealed"):
        READS[read](store)
    assert store.unsent()[0] == 22
    store.open_all()
    READS[read](store)


@pytest.mark.parametrize("listed", LISTS)
def test_a_closed_case_is_in_no_list(store, listed):
    exchange.refuse(store, [exchange.Refused(1, "scope")])
    before = LISTS[listed](store)
    assert before
    store.seal()
    assert not LISTS[listed](store)
    store.open_all()
    assert LISTS[listed](store) == before


def test_a_case_begun_since_is_gone_on_with_also_after_a_restart(store):
    store.seal()
    assert store.case(NEW).records == {}
    store.write(NEW, [notebook.create(NEW, "case", {"reference": "NM-1"})], AUTHOR, clock())
    put(store, "F01", "yes", NEW)
    store.close()
    again = Store.open(store.path.parent, KEY, DEVICE)
    again.seal()
    assert again.cases() == [NEW]
    assert [hit.case_id for hit in again.find(["nm"], 10)] == [NEW]
    put(again, "F02", "no", NEW)
    assert set(answers(again, NEW)) == {"F01", "F02"}
    assert again.unsent()[0] == 22 + 3
    again.open_all()
    assert sorted(again.cases()) == [CASE, NEW]
    again.verify()


def test_what_was_begun_is_closed_with_the_others_the_next_time(store):
    store.seal()
    store.write(NEW, [notebook.create(NEW, "case", {})], AUTHOR, clock())
    store.open_all()
    store.seal()
    with pytest.raises(Problem, match=r"lease\.sealed"):
        store.case(NEW)
