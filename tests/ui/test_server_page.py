"""The page about the server: what waits and why, what was refused and what to do, and what can go wrong in joining."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.casework import cases, edit
from app.problems import Problem
from app.store import exchange, standing
from sync.client import lease, membership
from sync.wire import code as codes
from tests.ui.looking import cut, nameless
from ui.exchange import Exchange
from ui.pages.timeline import TimelinePage
from ui.shell import server
from ui.shell.server import ServerPage

NOW = datetime(2026, 5, 16, 20, 0, tzinfo=UTC)


def belong(desk: Any) -> None:
    """The vault belongs to a server that nobody asks."""
    member = membership.Membership(
        host="127.0.0.1",
        port=1,
        authority="",
        server_key="",
        organisation="Trial force",
        officer="o",
        name="Ilse Varga",
        role="officer",
        unit="u",
        epoch="e",
        enrolled_at="2026-05-16T20:00:00+00:00",
        trial=True,
    )
    membership.keep(desk.store, member)


@pytest.fixture
def page(at_work: Callable[..., Any], desk: Any, monkeypatch: pytest.MonkeyPatch) -> ServerPage:
    """The page of a vault that belongs to a server; no round is done."""
    for name in ("start", "at_once", "_written"):
        monkeypatch.setattr(Exchange, name, lambda *_words: None)
    belong(desk)
    window = at_work().officer.window
    window.go({"place": "server"})
    found: ServerPage = window.pages["server"]
    return found


def shown(page: ServerPage) -> str:
    """What the page says."""
    page.refresh()
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def opened(page: ServerPage) -> TimelinePage:
    """The timeline of the case that was opened."""
    [found] = page.window().findChildren(TimelinePage)
    return found


def test_what_waits_since_when_and_why(page: ServerPage, desk: Any) -> None:
    assert "Everything is sent." not in shown(page)  # the vault’s own first entry waits
    cases.new_case(desk, "NM-2026-0417")
    said = shown(page)
    assert "actions wait to be sent, the oldest since" in said
    assert "It goes with the next round" in said
    page.session.exchange_problem = Problem("sync.unreachable")
    said = shown(page)
    assert "The server cannot be reached. Everything is saved on this laptop" in said
    assert "It goes with the next round" not in said
    assert "Last sent: never yet" in said
    assert not cut(page)
    assert not nameless(page)


def test_a_vault_that_the_server_lost_can_be_enrolled_once_more(page: ServerPage) -> None:
    page.refresh()
    assert not page.join.isVisible()
    page.session.exchange_problem = Problem("sync.not_enrolled")
    page.refresh()
    assert page.join.isVisible()


def test_a_queue_that_does_not_move_is_said(page: ServerPage, desk: Any) -> None:
    cases.new_case(desk, "NM-2026-0417")
    [first, *_rest] = exchange.outgoing(desk.store)
    assert "does not move" not in shown(page)
    standing.watch(desk.store, standing.Watched(first.first, 99, "2026-05-16T19:00:00+00:00"))
    assert "The server answers, but sending does not move since" in shown(page)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (lease.OPEN, "Cases can be read here until"),
        (lease.WARNING, "Meet the server before"),
        (lease.SEALED, "Cases are closed since"),
    ],
)
def test_until_when_cases_can_be_read(
    page: ServerPage, monkeypatch: pytest.MonkeyPatch, state: str, words: str
) -> None:
    assert not page.lease.isVisible()  # no lease, no line
    stands = lease.Standing(state, NOW + timedelta(days=2), NOW, 3600.0)
    monkeypatch.setattr(lease, "standing", lambda _store, _clock: stands)
    assert words in shown(page)
    assert not cut(page)


def test_what_was_refused_with_the_reason_and_what_to_do(page: ServerPage, desk: Any) -> None:
    case = cases.new_case(desk, "NM-2026-0417")
    edit.create(desk, case, "person", {"roles": ["victim"], "given_name": "Keira"})
    last = exchange.outgoing(desk.store)[-1]
    assert not page.refused.isVisible()
    exchange.refuse(desk.store, [exchange.Refused(last.first, "scope")])
    said = shown(page)
    assert page.refused.isVisible()
    [line] = page.refused_list.rows.lines
    assert "Keira" in line.title
    assert "the case is not yours to change" in line.under
    assert "a supervisor can have it taken in" in said
    assert not nameless(page)
    page.refused_list.setFocus()
    QTest.keyClick(page.refused_list, Qt.Key.Key_Return)
    timeline = opened(page)
    marked = [one for one in timeline.list.rows.lines if one.end == "refused"]
    assert len(marked) == 1
    assert "refused by the server: the case is not yours to change" in marked[0].under
    timeline.list.make_current(marked[0].key)
    assert "It is kept here, but stands in no field." in timeline.detail_text.text()


def test_what_was_not_refused_bears_no_mark(page: ServerPage, desk: Any) -> None:
    case = cases.new_case(desk, "NM-2026-0417")
    page.session.open_case(case, "timeline")
    timeline = opened(page)
    assert [one for one in timeline.list.rows.lines if one.end == "refused"] == []


def test_a_laptop_whose_clock_is_wrong_is_told(page: ServerPage, monkeypatch: pytest.MonkeyPatch) -> None:
    for offset, words in ((-1800, "30 min ahead of"), (1800, "30 min behind"), (20, "")):
        found = server.status.Waiting(0, None, enrolled=True, offset_s=offset)
        monkeypatch.setattr(server.status, "waiting", lambda _desk, found=found: found)
        assert words in shown(page)
        assert ("clock is" in shown(page)) == bool(words)


@pytest.fixture
def alone(at_work: Callable[..., Any]) -> ServerPage:
    """The page of a vault that belongs to no server."""
    window = at_work().officer.window
    window.go({"place": "server"})
    found: ServerPage = window.pages["server"]
    return found


def join(page: ServerPage, qtbot: Any, text: str) -> str:
    """Use a code by keys; what the page says then."""
    page.code.setFocus()
    page.code.set_value(text)
    QTest.keyClick(page.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page._asking, timeout=20_000)
    return page.join_state.text()


def test_a_slip_in_the_code(alone: ServerPage, qtbot: Any) -> None:
    said = join(alone, qtbot, "G29KP-36PG9-Q2ATF")
    assert said.startswith("This is not an enrolment code, or there is a slip in it. Nothing was changed.")
    assert alone.join_button.isEnabled()
    assert alone.code.value() == "G29KP-36PG9-Q2ATF"  # what was typed stays, to be compared


def test_a_server_that_is_away(alone: ServerPage, qtbot: Any) -> None:
    said = join(alone, qtbot, codes.write(codes.Code("127.0.0.1", 1, b"p" * 32, b"s" * 16)))
    assert "cannot be reached" in said
    assert "The code still holds" in said
    assert "tries again by itself" not in said  # nobody does


@pytest.mark.parametrize("code", ["enrol.code_used", "enrol.not_the_server", "enrol.too_many", "enrol.refused"])
def test_whatever_keeps_a_vault_out_is_said_in_three_sentences(alone: ServerPage, code: str) -> None:
    alone._not_joined(Problem(code))
    said = Problem(code).sentences(alone.translator)
    for sentence in (said.happened, said.safe, said.next):
        assert sentence in alone.join_state.text()
    assert alone.join_state.isVisible()
    assert not cut(alone)
