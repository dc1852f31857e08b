"""The neutral page that stands over a hidden window: a week's vehicle checks, and in its corner the way back.

It knows nothing of the vault, names nobody and claims nothing that a passer-by could hold against it. Whether the
words typed in its corner are right is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.clock import Clock
from app.i18n import N_, Translator
from ui import theme
from ui.widgets.edits import SecretEdit
from ui.widgets.page import scrolled
from ui.widgets.text import Card, PlainLabel, announce

DAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
PARTS = (N_("Tyres"), N_("Lights"), N_("Fuel"), N_("First-aid kit"))
NOTES = (
    N_("Hand the keys in after each shift."),
    N_("Report a warning light before the vehicle is used again."),
)
FORGET_AFTER_MS = 20_000  # a half-typed passphrase does not stay, and neither does the field
TICK_MS = 250
FIELD_WIDTH = 220
DEAF_S = 1.0  # whoever presses F9 in a hurry presses it more than once
BACK_KEYS = (Qt.Key.Key_F9, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NeutralPage(QWidget):
    """`given(str)`: a passphrase was typed; `lock_wanted`: Ctrl+L.

    F9, Enter or a double click bring the field; Esc or twenty seconds without a key take it away.
    """

    given = Signal(str)
    lock_wanted = Signal()

    def __init__(self, translator: Translator, clock: Clock, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._clock, self._until, self._begun = clock, 0.0, 0.0
        self.translator, self.say = translator, translator.text
        self.setAutoFillBackground(True)  # nothing of what lies under it is painted
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.say(N_("Vehicle checks")))
        page = QWidget()
        page.setProperty("page", True)
        lines = QVBoxLayout(page)
        lines.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, 0)
        lines.setSpacing(theme.SPACE_M)
        lines.addWidget(PlainLabel(self.say(N_("Vehicle checks")), kind="title"))
        self.week = PlainLabel(quiet=True)
        lines.addWidget(self.week)
        lines.addWidget(self._table())
        for note in NOTES:
            lines.addWidget(PlainLabel(self.say(note), quiet=True))
        lines.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        sheet = scrolled(page)
        sheet.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # a table may be wider
        whole.addWidget(sheet, 1)
        whole.addLayout(self._corner())
        QShortcut(QKeySequence("Ctrl+L"), self, self.lock_wanted.emit)
        self._forget = self._timer(FORGET_AFTER_MS, self.put_field_away)
        self._forget.setSingleShot(True)
        self._tick = self._timer(TICK_MS, self._count_down)
        self.field.textEdited.connect(lambda _text: self._forget.start())
        self.show_week()

    def _timer(self, interval: int, heard: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setInterval(interval)
        made.timeout.connect(heard)
        return made

    # -- the page

    def _table(self) -> Card:
        card = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE_L)
        grid.setVerticalSpacing(theme.SPACE_XS)
        for column, part in enumerate(PARTS, 1):
            grid.addWidget(PlainLabel(self.say(part), bold=True), 0, column)
        self._days: list[PlainLabel] = []
        self._marks: list[list[PlainLabel]] = []
        for line, day in enumerate(DAYS, 1):
            name = PlainLabel(self.say(day), bold=True, wrap=False)
            marks = [PlainLabel(wrap=False) for _part in PARTS]
            for column, label in enumerate([name, *marks]):
                grid.addWidget(label, line, column)
            self._days.append(name)
            self._marks.append(marks)
        for column in range(len(PARTS) + 1):
            grid.setColumnStretch(column, 1)
        card.body.addLayout(grid)
        card.body.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        return card

    def begin(self) -> None:
        """The page is about to be shown."""
        self._begun = self._clock.monotonic()
        self.show_week()

    def show_week(self) -> None:
        """Show this week: checked up to yesterday, and what a morning leaves of today."""
        today = self._clock.now().astimezone()
        monday = today - timedelta(days=today.weekday())
        self.week.setText(self.say(N_("Week of {day}"), day=self._day(monday)))
        for number, marks in enumerate(self._marks):
            for column, mark in enumerate(marks):
                done = number < today.weekday() or (number == today.weekday() and column < 2)
                mark.setText(self.say(N_("checked")) if done else "–")

    def _day(self, day: datetime) -> str:
        return self.translator.day(day.date().isoformat())

    # -- the way back

    def _corner(self) -> QHBoxLayout:
        self.state = PlainLabel(kind="small", quiet=True, wrap=False)
        self.field = SecretEdit(name=self.say(N_("Password")))
        self.field.setFixedWidth(FIELD_WIDTH)
        self.field.setProperty("main", False)
        self.field.returnPressed.connect(self._give)
        self.label = PlainLabel(self.say(N_("Password")), kind="small", quiet=True, wrap=False, buddy=self.field)
        line = QHBoxLayout()
        line.setContentsMargins(theme.SPACE_M, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        line.setSpacing(theme.SPACE_S)
        line.addStretch(1)
        for part in (self.state, self.label, self.field):
            line.addWidget(part)
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # nothing on the page moves when the field comes
            part.setSizePolicy(policy)
        self.label.hide()
        self.field.hide()
        return line

    def ask(self) -> None:
        """Show the field and put the cursor into it."""
        self.label.show()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._forget.start()

    def _asked(self) -> None:
        if not self.field.isVisible() and self._clock.monotonic() - self._begun >= DEAF_S:
            self.ask()

    def put_field_away(self) -> None:
        """The page alone; what was typed is forgotten."""
        self._forget.stop()
        self.field.clear()
        self.field.setEnabled(True)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.label.hide()
        self.field.hide()
        if not self._tick.isActive():
            self.state.setText("")

    def refuse(self, wait_s: float) -> None:
        """It was not right; nothing is looked at for `wait_s` seconds."""
        self.field.clear()
        self.field.setEnabled(True)
        self.ask()
        self._until = self._clock.monotonic() + wait_s
        self._count_down()
        self._tick.start()
        announce(self.field, self.state.text())

    def say_not_yet(self) -> None:
        """What was asked for was not done; asking again does it."""
        self.state.setText(self.say(N_("Not done yet. The same once more to do it all the same.")))
        announce(self, self.state.text())

    def _waiting(self) -> int:
        return max(0, int(self._until - self._clock.monotonic() + 0.999))

    def _count_down(self) -> None:
        left = self._waiting()
        if left:
            self.state.setText(
                self.translator.plural(
                    N_("Not correct. Again in {n} second."), N_("Not correct. Again in {n} seconds."), left
                )
            )
        else:
            self._tick.stop()
            self.state.setText("")

    def _give(self) -> None:
        typed = self.field.text()
        if typed and self.field.isEnabled() and not self._waiting():
            self._forget.stop()
            self.field.setEnabled(False)
            self.given.emit(typed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in BACK_KEYS and not event.isAutoRepeat():
            self._asked()
        elif event.key() == Qt.Key.Key_Escape and self.field.isEnabled():
            self.put_field_away()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._asked()
