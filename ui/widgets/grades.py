"""A grade as people see it: a word, a shape and a colour together, on pages and in lists."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import N_, Translator
from ui import theme
from ui.widgets.text import announce

WORDS = {
    "standard": N_("STANDARD"),
    "medium": N_("MEDIUM"),
    "high": N_("HIGH"),
    "extreme": N_("EXTREME"),
    "": N_("not graded"),
}
SPOKEN = {
    "standard": N_("Grade standard"),
    "medium": N_("Grade medium"),
    "high": N_("Grade high"),
    "extreme": N_("Grade high, extreme"),
    "": N_("Not graded yet"),
}


@dataclass(frozen=True)
class GradeSign:
    """What a badge shows: `kind` is standard, medium, high, extreme or empty; `text` is the word on it."""

    kind: str
    text: str
    spoken: str


def sign(grade: str | None, extreme: bool, provisional: bool, translator: Translator) -> GradeSign:
    """The badge of a grade; the flag *extreme* belongs to a high grade."""
    kind = grade if grade in ("standard", "medium", "high") else ""
    kind = "extreme" if extreme and kind else kind or ""
    text, spoken = translator.text(WORDS[kind]), translator.text(SPOKEN[kind])
    if provisional and kind:
        note = translator.text(N_("provisional"))
        text, spoken = f"{text} ({note})", f"{spoken}, {note}"
    return GradeSign(kind, text, spoken)


def width_of(shown: GradeSign, metrics: QFontMetrics) -> int:
    """How wide a badge is in px."""
    return metrics.horizontalAdvance(shown.text) + ({"": 20, "extreme": 46}.get(shown.kind, 36))


def paint(painter: QPainter, box: QRect, shown: GradeSign, *, mirrored: bool = False) -> None:
    """Paint a badge into `box`."""
    now = theme.scheme()
    ground = now.colour(shown.kind) if shown.kind else now.colour("surface")
    ink = now.colour(f"{shown.kind}_ink") if shown.kind else now.colour("ink")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(
        QPen(
            now.colour("line") if not shown.kind else ink,
            1,
            Qt.PenStyle.SolidLine if shown.kind else Qt.PenStyle.DashLine,
        )
    )
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
    if shown.kind == "extreme":
        band = QRect(box.right() - 7 if not mirrored else box.left() + 3, box.top() + 3, 5, box.height() - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.save()
        painter.setClipRect(band)
        painter.fillRect(band, ink)
        painter.setBrush(ground)
        for top in range(band.top(), band.bottom(), 6):
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(band.left(), top + 3),
                        QPointF(band.right() + 1, top),
                        QPointF(band.right() + 1, top + 3),
                        QPointF(band.left(), top + 6),
                    ]
                )
            )
        painter.restore()
    words = QRect(box)
    if shown.kind:
        middle = QPointF(box.left() + 14 if not mirrored else box.right() - 14, box.center().y() + 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        shape(painter, shown.kind, middle)
        far = 14 if shown.kind == "extreme" else 4  # the hatched band stands there
        words.adjust(*((24, 0, -far, 0) if not mirrored else (far, 0, -24, 0)))
    painter.setPen(ink)
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    how = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(words, how if shown.kind else Qt.AlignmentFlag.AlignCenter, shown.text)
    painter.restore()


def shape(painter: QPainter, kind: str, at: QPointF) -> None:
    """Paint the shape of a grade with the painter's brush: circle, diamond, triangle, square."""
    x, y, r = at.x(), at.y(), 5.0
    if kind == "standard":
        painter.drawEllipse(at, r, r)
    elif kind == "medium":
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - r - 1), QPointF(x + r + 1, y), QPointF(x, y + r + 1), QPointF(x - r - 1, y)])
        )
    elif kind == "high":
        painter.drawPolygon(QPolygonF([QPointF(x, y - r - 1), QPointF(x + r + 1, y + r), QPointF(x - r - 1, y + r)]))
    else:
        painter.drawRect(QRectF(x - r, y - r, 2 * r, 2 * r))


class GradeBadge(QWidget):
    """A grade on a page."""

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._translator = translator
        self.setFont(theme.font("body", bold=True))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.shown = sign("", False, False, translator)
        self.setAccessibleName(self.shown.spoken)

    def show_grade(self, grade: str | None, *, extreme: bool = False, provisional: bool = False) -> None:
        """Show a grade; a change is announced."""
        wanted = sign(grade, extreme, provisional, self._translator)
        if wanted != self.shown:
            self.shown = wanted
            self.setAccessibleName(wanted.spoken)
            announce(self, wanted.spoken)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(width_of(self.shown, self.fontMetrics()) + 4, max(theme.TARGET, self.fontMetrics().height() + 6))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        paint(painter, self.rect(), self.shown, mirrored=self.isRightToLeft())
