"""A second victim or a counter-allegation: a case of its own, linked, with the reasoning who the primary aggressor
is.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import cases
from app.changed import Changed
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from ui.editors.chosen import BoxEditor
from ui.editors.factory import editor_for, label_of, options_of
from ui.editors.record_form import RecordForm
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import PlainButton, PlainLabel, row


class LinkedCases(QWidget):
    """The linked cases of a case and the way to make one; nothing crosses the link but the person."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, self.words = page, page.words
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
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
        self.reasoning.show_record()
        clear(self._lines)
        for link in links:
            kind = label_of(self.page.session, "link", link.get("kind"))
            button = PlainButton(self.words(N_("Open the linked case: {kind}"), kind=kind))
            other = str(link.get("other_case", ""))
            button.clicked.connect(lambda _=False, other=other: self.page.session.open_case(other, "people"))
            self._lines.addWidget(button)

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
        self.kind = ChoiceRow(options_of(self.page.session, "link"), name=self.words(N_("Why a second case")))
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
        self.reasoning = RecordForm(
            self.page,
            "case",
            ("aggressor_reasoning",),
            record_id=self.page.case_id,
            explain={
                "aggressor_reasoning": N_(
                    "Who fears whom, who controls, injuries of attack and of defence, history, "
                    "witnesses. Not: who called first, who is louder, who is larger."
                )
            },
        )
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
