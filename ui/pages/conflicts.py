"""Everything in a case that two officers recorded apart, what waited longest first; each is compared and decided here.

Reached from the mark on the field, from the header and from the lists; decisions that were taken stand below.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout

from app.casework import charge, conflicts, risk
from app.casework.conflicts import Conflict, Decision
from app.casework.timeline import received_words
from app.clock import parse_moment
from app.i18n import N_
from ui.editors.factory import label_of
from ui.pages.deciding import Deciding, decided_words
from ui.pages.fold import Fold
from ui.pages.history import where_words
from ui.pages.in_sight import InSight
from ui.pages.page import WITHIN, CasePage
from ui.shell.lines import waiting_words
from ui.widgets.bars import Banner, EmptyState
from ui.widgets.lists import Line, LineList
from ui.widgets.text import PlainButton, PlainLabel, row


class ConflictsPage(CasePage):
    """The page beside the steps on which it is decided what stands. `left` when somebody goes back."""

    title = N_("Recorded differently")
    left = Signal()

    def build(self) -> None:
        self.found: dict[str, Conflict] = {}
        self.deciding = Deciding(self)
        self.column.addWidget(self.heading(self.title, 1))
        self.note_of_it = self.note(
            N_("Officers wrote different values without knowing of each other. Every value is kept; you decide.")
        )
        self.column.addWidget(self.note_of_it)
        self.owner = self.note("")
        self.column.addWidget(self.owner)
        self.supervisor = Banner(tone="warn", action=self.words(N_("Go to the grade")))
        self.supervisor.button.clicked.connect(lambda: self.session.open_case(self.case_id, "grade"))
        self.supervisor.hide()
        self.column.addWidget(self.supervisor)
        self.list = LineList(name=self.words(N_("What differs, what waited longest first")))
        self.list.current.connect(self._show_one)
        self.list.opened.connect(lambda _key: self.deciding.first_focus())
        self.column.addWidget(self.list)
        self.column.addWidget(self.deciding)
        self.empty = EmptyState(
            self.words(N_("Nothing is recorded differently")),
            self.words(
                N_("When two officers write different values without knowing of each other, both stand here to decide.")
            ),
            self.words(N_("Back to the case")),
            self.left.emit,
        )
        self.column.addWidget(self.empty)
        self.before = Fold(self.words(N_("Decided before")), self._fill_before)
        self.column.addWidget(self.before)
        self.back = PlainButton(self.words(N_("Back to the case")))
        self.back.clicked.connect(self.left)
        self.column.addLayout(row(self.back))
        QShortcut(QKeySequence("Esc"), self, self.left.emit, context=WITHIN)

    # ---- showing

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stale = True  # when the server received something may be known by the next time

    def show_case(self) -> None:
        desk, tr = self.session.desk, self.session.translator
        found = conflicts.open_conflicts(desk, self.view, tr)
        self.found = {one.key: one for one in found}
        self.list.set_lines([self._line(one) for one in found])
        self.list.fit(min(4, len(found)))
        self.list.setVisible(len(found) > 1)
        for part in (self.note_of_it, self.owner, self.back):
            part.setVisible(bool(found))
        self.owner.setText(self.words(N_("Officer in the case: {who}."), who=charge.owner(desk, self.view)))
        self.empty.setVisible(not found)
        self._show_one(self.list.current_key())
        self.taken = conflicts.decisions(desk, self.view, tr)
        self.before.setVisible(bool(self.taken))
        self.before.set_title(tr.plural(N_("{n} decision before"), N_("{n} decisions before"), len(self.taken)))
        if self.before.is_filled:
            self._show_before()
        self._show_supervisor()

    def _line(self, one: Conflict) -> Line:
        said = [
            self.words(
                N_("“{value}” ({who})"),
                value=side.text or self.words(N_("empty")),
                who=", ".join(dict.fromkeys(writer.who for writer in side.writers)),
            )
            for side in one.sides
        ]
        since = waiting_words(parse_moment(one.since), self.session.desk.clock.now(), self.session.translator)
        return Line(one.key, f"{one.heading}: {one.label}", " · ".join(said), since)

    def _show_one(self, key: str) -> None:
        self.deciding.show_conflict(self.found.get(key))

    def _show_supervisor(self) -> None:
        """A grade that was decided lower stays as given, and the higher one in force."""
        desk = self.session.desk
        force = risk.in_force(desk, self.view, risk.picture(desk, self.view))
        told = force.request_open and any(one.field == "grade" for one in self.taken)
        self.supervisor.setVisible(told and not self.view.case.in_conflict("grade"))
        self.supervisor.say(
            self.words(
                N_("{given} was kept as given. {grade} stays in force until a supervisor has decided."),
                given=label_of(self.session, "grade", force.given),
                grade=label_of(self.session, "grade", force.grade),
            ),
            "warn",
        )

    # ---- decided before

    def _fill_before(self, inside: QVBoxLayout) -> None:
        self.earlier = LineList(name=self.words(N_("Decisions, latest first")))
        self.earlier.current.connect(self._show_decision)
        inside.addWidget(self.earlier)
        self.detail = PlainLabel("", selectable=True)
        inside.addWidget(self.detail)
        InSight(self, self.earlier, self.detail)
        self._show_before()

    def _show_before(self) -> None:
        self.earlier.set_lines([self._decision_line(n, one) for n, one in enumerate(self.taken)])
        self.earlier.fit(min(4, len(self.taken)))
        self._show_decision(self.earlier.current_key())

    def _decision_line(self, number: int, one: Decision) -> Line:
        tr = self.session.translator
        under = " · ".join((tr.moment(one.writer.at), one.writer.who))
        end = self.words(N_("stands")) if one.stands else self.words(N_("changed since"))
        text = one.text or self.words(N_("empty"))
        return Line(str(number), f"{one.heading}: {one.label}: {text}", under, end)

    def _show_decision(self, key: str) -> None:
        if not key:
            return
        one, tr = self.taken[int(key)], self.session.translator
        nothing = self.words(N_("empty"))
        who = (tr.moment(one.writer.at), one.writer.who, where_words(self, one.writer.here, one.writer.device))
        received = received_words(one.writer.at, one.writer.received, tr)
        said = [
            self.words(N_("Kept: “{value}”"), value=one.text or nothing),
            self.words(N_("Not kept: {values}"), values=" · ".join(f"“{text or nothing}”" for text in one.over)),
            " · ".join(part for part in (*who, received) if part),
        ]
        said += [self.words(N_("Because: {causes}"), causes=one.reason)] if one.reason else []
        self.detail.setText("\n".join(said))

    # ---- for the frame and for the card

    def first_focus(self) -> None:
        if not self.found:
            if self.empty.button is not None:
                self.empty.button.setFocus()
        elif len(self.found) > 1:
            self.list.setFocus()
        else:
            self.deciding.first_focus()

    def stand_at(self, key: str) -> None:
        """Show one of them, by its key or by its record alone."""
        known = next((name for name in self.found if name == key or name.startswith(f"{key}:")), "")
        if known and self.list.make_current(known):
            self.deciding.first_focus()

    def decided(self, conflict: Conflict, said: str) -> None:
        """Say what was decided, with the way back, and stand on what is next."""
        if conflict.field != "grade":  # a grade is written for good; another one may be given
            self.offer_undo(decided_words(self.words, conflict, said))
        self.first_focus()


def make_page(session: Any, case_id: str) -> CasePage:
    """The page for a case."""
    return ConflictsPage(session, case_id).start()
