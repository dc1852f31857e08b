"""Fields that are a day or a moment, typed as people type them; what cannot be read is kept as it was typed, and
marked.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from ui.editors.editor import Editor
from ui.widgets.moments import DayEdit, MomentEdit

AHEAD = frozenset({"custody_until", "due", "release_at", "expires", "review_date", "next_at"})
"""Fields whose moment mostly lies ahead; for all others a time in the future is doubtful."""
EITHER = frozenset({"happened_at", "served_at"})


class MomentEditor(Editor):
    """A day with a time, or a day alone."""

    def make_control(self) -> QWidget:
        self.edit = self.make_edit()
        self.edit.answered.connect(lambda text: self.answer(text or None))
        self.edit.edit.installEventFilter(self)
        return self.edit

    def make_edit(self) -> MomentEdit:
        """The field that is typed in."""
        return MomentEdit(
            self.session.translator,
            self.session.desk.clock.now,
            name=self.title,
            past=self.name not in AHEAD | EITHER,
        )

    def put(self, value: Any) -> None:
        if (value or "") != self.edit.value() or self.edit.edit.saver.dirty:
            self.edit.set_value(value)

    def flush(self) -> None:
        if self.unsaved and not self.edit.edit.saver.dirty:
            self.answer(self.edit.value() or None)
        self.edit.flush()

    def is_being_typed(self) -> bool:
        return self.edit.edit.hasFocus() or self.edit.edit.saver.dirty

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left()
        return super().eventFilter(watched, event)

    def in_words(self, value: Any) -> str:
        return self.session.translator.moment(value) or super().in_words(value)


class DayEditor(MomentEditor):
    """A partial date: a year, a month or a day."""

    def make_edit(self) -> MomentEdit:
        return DayEdit(
            self.session.translator,
            self.session.desk.clock.now,
            name=self.title,
            past=self.name not in AHEAD,
        )

    def in_words(self, value: Any) -> str:
        return self.session.translator.day(value) or Editor.in_words(self, value)
