"""What stands on a paper that leaves: numbers under plain labels, and for the discreet pages which measures, and why
not others.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import paper
from app.i18n import N_
from app.problems import Problem
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainCheck, PlainLabel, row

NUMBERS = 4


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
        self.measures = QVBoxLayout()
        column.addLayout(self.measures)

    def show_variant(self, variant: str, language: str) -> None:
        """Show what can be chosen for a variant."""
        self._variant, self._language = variant, language
        discreet = variant == "discreet"
        self._fits.setVisible(discreet)
        clear(self.measures)
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
                        "A label that anybody would have: “Dentist”, “Anna work”. This profile holds no "
                        "numbers of its own."
                    )
                ),
                kind="small",
                quiet=True,
            )
        )
        for n in range(1, NUMBERS + 1):
            label = LineEdit(name=self.words(N_("Plain label {n}"), n=n), placeholder=self.words(N_("plain label")))
            number = LineEdit(name=self.words(N_("Number {n}"), n=n), placeholder=self.words(N_("number")))
            self.numbers.append((label, number))
            inside.addLayout(row(label, number, stretch=False))

    def _show_measures(self) -> None:
        desk = self.page.session.desk
        try:
            found = paper.findings(desk, self.page.case_id, "safety-plan", "discreet", self._language, self.choice())
        except Problem as problem:
            self.page.problem_bar.show_problem(problem)
            return
        out = {left.measure: left for left in found.left_out}
        self._fits.setText(
            self.words(N_("{n} measures chosen, {fit} fit on the two pages."), n=found.chosen, fit=found.fit)
        )
        for measure in paper.measures_in_order(desk, self.page.view):
            left = out.get(measure.id)
            chosen = measure.id not in self.off
            check = PlainCheck(str(measure.get("what", "")) or self.words(N_("measure without words")))
            check.setChecked(chosen and (left is None or left.can_confirm))
            check.setEnabled(not chosen or left is None or left.can_confirm)
            check.toggled.connect(lambda on, record_id=measure.id: self._toggle(record_id, on))
            self.measures.addWidget(check)
            if chosen and left is not None:
                self._explain(left)
        if not self.page.view.of("measure"):
            self.measures.addWidget(
                PlainLabel(
                    self.words(N_("The plan holds no measures yet; only neutral lines stand on the pages.")), quiet=True
                )
            )

    def _explain(self, left: Any) -> None:
        said = [self.words(left.why), *paper.found_in_words(left, self.page.session.translator)]
        self.measures.addWidget(PlainLabel(" ".join(said), kind="small", tone="danger"))
        if left.can_confirm:
            keep = PlainButton(
                self.words(N_("I have read it again: keep it")),
                kind="quiet",
                name=self.words(N_("Keep on paper: {measure}"), measure=left.words),
            )
            keep.clicked.connect(lambda: self._confirm(left.measure))
            self.measures.addWidget(keep, 0, Qt.AlignmentFlag.AlignLeft)

    def _toggle(self, record_id: str, on: bool) -> None:
        (self.off.discard if on else self.off.add)(record_id)
        self.show_variant(self._variant, self._language)

    def _confirm(self, record_id: str) -> None:
        self.confirmed.add(record_id)
        self.show_variant(self._variant, self._language)
