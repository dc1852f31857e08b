"""Choosing: a row of equal answers of which none is preset, chips of which several may be on, and a box of codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLayout,
    QLayoutItem,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from app.i18n import N_, Translator
from ui import theme
from ui.widgets.text import Toggled, announce

Option = tuple[str, str]  # value, label


class ChoiceButton(Toggled, QRadioButton):
    """One of several equal answers, drawn as a button; a radio button to assistive technology."""

    def __init__(self, value: str, label: str, key: str, parent: QWidget) -> None:
        super().__init__(label.replace("&", "&&"), parent)
        self.value, self.label, self.key = value, label, key
        self.setAutoExclusive(True)  # only so does assistive technology call it a radio button
        self.watch_toggles()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_chosen(self, on: bool) -> None:
        """Show whether this one is chosen; also none of the answers may be."""
        if on != self.isChecked():
            self.setAutoExclusive(False)
            self.setChecked(on)
            self.setAutoExclusive(True)

    def nextCheckState(self) -> None:
        """Choosing twice keeps the choice."""
        self.setChecked(True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Qt leaves but one of such buttons to Tab; here Tab goes to each answer.
        row = self.parentWidget()
        for button in row.findChildren(ChoiceButton) if row is not None else ():
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def hitButton(self, _where: QPoint) -> bool:
        return True

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.label) + 24
        return QSize(wide, max(theme.TARGET_MAIN, self.fontMetrics().height() + 12))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        now, on = theme.scheme(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(now.colour("focus" if focus else "accent" if on else "line"), 2 if focus or on else 1.4))
        painter.setBrush(
            now.colour("accent" if on else "accent_soft" if self.underMouse() and self.isEnabled() else "surface")
        )
        box = self.rect().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        if focus and on:
            draw_inner_ring(painter, box)
        font = self.font()
        font.setBold(on)
        painter.setFont(font)
        painter.setPen(now.colour("accent_ink" if on else "ink" if self.isEnabled() else "quiet"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.label)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)


def draw_inner_ring(painter: QPainter, box: QRect) -> None:
    """The focus on something filled: its outer ring alone would hardly differ from the filling."""
    painter.setPen(QPen(theme.scheme().colour("accent_ink"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(3, 3, -3, -3), theme.RADIUS - 2, theme.RADIUS - 2)


class ChoiceRow(QWidget):
    """Equal buttons of which at most one is on. `options` are (value, label) or (value, label, key).

    `chosen(str)` is emitted for a person's choice only. Left and right move the focus and choose nothing; Space or
    Enter choose; the option's key chooses from anywhere in the row.
    """

    chosen = Signal(str)

    def __init__(
        self, options: Sequence[tuple[str, ...]], *, name: str, value: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        line = FlowLayout(self, theme.SPACE_XS, fill=True)
        self.buttons: list[ChoiceButton] = []
        for option in options:
            button = ChoiceButton(option[0], option[1], option[2] if len(option) > 2 else "", self)
            button.setAccessibleName(f"{name}: {option[1]}" if name else option[1])
            button.clicked.connect(self._clicked)
            button.installEventFilter(self)
            line.addWidget(button)
            self.buttons.append(button)
        self._value = ""
        self.set_value(value)
        self.setFocusProxy(self.buttons[0])

    def value(self) -> str:
        """The chosen value, or an empty string."""
        return self._value

    def set_value(self, value: str | None) -> None:
        """Show what is stored; emits nothing."""
        self._value = value or ""
        for button in self.buttons:
            button.show_chosen(button.value == self._value)

    def choose(self, value: str) -> None:
        """Choose as a person does."""
        for button in self.buttons:
            if button.value == value and self.isEnabled():
                self.set_value(value)
                announce(button, button.accessibleName())
                self.chosen.emit(value)

    def press(self, key: str) -> bool:
        """Choose the option of a key; whether there was one."""
        for button in self.buttons:
            if button.key and button.key.lower() == key.lower():
                self.choose(button.value)
                button.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return False

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or watched not in self.buttons:
            return False
        place = self.buttons.index(watched)
        forward = Qt.Key.Key_Left if self.isRightToLeft() else Qt.Key.Key_Right
        back = Qt.Key.Key_Right if self.isRightToLeft() else Qt.Key.Key_Left
        if event.key() in (forward, back):
            step = 1 if event.key() == forward else -1
            self.buttons[(place + step) % len(self.buttons)].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
            return True  # the page moves between cards; the row itself must not
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.buttons[place].click()
            return True
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        return bool(plain and event.text() and event.key() != Qt.Key.Key_Space and self.press(event.text()))

    def _clicked(self) -> None:
        button = self.sender()
        assert isinstance(button, ChoiceButton)
        self.choose(button.value)


def three_row(translator: Translator, *, name: str, value: str = "", parent: QWidget | None = None) -> ChoiceRow:
    """Yes, no, don't know."""
    return ChoiceRow(
        [
            ("yes", translator.text(N_("Yes")), "y"),
            ("no", translator.text(N_("No")), "n"),
            ("unknown", translator.text(N_("Don’t know")), "k"),
        ],
        name=name,
        value=value,
        parent=parent,
    )


class Chip(Toggled, QPushButton):
    """A button that is on or off, among others of which several may be on."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.isChecked():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_inner_ring(painter, self.rect().adjusted(1, 1, -1, -1))


class ChipSet(QWidget):
    """Chips of which several may be on. `answered(list)` carries all values that are on, in the options' order."""

    answered = Signal(list)
    toggled = Signal(str, bool)

    def __init__(
        self, options: Iterable[Option], *, name: str, values: Iterable[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        flow = FlowLayout(self, theme.SPACE_S)
        self.chips: dict[str, QPushButton] = {}
        for value, label in options:
            chip = Chip(label.replace("&", "&&"), self)
            chip.setCheckable(True)
            chip.watch_toggles()
            chip.setAutoDefault(False)
            chip.setAccessibleName(f"{name}: {label}" if name else label)
            chip.clicked.connect(lambda on, value=value: self._clicked(value, on))
            flow.addWidget(chip)
            self.chips[value] = chip
        self.set_values(values)
        if self.chips:
            self.setFocusProxy(next(iter(self.chips.values())))

    def values(self) -> list[str]:
        """The values that are on."""
        return [value for value, chip in self.chips.items() if chip.isChecked()]

    def set_values(self, values: Iterable[str] | None) -> None:
        """Show what is stored; emits nothing."""
        on = set(values or ())
        for value, chip in self.chips.items():
            chip.setChecked(value in on)

    def _clicked(self, value: str, on: bool) -> None:
        self.toggled.emit(value, on)
        self.answered.emit(self.values())


class CodeBox(QComboBox):
    """One of many codes; the first line is "nothing chosen". `answered(str)` for a person's choice only."""

    answered = Signal(str)

    def __init__(
        self, options: Iterable[Option], *, name: str, empty: str, value: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.addItem(empty, "")
        for code, label in options:
            self.addItem(label, code)
        self.set_value(value)
        self.activated.connect(lambda _place: self.answered.emit(self.value()))

    def value(self) -> str:
        """The code chosen, or an empty string."""
        return str(self.currentData() or "")

    def set_value(self, value: str | None) -> None:
        """Show what is stored; a code that is not on the list is added as it is, so that nothing is lost."""
        place = self.findData(value or "")
        if place < 0:
            self.addItem(str(value), value)
            place = self.count() - 1
        self.setCurrentIndex(place)

    def set_options(self, options: Iterable[Option]) -> None:
        """Put another list behind the first line and keep the value."""
        value = self.value()
        while self.count() > 1:
            self.removeItem(1)
        for code, label in options:
            self.addItem(label, code)
        self.set_value(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a scroll over the page must never change an answer


class FlowLayout(QLayout):
    """Widgets in lines, as many to a line as fit. With `fill` a single line is filled, by equal widgets where they fit;
    several lines are not: a last one alone would look more important than the others.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = theme.SPACE_S, *, fill: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}  # layouts ask for the same widths again and again
        self._fill = fill
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._place(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        wide = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(wide, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(
            max((size.width() for size in shown), default=0), max((size.height() for size in shown), default=0)
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def _place(self, rect: QRect, *, move: bool) -> int:
        lines: list[list[QLayoutItem]] = [[]]
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            wide = item.sizeHint().width()
            if lines[-1] and used + self.spacing() + wide > rect.width():
                lines.append([])
                used = 0
            used += wide + (self.spacing() if lines[-1] else 0)
            lines[-1].append(item)
        top, mirrored = rect.top(), (owner := self.parentWidget()) is not None and owner.isRightToLeft()
        for line in lines:
            high = max((item.sizeHint().height() for item in line), default=0)
            if move:
                fill = self._fill and len(lines) == 1
                self._place_line(line, QRect(rect.left(), top, rect.width(), high), mirrored, fill=fill)
            top += high + self.spacing()
        return max(0, top - self.spacing() - rect.top())

    def _place_line(self, line: list[QLayoutItem], box: QRect, mirrored: bool, *, fill: bool) -> None:
        widths = [item.sizeHint().width() for item in line]
        room = box.width() - self.spacing() * max(0, len(line) - 1)
        if fill and line and room > sum(widths):
            if max(widths) * len(line) <= room:
                widths = [0] * len(line)
            each, left_over = divmod(room - sum(widths), len(line))
            widths = [wide + each + (place < left_over) for place, wide in enumerate(widths)]
        left = box.left()
        for item, wide in zip(line, widths, strict=True):
            start = box.left() + box.right() - left - wide + 1 if mirrored else left
            item.setGeometry(QRect(start, box.top(), min(wide, box.width()), box.height()))
            left += wide + self.spacing()
