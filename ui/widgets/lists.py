"""Lists of any length: a model of lines, a view, a painter. Never a widget for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import theme
from ui.widgets import grades
from ui.widgets.grades import GradeSign

Index = QModelIndex | QPersistentModelIndex
LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
UPWARDS = (QListView.CursorAction.MoveUp, QListView.CursorAction.MovePageUp, QListView.CursorAction.MoveEnd)


@dataclass(frozen=True)
class Line:
    """One row: a title, a line under it, words at the end, and maybe a grade. `tone` colours the words at the end.

    A `heading` stands over the rows that follow it and is never the current one; its key is empty.
    """

    key: str
    title: str
    under: str = ""
    end: str = ""
    grade: GradeSign | None = None
    tone: str = ""
    spoken: str = ""
    heading: bool = False

    def aloud(self) -> str:
        """What a screen reader says."""
        return self.spoken or ". ".join(
            part for part in (self.title, self.grade.spoken if self.grade else "", self.under, self.end) if part
        )


class MadeLines(Sequence[Line]):
    """Lines made only when they are looked at, so that ten thousand cost nothing until they are scrolled to."""

    def __init__(self, items: Sequence[Any], make: Callable[[Any], Line]) -> None:
        self._items, self._make = items, make
        self._made: dict[int, Line] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        if place not in self._made:
            self._made[place] = self._make(self._items[place])
        return self._made[place]


class LinesModel(QAbstractListModel):
    """Lines for a view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: Sequence[Line] = ()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines instead."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def renew(self, lines: Sequence[Line]) -> None:
        """Show other words for the same rows."""
        self.lines = lines
        self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        if index.isValid() and index.row() < len(self.lines) and self.lines[index.row()].heading:
            return found & ~(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.aloud()
        return None


class LineList(QListView):
    """A list of lines. `opened(key)` on Enter, click or double click."""

    opened = Signal(str)
    current = Signal(str)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[str] = []
        self.rows = LinesModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(LinePainter(self))
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: self._open(index.row()))
        self.selectionModel().currentChanged.connect(self._moved)

    def set_lines(self, lines: Sequence[Line], keys: Sequence[str] | None = None) -> None:
        """Show these lines; the current one stays so where it is still there. `keys` spares making every line."""
        key, before = self.current_key(), self._keys
        self._keys = list(keys) if keys is not None else [line.key for line in lines]
        if key and self._keys == before:
            self.rows.renew(lines)  # the same rows: whoever has scrolled away from the current one stays there
            return
        self.rows.set_lines(lines)
        if self._keys and not (key and self.make_current(key)):
            first = next((row for row, known in enumerate(self._keys) if known), 0)
            self.setCurrentIndex(self.rows.index(first))

    def make_current(self, key: str) -> bool:
        """Make the line of that key the current one; whether there is one."""
        if key not in self._keys:
            return False
        self.setCurrentIndex(self.rows.index(self._keys.index(key)))
        return True

    def current_key(self) -> str:
        """The key of the current line, or an empty string."""
        row = self.currentIndex().row()
        return self.rows.lines[row].key if 0 <= row < len(self.rows.lines) else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex().row())
        elif event.text() and event.text().isprintable():
            event.ignore()  # letters belong to the page's own keys, not to Qt's hunt through the list
        else:
            super().keyPressEvent(event)

    def moveCursor(self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        found = super().moveCursor(action, modifiers)
        if not found.isValid() or self._keys[found.row()]:
            return found
        # A heading is never the current line: the one below it is, or at the end of the list the one above.
        below = next((row for row, key in enumerate(self._keys) if key and row > found.row()), -1)
        above = next((row for row in range(found.row(), -1, -1) if self._keys[row]), below)
        up = action in UPWARDS
        return self.rows.index(above if up or below < 0 else below)

    def fit(self, least: int = 2) -> None:
        """Be as high as the lines need where there is room, and at least as high as `least` of them."""
        each, lines = LinePainter.height(self.fontMetrics()), max(1, self.rows.rowCount())
        self.setMinimumHeight(each * min(least, lines) + 4)
        self.setMaximumHeight(min(each * lines + 4, 16_000))

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.rows.lines) and not self.rows.lines[row].heading:
            self.opened.emit(self.rows.lines[row].key)

    def _moved(self) -> None:
        self.current.emit(self.current_key())


class LinePainter(QStyledItemDelegate):
    """Paints a line: title bold, the line under it, grade and end words at the far side."""

    @staticmethod
    def height(metrics: QFontMetrics) -> int:
        """Height of a line in px."""
        return max(theme.TARGET_MAIN, metrics.height() * 2 + 14)

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, self.height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(LINE_ROLE)
        now, box = theme.scheme(), QRect(option.rect)
        if line.heading:
            self._heading(painter, box, option.direction == Qt.LayoutDirection.RightToLeft, line.title)
            return
        state = option.state
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, now.colour("accent_soft" if chosen else "raised"))
        painter.setPen(now.colour("hair"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(now.colour("focus"), 2))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        room = box.adjusted(theme.SPACE_M, 0, -theme.SPACE_M, 0)
        bold = theme.font("body", bold=True)
        to_left, to_right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        start = (to_right if mirrored else to_left) | Qt.AlignmentFlag.AlignAbsolute
        end = (to_left if mirrored else to_right) | Qt.AlignmentFlag.AlignAbsolute
        if line.grade is not None:
            painter.setFont(bold)
            high, metrics = painter.fontMetrics().height() + 6, painter.fontMetrics()
            wide = grades.width_of(line.grade, metrics)
            left = room.left() if mirrored else room.right() - wide
            grades.paint(painter, QRect(left, box.center().y() - high // 2, wide, high), line.grade, mirrored=mirrored)
            room.adjust(*((wide + theme.SPACE_M, 0, 0, 0) if mirrored else (0, 0, -wide - theme.SPACE_M, 0)))
        painter.setFont(theme.font("body"))
        if line.end:
            metrics = painter.fontMetrics()
            wide = min(metrics.horizontalAdvance(line.end) + 2, room.width() // 2)
            place = QRect(room.left() if mirrored else room.right() - wide, box.top(), wide, box.height())
            painter.setPen(now.colour(line.tone or ("ink" if chosen else "quiet")))
            painter.drawText(
                place,
                end | Qt.AlignmentFlag.AlignVCenter,
                metrics.elidedText(line.end, Qt.TextElideMode.ElideRight, wide),
            )
            room.adjust(*((wide + theme.SPACE_M, 0, 0, 0) if mirrored else (0, 0, -wide - theme.SPACE_M, 0)))
        upper = QRect(room.left(), box.top() + 4, room.width(), box.height() - 8)
        painter.setFont(bold)
        painter.setPen(now.colour("ink"))
        self._text(
            painter,
            upper,
            start | (Qt.AlignmentFlag.AlignTop if line.under else Qt.AlignmentFlag.AlignVCenter),
            line.title,
        )
        if line.under:
            painter.setFont(theme.font("body"))
            painter.setPen(now.colour("ink" if chosen else "quiet"))
            self._text(painter, upper, start | Qt.AlignmentFlag.AlignBottom, line.under)
        painter.restore()

    def _heading(self, painter: QPainter, box: QRect, mirrored: bool, title: str) -> None:
        now = theme.scheme()
        painter.save()
        painter.setFont(theme.font("body", bold=True))
        painter.setPen(now.colour("quiet"))
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        room = box.adjusted(theme.SPACE_M, 0, -theme.SPACE_M, -theme.SPACE_XS)
        self._text(painter, room, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignBottom, title)
        painter.setPen(now.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.restore()

    @staticmethod
    def _text(painter: QPainter, box: QRect, how: Any, text: str) -> None:
        one_line = text.replace("\n", " ")
        shown = painter.fontMetrics().elidedText(one_line, Qt.TextElideMode.ElideRight, box.width())
        # Isolated by its own first letter: else the dot of “Maribel S.” stands before the name in a mirrored list.
        painter.drawText(box, how, f"\u2068{shown}\u2069")
