"""The grades of a case over time, the last one first: word, shape and colour, with floor, officer and reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout

from app.casework.comparison import GradeGiven, grades_over_time
from app.i18n import N_
from ui import theme
from ui.editors.factory import label_of
from ui.pages.fold import Fold
from ui.pages.in_sight import InSight
from ui.widgets import grades
from ui.widgets.grades import sign
from ui.widgets.lists import Line, LineList
from ui.widgets.text import PlainLabel
from ui.widgets.trend import Point, Trend

HEIGHTS = {"extreme": 2, "high": 1, "medium": 0, "standard": -1}
"""Extreme stands as high as high does; only its shape is another."""


class GradeLine(Trend):
    """The grades as a small line: shape and height say the same as the word under them."""

    def _place(self, number: int, point: Point, wide: int) -> QPointF:
        height = None if point.height is None else min(point.height, HEIGHTS["high"])
        return super()._place(number, replace(point, height=height), wide)

    @staticmethod
    def _shape(painter: QPainter, at: QPointF, height: int | None) -> None:
        kind = next((grade for grade, place in HEIGHTS.items() if place == height), "")
        now = theme.scheme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.colour("surface"))
        painter.drawEllipse(at, 9, 9)  # the line does not run through the shape
        painter.setBrush(now.colour(f"{kind}_ink" if kind else "ink"))
        grades.shape(painter, kind or "standard", at)


class GradeRow(Fold):
    """Folded until it is wanted; hidden while nobody has graded."""

    def __init__(self, page: Any) -> None:
        self.page = page
        super().__init__(page.words(N_("Grades so far")), self._make)
        self.over_time = GradeLine(page.words(N_("Grades over time")))
        whole = self.layout()
        assert isinstance(whole, QVBoxLayout)
        whole.insertWidget(0, self.over_time)

    def _make(self, inside: QVBoxLayout) -> None:
        self.list = LineList(name=self.page.words(N_("Grades so far, latest first")))
        self.list.current.connect(self._show_detail)
        inside.addWidget(self.list)
        self.detail = PlainLabel("", selectable=True)
        inside.addWidget(self.detail)
        InSight(self.page, self.list, self.detail)
        self.show_case()

    def show_case(self) -> None:
        """Bring it in line with the page's case."""
        given = grades_over_time(self.page.view)
        self.setVisible(bool(given))
        self.over_time.setVisible(len(given) > 1)
        self.over_time.show_points([self._point(one) for one in given])
        if self.is_filled:
            self.list.set_lines([self._line(one) for one in reversed(given)])
            self.list.fit(3)
            self._show_detail(self.list.current_key())

    def _point(self, one: GradeGiven) -> Point:
        session = self.page.session
        shown = sign(one.grade, one.extreme and one.grade == "high", one.provisional, session.translator)
        return Point(HEIGHTS.get(shown.kind), shown.text, session.translator.day(one.day))

    def _line(self, one: GradeGiven) -> Line:
        words, session = self.page.words, self.page.session
        parts = [words(N_("floor: {grade}"), grade=label_of(session, "grade", one.floor))] if one.floor else []
        parts += [words(N_("given without knowing of another one"))] if one.beside else []
        parts += [words(N_("its assessment was corrected later"))] if one.corrected else []
        parts += [label_of(session, "lowering", one.code)] if one.code else []
        parts += [one.reason] if one.reason else []
        shown = sign(one.grade, one.extreme and one.grade == "high", one.provisional, session.translator)
        title = words(N_("{when} · {who}"), when=session.translator.moment(one.day), who=one.supervisor or one.by)
        return Line(one.record, title, " · ".join(parts), grade=shown)

    def _show_detail(self, key: str) -> None:
        line = next((one for one in self.list.rows.lines if one.key == key), None)
        self.detail.setText(line.aloud() if line is not None else "")
