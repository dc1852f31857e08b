"""A Problem on the page: its three sentences, not modal, until it is put away or the matter is settled."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.i18n import N_, Translator
from app.problems import Problem
from ui import theme
from ui.widgets.text import PlainButton, PlainLabel, announce, column


class HasTranslator(Protocol):
    """A Session, or whatever else carries the words."""

    translator: Translator


class ProblemBar(QFrame):
    """What happened, is my work safe, what do I do now. Hidden while there is no Problem."""

    closed = Signal()

    def __init__(self, words: HasTranslator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.problem: Problem | None = None
        self.setProperty("tone", "danger")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.SPACE_M, theme.SPACE_S, theme.SPACE_S, theme.SPACE_S)
        text = column(spacing=2)
        self.happened = PlainLabel(bold=True, selectable=True)
        self.rest = PlainLabel(selectable=True)
        for label in (self.happened, self.rest):
            label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            text.addWidget(label)
        line.addLayout(text, 1)
        self.close_button = PlainButton(words.translator.text(N_("Put away")), icon="close")
        self.close_button.clicked.connect(self._put_away)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_problem(self, problem: Problem) -> None:
        """Show a Problem and tell assistive technology."""
        self.problem = problem
        said = problem.sentences(self._words.translator)
        self.happened.setText(said.happened)
        self.rest.setText(f"{said.safe} {said.next}")
        self.setAccessibleName(str(said))
        self.show()
        announce(self, str(said))

    def clear(self) -> None:
        """Nothing is wrong any more."""
        self.problem = None
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._put_away()
        else:
            super().keyPressEvent(event)

    def _put_away(self) -> None:
        self.clear()
        self.closed.emit()
