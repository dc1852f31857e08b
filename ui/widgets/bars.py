"""Small signs on a page: safe-contact banner, what was saved when, an empty page that says why, the practice mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import N_, Translator
from app.problems import Problem
from ui import theme
from ui.widgets.text import PlainButton, PlainLabel, announce, set_tone


class Banner(QFrame):
    """A line that stays in sight, with at most one action. `tone`: danger, warn or calm."""

    def __init__(self, text: str = "", *, tone: str = "calm", action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tone", tone)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.SPACE_M, theme.SPACE_XS, theme.SPACE_XS, theme.SPACE_XS)
        self.label = PlainLabel(text)
        line.addWidget(self.label, 1)
        self.button = PlainButton(action)
        line.addWidget(self.button)
        self.button.setVisible(bool(action))
        self.setAccessibleName(text)

    def say(self, text: str, tone: str) -> None:
        """Show another text; a change is announced."""
        if text != self.label.text():
            self.label.setText(text)
            self.setAccessibleName(text)
            announce(self, text)
        set_tone(self, tone)


class SavedMark(PlainLabel):
    """ "saved 14:02:11" beside a field, or the sentence of the Problem that kept it from being saved."""

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(kind="small", quiet=True, wrap=True, parent=parent)
        self._translator = translator

    def saved(self, moment: datetime) -> None:
        """The field is on disk since `moment`."""
        self._set_tone("")
        self.setText(self._translator.text(N_("saved {time}"), time=moment.astimezone().strftime("%H:%M:%S")))

    def failed(self, problem: Problem) -> None:
        """The field is not on disk."""
        said = problem.sentences(self._translator)
        self._set_tone("danger")
        self.setText(f"{said.happened} {said.safe}")
        announce(self, str(said))

    def clear(self) -> None:
        """Say nothing."""
        self.setText("")

    def _set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class EmptyState(QWidget):
    """An empty page: what this is, why it is empty, what to do."""

    def __init__(
        self,
        title: str,
        sentence: str,
        action: str = "",
        do: Callable[[], None] | None = None,
        *,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL)
        lines.setSpacing(theme.SPACE_M)
        self.title = PlainLabel(title, kind="heading")
        self.sentence = PlainLabel(sentence, quiet=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(1)
        lines.addWidget(self.title)
        lines.addWidget(self.sentence)
        self.button: PlainButton | None = None
        if action and do is not None:
            self.button = PlainButton(action, kind="main", icon=icon)
            self.button.clicked.connect(lambda _on: do())
            lines.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(2)
        self.setAccessibleName(f"{title}. {sentence}")

    def say(self, title: str, sentence: str) -> None:
        """Another reason for being empty."""
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.setAccessibleName(f"{title}. {sentence}")


class PracticeMark(QFrame):
    """PRACTICE over everything while the vault holds invented cases only."""

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tone", "practice")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.SPACE_M, 2, theme.SPACE_M, 2)
        label = PlainLabel(
            translator.text(N_("PRACTICE: every case here is invented. Nothing in this vault is real.")), wrap=True
        )
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        line.addWidget(label)
        self.setAccessibleName(label.text())
