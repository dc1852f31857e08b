"""The undo bar at the foot of a page: what was just done, and a button that takes it back. Never a question
beforehand.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.i18n import N_, Translator
from ui.widgets.text import PlainButton, PlainLabel, announce, set_tone


class UndoBar(QFrame):
    """Hidden until something can be taken back. Alt+Z presses its button; Ctrl+Z does the same for whatever was done
    last, while no text is being typed.
    """

    offered = Signal()

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._take_back: Callable[[], object] | None = None
        self.setProperty("tone", "calm")
        self._said = PlainLabel("")
        self._said.setWordWrap(True)
        self.button = PlainButton(translator.text(N_("Undo")))
        self.button.clicked.connect(self._undo)
        self._close = PlainButton(translator.text(N_("Close")))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self._said, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self.hide()

    def offer(self, sentence: str, take_back: Callable[[], object], *, again: bool = False, tone: str = "calm") -> None:
        """Say what was done and keep the way back until the next thing is done. `again`: it was taken back, and the
        button does it again.
        """
        self._take_back = take_back
        self._said.setText(sentence)
        words = self._translator.text
        self.button.set_words(words(N_("Do it again")) if again else words(N_("Undo")))
        self.button.setShortcut("Alt+Z")
        name = N_("Do it again: {what}") if again else N_("Undo: {what}")
        self.button.setAccessibleName(words(name, what=sentence))
        set_tone(self, tone)
        self.show()
        self.offered.emit()
        announce(self, sentence)

    def follow(self, last: QWidget) -> None:
        """Come after this one when Tab is pressed: what stands on the page is made after the bar."""
        QWidget.setTabOrder(last, self.button)
        QWidget.setTabOrder(self.button, self._close)

    def said(self) -> str:
        """What the bar says; empty while it is hidden."""
        return self._said.text() if self.isVisible() else ""

    def _undo(self) -> None:
        take_back, self._take_back = self._take_back, None
        self.hide()
        if take_back is not None:
            take_back()
