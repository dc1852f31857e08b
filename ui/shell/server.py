"""The server: joining it with a code, what waits and since when, what was sent, and what was refused and why."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.casework import refused, status
from app.changed import Changed
from app.i18n import N_
from app.problems import Problem
from sync.client import lease, membership
from sync.client.sign_in import SignIn
from ui import tasks
from ui.joining import joining
from ui.session import Session
from ui.shell.place_page import PlacePage
from ui.widgets import clipboard
from ui.widgets.bars import Banner
from ui.widgets.edits import LineEdit
from ui.widgets.lists import Line, LineList
from ui.widgets.text import Card, PlainButton, PlainLabel, announce, row

ROLES = {
    "officer": N_("Officer"),
    "specialist": N_("Specialist"),
    "supervisor": N_("Supervisor"),
    "professional_standards": N_("Professional standards"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}
CLOCK_OFF_S = 120
"""From how many seconds on a difference of the clocks is said."""


class ServerPage(PlacePage):
    """Says truthfully how the exchange stands. Nothing here is needed to go on working."""

    _asks_to_sign_in = Signal(str)

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("The server")))
        self.column = self.one_column()
        self._asking = False
        self._refused: list[refused.RefusedLine] = []
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
        self._sign_in = SignIn(
            self._asks_to_sign_in.emit, self.say(N_("You are signed in. Close this page and go back to the program."))
        )
        trial = self.desk.practice or self._knows_trial
        work = joining(self.desk, self.code.value(), trial=trial, sign_in=self._sign_in)
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
        if problem.code == "sync.unreachable":
            problem = Problem("enrol.away")  # nothing waits to be sent yet, and nobody tries again by itself
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
        self.why, self.lease, self.beside = PlainLabel(), PlainLabel(), PlainLabel(quiet=True)
        self.trouble, self.stuck = Banner(tone="warn"), Banner(tone="danger")
        parts: tuple[QWidget, ...] = (
            self.waits,
            self.why,
            self.stuck,
            self.trouble,
            self.sent,
            self.received,
            self.lease,
            self.beside,
        )
        for widget in parts:
            self.exchange.body.addWidget(widget)
        self.now_button = PlainButton(say(N_("Send and receive now")), kind="main")
        self.now_button.clicked.connect(self._now)
        self.exchange.body.addLayout(row(self.now_button))
        self.column.addWidget(self.exchange)

    def _now(self) -> None:
        words = self.say(N_("Asking the server …"))
        self.why.setText(words)
        self.why.show()
        announce(self.why, words)
        self.session.wants_exchange.emit()

    # -- refused

    def _refused_card(self) -> None:
        self.refused = Card(self.say(N_("Refused by the server")))
        words = N_("Each of these is kept here and in the timeline, but stands in no field of its case.")
        self.refused.body.addWidget(PlainLabel(self.say(words)))
        self.refused_list = LineList(name=self.say(N_("Refused by the server, oldest first")))
        self.refused_list.current.connect(self._show_refused_one)
        self.refused_list.opened.connect(self._open_refused)
        self.refused_now = PlainLabel(selectable=True)
        self.refused.body.addWidget(self.refused_list)
        self.refused.body.addWidget(self.refused_now)
        self.column.addWidget(self.refused)

    # -- showing

    def show_now(self) -> None:
        found, member = status.waiting(self.desk), membership.membership(self.desk.store)
        problem = self.session.exchange_problem
        self.join.setVisible(member is None or (problem is not None and problem.code == "sync.not_enrolled"))
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
        self._show_why(found)
        self._show_lease()
        self._show_beside(found)

    def _show_why(self, found: status.Waiting) -> None:
        """Why something still waits, as far as anybody knows."""
        problem, moment = self.session.exchange_problem, self.translator.moment
        self.trouble.setVisible(problem is not None)
        if problem is not None:
            self.trouble.say(str(problem.sentences(self.translator)), "warn")
        self.stuck.setVisible(bool(found.unsent and found.stuck_since))
        if found.stuck_since:
            words = N_(
                "The server answers, but sending does not move since {when}. Nothing is lost. Tell your administrator."
            )
            self.stuck.say(self.say(words, when=moment(found.stuck_since)), "danger")
        self.why.setVisible(bool(found.unsent) and problem is None and not found.stuck_since)
        self.why.setText(self.say(N_("It goes with the next round: a moment after each change, or within a minute.")))

    def _show_lease(self) -> None:
        """Until when the cases may be read here without meeting the server."""
        stands = lease.standing(self.desk.store, self.desk.clock)
        self.lease.setVisible(stands is not None)
        if stands is None:
            return
        words = {
            lease.OPEN: N_(
                "Cases can be read here until {when} without meeting the server; each meeting puts that off."
            ),
            lease.WARNING: N_("Meet the server before {when}: after that, cases close. Nothing is lost by it."),
            lease.SEALED: N_(
                "Cases are closed since {when}, because the server was not met for so long. New ones can be written; "
                "all open again once the server is met."
            ),
        }[stands.state]
        self.lease.setText(self.say(words, when=self.translator.moment(stands.until.isoformat())))
        tone = "" if stands.state == lease.OPEN else "danger"
        if self.lease.property("tone") != tone:
            self.lease.setProperty("tone", tone)
            self.lease.style().unpolish(self.lease)
            self.lease.style().polish(self.lease)

    def _show_beside(self, found: status.Waiting) -> None:
        """What else somebody should know: a clock that is wrong, cases that were put right."""
        said = []
        if found.offset_s is not None and abs(found.offset_s) >= CLOCK_OFF_S:
            words = N_("This laptop’s clock is {n} min behind the server’s: set it right. No work is lost by it.")
            ahead = N_("This laptop’s clock is {n} min ahead of the server’s: set it right. No work is lost by it.")
            said.append(self.say(words if found.offset_s > 0 else ahead, n=round(abs(found.offset_s) / 60)))
        if found.mended:
            one = N_("{n} case differed from the server’s and was put right. What stood here before is kept.")
            many = N_("{n} cases differed from the server’s and were put right. What stood here before is kept.")
            said.append(self.translator.plural(one, many, found.mended))
        self.beside.setVisible(bool(said))
        self.beside.setText("\n".join(said))

    def _show_refused(self) -> None:
        self._refused = refused.refused(self.desk, self.translator)
        self.refused_list.set_lines([self._refused_line(n, one) for n, one in enumerate(self._refused)])
        self.refused_list.fit(min(4, len(self._refused)))
        self._show_refused_one(self.refused_list.current_key())

    def _refused_line(self, number: int, one: refused.RefusedLine) -> Line:
        case = one.short_name or self.say(N_("no name"))
        under = " · ".join((self.translator.moment(one.at), case, one.why))
        return Line(str(number), one.what, under)

    def _show_refused_one(self, key: str) -> None:
        if key:
            one = self._refused[int(key)]
            open_it = self.say(N_("Enter opens the case at its timeline."))
            self.refused_now.setText(f"{one.what}\n{one.now} {open_it}")

    def _open_refused(self, key: str) -> None:
        self.session.open_case(self._refused[int(key)].case_id, "timeline")
