"""The order in which Tab goes over a page: as it is seen, also where parts came later, folded, or moved.

Reads places on the screen and never a layout's items: a wrapper of such an item may outlive it.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget


def stops(widget: QWidget) -> list[QWidget]:
    """The tab stops inside a widget that are shown and enabled: line by line, each in the direction of reading."""
    mirrored = widget.isRightToLeft()
    places = [(_place(stop, widget), stop) for stop in widget.findChildren(QWidget) if is_stop(stop)]
    places.sort(key=lambda found: found[0].top())
    order: list[QWidget] = []
    line: list[tuple[QRect, QWidget]] = []
    ends = 0
    for place, stop in places:
        # What overlaps in height with all that stands on the line so far stands beside it.
        if line and place.top() >= ends:
            order += _in_line(line, mirrored)
            line = []
        ends = min(ends, place.bottom()) if line else place.bottom()
        line.append((place, stop))
    return order + _in_line(line, mirrored)


def is_stop(widget: QWidget) -> bool:
    """Whether Tab may stand on a widget."""
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(policy) and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None


def _place(stop: QWidget, inside: QWidget) -> QRect:
    return QRect(stop.mapTo(inside, stop.rect().topLeft()), stop.size())


def _in_line(line: list[tuple[QRect, QWidget]], mirrored: bool) -> list[QWidget]:
    return [stop for place, stop in sorted(line, key=lambda found: -found[0].right() if mirrored else found[0].left())]
