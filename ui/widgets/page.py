"""A page of one column that scrolls: at most 720 px of text, and what has the focus is always in sight."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui import theme

NARROWEST = 460  # px of width under which a column may also scroll sideways
LOWEST = 4  # px that something which scrolls keeps at least, so that a Problem is whole in a very low window


def scrolled(page: QWidget) -> QScrollArea:
    """The page in an area that scrolls it up and down where the window is too low for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumHeight(LOWEST)
    area.setWidget(page)
    return area


def as_high_as_there_is_room(part: QWidget) -> None:
    """Have a part that scrolls by itself ask for no height of its own."""
    policy = part.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Ignored)
    part.setSizePolicy(policy)


class Paper(QWidget):
    """What a scroll area scrolls: as high as its texts are where they are as wide as now.

    A widget of its own would ask for the height that they have where they are narrow, and be followed by nothing.
    """

    def minimumSizeHint(self) -> QSize:
        least, column = super().minimumSizeHint(), self.layout()
        if column is None or not column.hasHeightForWidth():
            return least
        room = self.parentWidget()
        wide = max(room.width() if room is not None else 0, least.width())
        return QSize(least.width(), column.minimumHeightForWidth(wide))


class ColumnPage(QScrollArea):
    """Add widgets to `column`, which is at most `width` px wide, at the start of the line or `centred`."""

    def __init__(
        self, *, width: int = theme.COLUMN_WIDTH, centred: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._widest, self._centred = width, centred
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.paper = Paper()
        self.paper.setProperty("page", True)
        # One layout only: a scroll area follows the height of text in nested layouts one step too late.
        self.column = QVBoxLayout(self.paper)
        self.column.setSpacing(theme.SPACE_M)
        self._set_margins(width)
        self.setWidget(self.paper)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.viewport().width()
        self._set_margins(room)
        # Long words of some language may need more than a very narrow column has.
        bars = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bars.ScrollBarAsNeeded if room < NARROWEST else bars.ScrollBarAlwaysOff)
        super().resizeEvent(event)

    def _set_margins(self, room: int) -> None:
        spare = max(0, room - 2 * theme.SPACE_L - self._widest)
        least = theme.SPACE_L if room >= theme.SMALL else theme.SPACE_S
        start = least + (spare // 2 if self._centred else 0)
        end = least + spare - (spare // 2 if self._centred else 0)
        left, right = (end, start) if self.isRightToLeft() else (start, end)
        self.column.setContentsMargins(left, theme.SPACE_L, right, theme.SPACE_XL)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isVisible() and self.paper.isAncestorOf(new):
            self.ensureWidgetVisible(new, 0, 40)


class SideScroll(QScrollArea):
    """A column at the side of the window that scrolls where the window is too low for it, as wide as it needs."""

    def __init__(self, column: QWidget) -> None:
        super().__init__()
        self._column = column
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(LOWEST)
        self.setWidget(column)
        self.verticalScrollBar().rangeChanged.connect(self.fit)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def fit(self) -> None:
        """Be as wide as the column, and its bar where it has one."""
        bar = self.verticalScrollBar()
        wide = max(self._column.minimumSizeHint().width(), self._column.minimumWidth())
        self.setFixedWidth(wide + (bar.sizeHint().width() if bar.maximum() > 0 else 0))

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isVisible() and self._column.isAncestorOf(new):
            self.ensureWidgetVisible(new, 0, 8)
