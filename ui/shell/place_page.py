"""What the places of the rail have in common: a heading, a column, and refreshing only when they are seen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.changed import Changed
from ui import theme
from ui.session import Session
from ui.widgets.page import LOWEST, ColumnPage, as_high_as_there_is_room
from ui.widgets.text import PlainLabel


class PlacePage(QWidget):
    """A place. Subclasses build in `__init__` and show in `show_now`, which is called when something changed."""

    def __init__(self, session: Session, title: str) -> None:
        super().__init__()
        self.session, self.desk = session, session.desk
        self.translator, self.say = session.translator, session.translator.text
        self._stale = True
        # In a very low window the place scrolls; otherwise its lists take what room there is and scroll by themselves.
        self._scroller = QScrollArea()
        self._scroller.setWidgetResizable(True)
        self._scroller.setMinimumHeight(LOWEST)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._paper = paper = QWidget()
        paper.setProperty("page", True)
        self._scroller.setWidget(paper)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroller)
        self.lines = QVBoxLayout(paper)
        self.lines.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_L)
        self.lines.setSpacing(theme.SPACE_M)
        self.title = PlainLabel(title, kind="title")
        self.lines.addWidget(self.title)
        self.setAccessibleName(title)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isVisible() and self._paper.isAncestorOf(new):
            self._scroller.ensureWidgetVisible(new, 0, 20)

    def one_column(self) -> QVBoxLayout:
        """The column of a place that shows nothing but text in one: it scrolls under the heading, and it alone."""
        page = ColumnPage()
        as_high_as_there_is_room(page)
        self.lines.setContentsMargins(theme.SPACE_S, theme.SPACE_L, 0, 0)
        self.lines.addWidget(page, 1)
        self.title.setContentsMargins(theme.SPACE_L, 0, theme.SPACE_L, 0)
        return page.column

    def show_now(self) -> None:
        """Read what this place shows and show it."""

    def refresh(self, _changed: Changed | None = None) -> None:
        """Something changed: show it now, or as soon as this place is seen."""
        self._stale = True
        if self.isVisible():
            self._show()

    def flush(self) -> None:
        """Save what was typed a moment ago; most places hold nothing."""

    def first_focus(self) -> None:
        """Put the focus where work begins."""

    def where(self) -> dict[str, Any]:
        """What of this place must be known to come back to it."""
        return {}

    def go_back_to(self, _where: dict[str, Any]) -> None:
        """Stand again where `where` was."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._show()

    def _show(self) -> None:
        self._stale = False
        self.show_now()
