"""What has changed since last time, side by side: then and now for the grade, the floor, the rating and every factor
that differs, still counts or is still open. Nothing is shown where there is no earlier assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.casework import comparison
from app.i18n import N_
from ui import theme
from ui.editors.factory import label_of
from ui.pages.in_sight import InSight
from ui.widgets import grades
from ui.widgets.grades import GradeSign, sign
from ui.widgets.lists import LINE_ROLE, Index, Line, LineList, LinePainter
from ui.widgets.text import Card, PlainLabel

KINDS = {
    "new_yes": N_("new yes"),
    "no_longer": N_("no longer yes"),
    "still_counts": N_("the earlier yes still counts"),
    "changed": N_("another answer"),
    "open": N_("still open"),
}
COUNTS = {
    "new_yes": (N_("{n} new yes"), N_("{n} new yes")),
    "no_longer": (N_("{n} no longer yes"), N_("{n} no longer yes")),
    "still_counts": (N_("{n} earlier yes still counts"), N_("{n} earlier yes still count")),
    "changed": (N_("{n} answered otherwise"), N_("{n} answered otherwise")),
    "open": (N_("{n} still open"), N_("{n} still open")),
}
SHARES = (4, 3, 3)
"""How the width is shared between what it is about, then and now."""


@dataclass(frozen=True)
class Cell:
    """Then or now: an answer or a grade, and small words under it. `more` stands only below the list."""

    text: str
    under: str = ""
    grade: GradeSign | None = None
    more: str = ""

    def aloud(self) -> str:
        """All of it in one sentence."""
        parts = (self.grade.spoken if self.grade else self.text, self.under, self.more)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class SideBySide(Line):
    """One row of the list."""

    then: Cell = Cell("")
    now: Cell = Cell("")


class Changes(Card):
    """Hidden until there is something to compare with."""

    def __init__(self, page: Any) -> None:
        super().__init__(" ")
        self.page, self.words, self.translator = page, page.words, page.session.translator
        self.found: comparison.Comparison | None = None
        self._said = PlainLabel("")
        self.body.addWidget(self._said)
        heads = QWidget()
        self._across = across = QHBoxLayout(heads)
        across.setSpacing(0)
        self._then_head = PlainLabel("", kind="small", bold=True)
        for label, share in zip(
            (PlainLabel(""), self._then_head, PlainLabel(self.words(N_("Now")), kind="small", bold=True)),
            SHARES,
            strict=True,
        ):
            across.addWidget(label, share)
        self.body.addWidget(heads)
        self.list = LineList(name=self.words(N_("What has changed, then and now")))
        self.list.setItemDelegate(_Painter(self.list))
        self.list.current.connect(self._show_detail)
        self.list.viewport().installEventFilter(self)
        self.body.addWidget(self.list)
        self.detail = PlainLabel("", quiet=True, selectable=True)
        self.body.addWidget(self.detail)
        InSight(page, self.list, self.detail)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The headings stand over their columns: beside the frame of the list, and its bar where it scrolls.
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and watched is self.list.viewport():
            inside = self.list.viewport().geometry()
            after = self.list.width() - inside.right() - 1
            self._across.setContentsMargins(inside.left() + theme.SPACE_M, 0, after + theme.SPACE_M, 0)
            self._across.activate()
        return False

    def show_case(self, floor: Any, factors: Sequence[str]) -> None:
        """Bring it in line with the page's case."""
        self.found = found = comparison.changed_since(self.page.view, floor, factors)
        self.setVisible(found is not None)
        if found is None:
            return
        day = self.translator.day(found.then[-1].day)
        title = (
            self.words(N_("What this correction changes"))
            if found.corrects
            else self.words(N_("What has changed since {day}"), day=day)
        )
        assert self.heading is not None
        self.heading.setText(title)
        self.setAccessibleName(title)
        self._then_head.setText(self.words(N_("Then, {day}"), day=day))
        counts = [
            self.translator.plural(*COUNTS[kind], len(found.of(kind)))
            for kind in (*comparison.CHANGES, "open")
            if found.of(kind)
        ]
        if not found.changes:
            counts.insert(0, self.words(N_("no answer has changed")))
        self._said.setText("; ".join(counts))
        lines = [self._grade(found), self._floor(found), self._rating(found)]
        lines += [self._factor(change) for change in (*found.changes, *found.of("open"))]
        self.list.set_lines(lines)
        self.list.fit(6)
        self._show_detail(self.list.current_key())

    def _grade(self, found: comparison.Comparison) -> Line:
        return self._line("grade", N_("Grade given"), self._graded(found.then), self._graded((found.now,)))

    def _graded(self, ones: Sequence[comparison.Assessed]) -> Cell:
        one = max(ones, key=lambda o: _height(o.grade))
        by = self.words(N_("by {who}"), who=one.by) if one.by else ""
        flags = self.words(N_("provisional")) if one.provisional and one.grade else ""
        others = [self._also(o, o.grade) for o in ones if o is not one]
        said = "; ".join(part for part in (flags, by) if part)
        return Cell(
            "", said, sign(one.grade, one.extreme and one.grade == "high", False, self.translator), "; ".join(others)
        )

    def _floor(self, found: comparison.Comparison) -> Line:
        return self._line("floor", N_("Floor of the rules"), self._floors(found.then), self._floor_now(found.now))

    def _floor_now(self, now: comparison.Assessed) -> Cell:
        # The officer grades first, here as well.
        return self._floors((now,)) if now.grade else Cell(self.words(N_("after your grade")))

    def _floors(self, ones: Sequence[comparison.Assessed]) -> Cell:
        one = max(ones, key=lambda o: _height(o.floor))
        others = [self._also(o, o.floor) for o in ones if o is not one]
        rules = self.words(N_("rules {rules}"), rules=", ".join(one.rules)) if one.rules else ""
        shown = sign(one.floor, False, False, self.translator) if one.floor else None
        return Cell("" if shown else self.words(N_("not known")), rules, shown, "; ".join(others))

    def _rating(self, found: comparison.Comparison) -> Line:
        return self._line("rating", N_("The victim's own rating"), self._rated(found.then), self._rated((found.now,)))

    def _rated(self, ones: Sequence[comparison.Assessed]) -> Cell:
        given = [one.rating for one in ones if one.rating is not None]
        return Cell(self.words(N_("{n} of 10"), n=max(given)) if given else self.words(N_("not given")))

    def _also(self, one: comparison.Assessed, grade: str | None) -> str:
        label = label_of(self.page.session, "grade", grade) if grade else self.words(N_("not known"))
        return self.words(
            N_("beside it, on {day}: {grade} {who}"), day=self.translator.day(one.day), grade=label, who=one.by
        ).strip()

    def _factor(self, change: comparison.FactorChange) -> Line:
        kind = self.words(KINDS[change.kind])
        return self._line(
            change.factor,
            self.page.because([change.factor]),
            self._said_then(change.then),
            self._said_then(change.now),
            kind,
        )

    def _said_then(self, said: comparison.Said | None) -> Cell:
        if said is None:
            return Cell(self.words(N_("nothing recorded")))
        source = label_of(self.page.session, "source", said.source) if said.source else ""
        under = ", ".join(part for part in (self.translator.day(said.day), source) if part)
        recent = self.words(N_("in the last six months")) if said.recent == "yes" else ""
        more = "; ".join(part for part in (recent, f"“{said.note}”" if said.note else "") if part)
        return Cell(label_of(self.page.session, "answer", said.value), under, None, more)

    def _line(self, key: str, title: str, then: Cell, now: Cell, kind: str = "") -> Line:
        title = self.words(title) if not kind else title
        spoken = self.words(
            N_("{what}. Then: {then}. Now: {now}."),
            what=f"{title}, {kind}" if kind else title,
            then=then.aloud(),
            now=now.aloud(),
        )
        return SideBySide(key, title, kind, spoken=spoken, then=then, now=now)

    def _show_detail(self, key: str) -> None:
        line = next((one for one in self.list.rows.lines if one.key == key), None)
        self.detail.setText(line.spoken if line is not None else "")


def _height(grade: str | None) -> int:
    return ("standard", "medium", "high").index(grade) if grade in ("standard", "medium", "high") else -1


class _Painter(QStyledItemDelegate):
    """Paints a row in three columns, mirrored where the language is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> Any:
        return LinePainter(self.parent()).sizeHint(option, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: SideBySide = index.data(LINE_ROLE)
        now, box, state = theme.scheme(), QRect(option.rect), option.state
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
        room = box.adjusted(theme.SPACE_M, 4, -theme.SPACE_M, -4)
        quiet = now.colour("ink" if chosen else "quiet")
        cells = (Cell(line.title, line.under), line.then, line.now)
        at = 0
        for cell, share in zip(cells, SHARES, strict=True):
            wide = room.width() * share // sum(SHARES)
            left = room.right() + 1 - at - wide if mirrored else room.left() + at
            gap = theme.SPACE_M
            place = QRect(left + (gap if mirrored else 0), room.top(), wide - gap, room.height())
            self._cell(painter, place, cell, mirrored, quiet, alone=not cell.under and cell.grade is None)
            at += wide
        painter.restore()

    @staticmethod
    def _cell(painter: QPainter, place: QRect, cell: Cell, mirrored: bool, quiet: Any, *, alone: bool) -> None:
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        how = side | Qt.AlignmentFlag.AlignAbsolute
        painter.setFont(theme.font("body", bold=True))
        metrics = painter.fontMetrics()
        if cell.grade is not None:
            wide = min(grades.width_of(cell.grade, metrics), place.width())
            left = place.right() + 1 - wide if mirrored else place.left()
            high = metrics.height() + 2
            top = place.top() if cell.under else place.center().y() - high // 2
            grades.paint(painter, QRect(left, top, wide, high), cell.grade, mirrored=mirrored)
        else:
            painter.setPen(theme.scheme().colour("ink"))
            where = Qt.AlignmentFlag.AlignVCenter if alone else Qt.AlignmentFlag.AlignTop
            painter.drawText(
                place, how | where, metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, place.width())
            )
        if cell.under:
            painter.setFont(theme.font("small"))
            metrics = painter.fontMetrics()
            painter.setPen(quiet)
            under = metrics.elidedText(cell.under, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, how | Qt.AlignmentFlag.AlignBottom, under)
