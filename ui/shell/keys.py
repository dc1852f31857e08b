"""The sheet of all keys, on “?”."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from app.i18n import N_, Translator
from ui import theme
from ui.widgets.text import PlainButton, PlainLabel, row

KEYS = (
    ("Ctrl+K", N_("Find a person, place or reference")),
    ("Alt+1 … Alt+6", N_("Today, Cases, New attendance, Find, Services, This vault")),
    ("Ctrl+1 … Ctrl+9", N_("The steps of the open case")),
    ("Y N K D X", N_("In a question: yes, no, don't know, declined, not asked")),
    ("↑ ↓", N_("From question to question, from line to line")),
    ("Tab, Shift+Tab", N_("To the next field, and back")),
    ("Ctrl+H", N_("In a field: everything that ever stood in it")),
    ("Ctrl+D", N_("Immediate danger")),
    ("Ctrl+B", N_("In Follow-up: note that an order was broken")),
    ("F1", N_("Help beside the page")),
    ("F9", N_("Hide the screen; F9 or Enter and the passphrase bring it back")),
    ("Ctrl+L", N_("Save everything and lock")),
    ("?", N_("This sheet")),
)


class KeySheet(QDialog):
    """Closes with Esc."""

    def __init__(self, translator: Translator, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Holdfast")
        self.setAccessibleName(translator.text(N_("Keys")))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_L)
        lines.setSpacing(theme.SPACE_M)
        lines.addWidget(PlainLabel(translator.text(N_("Keys")), kind="heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE_XL)
        for place, (key, words) in enumerate(KEYS):
            grid.addWidget(PlainLabel(key, bold=True, wrap=False), place, 0)
            grid.addWidget(PlainLabel(translator.text(words), wrap=False), place, 1)
        lines.addLayout(grid)
        close = PlainButton(translator.text(N_("Close")), kind="main")
        close.clicked.connect(self.accept)
        lines.addLayout(row(close))
        close.setFocus()
