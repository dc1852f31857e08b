"""What the screens before the work have in common: a centred column, a Problem bar, a field for a passphrase."""

from __future__ import annotations

import importlib
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import N_
from ui import theme
from ui.widgets.edits import SecretEdit
from ui.widgets.page import ColumnPage
from ui.widgets.problem_bar import ProblemBar
from ui.widgets.text import PlainCheck, PlainLabel, row

COLUMN = 460  # px: a passphrase of five words fits into one line


class FrontScreen(QWidget):
    """A screen before the work. Subclasses fill `column`; `help_name` names their help."""

    help_name = ""

    def __init__(self, program: Any) -> None:
        super().__init__()
        self.program = program
        self.translator = program.translator
        self.say = program.translator.text
        self.problem_bar = ProblemBar(self)
        page = ColumnPage(width=COLUMN, centred=True)
        self.column = page.column
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.SPACE_M, theme.SPACE_S, theme.SPACE_M, 0)
        bar.addWidget(self.problem_bar)
        lines.addLayout(bar)
        self._beside = QHBoxLayout()
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.addWidget(page, 1)
        self.help: QWidget | None = None
        lines.addLayout(self._beside, 1)
        QShortcut(QKeySequence("F1"), self, self.toggle_help)

    def toggle_help(self) -> None:
        """Open the help beside the screen, or fold it away. It is read when it is first asked for."""
        if self.help is None:
            made = importlib.import_module("ui.shell.help_column").HelpColumn(self.translator)
            made.show_help("", self.help_name)
            self._beside.addWidget(made)
            made.show()
            self.help = made
        else:
            self.help.setVisible(self.help.isHidden())

    def first_focus(self) -> None:
        """Put the focus where work begins."""

    def title(self, text: str) -> PlainLabel:
        """The screen's title, at the top of the column."""
        self.column.addSpacing(theme.SPACE_XL)
        label = PlainLabel(text, kind="title")
        self.column.addWidget(label)
        return label

    def question(self, text: str, field: QWidget) -> PlainLabel:
        """A label over a field."""
        label = PlainLabel(text, bold=True, buddy=field)
        self.column.addWidget(label)
        self.column.addWidget(field)
        return label


class PassphraseField(QWidget):
    """A passphrase with a box that shows its letters and a note about Caps Lock."""

    def __init__(self, say: Any, *, name: str) -> None:
        super().__init__()
        self.edit = SecretEdit(name=name)
        self.show_letters = PlainCheck(say(N_("Show the letters")))
        self.show_letters.toggled.connect(self.edit.show_text)
        self.caps = PlainLabel(say(N_("Caps Lock seems to be on.")), tone="danger", bold=True)
        self.caps.hide()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE_XS)
        lines.addWidget(self.edit)
        lines.addLayout(row(self.show_letters, self.caps))
        self.setFocusProxy(self.edit)
        self.setAccessibleName(name)
        self.edit.installEventFilter(self)

    def text(self) -> str:
        """What was typed."""
        return self.edit.text()

    def clear(self) -> None:
        """Forget what was typed."""
        self.edit.clear()
        self.caps.hide()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            text, shift = event.text(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if len(text) == 1 and text.isalpha() and text.lower() != text.upper():
                # Qt does not tell the state of Caps Lock; a letter whose case does not go with Shift does.
                self.caps.setVisible(text.isupper() != shift)
        return False
