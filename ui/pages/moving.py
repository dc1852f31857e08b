"""Moving a record to the right case: the case is found by typing, and what crosses and what does not is said first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.casework import move, undo_words
from app.casework.change_words import ChangeWords
from app.casework.find import Found, find
from app.i18n import N_
from app.problems import Problem
from app.records.names import full_name
from ui.pages.buttons import Buttons
from ui.pages.cards import clear
from ui.shell.lines import title_of
from ui.widgets.edits import LineEdit
from ui.widgets.text import Card, PlainButton, PlainLabel, announce

SHOWN = 6
FIND_AFTER_MS = 120


class MovePanel(Card):
    """Opens under the card of a record. Nothing is written before its last button is pressed."""

    def __init__(self, page: Any, record_id: str, what: str) -> None:
        super().__init__(page.words(N_("Move to another case")))
        self.page, self.words, self._record_id = page, page.words, record_id
        self.setAccessibleName(self.words(N_("Move to another case: {what}"), what=what))
        self.box = LineEdit(
            name=self.words(N_("Which case: reference, name or place")),
            placeholder=self.words(N_("Reference, name or place")),
        )
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(FIND_AFTER_MS)
        self._later.timeout.connect(self.look)
        self.box.textChanged.connect(lambda _text: self._later.start())
        self.box.returnPressed.connect(self.look)
        self.body.addWidget(PlainLabel(self.words(N_("Which case: reference, name or place")), buddy=self.box))
        self.body.addWidget(self.box)
        self._hits = QVBoxLayout()
        self.body.addLayout(self._hits)
        self._plan = QVBoxLayout()
        self.body.addLayout(self._plan)

    def first_focus(self) -> None:
        """Stand in the box."""
        self.box.setFocus()

    def look(self) -> None:
        """Show the cases that the words find, without this one and without archived ones."""
        self._later.stop()
        clear(self._hits)
        clear(self._plan)
        wanted = self.box.value().strip()
        if not wanted:
            return
        cases_found: dict[str, Found] = {}
        for hit in find(self.page.session.desk, wanted):
            if hit.case_id != self.page.case_id and not hit.line.archived:
                cases_found.setdefault(hit.case_id, hit)
        if not cases_found:
            said = PlainLabel(self.words(N_("No other case in this vault has these words.")), quiet=True)
            self._hits.addWidget(said)
            announce(said, said.text())
            return
        shown = Buttons()
        for case_id, hit in list(cases_found.items())[:SHOWN]:
            title = title_of(hit.line.reference, hit.line.short_name, self.page.session.translator)
            button = PlainButton(title, name=self.words(N_("Choose the case {case}"), case=title))
            button.clicked.connect(lambda _=False, case_id=case_id, title=title: self.show_plan(case_id, title))
            shown.add(button)
        self._hits.addWidget(shown)
        self.page.bring_into_view(self)

    def show_plan(self, other: str, title: str) -> None:
        """Say what will move and what will not."""
        clear(self._plan)
        desk = self.page.session.desk
        try:
            planned = move.moving(desk, self.page.case_id, self._record_id, other)
        except Problem as problem:
            self.page.problem_bar.show_problem(problem)
            return
        for sentence in self._sentences(planned):
            self._plan.addWidget(PlainLabel(sentence))
        count = len(planned.records)
        words = self.page.session.translator.plural(
            N_("Move {n} record to {case}"), N_("Move {n} records to {case}"), count, case=title
        )
        button = PlainButton(words, kind="main")
        button.clicked.connect(lambda: self._move(other, title))
        holder = Buttons()
        holder.add(button)
        self._plan.addWidget(holder)
        button.setFocus()
        self.page.bring_into_view(holder)

    def _sentences(self, planned: move.Moving) -> list[str]:
        page = self.page
        told = ChangeWords(page.session.desk, page.view, page.session.translator)
        moved = "; ".join(told.heading(record.type, record.id) for record in planned.records)
        found = [self.words(N_("Moves: {what}."), what=moved)]
        for here, there in planned.matched.items():
            name = full_name(page.view.record(here))
            found.append(self.words(N_("{name} is taken to be {other} there."), name=name, other=full_name(there)))
        for person in planned.copied:
            name = full_name(person) or self.words(N_("somebody without a name"))
            found.append(self.words(N_("{name} goes along by name only."), name=name))
        found += [self.words(sentence) for sentence in planned.left]
        for case_id, effect in move.effects(page.session.desk, planned).items():
            here = case_id == page.case_id
            for sentence in undo_words.effect_words(page.session.desk, effect, page.session.translator):
                message = N_("In this case: {what}") if here else N_("In the other case: {what}")
                found.append(self.words(message, what=sentence))
        return found

    def _move(self, other: str, title: str) -> None:
        page = self.page
        done = page.act_quietly(move.move, self._record_id, other)
        if done is None:
            return
        page.announce(done)
        page.offer_undo(self.words(N_("Moved to {case}."), case=title))
