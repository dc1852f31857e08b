"""Words on their way into an action (a reason, a sentence for a supervisor): kept in the vault from the first pause in
typing.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.edits import LineEdit, WordsEdit
from ui.widgets.text import PlainLabel


class DraftWords(QWidget):
    """A labelled field whose words stay until they are used. Not a record's field: nothing of it is in the case yet."""

    def __init__(self, page: Any, name: str, label: str, *, lines: int = 2, explanation: str = "") -> None:
        super().__init__()
        self._page, self._name = page, name
        self.edit: LineEdit | WordsEdit = (
            LineEdit(page.draft(name)) if lines == 1 else WordsEdit(page.draft(name), lines=lines)
        )
        self.edit.answered.connect(lambda text: page.keep_draft(name, text))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(PlainLabel(page.words(label), buddy=self.edit))
        column.addWidget(self.edit)
        if explanation:
            column.addWidget(PlainLabel(page.words(explanation), kind="small", quiet=True))
        page.session.watch(self)

    def text(self) -> str:
        """What stands there."""
        return self.edit.value().strip()

    def flush(self) -> None:
        """Keep what was typed a moment ago."""
        self.edit.flush()

    def used(self) -> None:
        """The words are in the case now: empty the field."""
        self.edit.clear()
        self.edit.flush()
