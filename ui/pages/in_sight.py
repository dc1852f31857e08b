"""Keeps a list inside a scrolling page in sight while keys move in it: its current line, and what is said below it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from ui.widgets.lists import LineList


class InSight(QObject):
    """Belongs to the list."""

    def __init__(self, page: Any, rows: LineList, below: QWidget) -> None:
        super().__init__(rows)
        self._page, self._rows, self._below = page, rows, below
        rows.installEventFilter(self)
        rows.current.connect(self._soon)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._soon()
        return super().eventFilter(watched, event)

    def _soon(self, _key: str = "") -> None:
        if self._rows.hasFocus():
            # After the page has gone to the focus, and the words below have found their place.
            QTimer.singleShot(0, self, self._show)

    def _show(self) -> None:
        sheet = self._page.sheet
        sheet.ensureWidgetVisible(self._below, 0, 8)
        sheet.ensureWidgetVisible(self._rows, 0, 8)  # of a list Qt takes the current line
