"""How a test looks at a screen: what is cut, what has no name, what stands in a font that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QPushButton, QScrollArea, QWidget

from ui.widgets.text import PlainButton

CONTROLS = {
    QAccessible.Role.Button,
    QAccessible.Role.RadioButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.Table,
    QAccessible.Role.PushButton,
    QAccessible.Role.Link,
    QAccessible.Role.SpinBox,
}


def cut(screen: QWidget) -> list[str]:
    """Labels and buttons whose text does not fit into them, and widgets that stick out of their parent."""
    found = []
    for part in screen.findChildren(QWidget):
        if not part.isVisible() or part.visibleRegion().isEmpty():
            continue
        if isinstance(part, QLabel) and part.text() and part.pixmap().isNull():
            high = part.heightForWidth(part.width()) if part.wordWrap() else part.sizeHint().height()
            wide = _widest_word(part) if part.wordWrap() else part.sizeHint().width()
            if high > part.height() + 2 or wide > part.width() + 2:
                found.append(f"label {part.text()!r}: needs {wide}x{high}, has {part.width()}x{part.height()}")
        elif isinstance(part, QPushButton | QCheckBox | QComboBox) or (
            isinstance(part, QAbstractButton) and part.text()
        ):
            need = part.minimumSizeHint() if isinstance(part, QComboBox | PlainButton) else part.sizeHint()
            if isinstance(part, PlainButton):
                # A button too narrow for one line breaks its words into several.
                need = need.expandedTo(part.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, part.text()))
            if need.width() > part.width() + 2 or need.height() > part.height() + 2:
                found.append(f"button {part.accessibleName()!r}: needs {need.toTuple()}, has {part.size().toTuple()}")
        if (
            isinstance(part, QScrollArea)
            and part.widget() is not None
            and part.widget().width() > part.viewport().width() + 1
        ):
            found.append(
                f"{type(part).__name__} is {part.viewport().width()} px wide, what is in it {part.widget().width()}"
            )
    return found


def _widest_word(label: QLabel) -> int:
    return max((label.fontMetrics().horizontalAdvance(word) for word in label.text().split()), default=0)


def tree(node: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """An accessible object and everything under it."""
    yield node
    for number in range(node.childCount()):
        below = node.child(number)
        if below is not None:
            yield from tree(below)


def nameless(screen: QWidget) -> list[str]:
    """Visible controls without a name, as a screen reader meets them."""
    found = []
    for node in tree(QAccessible.queryAccessibleInterface(screen)):
        state: Any = node.state()
        if node.role() in CONTROLS and not state.invisible and not node.text(QAccessible.Text.Name).strip():
            thing = node.object()
            found.append(f"{node.role().name} {type(thing).__name__ if thing else ''}")
    return found
