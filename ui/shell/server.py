"""The server: joining it with a code, what waits and since when, what was sent, and what was refused and why."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout

from app.casework import desk as casework
from app.casework import refused, status
from app.changed import Changed
from app.i18n import N_
from app.problems import Problem
from sync.client import enrolment, membership
from sync.client.sign_in import SignIn
from ui import tasks, theme
from ui.session import Session
from ui.shell.place_page import PlacePage
from ui.widgets import clipboard
from ui.widgets.bars import Banner
from ui.widgets.edits import LineEdit
from ui.widgets.page import ColumnPage
from ui.widgets.text import Card, PlainButton, PlainLabel, announce, row

ROLES = {
    "officer": N_("Officer"),
    "specialist": N_("Specialist"),
    "supervisor": N_("Supervisor"),
    "professional_standards": N_("Professional standards"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}
MOST_REFUSED = 50


class ServerPage(PlacePage):
    """Says truthfully how the exchange stands. Nothing here is needed to go on working."""

    _asks_to_sign_in = Signal(str)

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("The server")))
        page = ColumnPage()
        self.lines.setContentsMargins(theme.SPACE_S, theme.SPACE_L, 0, 0)
        self.lines.addWidget(page, 1)
        self.title.setContentsMargins(theme.SPACE_L, 0, 0, 0)
        self.column: QVBoxLayout = page.column
        self._asking = False
        self._sign_in: SignIn | None = None
        self._address = ""
        self._asks_to_sign_in.connect(self._open_browser)  # queued: it is asked beside the screens
        self._knows_trial = False  # whoever joins with a vault for work was told that it is a trial
        self._join_card()
        self._whose_card()
        self._exchange_card()
        self._refused_card()
        self.back_button = PlainButton(say(N_("Back to this vault")))
        self.back_button.clicked.connect(lambda: self.session.go("vault"))
        self.column.addLayout(row(self.back_button))
        self.column.addStretch(1)
        session.exchange_moved.connect(self.refresh)

    def first_focus(self) -> None:
        (self.now_button if self.now_button.isVisible() else self.code).setFocus()

    # -- joining

    def _join_card(self) -> None:
        say = self.say
        self.join = Card(say(N_("Join a server")))
        words = (
            N_("This is a practice vault. It may join a trial server, to see how sending works; never a real one.")
            if self.desk.practice
            else N_("This vault belongs to no server: what you record is saved, and is on this laptop only.")
        )
        self.join.body.addWidget(PlainLabel(say(words)))
        self.code = LineEdit(name=say(N_("Enrolment code")), longest=400)
        self.code.returnPressed.connect(self._enrol)
        self.code.textEdited.connect(lambda _text: self._say_trial(told=False))
        label = PlainLabel(say(N_("Enrolment code from your administrator")), bold=True, buddy=self.code)
        self.join.body.addWidget(label)
        self.join.body.addWidget(self.code)
        self.join_button = PlainButton(say(N_("Join with this code")), kind="main")
        self.join_button.clicked.connect(self._enrol)
        self.join.body.addLayout(row(self.join_button))
        self.join_state = PlainLabel(bold=True)
        self.join_state.hide()
        self.join.body.addWidget(self.join_state)
        self.copy_button = PlainButton(say(N_("Copy the address")))
        self.copy_button.clicked.connect(self._copy_address)
        self.cancel_button = PlainButton(say(N_("Cancel the sign-in")))
        self.cancel_button.clicked.connect(self._cancel_sign_in)
        for button in (self.copy_button, self.cancel_button):
            button.hide()
        self.join.body.addLayout(row(self.copy_button, self.cancel_button))
        self.column.addWidget(self.join)

    def _enrol(self) -> None:
        if self._asking or not self.code.value().strip():
            return
        self._asking = True
        self.join_button.setEnabled(False)
        self._say_state(self.say(N_("Asking the server …")))
        desk, code = self.desk, self.code.value()
        laptop, author, trial = desk.unlocked.laptop_id, desk.officer, desk.practice or self._knows_trial
        open_beside, clock = casework.beside(desk), desk.clock
        self._sign_in = sign_in = SignIn(
            self._asks_to_sign_in.emit, self.say(N_("You are signed in. Close this page and go back to the program."))
        )

        def work() -> Any:
            store = open_beside()
            try:
                return enrolment.enrol(
                    store, code, laptop=laptop, author=author, clock=clock, trial=trial, sign_in=sign_in
                )
            finally:
                store.close()

        tasks.run_aside(work, self._joined, self._not_joined)

    def _open_browser(self, address: str) -> None:
        """The force's own page asks who sits here; the program never sees a password."""
        self._address = address
        opened = QDesktopServices.openUrl(QUrl(address))
        for button in (self.copy_button, self.cancel_button):
            button.show()
        self.cancel_button.setFocus()
        host = QUrl(address).host()
        if opened:
            words = self.say(N_("Now sign in at {host}, in the browser. This page goes on by itself."), host=host)
        else:
            words = self.say(
                N_("No browser could be opened. Copy the address into a browser and sign in at {host}."), host=host
            )
        self._say_state(words)

    def _copy_address(self) -> None:
        clipboard.copy(self._address)

    def _cancel_sign_in(self) -> None:
        if self._sign_in is not None:
            self._sign_in.cancel()

    def _asked(self) -> None:
        """The server has answered, or nobody waits for it any more."""
        self._asking, self._sign_in, self._address = False, None, ""
        if self.cancel_button.hasFocus() or self.copy_button.hasFocus():
            self.code.setFocus()
        for button in (self.copy_button, self.cancel_button):
            button.hide()
        self.join_button.setEnabled(True)

    def _joined(self, member: membership.Membership) -> None:
        self._asked()
        self.code.set_value("")
        self.session.wants_exchange.emit()
        self.session.changed.emit(Changed())
        said = self.say(N_("This vault belongs to {organisation} now."), organisation=member.organisation)
        self.refresh()
        announce(self.whose_words, said)
        self.now_button.setFocus()

    def _not_joined(self, problem: Problem) -> None:
        self._asked()
        self._say_trial(problem.code == "enrol.trial")
        self._say_state(str(problem.sentences(self.translator)))

    def _say_trial(self, told: bool) -> None:
        """A vault for work joins a trial only by a second press, of a button that says so."""
        self._knows_trial = told
        say = self.say
        self.join_button.set_words(say(N_("Join this trial all the same")) if told else say(N_("Join with this code")))

    def _say_state(self, words: str) -> None:
        self.join_state.setText(words)
        self.join_state.show()
        announce(self.join_state, words)

    # -- whose

    def _whose_card(self) -> None:
        self.whose = Card(self.say(N_("Where this vault belongs")))
        self.whose_words = PlainLabel()
        self.whose.body.addWidget(self.whose_words)
        self.column.addWidget(self.whose)

    # -- sending and receiving

    def _exchange_card(self) -> None:
        say = self.say
        self.exchange = Card(say(N_("Sending and receiving")))
        self.waits = PlainLabel(bold=True)
        self.sent = PlainLabel()
        self.received = PlainLabel()
        self.trouble = Banner(tone="warn")
        for widget in (self.waits, self.sent, self.received, self.trouble):
            self.exchange.body.addWidget(widget)
        self.now_button = PlainButton(say(N_("Send and receive now")), kind="main")
        self.now_button.clicked.connect(self.session.wants_exchange)
        self.exchange.body.addLayout(row(self.now_button))
        self.column.addWidget(self.exchange)

    # -- refused

    def _refused_card(self) -> None:
        self.refused = Card(self.say(N_("Refused by the server")))
        words = N_("This is kept here, but stands in no case. Record what still matters again, or ask your supervisor.")
        self.refused.body.addWidget(PlainLabel(self.say(words)))
        self.refused_lines = PlainLabel()
        self.refused.body.addWidget(self.refused_lines)
        self.column.addWidget(self.refused)

    # -- showing

    def show_now(self) -> None:
        found, member = status.waiting(self.desk), membership.membership(self.desk.store)
        self.join.setVisible(member is None)
        for card in (self.whose, self.exchange):
            card.setVisible(member is not None)
        self.refused.setVisible(bool(found.refused))
        if member is not None:
            self._show_member(member)
            self._show_exchange(found)
        if found.refused:
            self._show_refused()

    def _show_member(self, member: membership.Membership) -> None:
        role = self.say(ROLES[member.role]) if member.role in ROLES else member.role
        parts = [
            self.say(N_("{name}, {role}"), name=member.name, role=role),
            self.say(N_("Organisation: {organisation}"), organisation=member.organisation),
            self.say(N_("Server: {host}, port {port}"), host=member.host, port=member.port),
        ]
        if member.trial:
            parts.append(self.say(N_("This is a trial server: nothing on it is real.")))
        self.whose_words.setText("\n".join(parts))

    def _show_exchange(self, found: status.Waiting) -> None:
        moment = self.translator.moment
        if found.unsent:
            words = self.translator.plural(
                N_("{n} action waits to be sent, since {when}."),
                N_("{n} actions wait to be sent, the oldest since {when}."),
                found.unsent,
                when=moment(found.oldest),
            )
        else:
            words = self.say(N_("Everything is sent."))
        self.waits.setText(words)
        never = self.say(N_("never yet"))
        self.sent.setText(self.say(N_("Last sent: {when}"), when=moment(found.sent_at) if found.sent_at else never))
        self.received.setText(
            self.say(N_("Last received: {when}"), when=moment(found.received_at) if found.received_at else never)
        )
        problem = self.session.exchange_problem
        self.trouble.setVisible(problem is not None)
        if problem is not None:
            self.trouble.say(str(problem.sentences(self.translator)), "warn")

    def _show_refused(self) -> None:
        lines = refused.refused(self.desk, self.translator)
        said = [
            self.say(
                N_("{when}, {case}: {what} ({why})"),
                when=self.translator.moment(line.at),
                case=line.short_name or self.say(N_("no name")),
                what=line.what,
                why=line.why,
            )
            for line in lines[:MOST_REFUSED]
        ]
        if len(lines) > MOST_REFUSED:
            said.append(self.say(N_("… and {n} more"), n=len(lines) - MOST_REFUSED))
        self.refused_lines.setText("\n".join(said))
