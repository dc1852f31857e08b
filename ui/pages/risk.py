"""Risk identification: ten first questions, then five groups; every answer saved at once. No score, no rule speaks
here.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.casework import cases, conflicts, risk
from app.casework.known import known_already
from app.i18n import N_
from ui.editors.differs import PAGE
from ui.editors.factory import label_of, options_of
from ui.pages.asking import Asking
from ui.pages.correct import CorrectionNote
from ui.pages.factor_card import NOT_SAFE, FactorCard, shorten
from ui.pages.fold import Fold
from ui.pages.opening import Opening
from ui.pages.page import CasePage
from ui.pages.victim_view import VictimView
from ui.widgets.text import PlainButton, PlainLabel, row

AT_ONCE = 4
"""Cards that are made before the first paint; more do not fit on a screen."""


class RiskPage(CasePage):
    """The step “Risk”."""

    title = N_("Risk")

    def build(self) -> None:
        self.form = risk.instrument(self.session.desk, self.view)
        self._options = options_of(self.session, "answer")
        self.stood: FactorCard | None = None
        self.cards: list[FactorCard] = []
        self._folds: list[tuple[Fold, Any, PlainButton]] = []
        self.picture: Any = None
        self.column.addWidget(self.heading(self.form.title, 1))
        if not self.form.validated:
            self.column.addWidget(self.note(self.form.notice))
        self._state = PlainLabel("", kind="quiet")
        self.again = PlainButton(self.words(N_("Start a new assessment")), kind="main")
        self.again.clicked.connect(lambda: self.act(risk.start_assessment))
        self.column.addWidget(self._state)
        self.column.addLayout(row(self.again))
        self.correcting = CorrectionNote(self)
        self.column.addWidget(self.correcting)
        self.opening = Opening(self)
        self.column.addWidget(self.opening)
        self.asking = Asking(self)
        self.column.addWidget(self.asking)
        self._first_title = self.heading(N_("First questions"))
        self.column.addWidget(self._first_title)
        self.column.addWidget(
            self.note(
                N_(
                    "Keys: Y yes, N no, K don't know, D declined, X not asked. Arrow keys go from question to "
                    "question, Tab goes to source and note."
                )
            )
        )
        self._first = QVBoxLayout()
        self._first.setSpacing(8)
        self.column.addLayout(self._first)
        self._add_first(self.form.first_factors[:AT_ONCE])
        self.later(self._add_more_first)
        self.victim_view: VictimView | None = None
        for group in self.form.groups:
            self.later(partial(self._add_group, group))
        self.later(self._add_rest)

    def _add_first(self, factors: Any) -> None:
        for factor in factors:
            self._first.addWidget(self._card(factor))

    def _add_more_first(self) -> None:
        before = len(self.cards)
        self._add_first(self.form.first_factors[AT_ONCE:])
        self._show_new(before)

    def _add_group(self, group: Any) -> None:
        before = len(self.cards)
        self.column.addWidget(self._group(group))
        self._show_new(before)

    def _show_new(self, before: int) -> None:
        for card in self.cards[before:]:
            self._show_card(card)
            self._lock_card(card)
        self._show_counts()

    def _add_rest(self) -> None:
        self.victim_view = VictimView(self)
        self.column.addWidget(self.victim_view)
        self.victim_view.show_record()

    def show_case(self) -> None:
        self.picture = seen = risk.picture(self.session.desk, self.view)
        self.known = known_already(self.session.desk, self.view)
        for card in self.cards:
            self._show_card(card)
        self._show_counts()
        when = seen.assessment.get("completed_at") if seen.assessment is not None else None
        self._state.setVisible(bool(when))
        self.again.setVisible(bool(when))
        if when:
            self._state.setText(
                self.words(
                    N_(
                        "This assessment was completed on {when} and cannot be changed. A new one starts empty "
                        "and shows what was answered before."
                    ),
                    when=self.session.translator.moment(when),
                )
            )
        for card in self.cards:
            self._lock_card(card)
        self.correcting.show_case()
        self.asking.show_record()
        self.opening.show_record()
        if self.victim_view is not None:
            self.victim_view.show_record()

    def first_focus(self) -> None:
        if self.picture.completed:  # nothing in it can be changed, so work begins with a new one
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        first = self._first_open()
        if first is None and self.picture.answered < self.picture.total:
            self.finish()  # where work goes on stands further down
            first = self._first_open()
        (first or self.cards[0]).focus_first()

    def _first_open(self) -> FactorCard | None:
        return next((c for c in self.cards if not c.row.value() and not c.isHidden()), None)

    def help_text(self) -> str:
        factor = self.stood.factor if self.stood is not None else None
        if factor is None:
            return f"{self.words(self.form.introduction)}\n\n{self.words(self.form.scope)}"
        parts = [
            (N_("Why this matters"), self.words(factor.why)),
            (N_("How to ask"), self.words(factor.how_to_ask)),
            (N_("What a good note says"), self.words(factor.good_note)),
        ]
        if factor.examples:
            parts.append((N_("How often?"), "\n".join("• " + self.words(e) for e in factor.examples)))
        known = [
            self.words(N_("{day}: {answer}"), day=self.session.translator.day(e.at), answer=self.answer_label(e.value))
            + (f" “{shorten(e.note, 200)}”" if e.note else "")
            for e in self.picture.earlier.get(factor.code, ())
        ]
        known += self._known_words(factor.code, 200)
        if known:
            parts.append((N_("Known already"), "\n".join(known)))
        return "\n\n".join(f"{self.words(title)}\n{text}" for title, text in parts)

    def _known_words(self, code: str, most: int) -> list[str]:
        """What is on record about a factor beside its answers."""
        say, day = self.words, self.session.translator.day
        return [
            say(N_("Known already, {day}: an order was broken"), day=day(one.at))
            + (f" · “{shorten(one.text, most)}”" if one.text else "")
            for one in self.known.get(code, ())
        ]

    # ---- answering

    def assessment_id(self) -> str:
        """The assessment that is being filled in; started with the first answer. Empty where it could not be
        started.
        """
        current = risk.current_assessment(self.view)
        if current is not None:
            return current.id
        made = self.act(risk.start_assessment)
        return made[0] if made is not None else ""

    def answer_factor(self, card: FactorCard, **values: Any) -> bool:
        """Save an answer or a part of it. False where it could not be saved; the Problem stands on the page then."""
        assessment = self.assessment_id()
        done = self.act(risk.answer, assessment, card.factor.code, **values) if assessment else None
        if done is None:
            card.saved.failed(self.problem_bar.problem) if self.problem_bar.problem else None
            self._show_card(card, again=True)
            return False
        card.saved.saved(self.session.desk.clock.now())
        if "value" in values:
            self._bring_card(card)
        return True

    def decide_answer(self, card: FactorCard, name: str = "value") -> None:
        """Go where two different answers are compared and decided."""
        answer = self.picture.answers.get(card.factor.code)
        if answer is not None:
            self.session.open_case(self.case_id, PAGE, conflicts.key_of(answer.record_id, name))

    def answer_label(self, value: Any) -> str:
        """An answer in words."""
        return label_of(self.session, "answer", value)

    def note_danger(self) -> None:
        """Do what the button Immediate danger does; without a frame around the page only the note is made."""
        frame: Any = self.parentWidget()
        while frame is not None and not hasattr(frame, "immediate_danger"):
            frame = frame.parentWidget()
        if frame is not None:
            frame.immediate_danger()
        else:
            self.act(cases.immediate_danger)

    # ---- cards and groups

    def _card(self, factor: Any, because: str = "", *, inside: bool = False) -> FactorCard:
        card = FactorCard(self, factor, self._options, asked_because=because)
        card.moved.connect(self._move)
        card.stood_on.connect(self._stand)
        self.cards.append(card)
        if not inside:
            for code in factor.asks_at_once:
                follower = self.form.factor(code)
                if follower is not None:
                    card.follow_with(self._card(follower, self.words(N_("Ask this at once:")), inside=True))
        return card

    def _group(self, group: Any) -> Fold:
        factors = [f for f in self.form.of_group(group.id) if not f.first_layer]
        skip = PlainButton(
            self.words(N_("Not safe to ask now: the whole group")),
            kind="quiet",
            name=self.words(N_("Not safe to ask now: {group}"), group=self.words(group.title)),
        )
        skip.clicked.connect(lambda: self._skip_group(group, factors))

        def fill(inside: QVBoxLayout) -> None:
            inside.addLayout(row(skip))
            for factor in factors:
                inside.addWidget(self._card(factor))

        fold = Fold(self.words(group.title), fill)
        self._folds.append((fold, factors, skip))
        fold.set_open(True)
        return fold

    def _skip_group(self, group: Any, factors: list[Any]) -> None:
        assessment = self.assessment_id()
        open_now = [f.code for f in factors if not self._value(f.code)]
        if not assessment or not open_now:
            return
        note = self.words(NOT_SAFE)
        if self.act(risk.answer_together, assessment, open_now, value="not_asked", note=note) is None:
            return
        said = N_("{group}: {n} questions marked as not asked.")
        self.offer_undo(self.words(said, group=self.words(group.title), n=len(open_now)))

    def _value(self, code: str) -> str | None:
        answer = self.picture.answers.get(code)
        return answer.value if answer is not None else None

    def _show_card(self, card: FactorCard, *, again: bool = False) -> None:
        code = card.factor.code
        answer = self.picture.answers.get(code)
        record = self.view.record(answer.record_id) if answer is not None and answer.conflict else None
        apart = {name: record.standing(name) for name in record.conflicts()} if record is not None else {}
        if again:
            card.shown = None
        card.show_answer(answer, self.picture.earlier.get(code, ()), apart)
        card.show_known(self._known_words(code, 60))

    def _lock_card(self, card: FactorCard) -> None:
        card.row.setEnabled(not self.picture.completed)
        card.not_safe.setEnabled(not self.picture.completed)

    def _show_counts(self) -> None:
        first = self.form.first_factors
        answered = sum(1 for f in first if self._value(f.code))
        self._first_title.setText(self.words(N_("First questions: {n} of {total}"), n=answered, total=len(first)))
        for fold, factors, skip in self._folds:
            done = sum(1 for f in factors if self._value(f.code))
            group = next(g for g in self.form.groups if g.id == factors[0].group)
            fold.set_title(
                self.words(N_("{group}: {n} of {total}"), group=self.words(group.title), n=done, total=len(factors))
            )
            skip.setEnabled(done < len(factors) and not self.picture.completed)

    # ---- moving about

    def _move(self, card: FactorCard, step: int) -> None:
        order = [c for c in self.cards if c.isVisible()]
        order.sort(key=lambda c: c.mapTo(self.sheet.paper, c.rect().topLeft()).y())
        place = order.index(card) + step
        if 0 <= place < len(order):
            order[place].focus_first()

    def _stand(self, card: FactorCard) -> None:
        if self.stood is not card:
            self.stood = card
            self.help_changed.emit()
        self._bring_card(card)

    def _bring_card(self, card: FactorCard) -> None:
        # After the layout has made room for what the answer opens.
        QTimer.singleShot(0, card, lambda: self.bring_whole_into_view(card))


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return RiskPage(session, case_id).start()
