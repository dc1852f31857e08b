"""The kind of an order: one of the profile's, or any other in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_
from app.records.fields import Field
from ui.editors.chosen import BoxEditor
from ui.widgets.edits import LineEdit

OTHER = "\0other"
"""No kind of order: the line that opens the field for words."""


class OrderTypeEditor(BoxEditor):
    """A box with the kinds that the profile knows; its last line opens a field for another one."""

    def __init__(self, session: Any, field: Field, explanation: str = "", *, label: str = "") -> None:
        super().__init__(session, field, [], explanation, label=label)

    def set_kinds(self, kinds: Sequence[str]) -> None:
        """Offer the kinds of a profile."""
        self.set_options([*((kind, self.words(kind)) for kind in kinds), (OTHER, self.words(N_("Another, in words")))])

    def make_control(self) -> QWidget:
        box = super().make_control()
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.edit = LineEdit(name=self.words(N_("Another kind of order, in words")))
        self.edit.answered.connect(lambda text: self.answer(text.strip() or None))
        self.edit.installEventFilter(self)
        self.edit.hide()
        column.addWidget(box)
        column.addWidget(self.edit)
        made.setFocusProxy(box)
        made.setAccessibleName(self.title)
        return made

    def put(self, value: Any) -> None:
        if not value and self.box.value() == OTHER:
            return  # chosen a moment ago: the words are still to come
        known = not value or value in dict(self.options)
        self.box.set_value((value or "") if known else OTHER)
        self.edit.set_value("" if known else str(value))
        self.edit.setVisible(not known)

    def flush(self) -> None:
        if self.box.value() != OTHER:
            self.edit.hide()
            super().flush()
            return
        self._pause.stop()
        self.edit.show()
        self.edit.flush()
        if self.unsaved:
            self.answer(self.edit.value().strip() or None)

    def is_being_typed(self) -> bool:
        return self.edit.hasFocus() or self.edit.saver.dirty or super().is_being_typed()
