"""The first synchronisation and what follows it: page by page, cut off anywhere, and the entries behind snapshots.

Each beside what happens without it.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest import mock

import msgspec
import pytest

from app.casework import cases, edit
from app.casework.desk import Desk
from app.casework.timeline import Timeline
from app.i18n import translator
from app.problems import Problem
from sync.client import first
from sync.client.talk import Talk
from sync.server import administration
from sync.wire import messages
from tests.sync.police import Listening, Police, answering, code_of, enrol, references, sync

PAGE = 30
"""Cases in a page of snapshots here."""


# ---- The first synchronisation ---------------------------------------------------------------------------------------


@pytest.fixture
def much(police: Police, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Desk]:
    """More cases than a small page of snapshots holds, oldest first, and a laptop that has none of them yet."""
    monkeypatch.setattr(messages, "WantSnapshots", partial(messages.WantSnapshots, limit=PAGE))
    here = police.enrolled()
    made = [cases.new_case(here, str(n)) for n in range(PAGE + 5)]
    sync(here)
    empty = police.vault()
    enrol(empty, police.code())
    return made, empty


def cut_after_first_page(asked: list[str]) -> bool:
    return asked.count("snapshots") > 1


def test_a_first_synchronisation_brings_the_newest_first_and_goes_on_where_it_was_cut_off(much):
    made, desk = much
    heard: list[set[str]] = []
    cut = partial(Listening, asked=[], cut=cut_after_first_page)
    assert code_of(lambda: sync(desk, reach=cut, told=heard.append)) == "sync.unreachable"
    assert set(desk.store.cases()) == set(made[5:])
    assert set().union(*heard) == set(made[5:])  # each was told as soon as it could be used
    assert references(desk, made[-1]) == [str(len(made) - 1)]
    asked: list[str] = []
    sync(desk, reach=partial(Listening, asked=asked))
    assert set(desk.store.cases()) == set(made)
    assert asked.count("snapshots") == 1


def test_without_the_place_it_would_begin_anew(much):
    _, desk = much
    take = first.take_page
    with mock.patch.object(first, "take_page", lambda talk, page, _here: take(talk, page, {})):
        cut = partial(Listening, asked=[], cut=cut_after_first_page)
        assert code_of(lambda: sync(desk, reach=cut)) == "sync.unreachable"
    asked: list[str] = []
    sync(desk, reach=partial(Listening, asked=asked))
    assert asked.count("snapshots") == 2


def test_cut_off_in_its_first_page_it_still_hears_of_what_leaves_meanwhile(police):
    officer = police.force.officer()
    here = police.enrolled()
    for n in range(3):
        cases.new_case(here, str(n))
    sync(here)
    there = police.vault()
    enrol(there, police.code(officer))
    take = first.take_page

    def crash(talk: Talk, page: messages.Snapshots, _here: dict[str, str]) -> None:
        take(talk, page, {})  # what is taken in is on the disk, and the place after it is not
        raise Problem("sync.unreachable")

    with mock.patch.object(first, "take_page", crash):
        assert code_of(lambda: sync(there)) == "sync.unreachable"
    assert len(there.store.cases()) == 3
    elsewhere = police.force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", elsewhere))
    sync(there)
    assert there.store.cases() == []


def unreadable(case: str, records: bytes) -> Any:
    """Pages on which the snapshot of one case holds a record that nobody can open."""

    def changed(answer: Any) -> Any:
        for one in getattr(answer, "snapshots", []):
            if one.case == case:
                one.records = {key: msgspec.Raw(records) for key in one.records}
        return answer

    return answering(changed)


@pytest.mark.parametrize(
    "records", [b"{}", b"[1]", b'{"t":"case","i":[7],"d":[],"w":[],"c":[],"f":{},"a":{},"k":{},"u":[]}']
)
def test_a_snapshot_that_cannot_be_opened_keeps_no_other_case_away(much, records):
    made, desk = much
    with unreadable(made[-1], records):
        done = sync(desk)
    assert done.mended == {made[-1]}
    assert not done.differing
    assert set(desk.store.cases()) == set(made)
    assert references(desk, made[-1]) == [str(len(made) - 1)]


def test_one_that_joins_later_is_folded_from_its_history_too(police):
    elsewhere = police.force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    officer = police.force.officer(unit=elsewhere)
    here, there = police.enrolled(), police.enrolled(officer)
    case = cases.new_case(here, "A")
    sync(here)
    sync(there)
    police.force.do(lambda c, org: administration.transfer(c, org, case, officer))
    with unreadable(case, b"{}"):
        sync(there)
    assert references(there, case) == ["A"]


# ---- The entries behind snapshots ------------------------------------------------------------------------------------


def actions(desk: Desk, case: str) -> list[str]:
    return [action.key for action in Timeline(desk, case, translator("en")).actions]


@pytest.fixture
def by_snapshot(police: Police) -> tuple[Desk, Desk, list[str]]:
    """Three cases with a history, and a laptop that got them as snapshots."""
    here = police.enrolled()
    made = [cases.new_case(here, str(n)) for n in range(3)]
    for case in made:
        edit.set_field(here, case, case, "grade_reason", "at the scene")
    sync(here)
    there = police.enrolled()
    sync(there)
    assert actions(there, made[0]) == []
    assert not Timeline(there, made[0], translator("en")).whole
    return here, there, made


def test_the_history_behind_a_snapshot_is_fetched_while_nothing_else_waits(by_snapshot):
    here, there, made = by_snapshot
    heard: list[set[str]] = []
    sync(there, most=1, wanted=[made[1]], told=heard.append)
    assert [bool(actions(there, case)) for case in made] == [False, True, False]
    assert heard == [{made[1]}]  # whoever looks at it is told
    done = sync(there, most=40)
    assert [actions(there, case) for case in made] == [actions(here, case) for case in made]
    assert not done.mended
    assert all(Timeline(there, case, translator("en")).whole for case in made)
    asked: list[str] = []
    sync(there, most=40, reach=partial(Listening, asked=asked))
    assert "history" not in asked  # once is enough
    there.store.verify()
    before = {case: there.store.case(case).snapshot() for case in made}
    there.store.rebuild()
    assert {case: there.store.case(case).snapshot() for case in made} == before


def test_a_snapshot_that_is_not_what_its_entries_say_is_mended(by_snapshot):
    here, there, made = by_snapshot
    with there.store.transaction() as connection:
        connection.execute("UPDATE snapshot SET digest = ? WHERE case_id = ?", ("0" * 64, made[0]))
    done = sync(there, most=40)
    assert (done.mended, done.differing) == ({made[0]}, set())
    assert there.store.case(made[0]).snapshot() == here.store.case(made[0]).snapshot()
    assert not sync(there, most=40).mended
