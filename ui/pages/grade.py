"""The grade: the officer first, then the floor with every rule in words and the factors behind it. Both are kept for
ever.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import edit, risk
from app.i18n import N_
from ui.editors.differs import CaseDiffers
from ui.editors.factory import label_of, options_of
from ui.pages.cards import clear
from ui.pages.changes import Changes
from ui.pages.correct import Correct, CorrectionNote
from ui.pages.drafts import DraftWords
from ui.pages.fold import Fold
from ui.pages.grade_row import GradeRow
from ui.pages.page import CasePage
from ui.pages.supervisor import Supervisor
from ui.widgets.bars import Banner, EmptyState
from ui.widgets.choices import ChoiceRow
from ui.widgets.grades import GradeBadge
from ui.widgets.text import Card, PlainButton, PlainLabel, row


class GradePage(CasePage):
    """The step “Grade”."""

    title = N_("Grade")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.nothing = EmptyState(
            self.words(N_("Nothing to grade yet")),
            self.words(N_("The grade follows from the risk questions. Answer the first ten; the rest can come later.")),
            self.words(N_("Go to the questions")),
            lambda: self.session.open_case(self.case_id, "risk"),
        )
        self.column.addWidget(self.nothing)
        self.correcting = CorrectionNote(self)
        self.column.addWidget(self.correcting)
        self.differs = [CaseDiffers(self, name) for name in ("grade", "grade_reason", "extreme")]
        for mark in self.differs:
            self.column.addWidget(mark)
        self.own = self._own_part()
        self.column.addWidget(self.own)
        self._in_force = Card(self.words(N_("In force")))
        line = QHBoxLayout()
        self.badge = GradeBadge(self.session.translator)
        self._force_said = PlainLabel("")
        line.addWidget(self.badge)
        line.addWidget(self._force_said, 1)
        self._in_force.body.addLayout(line)
        self.below = Banner(tone="warn")
        self._in_force.body.addWidget(self.below)
        self.supervisor = Supervisor(self)
        self._in_force.body.addWidget(self.supervisor)
        self._extreme_part()
        self.column.addWidget(self._in_force)
        self._floor = Card(self.words(N_("The floor, and why")))
        head = QHBoxLayout()
        self.floor_badge = GradeBadge(self.session.translator)
        head.addWidget(self.floor_badge)
        head.addWidget(
            PlainLabel(self.words(N_("The least that the rules allow. It does not predict; you decide."))), 1
        )
        self._floor.body.addLayout(head)
        self._reasons = QVBoxLayout()
        self._reasons.setSpacing(8)
        self._floor.body.addLayout(self._reasons)
        self.column.addWidget(self._floor)
        self.unknown = Fold("", self._fill_unknown)
        self.column.addWidget(self.unknown)
        self.changes = Changes(self)
        self.column.addWidget(self.changes)
        self._finish_part()
        self.correct = Correct(self)
        self.column.addWidget(self.correct)
        self.history = GradeRow(self)
        self.column.addWidget(self.history)

    def _own_part(self) -> Card:
        card = Card(self.words(N_("Your grade")))
        self._first = self.note(N_("You grade first. Then the floor of the rules appears, with its reasons."))
        card.body.addWidget(self._first)
        self._given = PlainLabel("")
        card.body.addWidget(self._given)
        self.choice = ChoiceRow(
            [(code, label, code[0]) for code, label in options_of(self.session, "grade")],
            name=self.words(N_("Your grade")),
        )
        self.choice.chosen.connect(lambda value: self.keep_draft("grade", value))
        card.body.addWidget(self.choice)
        self.reason = DraftWords(self, "grade_reason", N_("Why this grade, in your own words"))
        card.body.addWidget(self.reason)
        self.give = PlainButton(self.words(N_("Give this grade")), kind="main")
        self.give.clicked.connect(self._give)
        card.body.addLayout(row(self.give))
        return card

    def _extreme_part(self) -> None:
        self._extreme = Card(tone="warn")
        self._extreme_said = PlainLabel("")
        self._extreme.body.addWidget(self._extreme_said)
        self.flag = PlainButton(self.words(N_("Set the flag extreme")))
        self.flag.clicked.connect(lambda: self.act(edit.set_field, self.case_id, "extreme", "yes"))
        self.unflag = PlainButton(self.words(N_("Take the flag extreme away")), kind="quiet")
        self.unflag.clicked.connect(self._unflag)
        self._extreme.body.addLayout(row(self.flag, self.unflag))
        self._in_force.body.addWidget(self._extreme)

    def _finish_part(self) -> None:
        self._finish = Card(self.words(N_("Complete the assessment")))
        self._finish_said = PlainLabel("")
        self._finish.body.addWidget(self._finish_said)
        self.complete = PlainButton(self.words(N_("Complete: seal these answers")))
        self.complete.clicked.connect(self._complete)
        self._finish.body.addLayout(row(self.complete))
        self.column.addWidget(self._finish)

    # ---- showing

    def show_case(self) -> None:
        desk = self.session.desk
        self.picture = seen = risk.picture(desk, self.view)
        self.force = force = risk.in_force(desk, self.view, seen)
        assessment = seen.assessment.id if seen.assessment is not None else ""
        graded = any(g.get("assessment") == assessment for g in self.view.of("grade"))
        if not self.choice.hasFocus():
            self.choice.set_value(self.draft("grade") or (force.given if graded else ""))
        self._first.setVisible(not graded)
        self._given.setVisible(graded)
        self._given.setText(
            self.words(
                N_("Given: {grade}. {reason}"),
                grade=label_of(self.session, "grade", force.given),
                reason=self.view.case.get("grade_reason", ""),
            )
        )
        self.give.set_words(self.words(N_("Give this grade") if not graded else N_("Give another grade")))
        for mark in self.differs:
            mark.show_record(self.view.case)
        apart = self.view.case.in_conflict("grade")
        # Two officers graded apart: another grade in passing would replace both unseen.
        own: tuple[QWidget, ...] = (self.choice, self.reason, self.give)
        for control in own:
            control.setEnabled(not apart)
        self._given.setVisible(graded and not apart)
        self.own.setVisible(seen.assessment is not None)
        self.nothing.setVisible(seen.assessment is None)
        for part in (self._in_force, self._floor):
            part.setVisible(graded)
        self.unknown.setVisible(graded and bool(seen.floor.unknown))
        self._finish.setVisible(graded)
        if graded:
            self._show_force()
            self._show_floor()
        self.changes.show_case(seen.floor, risk.instrument(desk, self.view).codes)
        self._show_finish()
        self.correcting.show_case()
        self.correct.show_case()
        self.history.show_case()

    def _show_force(self) -> None:
        force = self.force
        self.badge.show_grade(force.grade, extreme=force.extreme, provisional=force.provisional)
        review = risk.review(self.session.desk, self.view, self.picture, force)
        self._force_said.setText(
            self.words(N_("Review due {when}."), when=self.session.translator.moment(review.at.isoformat()))
        )
        self.below.setVisible(force.request_open)
        self.supervisor.setVisible(force.request_open)
        if force.request_open:
            self.below.say(
                self.words(
                    N_(
                        "You gave {given}; the least allowed is {least}. Both are kept. {least} is in force until a "
                        "supervisor has decided."
                    ),
                    given=label_of(self.session, "grade", force.given),
                    least=label_of(self.session, "grade", force.least),
                ),
                "warn",
            )
        self.supervisor.show_case()
        proposed = force.extreme_proposed and not force.extreme
        self._extreme.setVisible(proposed or force.extreme)
        apart = self.view.case.in_conflict("extreme")
        self.flag.setVisible(proposed and not apart)
        self.unflag.setVisible(force.extreme and not self.picture.floor.extreme and not apart)
        rules = risk.rule_set(self.session.desk, self.view).extreme
        said = (
            rules.proposed_sentence if proposed else N_("The flag extreme is set: high, and the suspect can act now.")
        )
        self._extreme_said.setText(self.words(said))

    def _show_floor(self) -> None:
        seen = self.picture
        self.floor_badge.show_grade(seen.floor.level, extreme=seen.floor.extreme, provisional=seen.floor.provisional)
        clear(self._reasons)
        for reason in seen.floor.reasons:
            sentence = self.words(reason.sentence)
            said = f"{reason.rule}: {sentence}" if reason.rule else sentence
            self._reasons.addWidget(PlainLabel(said, bold=bool(reason.rule)))
            if reason.factors:
                self._reasons.addWidget(PlainLabel(self.because(reason.factors), quiet=True))
        for earlier in seen.facts.earlier:
            self._reasons.addWidget(
                PlainLabel(
                    self.words(
                        N_("{factor}: yes on {day}, counts until it is answered again."),
                        factor=self.because([earlier.factor]),
                        day=self.session.translator.day(earlier.at),
                    ),
                    quiet=True,
                )
            )
        self.unknown.set_title(
            self.session.translator.plural(
                N_("{n} question not known: not counted as no"),
                N_("{n} questions not known: not counted as no"),
                len(seen.floor.unknown),
            )
        )
        if self.unknown.is_filled:
            self._unknown_said.setText(self.because(seen.floor.unknown))

    def _show_finish(self) -> None:
        seen = self.picture
        if seen.completed and seen.assessment is not None:
            said = self.words(
                N_("Completed {when}. It cannot be changed any more; a new assessment can be started under Risk."),
                when=self.session.translator.moment(seen.assessment.get("completed_at")),
            )
        elif seen.floor.provisional:
            said = self.words(
                N_("The grade is provisional because much is not known. Ask the rest before {when}, then complete."),
                when=self.session.translator.moment(seen.complete_by.isoformat()),
            )
        else:
            said = self.words(
                N_(
                    "{n} of {total} questions have an answer. After completing, answers stay as they are; a new "
                    "assessment can follow at any time."
                ),
                n=seen.answered,
                total=seen.total,
            )
        self._finish_said.setText(said)
        self.complete.setVisible(not seen.completed)

    def _fill_unknown(self, inside: QVBoxLayout) -> None:
        self._unknown_said = PlainLabel(self.because(self.picture.floor.unknown))
        inside.addWidget(self._unknown_said)
        ask = PlainButton(self.words(N_("Go to the questions")))
        ask.clicked.connect(lambda: self.session.open_case(self.case_id, "risk"))
        inside.addLayout(row(ask))

    # ---- doing

    def first_focus(self) -> None:
        if not self.own.isHidden():
            buttons = self.choice.buttons
            next((button for button in buttons if button.isChecked()), buttons[0]).setFocus()
        elif self.nothing.button is not None:
            self.nothing.button.setFocus()

    def _give(self) -> None:
        self.reason.flush()
        assessment = self.picture.assessment
        if assessment is None:
            return
        keep = "yes" if self.force.extreme and not self.picture.floor.extreme else None
        done = self.act_quietly(risk.grade, assessment.id, self.choice.value(), self.reason.text(), extreme=keep)
        if done is not None:
            self.keep_draft("grade", "")
            self.announce(done)
            self.reason.used()
            self.show_case()

    def _unflag(self) -> None:
        if self.act(edit.set_field, self.case_id, "extreme", "no") is not None:
            self.offer_undo(self.words(N_("The flag extreme was taken away.")))

    def _complete(self) -> None:
        if self.picture.assessment is not None:
            self.session.flush_all()
            self.act(risk.complete, self.picture.assessment.id)


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return GradePage(session, case_id).start()
