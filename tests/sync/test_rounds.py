"""What a round looks after besides sending and receiving: cases that differ, cases that go, a queue that does not move,
clocks that are wrong, and a first synchronisation that is cut off. Each beside what happens without it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest

from app.casework import cases, edit, status
from app.casework.desk import Desk
from app.clock import FixedClock, SystemClock
from app.i18n import translator
from app.notebook import hybrid
from app.store import mending, standing
from sync.client import membership, removal
from sync.client import mending as mend
from sync.client import round as rounds
from sync.server import administration
from sync.wire import messages
from tests.sync.police import Listening, Police, answering, code_of, references, sync


def small_pages(n: int) -> Any:
    return mock.patch.object(rounds, "Pull", partial(messages.Pull, limit=n))


def lose_an_entry(desk: Desk, case: str) -> None:
    """One entry of another officer is gone from the file, and with it what it said."""
    with desk.store.transaction() as connection:
        connection.execute(
            "DELETE FROM entry WHERE case_id = ? AND device <> ? AND number = (SELECT max(number) FROM entry"
            " WHERE case_id = ? AND device <> ?)",
            (case, desk.device_id, case, desk.device_id),
        )
    desk.store.rebuild()


@pytest.fixture
def differing(police: Police) -> tuple[Desk, Desk, str, str]:
    """Two laptops with two cases; the second laptop has lost an entry of the first case."""
    here, there = police.enrolled(), police.enrolled()
    for desk in (here, there):
        sync(desk)
    case, other = (cases.new_case(here, name) for name in ("A", "Z"))
    edit.set_field(here, case, case, "reference", "B")
    for desk in (here, there):
        sync(desk)
    lose_an_entry(there, case)
    assert references(there, case) == ["A"]
    return here, there, case, other


# ---- Cases that differ -----------------------------------------------------------------------------------------------


def test_a_case_that_differs_is_mended_alone_and_what_stood_in_it_is_kept_and_said(police, differing):
    here, there, case, other = differing
    edit.set_field(here, case, case, "grade_reason", "C-1")
    edit.set_field(here, other, other, "grade_reason", "C-2")
    sync(here)
    done = sync(there)
    assert (done.mended, done.differing) == ({case}, set())
    assert there.store.case(case).snapshot() == here.store.case(case).snapshot()
    assert [(one.case_id, one.agrees) for one in mending.mended(there.store)] == [(case, True)]
    (stood,) = mending.stood_before(there.store, case)
    assert b'"A"' in stood
    assert b"C-1" in stood
    assert status.waiting(there).mended == 1
    there.store.verify()
    sync(there)  # and the server hears of it
    told = police.force.rows("SELECT case_id FROM event WHERE kind = 'mended' AND org_id = %s", police.force.org)
    assert told == [(case,)]
    assert sync(there).mended == set()


def test_without_the_comparison_it_would_go_on_differing(police, differing):
    here, there, case, _ = differing
    edit.set_field(here, case, case, "grade_reason", "C-1")
    sync(here)
    with mock.patch.object(mend, "compare"):
        sync(there)
    assert there.store.case(case).snapshot() != here.store.case(case).snapshot()


def test_every_page_is_compared_and_not_only_the_last(police, differing):
    here, there, case, other = differing
    edit.set_field(here, case, case, "grade_reason", "C-1")
    for n in range(8):
        edit.set_field(here, other, other, "grade_reason", str(n))
    sync(here)
    asked: list[str] = []
    with small_pages(2):
        assert sync(there, reach=partial(Listening, asked=asked)).mended == {case}
    assert asked.index("history") < len(asked) - 1 - asked[::-1].index("pull")


def test_a_mending_that_is_cut_off_is_done_by_the_next_round(police, differing):
    here, there, case, _ = differing
    edit.set_field(here, case, case, "grade_reason", "C-1")
    sync(here)
    cut = partial(Listening, asked=[], cut=lambda asked: asked[-1] == "history")
    assert code_of(lambda: sync(there, reach=cut)) == "sync.unreachable"
    assert sync(there).mended == {case}
    assert there.store.case(case).snapshot() == here.store.case(case).snapshot()


def test_a_case_that_cannot_be_mended_is_said_and_nothing_of_it_is_lost(police, differing):
    here, there, case, _ = differing
    edit.set_field(here, case, case, "grade_reason", "C-1")
    sync(here)
    with police.force.owner() as behind:
        behind.execute("UPDATE entry SET digest = %s WHERE case_id = %s", (bytes(32), case))
    done = sync(there)
    assert done.mended == done.differing == {case}
    assert [one.agrees for one in mending.mended(there.store)] == [False]
    assert references(there, case) == ["B"]


def test_what_the_server_does_not_know_is_set_aside_with_its_bytes(police, differing):
    here, there, case, _ = differing
    edit.set_field(here, case, case, "grade_reason", "C-1")
    sync(here)
    with there.store.transaction() as connection:
        # An entry that no server ever handed out: under a number of its own.
        connection.execute(
            "INSERT INTO entry SELECT ?, first, count, case_id, ?, hlc_ms, hlc_counter, made_at, 'received', number,"
            " received_at, body, signature, reason FROM entry WHERE case_id = ? LIMIT 1",
            ("f" * 32, "e" * 64, case),
        )
    assert sync(there).differing == set()
    with there.store.reading() as connection:
        aside = connection.execute("SELECT hash, reason FROM aside").fetchall()
    assert aside == [("e" * 64, "not in the server's history")]


# ---- Cases that go ---------------------------------------------------------------------------------------------------


@pytest.fixture
def leaving(police: Police) -> tuple[Police, Desk]:
    """A laptop with 25 cases of the unit, whose officer was moved to another unit."""
    officer = police.force.officer()
    here, there = police.enrolled(), police.enrolled(officer)
    for n in range(25):
        cases.new_case(here, str(n))
    sync(here)
    sync(there)
    assert len(there.store.cases()) == 25
    elsewhere = police.force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", elsewhere))
    return police, there


def test_many_cases_go_by_the_servers_order(leaving):
    _, there = leaving
    assert len(sync(there).removed) == 25
    assert there.store.cases() == []


def orders(change: Callable[[messages.Signed], messages.Signed | None]) -> Callable[[Any], Any]:
    """Answers whose order, where they have one, is another."""

    def changed(answer: Any) -> Any:
        if isinstance(answer, messages.Pulled) and answer.order is not None:
            answer.order = change(answer.order)
        return answer

    return changed


def another_number(order: messages.Signed) -> messages.Signed:
    order.body = type(order.body)(bytes(order.body).replace(b'"cases":25', b'"cases":24'))
    return order


@pytest.mark.parametrize("change", [lambda _order: None, another_number])
def test_without_an_order_that_holds_none_of_them_goes(leaving, change):
    _, there = leaving
    with answering(orders(change)):
        assert code_of(lambda: sync(there)) == "sync.removal"
    assert len(there.store.cases()) == 25
    assert len(sync(there).removed) == 25


def test_an_order_holds_for_its_page_and_device_alone(leaving):
    _, there = leaving
    kept: list[Any] = []
    with answering(orders(lambda order: kept.append(order) or None)):
        code_of(lambda: sync(there))
    member = membership.membership(there.store)
    talk = rounds._Exchange(there.store, SystemClock(), member, mock.Mock(), lambda _cases: None)
    page = mock.Mock(order=kept[0], epoch=member.epoch, cursor=messages.statement(kept[0])["cursor"])
    assert removal._ordered(talk, page, 25)
    assert not removal._ordered(talk, page, 24)
    assert not removal._ordered(talk, mock.Mock(order=kept[0], epoch=member.epoch, cursor=page.cursor + 1), 25)
    assert not removal._ordered(talk, mock.Mock(order=kept[0], epoch="0" * 32, cursor=page.cursor), 25)
    with mock.patch.object(there.store, "device", "0" * 32):
        assert not removal._ordered(talk, page, 25)


def test_many_small_pages_are_many_cases_too(leaving):
    _, there = leaving
    with small_pages(2), answering(orders(lambda _order: None)):
        assert code_of(lambda: sync(there)) == "sync.removal"
    assert len(there.store.cases()) >= 22  # one in ten of 25 may go without an order


def test_one_case_of_many_goes_without_an_order(police):
    officer = police.force.officer()
    here, there = police.enrolled(), police.enrolled(officer)
    made = [cases.new_case(here, str(n)) for n in range(12)]
    sync(here)
    sync(there)
    elsewhere = police.force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    other = police.force.officer(unit=elsewhere)
    police.force.do(lambda c, org: administration.transfer(c, org, made[0], other))
    with answering(orders(lambda _order: None)):
        assert sync(there).removed == {made[0]}


def without_snapshots(scope: Callable[[messages.Signed | None], messages.Signed | None]) -> Callable[[Any], Any]:
    """Pages of snapshots on which there is no case, and another word on how many there should be."""

    def changed(answer: Any) -> Any:
        if isinstance(answer, messages.Snapshots):
            answer.snapshots = []
            answer.scope = scope(answer.scope)
        return answer

    return changed


def as_if_none(scope: messages.Signed | None) -> messages.Signed | None:
    if scope is not None:
        scope.body = type(scope.body)(bytes(scope.body).replace(b'"cases":25', b'"cases":0'))
    return scope


@pytest.mark.parametrize("scope", [lambda scope: scope, lambda _scope: None, as_if_none])
def test_no_case_is_hidden_after_a_restore_because_pages_come_empty(leaving, scope):
    police, there = leaving
    back_home(police, there)
    police.force.do(administration.new_epoch)
    with answering(without_snapshots(scope)):
        assert code_of(lambda: sync(there)) == "sync.removal"
        assert code_of(lambda: sync(there)) == "sync.removal"
    assert len(there.store.cases()) == 25
    sync(there)
    assert len(there.store.cases()) == 25


def test_without_the_count_they_would_all_be_hidden(leaving):
    police, there = leaving
    back_home(police, there)
    police.force.do(administration.new_epoch)
    with answering(without_snapshots(lambda scope: scope)), mock.patch.object(removal, "check_lost"):
        sync(there)
    assert there.store.cases() == []


def test_cases_that_a_server_does_not_know_after_a_restore_are_set_aside_by_its_signed_count(leaving):
    police, there = leaving
    police.force.do(administration.new_epoch)
    sync(there)
    assert there.store.cases() == []


def back_home(police: Police, there: Desk) -> None:
    """The officer of the laptop is of the first unit again before the laptop heard of anything else."""
    (officer,) = police.force.rows("SELECT officer_id FROM device WHERE device_id = %s", there.device_id)[0]
    police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", police.force.unit))


# ---- A queue that does not move --------------------------------------------------------------------------------------


def nothing_taken(answer: Any) -> Any:
    if isinstance(answer, messages.Pushed):
        answer.outcomes = []
    return answer


def test_a_queue_that_does_not_move_although_the_server_answers_is_said(police):
    desk = police.enrolled()
    sync(desk)
    cases.new_case(desk, "A")
    with answering(nothing_taken):
        for _ in range(standing.STUCK_AFTER):
            assert status.waiting(desk).stuck_since is None
            assert code_of(lambda: sync(desk)) == "sync.stuck"
    found = status.waiting(desk)
    assert found.stuck_since is not None
    assert any("sending does not move" in words for words in status.said(translator("en"), found, practice=False))
    sync(desk)
    assert status.waiting(desk).stuck_since is None


def test_a_queue_that_waits_for_a_server_that_is_away_is_not_stuck(police):
    desk = police.enrolled()
    sync(desk)
    cases.new_case(desk, "A")
    away = partial(Listening, asked=[], cut=lambda _asked: True)
    for _ in range(standing.STUCK_AFTER + 2):
        assert code_of(lambda: sync(desk, reach=away)) == "sync.unreachable"
    assert status.waiting(desk).stuck_since is None


# ---- Clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [timedelta(days=-9000), timedelta(hours=-1), timedelta(days=366)])
def test_a_wrong_clock_is_measured_and_changes_nothing_but_a_label(police, off):
    desk, other = police.enrolled(), police.enrolled()
    wrong = FixedClock(SystemClock().now() + off)
    desk.clock = wrong
    case = cases.new_case(desk, "A")
    assert sync(desk, wrong).waiting == 0
    told = status.waiting(desk).offset_s
    assert told is not None
    assert abs(told + off.total_seconds()) < 60
    sync(other)
    assert references(other, case) == ["A"]
    server_ms = SystemClock().now().timestamp() * 1000
    assert other.store.clock().milliseconds <= server_ms + hybrid.LEAD_MS


def test_without_the_limit_one_wrong_clock_would_spread(police, monkeypatch):
    desk, other = police.enrolled(), police.enrolled()
    sync(other)
    desk.clock = FixedClock(SystemClock().now() + timedelta(days=366))
    cases.new_case(desk, "A")
    sync(desk)
    monkeypatch.setattr(hybrid, "LEAD_MS", 10**12)
    sync(other)
    assert other.store.clock().milliseconds > (SystemClock().now() + timedelta(days=300)).timestamp() * 1000
