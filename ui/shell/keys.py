"""All keys, declared once and in groups, and the sheet that shows them, on “?”."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from app.casework.steps import STEPS
from app.i18n import N_, Translator
from ui import theme
from ui.widgets.page import ColumnPage
from ui.widgets.text import PlainButton, PlainLabel, row

Keys = tuple[tuple[str, str], ...]
GROUPS: tuple[tuple[str, Keys], ...] = (
    (
        N_("Safety first"),
        (
            ("Ctrl+D", N_("Immediate danger, in an open case")),
            ("F9", N_("Hide the screen; F9 or Enter and the passphrase bring it back")),
            ("Ctrl+L", N_("Save everything and lock")),
            ("Ctrl+E", N_("End of shift: what is open, the hand-over, and the lock")),
        ),
    ),
    (
        N_("Getting about"),
        (
            ("Ctrl+K", N_("Find a person, place or reference")),
            ("Alt+1 …", N_("The places on the left, in their order")),
            (f"Ctrl+1 … Ctrl+{len(STEPS)}", N_("The steps of the open case")),
            ("F1", N_("Help beside the page")),
            ("F2, Shift+F2", N_("A hint of the guided practice case, and the cursor to it")),
            ("?", N_("This sheet")),
        ),
    ),
    (
        N_("On a page"),
        (
            ("Tab, Shift+Tab", N_("To the next field, and back")),
            ("Y N K D X", N_("In a question: yes, no, don't know, declined, not asked")),
            ("↑ ↓", N_("From question to question, from line to line")),
            ("← →", N_("From answer to answer")),
            ("Space, Enter", N_("Press or choose what has the focus")),
            ("Ctrl+H", N_("Earlier values of the field that has the focus")),
            ("Ctrl+Z", N_("Take back what was done last; in a field of words what was typed last")),
            ("Ctrl+Shift+Z", N_("Do again what was taken back")),
            ("F7", N_("What was recorded differently, in an open case")),
            ("F8", N_("Last minutes: what you can take back")),
            ("Ctrl+B", N_("Note a breach of an order, under Follow-up")),
            ("Esc", N_("Close a sheet or a list")),
        ),
    ),
)
KEYS = tuple(line for _group, keys in GROUPS for line in keys)
WIDEST = 720


class KeySheet(QDialog):
    """Closes with Esc. Never larger than the window under it: what does not fit scrolls."""

    def __init__(self, translator: Translator, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Holdfast")
        self.setAccessibleName(translator.text(N_("Keys")))
        self._room = parent.window().size()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_S, theme.SPACE_S, theme.SPACE_S, theme.SPACE_M)
        self._page = page = ColumnPage(width=WIDEST)
        page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # arrows scroll it
        page.setAccessibleName(translator.text(N_("Keys")))
        page.column.addWidget(PlainLabel(translator.text(N_("Keys")), kind="heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE_L)
        grid.setColumnStretch(1, 1)
        for group, keys in GROUPS:
            at = grid.rowCount()
            grid.addWidget(PlainLabel(translator.text(group), kind="question", bold=True), at, 0, 1, 2)
            for number, (key, words) in enumerate(keys, at + 1):
                grid.addWidget(PlainLabel(key, bold=True, wrap=False), number, 0)
                grid.addWidget(PlainLabel(translator.text(words)), number, 1)
        page.column.addLayout(grid)
        page.column.addStretch(1)
        lines.addWidget(page, 1)
        close = PlainButton(translator.text(N_("Close")), kind="main")
        close.clicked.connect(self.accept)
        foot = row(close)
        foot.setContentsMargins(theme.SPACE_L, 0, 0, 0)
        lines.addLayout(foot)
        close.setFocus()
        self.resize(self.sizeHint())  # Qt by itself takes no more than two thirds of the screen

    def sizeHint(self) -> QSize:
        wide = min(WIDEST + 64, self._room.width() - 24)
        high = self._page.column.totalHeightForWidth(wide - 24) + 80
        return QSize(wide, min(high, self._room.height() - 24))
