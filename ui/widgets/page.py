"""A page of one column that scrolls: at most 720 px of text, and what has the focus is always in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme


class ColumnPage(QScrollArea):
    """Add widgets to `column`. `wide` lifts the limit on the width."""

    def __init__(self, *, wide: bool = False, centred: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = QWidget()
        sheet.setProperty("page", True)
        self.paper = QWidget(sheet)
        if not wide:
            self.paper.setMaximumWidth(theme.COLUMN_WIDTH)
        self.column = QVBoxLayout(self.paper)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.SPACE_M)
        lines = QHBoxLayout(sheet)
        lines.setContentsMargins(theme.SPACE_L, theme.SPACE_L, theme.SPACE_L, theme.SPACE_XL)
        if centred:
            lines.addStretch(1)
        lines.addWidget(self.paper, 100)
        if not wide:
            lines.addStretch(1)
        self.setWidget(sheet)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isVisible() and self.paper.isAncestorOf(new):
            self.ensureWidgetVisible(new, 0, 40)
