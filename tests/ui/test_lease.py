"""The lease at the screen: a quiet warning, closed cases with a way on, a code, a vault that is destroyed by order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtWidgets import QApplication

from app.casework import cases, edit, operations
from app.casework.desk import Desk, close_desk, open_desk
from app.clock import FixedClock, iso
from app.problems import Problem
from app.store.store import ENDING
from app.vault import vault, wiped
from sync.client import lease, membership, wipe
from sync.client.membership import Membership
from sync.server.statements import Signer
from sync.wire import extension, signing
from tests.ui.conftest import PASSPHRASE, begin, shown
from ui import tasks
from ui.shell.closed import ClosedPage
from ui.widgets.text import PlainLabel

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
DAY = 86400


def meet(desk: Desk, days: int = 7) -> None:
    """The server answers."""
    now = desk.clock.now()
    lease.keep(desk.store, SIGNER.lease(desk.device_id, "o", days, now), iso(now), desk.clock)
    lease.keep_secret(desk.store, SIGNER.extension_secret(desk.device_id).hex())


def belong(desk: Desk) -> None:
    """The vault belongs to a server that does not answer any more."""
    member = Membership(
        host="127.0.0.1",
        port=1,
        authority="",
        server_key=signing.to_text(SIGNER.public),
        organisation="o",
        officer="i",
        name="Ilse Varga",
        role="officer",
        unit="u",
        epoch="e" * 32,
        enrolled_at="",
    )
    membership.keep(desk.store, member)


@pytest.fixture
def enrolled(desk: Desk) -> Desk:
    """A vault with a case, of a server that it has just met and that does not answer any more."""
    belong(desk)
    cases.new_case(desk, "NM-2026-0417")
    meet(desk)
    return desk


def words(widget: Any) -> str:
    return "\n".join(label.text() for label in shown(widget, PlainLabel))


def code_for(desk: Desk) -> str:
    return extension.code(SIGNER.extension_secret(desk.device_id), desk.device_id, desk.clock.now().date())


def test_after_seventy_in_a_hundred_it_is_said_quietly(enrolled, at_work, clock: FixedClock):
    clock.advance(4.8 * DAY)
    program = at_work()
    window = program.officer.window
    assert "open until" not in window.status.text()
    assert not window.pages["today"].lease.isVisible()
    clock.advance(0.2 * DAY)
    program.officer.lease.look()
    assert "open until 23 May" in window.status.text()
    assert window.pages["today"].lease.isVisible()
    assert "has not met its server since 16 May 2026" in window.pages["today"].lease.label.text()
    meet(enrolled)
    program.officer.lease.look()
    assert "open until" not in window.status.text()
    assert not window.pages["today"].lease.isVisible()


def test_a_vault_of_no_server_says_nothing_of_it(desk, at_work, clock: FixedClock):
    clock.advance(400 * DAY)
    window = at_work().officer.window
    assert "open until" not in window.status.text()
    assert "closed" not in window.status.text()
    assert not window.pages["today"].lease.isVisible()


def test_at_its_end_the_program_locks(enrolled, at_work, clock: FixedClock):
    program = at_work()
    program.officer.window.go({"place": "case", "case": cases.list_cases(enrolled)[0].id})
    clock.advance(8 * DAY)
    program.officer.lease.look()
    assert program.officer.ended
    assert len(program.replaced) == 1


class Typed:
    """A field in which something was typed a moment ago."""

    def __init__(self, desk: Desk, case: str) -> None:
        self.desk, self.case, self.text = desk, case, "typed at the end"

    def flush(self) -> None:
        if self.text:
            edit.set_field(self.desk, self.case, self.case, "reference", self.text)
            self.text = ""


def test_what_was_typed_when_the_lease_ends_is_saved_first(enrolled, at_work, clock: FixedClock):
    officer = at_work().officer
    case = cases.list_cases(enrolled)[0].id
    field = Typed(enrolled, case)
    officer.session.watch(field)
    clock.advance(8 * DAY)
    officer.lease.look()
    assert officer.ended
    assert field.text == ""


@pytest.fixture
def closed(enrolled: Desk, at_work: Callable[..., Any], clock: FixedClock) -> Any:
    """A program at its first screen after the lease has ended."""
    clock.advance(8 * DAY)
    return at_work().officer


def test_no_place_shows_a_case_and_each_says_why(closed, enrolled):
    window = closed.window
    [case] = enrolled.store.reading().__enter__().execute("SELECT case_id FROM case_line").fetchone()
    for place in ("today", "cases", "find", "reviews", "shift"):
        window.go({"place": place})
        assert isinstance(window.stack.currentWidget(), ClosedPage)
        assert "NM-2026" not in words(window)
    said = words(window)
    assert "has not met its server since 16 May 2026" in said
    assert "Nothing is lost" in said
    assert "2 actions still wait to be sent" in said
    assert enrolled.device_id[:8] in said
    assert "cases closed" in window.status.text()
    window.go({"place": "case", "case": case})
    assert "the cases in it are closed" in words(window.problem_bar)
    assert window.place == "today"


def test_every_other_place_goes_on_working(closed):
    window = closed.window
    for place in ("new", "services", "vault", "settings", "server"):
        window.go({"place": place})
        assert window.place == place
        assert not window.problem_bar.isVisible()
        assert "NM-2026" not in words(window)


def test_a_new_attendance_is_recorded_and_gone_on_with(closed, enrolled, qtbot):
    window = closed.window
    window.go({"place": "new"})
    page = window.pages["new"]
    page.given_name.setText("Mira")
    page.look()
    assert "closed, so it cannot be seen" in words(page)
    page.make_case()
    assert window.place == "case"
    case = window.case_frame.case_id
    edit.set_field(enrolled, case, case, "reference", "NM-1")
    window.go({"place": "today"})
    page = window.pages["today"]
    assert page.begun.isVisible()
    assert [line.key for line in page.list.rows.lines] == [case]
    assert window._is_closed({"place": "case", "case": case}) is False


def test_a_code_opens_the_cases_again(closed, enrolled):
    window = closed.window
    page = window.pages["today"]
    page.code.setText("AAAA-AAAA")
    page.open_button.click()
    assert "not today’s code" in page.said.text()
    page.code.setText(code_for(enrolled).lower())
    page.open_button.click()
    assert not isinstance(window.stack.currentWidget(), ClosedPage)
    assert [line.reference for line in closed.session.case_lines()] == ["NM-2026-0417"]
    assert window.find_box.isEnabled()
    assert "open until" in window.status.text()
    assert "opened by extension code" in [one.what for one in operations.logged(enrolled, enrolled.device_id)]


def test_the_servers_answer_opens_them_again(closed, enrolled):
    closed.window.go({"place": "new"})
    meet(enrolled)
    closed.session.exchange_moved.emit()
    closed.window.go({"place": "today"})
    assert not isinstance(closed.window.stack.currentWidget(), ClosedPage)
    assert "closed" not in closed.window.status.text()


def test_a_clock_that_is_ahead_says_so(enrolled, at_work, clock: FixedClock):
    clock.set(clock.now() + timedelta(days=400))
    officer = at_work().officer
    assert "If that is wrong, put the clock right" in words(officer.window)
    clock.set(clock.now() - timedelta(days=400))
    officer.lease.look()
    assert not isinstance(officer.window.stack.currentWidget(), ClosedPage)


# ---- Destroyed by order ----------------------------------------------------------------------------------------------


def ordered(desk: Desk) -> None:
    """The server has said that this vault is to be destroyed."""
    member = membership.membership(desk.store)
    assert member is not None
    assert wipe.keep_order(desk.store, member, SIGNER.wipe(desk.device_id, "e" * 32, desk.clock.now()))


def test_an_order_destroys_the_vault_and_a_fresh_program_says_so(enrolled, at_work, program, qtbot):
    officer = at_work().officer
    ordered(enrolled)
    officer.exchange._failed(Problem("sync.revoked"))
    qtbot.waitUntil(lambda: officer.ended)
    assert len(officer.program.replaced) == 1
    folder = enrolled.unlocked.folder
    left = wiped.look(folder)
    assert left is not None
    assert left.parcel
    screen = begin(program, qtbot, "--vault", str(folder)).top.screen_shown
    assert "was destroyed by an order of the server" in words(screen)
    assert not screen.button.isEnabled()


def test_what_cannot_be_saved_covers_the_screen_and_puts_the_order_off_for_one_round(
    enrolled, at_work, qtbot, monkeypatch
):
    officer = at_work().officer
    ordered(enrolled)
    monkeypatch.setattr(officer.session, "flush_all", lambda: [Problem("store.full")])
    said: list[str] = []
    monkeypatch.setattr(officer.session, "say_problem", lambda problem: said.append(problem.code))
    officer.exchange._failed(Problem("sync.revoked"))
    assert tasks.finish()
    QApplication.processEvents()
    assert officer.hiding.hidden
    assert said[0] == "wipe.unsaved"
    assert wiped.look(enrolled.unlocked.folder) is None
    officer.exchange._failed(Problem("sync.revoked"))
    qtbot.waitUntil(lambda: officer.ended)
    assert wiped.look(enrolled.unlocked.folder) is not None


def test_without_an_order_a_refusal_destroys_nothing(enrolled, at_work):
    officer = at_work().officer
    asked: list[bool] = []
    officer.session.revoked.connect(lambda: asked.append(True))
    officer.exchange._failed(Problem("sync.revoked"))
    assert asked
    assert tasks.finish()
    QApplication.processEvents()
    assert not officer.ended
    assert wiped.look(enrolled.unlocked.folder) is None
    assert cases.new_case(enrolled, "still written")


def test_an_order_that_was_begun_is_carried_out_for_the_recovery_code_too(made_vault, clock, program, qtbot):
    folder, code = made_vault
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    belong(desk)
    ordered(desk)
    desk.store.remember(ENDING, "yes")
    close_desk(desk)
    screen = begin(program, qtbot, "--vault", str(folder)).top.screen_shown
    screen.other_way.click()
    screen.code.setText(code)
    screen._open()
    qtbot.waitUntil(lambda: "was destroyed by an order of the server" in words(screen), timeout=10_000)
    assert wiped.look(folder) is not None


def test_an_order_that_stands_is_carried_out_at_unlocking(enrolled, program, qtbot):
    ordered(enrolled)
    folder = enrolled.unlocked.folder
    close_desk(enrolled)
    screen = begin(program, qtbot, "--vault", str(folder)).top.screen_shown
    screen.passphrase.edit.setText(PASSPHRASE)
    screen._open()
    qtbot.waitUntil(lambda: "was destroyed by an order of the server" in words(screen), timeout=10_000)
    assert wiped.look(folder) is not None
