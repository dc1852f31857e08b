"""Where on a page the officer stands, in words that a later build of the same page can find again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QScrollArea, QWidget


def describe(page: QWidget) -> dict[str, Any]:
    """The accessible name of what has the focus, which one of that name it is, before which letter the cursor stands in
    it, and how far the page is scrolled.
    """
    found: dict[str, Any] = {}
    area = page.findChild(QScrollArea)
    if area is not None:
        found["scroll"] = area.verticalScrollBar().value()
    has = page.window().focusWidget()
    if has is not None and page.isAncestorOf(has) and has.accessibleName():
        alike = _of_name(page, has.accessibleName())
        found |= {"name": has.accessibleName(), "number": alike.index(has)}
        if isinstance(has, QPlainTextEdit):
            found["cursor"] = has.textCursor().position()
        elif isinstance(has, QLineEdit):
            found["cursor"] = has.cursorPosition()
    return found


def restore(page: QWidget, mark: dict[str, Any]) -> None:
    """Scroll and focus as `describe` found it; what is not there any more is left out."""
    area, scroll = page.findChild(QScrollArea), mark.get("scroll")
    alike = _of_name(page, str(mark.get("name", ""))) if mark.get("name") else []
    number = mark.get("number", 0)
    if alike:
        found = alike[number if isinstance(number, int) and 0 <= number < len(alike) else 0]
        found.setFocus(Qt.FocusReason.OtherFocusReason)
        _put_cursor(found, mark.get("cursor"))
    if area is not None and isinstance(scroll, int):
        area.verticalScrollBar().setValue(scroll)


def _put_cursor(field: QWidget, position: object) -> None:
    if not isinstance(position, int) or position < 0:
        return
    if isinstance(field, QPlainTextEdit):
        cursor = field.textCursor()
        cursor.setPosition(min(position, len(field.toPlainText())))  # the end of what was typed may have been cleaned
        field.setTextCursor(cursor)
    elif isinstance(field, QLineEdit):
        field.setCursorPosition(position)


def _of_name(page: QWidget, name: str) -> list[QWidget]:
    return [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.accessibleName() == name
    ]
