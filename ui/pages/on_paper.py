"""What stands on a paper that leaves: numbers under plain labels, and for the discreet pages which measures, and why
not others.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import paper, services
from app.i18n import N_
from app.problems import Problem
from ui.pages.choose_service import ChooseService
from ui.pages.fold import Fold
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainCheck, PlainLabel, announce, row

NUMBERS = 4
NUMBERS_KEPT = "card_numbers"


class OnPaper(QWidget):
    """The officer's choice; `choice()` is what casework is given."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, self.words = page, page.words
        self._variant, self._language = "card", "en"
        self.off: set[str] = set()
        self.confirmed: set[str] = set()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.numbers: list[tuple[LineEdit, LineEdit]] = []
        self._numbers = Fold(self.words(N_("Telephone numbers under plain labels")), self._fill_numbers)
        column.addWidget(self._numbers)
        self._fits = PlainLabel("", quiet=True)
        column.addWidget(self._fits)
        self.rows: dict[str, MeasureChoice] = {}
        self.measures = QVBoxLayout()
        self.measures.setSpacing(4)
        column.addLayout(self.measures)
        self._none = PlainLabel(
            self.words(N_("The plan holds no measures yet; only neutral lines stand on the pages.")), quiet=True
        )
        column.addWidget(self._none)

    def show_variant(self, variant: str, language: str) -> None:
        """Show what can be chosen for a variant."""
        self._variant, self._language = variant, language
        discreet = variant == "discreet"
        self._fits.setVisible(discreet)
        for row_shown in self.rows.values():
            row_shown.setVisible(discreet)
        self._none.setVisible(False)
        if discreet:
            self._show_measures()

    def choice(self) -> paper.Choice:
        """What was chosen."""
        numbers = [
            paper.Number(label.value().strip(), number.value().strip())
            for label, number in self.numbers
            if label.value().strip() and number.value().strip()
        ]
        measures = (
            [m.id for m in self.page.view.of("measure") if m.id not in self.off]
            if self._variant == "discreet"
            else None
        )
        return paper.Choice(measures=measures, confirmed=frozenset(self.confirmed), numbers=numbers)

    def _fill_numbers(self, inside: QVBoxLayout) -> None:
        inside.addWidget(
            PlainLabel(
                self.words(
                    N_(
                        "A label that anybody would have: “Dentist”, “Anna work”. Ask the victim whether it would be "
                        "noticed. A service from the directory comes with such a label."
                    )
                ),
                kind="small",
                quiet=True,
            )
        )
        kept = self._kept_numbers()
        for n in range(1, NUMBERS + 1):
            label = LineEdit(name=self.words(N_("Plain label {n}"), n=n), placeholder=self.words(N_("plain label")))
            number = LineEdit(name=self.words(N_("Number {n}"), n=n), placeholder=self.words(N_("number")))
            self.numbers.append((label, number))
            inside.addLayout(row(label, number, stretch=False))
            for field, text in zip((label, number), kept[n - 1] if n <= len(kept) else (), strict=False):
                field.set_value(text)
            for field in (label, number):
                field.answered.connect(lambda _text: self._keep_numbers())
        self.choose_service = ChooseService(
            self.page, self._take_service, name=self.words(N_("Choose a service for the card"))
        )
        inside.addWidget(self.choose_service)
        self._taken = PlainLabel("", quiet=True)
        inside.addWidget(self._taken)
        self._taken.hide()

    def _kept_numbers(self) -> list[list[str]]:
        """What was typed or chosen for the card and is not printed yet: it is still there after a lock."""
        try:
            kept = json.loads(self.page.draft(NUMBERS_KEPT) or "[]")
        except ValueError:
            return []
        return [[str(text) for text in pair][:2] for pair in kept if isinstance(pair, list)]

    def _keep_numbers(self) -> None:
        pairs = [[label.value(), number.value()] for label, number in self.numbers]
        self.page.keep_draft(NUMBERS_KEPT, json.dumps(pairs) if any(any(pair) for pair in pairs) else "")

    def _take_service(self, offer: services.Offer) -> None:
        """Put a service's number beside its neutral label, and note the service in the plan."""
        label, number = services.number_for_card(offer)
        free = next((pair for pair in self.numbers if not any(field.value().strip() for field in pair)), None)
        said = ""
        if not label:
            said = N_("This service has no neutral name, so its number is not for a card.")
        elif any(line[1].value().strip() == number for line in self.numbers):
            said = N_("Its number stands on the card already.")
        elif free is None:
            said = N_("Every line of the card is taken. Empty one first.")
        if not said and free is not None:
            free[0].set_value(label)
            free[1].set_value(number)
            self._keep_numbers()
            words = self.page.session.translator
            self.page.act(services.note_in_plan, offer, words, on_card=True)
            said = N_("{name} stands on the card as “{label}” and is noted in the plan.")
        self._taken.setText(self.words(said, name=services.full_name(offer), label=label))
        self._taken.show()
        announce(self._taken, self._taken.text())

    def _show_measures(self) -> None:
        desk, tr = self.page.session.desk, self.page.session.translator
        try:
            found = paper.findings(desk, self.page.case_id, "safety-plan", "discreet", self._language, self.choice())
        except Problem as problem:
            self.page.problem_bar.show_problem(problem)
            return
        out = {left.measure: left for left in found.left_out}
        self._fits.setText(
            tr.plural(
                N_("{n} measure stands on the pages; room is for {fit} of them."),
                N_("{n} measures stand on the pages; room is for {fit} of them."),
                found.chosen,
                fit=found.fit,
            )
        )
        measures = paper.measures_in_order(desk, self.page.view)
        ids = [m.id for m in measures]
        for gone in [known for known in self.rows if known not in ids]:
            row_gone = self.rows.pop(gone)
            self.measures.removeWidget(row_gone)
            row_gone.hide()
            row_gone.deleteLater()
        for place, measure in enumerate(measures):
            if measure.id not in self.rows:
                self.rows[measure.id] = MeasureChoice(self, measure.id)
                self.measures.insertWidget(place, self.rows[measure.id])
            words = str(measure.get("what", "")) or self.words(N_("measure without words"))
            self.rows[measure.id].show_measure(words, measure.id not in self.off, out.get(measure.id))
        self._none.setVisible(not measures)

    def choose(self, record_id: str, on: bool) -> None:
        """Put a measure on the paper or take it off."""
        (self.off.discard if on else self.off.add)(record_id)
        self.show_variant(self._variant, self._language)

    def confirm(self, record_id: str) -> None:
        """Keep a measure although a word in it is doubtful: the officer has read it again."""
        self.confirmed.add(record_id)
        self.show_variant(self._variant, self._language)


class MeasureChoice(QWidget):
    """One measure: whether it stands on the paper, and why not."""

    def __init__(self, part: OnPaper, record_id: str) -> None:
        super().__init__()
        self._part = part
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.check = PlainCheck("")
        self.check.clicked.connect(lambda on: part.choose(record_id, on))
        self.why = PlainLabel("", kind="small", tone="danger")
        self.why.setIndent(30)
        self.keep = PlainButton(part.words(N_("I have read it again: keep it")), kind="quiet")
        self.keep.clicked.connect(lambda: part.confirm(record_id))
        column.addWidget(self.check)
        column.addWidget(self.why)
        column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeft)

    def show_measure(self, words: str, chosen: bool, left: Any) -> None:
        """Show the measure and what was found; `left` is what keeps it off the paper, or None."""
        self.check.setText(words.replace("&", "&&"))
        self.check.setAccessibleName(words)
        self.check.setChecked(chosen and left is None)
        self.check.setEnabled(not chosen or left is None)
        said = ""
        if chosen and left is not None:
            sentences = paper.found_in_words(left, self._part.page.session.translator)
            said = " ".join([self._part.words(left.why), *sentences])
        self.why.setText(said)
        self.why.setVisible(bool(said))
        self.keep.setVisible(bool(said) and left.can_confirm)
        self.keep.setAccessibleName(self._part.words(N_("Keep on paper: {measure}"), measure=words))
