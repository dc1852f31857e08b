"""Fields that are written: one line, free words, a number, a list of names. Doubtful text is kept as it was written."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from app.i18n import N_
from app.records.fields import Field
from ui.editors.editor import Editor
from ui.widgets.edits import LineEdit, WordsEdit

_WHOLE = re.compile(r"[+-]?\d{1,9}")


class LineEditor(Editor):
    """One line of text."""

    def make_control(self) -> QWidget:
        self.edit = self.make_edit()
        self.edit.answered.connect(lambda text: self.answer(self.read(text)))
        self.edit.installEventFilter(self)
        return self.edit

    def make_edit(self) -> LineEdit | WordsEdit:
        """The field that is typed in."""
        return LineEdit()

    def read(self, text: str) -> Any:
        """The value that a text stands for."""
        return self.tag_of(text) or None

    def write(self, value: Any) -> str:
        """A value as editable text."""
        return "" if value is None else self.words_of(value)

    def tag_of(self, text: str) -> str:
        """The tag that a word stands for (`English`: en); other text stands for itself."""
        if self.field.tags:
            typed = text.strip().casefold()
            for code in self.session.desk.library.codes(self.field.tags):
                if typed in (code.code, code.label.casefold(), self.session.translator.text(code.label).casefold()):
                    return str(code.code)
        return text

    def words_of(self, value: Any) -> str:
        """What a tag is called; other text as it was kept."""
        if not self.field.tags:
            return str(value)
        return str(self.session.translator.text(self.session.desk.library.label(self.field.tags, value)))

    def put(self, value: Any) -> None:
        if self.read(self.edit.value()) != value or self.edit.saver.dirty:
            self.edit.set_value(self.write(value))

    def flush(self) -> None:
        if self.unsaved and not self.edit.saver.dirty:
            self.answer(self.read(self.edit.value()))
        self.edit.flush()

    def is_being_typed(self) -> bool:
        return self.edit.hasFocus() or self.edit.saver.dirty

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left()
        return super().eventFilter(watched, event)


class WordsEditor(LineEditor):
    """Free words over several lines."""

    wide = True

    def make_edit(self) -> LineEdit | WordsEdit:
        return WordsEdit(lines=3 if self.field.name in ("narrative", "words", "own_words") else 2)


class NumberEditor(LineEditor):
    """A whole number; what is none is kept as it was written, and marked by whoever checks it."""

    def make_edit(self) -> LineEdit | WordsEdit:
        made = LineEdit(longest=40)
        made.setMaximumWidth(120)
        return made

    def read(self, text: str) -> Any:
        text = text.strip()
        return int(text) if _WHOLE.fullmatch(text) else text or None


class NamesEditor(LineEditor):
    """Several short texts in one line, parted by semicolons; by commas where there is no semicolon."""

    def __init__(self, session: Any, field: Field, explanation: str = "", *, label: str = "") -> None:
        super().__init__(session, field, explanation or N_("Several: put a semicolon between them."), label=label)

    def read(self, text: str) -> Any:
        names = [part.strip() for part in re.split(";" if ";" in text else ",", text)]
        return [self.tag_of(name) for name in names if name] or None

    def write(self, value: Any) -> str:
        names = [self.words_of(name) for name in value] if isinstance(value, list) else [str(value)] if value else []
        shown = "; ".join(names)
        return shown + ";" if len(names) == 1 and "," in shown else shown
