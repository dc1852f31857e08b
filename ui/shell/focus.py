"""Where on a page the officer stands, in words that a later build of the same page can find again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def describe(page: QWidget) -> dict[str, Any]:
    """The accessible name of what has the focus, which one of that name it is, and how far the page is scrolled."""
    found: dict[str, Any] = {}
    area = page.findChild(QScrollArea)
    if area is not None:
        found["scroll"] = area.verticalScrollBar().value()
    has = page.window().focusWidget()
    if has is not None and page.isAncestorOf(has) and has.accessibleName():
        alike = _of_name(page, has.accessibleName())
        found |= {"name": has.accessibleName(), "number": alike.index(has)}
    return found


def restore(page: QWidget, mark: dict[str, Any]) -> None:
    """Scroll and focus as `describe` found it; what is not there any more is left out."""
    area, scroll = page.findChild(QScrollArea), mark.get("scroll")
    alike = _of_name(page, str(mark.get("name", ""))) if mark.get("name") else []
    number = mark.get("number", 0)
    if alike:
        alike[number if isinstance(number, int) and 0 <= number < len(alike) else 0].setFocus(
            Qt.FocusReason.OtherFocusReason
        )
    if area is not None and isinstance(scroll, int):
        area.verticalScrollBar().setValue(scroll)


def _of_name(page: QWidget, name: str) -> list[QWidget]:
    return [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.accessibleName() == name
    ]
