"""The mark on a field that two officers recorded apart: both values in short, and the way to compare and decide."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.casework import conflicts
from app.i18n import N_, Translator
from app.records import apart
from app.records.fields import Field
from app.records.view import Record
from ui.widgets.text import Card, PlainButton, PlainLabel

PAGE = "conflicts"
"""The page of a case on which it is decided."""


class Differs(Card):
    """Hidden while officers agree. `wanted` when somebody wants to compare and decide."""

    wanted = Signal()

    def __init__(self, translator: Translator) -> None:
        super().__init__(tone="warn")
        self._say = translator.text
        self.body.setContentsMargins(8, 6, 8, 6)
        self.body.setSpacing(4)
        self.words = PlainLabel("", kind="small")
        self.body.addWidget(self.words)
        self.decide = PlainButton(self._say(N_("Compare and decide")))
        self.decide.clicked.connect(lambda _on=False: self.wanted.emit())
        line = QHBoxLayout()
        line.addWidget(self.decide)
        line.addStretch(1)
        self.body.addLayout(line)
        self.hide()

    def show_values(self, field: Field | None, label: str, values: list[str]) -> None:
        """Say what differs, each value with its author; nothing hides the mark."""
        self.setVisible(bool(values))
        if not values:
            return
        said = self._say(N_("Recorded differently: {values}"), values=" · ".join(values))
        counts = (
            N_("The more cautious one counts until somebody decides.")
            if field is not None and field.cautious is not None
            else N_("Both stand until somebody decides.")
        )
        self.words.setText(f"{said}\n{self._say(counts)}")
        self.setAccessibleName(self._say(N_("Two values for {field}"), field=label))
        self.decide.setAccessibleName(self._say(N_("Compare and decide: {field}"), field=label))


class CaseDiffers(Differs):
    """The mark for a field of a record of the page's case, wherever there is no editor that bears it."""

    def __init__(self, page: Any, name: str, label: str = "") -> None:
        super().__init__(page.session.translator)
        self._page, self._name, self._record, self._label = page, name, "", label
        self.wanted.connect(lambda: page.session.open_case(page.case_id, PAGE, self._key()))

    def show_record(self, record: Record | None) -> None:
        """Bring the mark in line with a record."""
        page = self._page
        if record is None or not apart.waits(record, self._name):
            self.show_values(None, "", [])
            return
        self._record = record.id
        field = record.declared.field(self._name) if record.declared else None
        label = self._label or (page.words(field.label) if field is not None else self._name)
        said = conflicts.in_short(page.session.desk, page.view, record, self._name, page.session.translator)
        self.show_values(field, label, [f"{label}: {said}"])

    def _key(self) -> str:
        return conflicts.key_of(self._record, self._name)
