"""Line icons from the SVG files of resources/icons, painted in the scheme's colour. Reads only the shapes those use.

Only our own files are read; there is no general SVG reader in the program.
"""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPixmapCache

from app import paths
from ui import theme

_SIDE = 24
_SHAPE = re.compile(r"<(path|circle|rect)\b([^>]*)/>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_STEP = re.compile(r"([MLCZ])([^MLCZ]*)")


def icon(name: str, ink: str = "ink") -> QIcon:
    """The icon of that name in the scheme in force, sharp at 1 and 2 device pixels; `ink` names the token."""
    made = QIcon()
    now = theme.scheme()
    # A filled button turns soft while it has the focus, and Qt calls that active.
    focused = {"accent_ink": "accent_soft_ink", "danger_ink": "danger_soft_ink"}.get(ink, ink)
    for mode, colour, state in (
        (QIcon.Mode.Normal, now.colour(ink).name(), QIcon.State.Off),
        (QIcon.Mode.Active, now.colour(focused).name(), QIcon.State.Off),
        (QIcon.Mode.Normal, now.accent_soft_ink, QIcon.State.On),
        (QIcon.Mode.Disabled, now.quiet, QIcon.State.Off),
    ):
        for scale in (1, 2):
            made.addPixmap(pixmap(name, colour, 18, scale), mode, state)
    return made


def pixmap(name: str, colour: str, side: int, scale: float = 1.0) -> QPixmap:
    """The icon as a square picture of `side` px, painted once and then taken from Qt's own store of pictures."""
    key = f"holdfast {name} {colour} {side} {scale}"
    made = QPixmap()
    if QPixmapCache.find(key, made):
        return made
    made = QPixmap(round(side * scale), round(side * scale))
    made.setDevicePixelRatio(scale)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / _SIDE, side / _SIDE)
    painter.setPen(QPen(QColor(colour), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(outline(name))
    painter.end()
    QPixmapCache.insert(key, made)
    return made


@functools.cache
def outline(name: str) -> QPainterPath:
    """The lines of an icon on a 24 x 24 grid."""
    made = QPainterPath()
    for shape, inside in _SHAPE.findall((paths.resources() / "icons" / f"{name}.svg").read_text("utf-8")):
        given = dict(_ATTRIBUTE.findall(inside))
        if shape == "path":
            _trace(made, given["d"])
        elif shape == "circle":
            radius = float(given["r"])
            made.addEllipse(QPointF(float(given["cx"]), float(given["cy"])), radius, radius)
        else:
            made.addRoundedRect(QRectF(*(float(given[key]) for key in ("x", "y", "width", "height"))), 2, 2)
    return made


def _trace(made: QPainterPath, steps: str) -> None:
    for letter, rest in _STEP.findall(steps):
        numbers = [float(number) for number in rest.replace(",", " ").split()]
        points = [QPointF(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if letter == "M":
            made.moveTo(points[0])
        elif letter == "Z":
            made.closeSubpath()
        elif letter == "L":
            for point in points:
                made.lineTo(point)
        else:
            for i in range(0, len(points), 3):
                made.cubicTo(*points[i : i + 3])
