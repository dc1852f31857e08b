"""The victim's own ranking: what matters most stands first. Alt and the arrows move a line, so do its buttons."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import plan
from app.i18n import N_
from ui.editors.differs import CaseDiffers
from ui.pages.buttons import Buttons
from ui.widgets.text import Card, PlainButton, PlainLabel, announce


class Rank(QWidget):
    """One ranked line."""

    def __init__(self, part: Priorities, code: str, title: str) -> None:
        super().__init__()
        self.part, self.code, self.title = part, code, title
        words = part.words
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.label = PlainLabel("")
        line.addWidget(self.label, 1)
        self.up = PlainButton(words(N_("Up")), name=words(N_("{what}: matters more"), what=title))
        self.down = PlainButton(words(N_("Down")), name=words(N_("{what}: matters less"), what=title))
        self.off = PlainButton(
            words(N_("Take off")), kind="quiet", name=words(N_("{what}: take off the list"), what=title)
        )
        self.up.clicked.connect(lambda: part.move_line(code, -1))
        self.down.clicked.connect(lambda: part.move_line(code, 1))
        self.off.clicked.connect(lambda: part.take_off(code))
        for button in (self.up, self.down, self.off):
            line.addWidget(button)
            button.installEventFilter(self)

    def stand(self, *, wants_up: bool) -> None:
        """Put the focus on the button that moves the line on, or on the other one at the end of the way."""
        first, second = (self.up, self.down) if wants_up else (self.down, self.up)
        (first if first.isEnabled() else second if second.isEnabled() else self.off).setFocus()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        # Taken before the button sees it: a button would read an arrow as a way to its neighbour.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.modifiers() & Qt.KeyboardModifier.AltModifier
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        ):
            self.part.move_line(self.code, -1 if event.key() == Qt.Key.Key_Up else 1)
            return True
        return False


class Priorities(Card):
    """Ranked lines, then what can still be added."""

    def __init__(self, page: Any) -> None:
        super().__init__(page.words(N_("What matters most to the victim")))
        self.page, self.words = page, page.words
        self.ranked: list[str] = []
        self._apart = False  # two officers ranked differently: it is decided, and not changed in passing
        self.lines: dict[str, Rank] = {}
        self.adding: dict[str, PlainButton] = {}
        self.body.addWidget(
            PlainLabel(
                self.words(
                    N_("Choose in the order in which the victim names them. Alt and the arrow keys move a line.")
                ),
                kind="small",
                quiet=True,
            )
        )
        self.differs = CaseDiffers(page, "priorities")
        self.body.addWidget(self.differs)
        self._column = QVBoxLayout()
        self.body.addLayout(self._column)
        self._titles = {p.code: self.words(p.title) for p in page.session.desk.library.plan.priorities}
        flow = Buttons()
        for code, title in self._titles.items():
            button = self.adding[code] = PlainButton(title, name=self.words(N_("Add: {what}"), what=title))
            button.clicked.connect(lambda _=False, code=code: self.add(code))
            flow.add(button)
        self.body.addWidget(flow)

    def show_record(self, ranked: list[str]) -> None:
        """Show the ranking as it is stored."""
        self.ranked = ranked
        record = self.page.view.record(plan.plan_id(self.page.case_id))
        self.differs.show_record(record)
        self._apart = record is not None and record.in_conflict("priorities")
        for code in [known for known in self.lines if known not in ranked]:
            line = self.lines.pop(code)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place, code in enumerate(ranked):
            if code not in self.lines:
                self.lines[code] = Rank(self, code, self._titles.get(code, code))
            if self._column.indexOf(self.lines[code]) != place:
                self._column.insertWidget(place, self.lines[code])
            self.lines[code].label.setText(f"{place + 1}. {self.lines[code].title}")
            self.lines[code].up.setEnabled(place > 0)
            self.lines[code].down.setEnabled(place < len(ranked) - 1)
            self.lines[code].setEnabled(not self._apart)
        for code, button in self.adding.items():
            button.setVisible(code not in ranked)
            button.setEnabled(not self._apart)

    def add(self, code: str) -> None:
        """Put a priority at the end of the ranking and stand on it: its own button is gone."""
        self._rank([*self.ranked, code])
        if code in self.lines:
            self.lines[code].stand(wants_up=True)

    def move_line(self, code: str, step: int) -> None:
        """Move a line up or down by one and keep standing on it."""
        place = self.ranked.index(code)
        wanted = place + step
        if not 0 <= wanted < len(self.ranked):
            return
        order = list(self.ranked)
        order.insert(wanted, order.pop(place))
        self._rank(order)
        line = self.lines[code]
        line.stand(wants_up=step < 0)
        announce(line, self.words(N_("{what} is number {n}"), what=line.title, n=wanted + 1))

    def take_off(self, code: str) -> None:
        """Take a line off the ranking."""
        self._rank([c for c in self.ranked if c != code])
        self.adding[code].setFocus()

    def _rank(self, order: list[str]) -> None:
        self.page.act(plan.set_priorities, order)
