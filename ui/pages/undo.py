"""The undo bar at the foot of a page: what was just done, and a button that takes it back. Never a question
beforehand.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.i18n import N_, Translator
from ui.widgets.text import PlainButton, PlainLabel


class UndoBar(QFrame):
    """Hidden until something can be taken back; Ctrl+Z presses its button while no text is being typed."""

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._take_back: Callable[[], object] | None = None
        self.setProperty("tone", "calm")
        self._said = PlainLabel("")
        self._said.setWordWrap(True)
        self.button = PlainButton(translator.text(N_("Undo")))
        self.button.setShortcut("Alt+Z")
        self.button.clicked.connect(self._undo)
        self._close = PlainButton(translator.text(N_("Close")))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self._said, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self.hide()

    def offer(self, sentence: str, take_back: Callable[[], object]) -> None:
        """Say what was done and keep the way back until the next thing is done."""
        self._take_back = take_back
        self._said.setText(sentence)
        self.button.setAccessibleName(self._translator.text(N_("Undo: {what}"), what=sentence))
        self.show()

    def _undo(self) -> None:
        if self._take_back is not None:
            take_back, self._take_back = self._take_back, None
            take_back()
        self.hide()
