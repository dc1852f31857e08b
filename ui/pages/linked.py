"""A second victim or a counter-allegation: a case of its own, linked; nothing crosses the link but the person."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import cases
from app.changed import Changed
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from app.records.names import short_name
from ui.editors.chosen import BoxEditor
from ui.editors.factory import editor_for, label_of, options_of
from ui.pages.aggressor import Aggressor
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import PlainButton, PlainLabel, row


class LinkedCases(QWidget):
    """The linked cases of a case and the way to make one. `reasoning`: the page has no other place for it."""

    def __init__(self, page: Any, *, reasoning: bool = True) -> None:
        super().__init__()
        self.page, self.words, self._with_reasoning = page, page.words, reasoning
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.reasoning: Aggressor | None = None
        self.fold = Fold(self.words(N_("A second victim, or an allegation against the victim")), self._fill)
        whole.addWidget(self.fold)

    def show_record(self) -> None:
        """Bring the list and the reasoning in line with the case."""
        links = self.page.view.of("link")
        if links and not self.fold.is_filled:
            self.fold.set_open(True)
        if not self.fold.is_filled:
            return
        self.who.set_options(self.page.people_options())
        if self.reasoning is not None:
            self.reasoning.show_record()
        clear(self._lines)
        for other in dict.fromkeys(str(link.get("other_case", "")) for link in links):
            self._lines.addWidget(self._open_button(other, [x for x in links if x.get("other_case") == other]))

    def _open_button(self, other: str, links: list[Any]) -> PlainButton:
        kind = label_of(self.page.session, "link", links[0].get("kind"))
        names = [short_name(self.page.view.record(str(link.get("person", "")))) for link in links]
        who = ", ".join(name for name in names if name)
        words = N_("Open the linked case: {kind} ({who})") if who else N_("Open the linked case: {kind}")
        button = PlainButton(self.words(words, kind=kind, who=who))
        button.clicked.connect(lambda _=False: self.page.session.open_case(other, "people"))
        return button

    def _fill(self, inside: QVBoxLayout) -> None:
        inside.addWidget(
            self.page.note(
                N_(
                    "One case has one victim. Make a linked case for the other person: it starts with that "
                    "person's name and takes no address, no number and no school along."
                )
            )
        )
        self._lines = QVBoxLayout()
        inside.addLayout(self._lines)
        self.who = BoxEditor(
            self.page.session, Field("person", "person", N_("Who is the victim there")), self.page.people_options()
        )
        kinds = [option for option in options_of(self.page.session, "link") if option[0] != "moved"]
        self.kind = ChoiceRow(kinds, name=self.words(N_("Why a second case")))
        self.why = editor_for(_field("link", "note"), self.page.session)
        inside.addWidget(self.who)
        inside.addWidget(PlainLabel(self.words(N_("Why a second case")), buddy=self.kind))
        inside.addWidget(self.kind)
        inside.addWidget(self.why)
        self.make = PlainButton(self.words(N_("Make the linked case")))
        self.make.clicked.connect(self._make)
        inside.addLayout(row(self.make))
        self.said = PlainLabel("", quiet=True)
        self.said.hide()
        inside.addWidget(self.said)
        if self._with_reasoning:
            self.reasoning = Aggressor(self.page)
            inside.addWidget(self.reasoning)
        self.show_record()

    def _make(self) -> None:
        person, kind = self.who.box.value(), self.kind.value()
        if not person or not kind:
            self._say(N_("Choose the person and the reason first."))
            return
        words = self.why.control.value()  # type: ignore[attr-defined]
        if self.page.act(cases.linked_case, person, kind, words) is not None:
            self.page.session.tell(Changed(frozenset({self.page.case_id})))
            self._say(N_("The linked case is made. Nothing but the person crossed."))

    def _say(self, message: str) -> None:
        self.said.setText(self.words(message))
        self.said.show()


def _field(kind: str, name: str) -> Field:
    field = RECORD_TYPES[kind].field(name)
    assert field is not None
    return field
