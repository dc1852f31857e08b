"""The help beside a step: what the page says about where the officer stands. Folds away on narrow windows."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.i18n import N_, Translator
from ui import theme
from ui.widgets.page import ColumnPage
from ui.widgets.text import PlainLabel

WIDTH = 272


class HelpColumn(QFrame):
    """Shows a page's help, paragraph by paragraph."""

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", "side")
        self.setFixedWidth(WIDTH)
        self._say = translator.text
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        page = ColumnPage()
        page.column.setSpacing(theme.SPACE_S)
        self.heading = PlainLabel(self._say(N_("Help")), kind="question", bold=True)
        self.words = PlainLabel(selectable=True)
        page.column.addWidget(self.heading)
        page.column.addWidget(self.words)
        page.column.addStretch(1)
        lines.addWidget(page)
        self.setAccessibleName(self._say(N_("Help")))

    def show_help(self, text: str) -> None:
        """Show these words."""
        self.words.setText(text or self._say(N_("There is no help for this page.")))
