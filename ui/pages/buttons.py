"""A few buttons side by side, on as many lines as are needed."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from ui import theme
from ui.widgets.choices import FlowLayout


class Buttons(QWidget):
    """Holds its layout itself: a flow that is nested in another layout loses its items when that one's wrapper goes."""

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self, theme.SPACE_S)

    def add(self, button: QPushButton) -> None:
        """Put a button at the end."""
        self._flow.addWidget(button)
