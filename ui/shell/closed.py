"""What is shown instead of the cases once the lease has ended: what happened, is my work safe, what do I do now.

A new attendance can be recorded all the same; what was begun since stands here and can be gone on with.
"""

from __future__ import annotations

from typing import Any

from app.casework import status
from app.casework.desk import from_vault
from app.clock import iso
from app.i18n import N_
from app.problems import Problem
from sync.client import lease
from ui.session import Session
from ui.shell.lines import case_line
from ui.shell.place_page import PlacePage
from ui.widgets.edits import LineEdit
from ui.widgets.lists import LineList
from ui.widgets.text import Card, PlainButton, PlainLabel, announce, main_action, row

DEVICE_SIGNS = 8
"""So many signs of the device's id are read out by telephone: they tell an officer's few laptops apart."""


class ClosedPage(PlacePage):
    """Stands in the place of every page that would show cases."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("The cases in this vault are closed")))
        self.column = self.one_column()
        self.happened = PlainLabel(kind="question")
        self.safe = PlainLabel()
        for label in (self.happened, self.safe):
            self.column.addWidget(label)
        self.new_button = main_action(PlainButton(say(N_("New attendance")), kind="main", icon="new"))
        self.new_button.clicked.connect(lambda: session.go("new"))
        self.ask_button = main_action(PlainButton(say(N_("Ask the server now"))))
        self.ask_button.clicked.connect(session.wants_exchange)
        self.column.addLayout(row(self.new_button, self.ask_button))
        self.trouble = PlainLabel(quiet=True)
        self.column.addWidget(self.trouble)
        self._begun_card()
        self._code_card()
        self.column.addStretch(1)
        session.exchange_moved.connect(self.refresh)
        session.lease_moved.connect(self.refresh)

    def first_focus(self) -> None:
        self.new_button.setFocus()

    # -- building

    def _begun_card(self) -> None:
        self.begun = Card(self.say(N_("Begun since then")))
        self.list = LineList(name=self.say(N_("Begun since then")))
        self.list.opened.connect(self.session.open_case)
        self.begun.body.addWidget(self.list)
        self.column.addWidget(self.begun)

    def _code_card(self) -> None:
        say = self.say
        self.by_code = Card(say(N_("Far from any network")))
        words = N_(
            "Ring your supervisor and ask for today’s extension code of this laptop. Say that its device begins with "
            "{device}. The code opens the cases for one day, and holds once."
        )
        self.by_code.body.addWidget(PlainLabel(say(words, device=self.desk.device_id[:DEVICE_SIGNS])))
        self.said = PlainLabel(bold=True, tone="danger")  # over the field: in a low window what is under it is not seen
        self.said.hide()
        self.by_code.body.addWidget(self.said)
        self.code = LineEdit(name=say(N_("Extension code")), main=True, placeholder="XXXX-XXXX", longest=20)
        self.code.returnPressed.connect(self._extend)
        self.by_code.body.addWidget(PlainLabel(say(N_("Extension code")), bold=True, buddy=self.code))
        self.by_code.body.addWidget(self.code)
        self.open_button = PlainButton(say(N_("Open for one day")), kind="main")
        self.open_button.clicked.connect(self._extend)
        self.by_code.body.addLayout(row(self.open_button))
        self.column.addWidget(self.by_code)

    # -- the code

    def _extend(self) -> None:
        if not self.code.value().strip():
            return
        try:
            lease.extend(self.desk.store, self.code.value(), self.desk.clock)
            from_vault(self.desk, "opened by extension code")
        except Problem as problem:
            self.said.setText(str(problem.sentences(self.translator)))
            self.said.show()
            announce(self.said, self.said.text())
            return
        self.said.hide()
        self.code.set_value("")
        self.session.wants_lease.emit()

    # -- showing

    def show_now(self) -> None:
        self.happened.setText(self._happened())
        waits = status.waiting(self.desk).unsent
        kept = self.say(N_("Nothing is lost: everything is kept, and opens by itself as soon as the server answers."))
        if waits:
            kept += " " + self.translator.plural(
                N_("{n} action still waits to be sent, and will be."),
                N_("{n} actions still wait to be sent, and will be."),
                waits,
            )
        self.safe.setText(kept)
        problem = self.session.exchange_problem
        self.trouble.setText(str(problem.sentences(self.translator)) if problem else "")
        self.trouble.setVisible(problem is not None)
        self.by_code.setVisible(lease.knows_codes(self.desk.store))
        lines = self.session.case_lines()
        self.begun.setVisible(bool(lines))
        self.list.set_lines([case_line(line, self.desk.clock.now(), self.translator) for line in lines])
        self.list.fit(4)

    def _happened(self) -> str:
        found = self.session.lease
        if found is None:
            return ""
        moment = self.translator.moment
        said = self.say(
            N_(
                "This laptop has not met its server since {met}. The time is over for which it may be read without it, "
                "in case it was stolen or is no longer yours. You can record a new attendance all the same."
            ),
            met=moment(iso(found.met)),
        )
        if not found.by_clock:
            return said
        now = moment(iso(self.desk.clock.now()))
        wrong = N_("By its own clock it is {now}. If that is wrong, put the clock right: the cases open by themselves.")
        return f"{said} {self.say(wrong, now=now)}"

    def where(self) -> dict[str, Any]:
        return {}
