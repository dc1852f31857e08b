"""A small line over time: each point a shape and a word with its day, so that it is read without colour and aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.widgets.text import wrapped

ACROSS, HIGH, ROUND = 44, 58, 6
"""Room in px between two words, height of the line above the words, and size of a shape."""


@dataclass(frozen=True)
class Point:
    """`height`: 1 up, 0 as before, -1 down, None off the line; `word` and `day` as people read them."""

    height: int | None
    word: str
    day: str


class Trend(QWidget):
    """The last points that fit, oldest at the start of the line. Its accessible name says all of them."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.points: list[Point] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFont(theme.font("small"))

    def show_points(self, points: Sequence[Point]) -> None:
        """Show other points."""
        self.points = list(points)
        said = "; ".join(f"{p.day}: {p.word}" for p in self.points)
        self.setAccessibleName(f"{self._name}: {said}" if said else self._name)
        self.updateGeometry()
        self.update()

    def shown(self) -> list[Point]:
        """The latest points that have room."""
        fit = max(1, self.width() // self._column())
        return self.points[-fit:]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, _width: int) -> int:
        return self.sizeHint().height()

    def sizeHint(self) -> QSize:
        lines = max((len(self._lines(p)) for p in self.points), default=1)
        return QSize(self._column() * 3, HIGH + lines * self.fontMetrics().lineSpacing() + theme.SPACE_S)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._column(), self.sizeHint().height())

    def _column(self) -> int:
        words = [word for p in self.points for part in (p.word, p.day) for word in part.split()]
        whole = [p.day for p in self.points]
        widest = max((self.fontMetrics().horizontalAdvance(part) for part in [*words, *whole]), default=40)
        return widest + ACROSS // 2

    def _lines(self, point: Point) -> list[str]:
        room = self._column() - ACROSS // 4
        return [*wrapped(point.word, self.fontMetrics(), room), *wrapped(point.day, self.fontMetrics(), room)]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, now = QPainter(self), theme.scheme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        shown, wide = self.shown(), self._column()
        places = [self._place(number, point, wide) for number, point in enumerate(shown)]
        line = [place for place, point in zip(places, shown, strict=True) if point.height is not None]
        painter.setPen(QPen(now.colour("line"), 2))
        for start, end in pairwise(line):
            painter.drawLine(start, end)
        for place, point in zip(places, shown, strict=True):
            self._shape(painter, place, point.height)
            self._words(painter, place, point, wide)

    def _place(self, number: int, point: Point, wide: int) -> QPointF:
        x = number * wide + wide / 2
        height = point.height or 0
        return QPointF(self.width() - x if self.isRightToLeft() else x, HIGH / 2 - height * (HIGH / 2 - ROUND - 4))

    @staticmethod
    def _shape(painter: QPainter, at: QPointF, height: int | None) -> None:
        now, r = theme.scheme(), ROUND
        tokens = {1: "good", 0: "ink", -1: "danger"}
        painter.setPen(QPen(now.colour("ink"), 1.5))
        painter.setBrush(now.colour(tokens[height]) if height is not None else now.colour("surface"))
        if height == 0 or height is None:
            painter.drawEllipse(at, r - 1, r - 1)
            return
        tip = QPointF(at.x(), at.y() - height * (r + 1))
        foot = at.y() + height * r
        painter.drawPolygon(QPolygonF([tip, QPointF(at.x() + r + 1, foot), QPointF(at.x() - r - 1, foot)]))

    def _words(self, painter: QPainter, at: QPointF, point: Point, wide: int) -> None:
        painter.setPen(theme.scheme().colour("ink"))
        high = self.fontMetrics().lineSpacing()
        for number, words in enumerate(self._lines(point)):
            box = QRect(int(at.x() - wide / 2), HIGH + number * high, wide, high)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
