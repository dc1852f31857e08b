"""The grades of a case over time, the last one first: word, shape and colour, with floor, officer and reason."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework.comparison import GradeGiven, grades_over_time
from app.i18n import N_
from ui.editors.factory import label_of
from ui.pages.fold import Fold
from ui.pages.in_sight import InSight
from ui.widgets.grades import sign
from ui.widgets.lists import Line, LineList
from ui.widgets.text import PlainLabel


class GradeRow(Fold):
    """Folded until it is wanted; hidden while nobody has graded."""

    def __init__(self, page: Any) -> None:
        self.page = page
        super().__init__(page.words(N_("Grades so far")), self._make)

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
        if self.is_filled:
            self.list.set_lines([self._line(one) for one in reversed(given)])
            self.list.fit(3)
            self._show_detail(self.list.current_key())

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
