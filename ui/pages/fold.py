"""A part of a page that opens and closes; what is inside is made when it is first opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.text import PlainButton


class Fold(QWidget):
    """A heading that is a button, and a body. `fill(body)` is called once, when the body is first needed."""

    opened = Signal(bool)

    def __init__(
        self, title: str, fill: Callable[[QVBoxLayout], None], *, is_open: bool = False, name: str = ""
    ) -> None:
        super().__init__()
        self._title, self._name, self._fill = title, name or title, fill
        self._filled = False
        self.button = PlainButton("", kind="rail")
        self.button.setCheckable(True)
        self.button.toggled.connect(self._toggled)
        self.body = QWidget()
        self.inside = QVBoxLayout(self.body)
        self.inside.setContentsMargins(8, 4, 8, 8)
        self.inside.setSpacing(8)
        self.body.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.button)
        whole.addWidget(self.body)
        self.set_title(title)
        if is_open:
            self.set_open(True)

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self.button.isChecked()

    @property
    def is_filled(self) -> bool:
        """Whether the body was ever made."""
        return self._filled

    def set_open(self, is_open: bool) -> None:
        """Open or close."""
        if not is_open and not self._filled:
            return
        self.button.setChecked(is_open)

    def set_title(self, title: str, name: str = "") -> None:
        """Change the heading, for instance when a count in it changed."""
        self._title, self._name = title, name or title
        closed = "◄" if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else "►"
        self.button.set_words(f"{'▼' if self.is_open else closed}  {title}")
        self.button.setAccessibleName(self._name)

    def _toggled(self, on: bool) -> None:
        if on and not self._filled:
            self._filled = True
            self._fill(self.inside)
        self.body.setVisible(on)
        self.set_title(self._title, self._name)
        self.opened.emit(on)
