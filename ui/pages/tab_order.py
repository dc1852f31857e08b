"""The order in which Tab goes over a page: as it is seen, also where parts came later, folded, or moved."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLayout, QLineEdit, QPlainTextEdit, QWidget

_WHOLE = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)


def stops(widget: QWidget) -> Iterator[QWidget]:
    """The tab stops inside a widget that are shown and enabled, in the order of its layouts."""
    layout = widget.layout()
    if layout is not None:
        yield from _in_layout(layout)


def is_stop(widget: QWidget) -> bool:
    """Whether Tab may stand on a widget."""
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(policy) and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget = item.widget() if item is not None else None
        if widget is not None:
            if not widget.isVisible():
                continue
            if is_stop(widget):
                yield widget
            if not isinstance(widget, _WHOLE):
                yield from stops(widget)
            continue
        inner = item.layout() if item is not None else None
        if inner is not None:
            yield from _in_layout(inner)
