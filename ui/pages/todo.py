"""The to-do lists of police, social work and health: why each item is suggested, and a true status for each."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import risk, todo
from app.i18n import N_
from ui.editors.factory import label_of
from ui.pages.archived import Archived
from ui.pages.drafts import DraftWords
from ui.pages.fold import Fold
from ui.pages.page import CasePage
from ui.pages.task_card import TaskCard
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import Card, PlainButton, PlainLabel, row

AGENCIES = ("police", "social_work", "health")
VISIT = "VISIT"


class TodoPage(CasePage):
    """The step “To-do”."""

    title = N_("To-do")

    def build(self) -> None:
        self.agency = "police"
        self.column.addWidget(self.heading(self.title, 1))
        self.tabs = ChoiceRow(
            [(a, label_of(self.session, "agency", a)) for a in AGENCIES],
            name=self.words(N_("Whose list")),
            value=self.agency,
        )
        self.tabs.chosen.connect(self._turn)
        self.column.addWidget(self.tabs)
        self._count = PlainLabel("", kind="quiet")
        self.column.addWidget(self._count)
        self.cards: dict[str, TaskCard] = {}
        self._asked = self._stack()
        self.rest = Fold("", lambda inside: inside.addWidget(self._rest))
        self._rest = self._stack(add=False)
        self.column.addWidget(self.rest)
        self._own_part()

    def _stack(self, *, add: bool = True) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        if add:
            self.column.addWidget(made)
        return made

    def _own_part(self) -> None:
        card = Card(self.words(N_("A task of your own")))
        self.own = DraftWords(self, "own_task", N_("What is to be done"), lines=1)
        card.body.addWidget(self.own)
        self.add = PlainButton(self.words(N_("Add this task")))
        self.add.clicked.connect(lambda: self._add("OTHER"))
        self.visit = PlainButton(self.words(N_("Add a visit")))
        self.visit.clicked.connect(lambda: self._add(VISIT))
        card.body.addLayout(row(self.add, self.visit))
        self.column.addWidget(card)
        self.archived = Archived(self, ("task",))
        self.column.addWidget(self.archived)

    def show_case(self) -> None:
        desk = self.session.desk
        seen = risk.picture(desk, self.view)
        force = risk.in_force(desk, self.view, seen)
        lines = todo.tasks(desk, self.view, self.agency, seen=seen, force=force)
        wanted = {self._key(line): line for line in lines}
        for key in [known for known in self.cards if known not in wanted]:
            gone = self.cards.pop(key)
            gone.hide()
            gone.deleteLater()
        shown: list[tuple[str, Any]] = []
        rest: list[tuple[str, Any]] = []
        for key, line in wanted.items():
            (shown if line.suggested or line.record is not None or line.definition is None else rest).append(
                (key, line)
            )
        self._place(self._asked, shown)
        self._place(self._rest, rest)
        self.archived.show_case()
        self.rest.setVisible(bool(rest))
        self.rest.set_title(
            self.session.translator.plural(
                N_("{n} item not suggested for this case"), N_("{n} items not suggested for this case"), len(rest)
            )
        )
        closed = sum(1 for _, line in shown if line.status != todo.OPEN)
        if shown:
            self._count.setText(
                self.words(
                    N_("{closed} of {n} closed. Suggested by the answers; you decide."), closed=closed, n=len(shown)
                )
            )
        else:
            self._count.setText(
                self.words(
                    N_(
                        "Nothing is suggested yet. Items appear as the risk questions are answered; every item "
                        "can be opened below."
                    )
                )
            )

    def first_focus(self) -> None:
        self.tabs.buttons[AGENCIES.index(self.agency)].setFocus()

    def stand_at(self, task: str) -> None:
        """Open one item, by its code or by its record, and put the focus there."""
        record = self.view.record(task)
        definition = self.session.desk.library.task(str(record.get("code", "")) if record is not None else task)
        agency = str(record.get("agency", "police")) if record is not None else definition.agency if definition else ""
        if agency in AGENCIES and agency != self.agency:
            self.tabs.set_value(agency)
            self._turn(agency)
        listed = definition.code if definition is not None else task
        card = self.cards.get(task) or self.cards.get(listed)
        if card is not None:
            card.fold.set_open(True)
            card.fold.button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.bring_into_view(card)

    def _key(self, line: Any) -> str:
        return (
            line.record.id if (line.record is not None and line.definition is None) or line.code == VISIT else line.code
        )

    def _place(self, where: QWidget, lines: list[tuple[str, Any]]) -> None:
        column = where.layout()
        assert isinstance(column, QVBoxLayout)
        for place, (key, line) in enumerate(lines):
            card = self.cards.get(key)
            if card is None:
                card = self.cards[key] = TaskCard(self, key, line)
            if column.indexOf(card) != place:
                column.insertWidget(place, card)
                card.show()
            card.show_line(line)

    def _turn(self, agency: str) -> None:
        self.flush()
        self.agency = agency
        self.show_case()

    def _add(self, code: str) -> None:
        self.own.flush()
        title = self.own.text()
        if not title and code != VISIT:
            self.own.edit.setFocus()
            return
        done = self.act_quietly(todo.add_task, title, agency=self.agency, code=code)
        if done is not None:
            self.own.used()
            self.announce(done)
            card = self.cards.get(done[0])
            if card is not None:
                card.fold.set_open(True)
                card.fold.button.setFocus()


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return TodoPage(session, case_id).start()
