"""Searching services: words, filters, and a list that says what is open now. Used by the place and inside a case."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.casework import services
from app.casework.services import Offer, Wanted
from app.i18n import N_
from ui import theme
from ui.shell.opening_words import open_words
from ui.widgets.bars import EmptyState
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.text import PlainCheck, PlainLabel, announce

LOOK_AFTER_MS = 80
LETTERS = 9  # of a filter that are always seen
WIDE_ENOUGH = 620  # px from which all filters stand side by side
NARROWEST = 380  # px


class ServiceList(QWidget):
    """`opened(key)` on Enter or a click, `current(key)` while keys move.

    `columns` of filters stand side by side; `beside` stands beside the list.
    """

    opened = Signal(str)
    current = Signal(str)

    def __init__(self, session: Any, *, columns: int = 4, beside: QWidget | None = None) -> None:
        super().__init__()
        self.session, self.say = session, session.translator.text
        self.found: dict[str, Offer] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_AFTER_MS)
        self._later.timeout.connect(self.look)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE_S)
        self.text = LineEdit(
            name=self.say(N_("Words of a service")), placeholder=self.say(N_("name, kind of help, place, number"))
        )
        self.text.textChanged.connect(lambda _text: self._later.start())
        self.text.installEventFilter(self)
        self.open_now = PlainCheck(self.say(N_("Open now")))
        self.open_now.toggled.connect(lambda _on: self.look())
        self.count = PlainLabel(quiet=True)
        lines.addWidget(self.text)
        self._filters(lines)
        self._columns = columns
        self._place_filters(columns)
        self.list = LineList(name=self.say(N_("Services")))
        self.list.opened.connect(self.opened)
        self.list.current.connect(self.current)
        self.empty = EmptyState(
            self.say(N_("No service fits")),
            self.say(N_("No service of the directory has all of this. Ask for less, or for another place.")),
            self.say(N_("Take the filters out")),
            self.clear,
        )
        side_by_side = QHBoxLayout()
        side_by_side.setSpacing(theme.SPACE_M)
        side_by_side.addWidget(self.list, 3)
        side_by_side.addWidget(self.empty, 3)
        if beside is not None:
            side_by_side.addWidget(beside, 2)
        lines.addLayout(side_by_side, 1)

    def _filters(self, lines: QVBoxLayout) -> None:
        tr, desk = self.session.translator, self.session.desk
        library = desk.library

        def coded(name: str, codes: list[str] | None = None) -> list[tuple[str, str]]:
            known = [code.code for code in library.codes(name)] if codes is None else codes
            return [(code, tr.text(library.label(name, code))) for code in known]

        self.kind = self._box(coded("service_kind"), N_("What kind of help"), N_("any kind of help"))
        self.place = self._box([(a, a) for a in services.areas(desk)], N_("Where"), N_("any place"))
        self.language = self._box(
            coded("language", services.languages(desk)), N_("Language spoken"), N_("any language")
        )
        self.serves = self._box(coded("served"), N_("Who is helped"), N_("helps anybody"))
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.SPACE_S)
        lines.addLayout(self._grid)

    def _place_filters(self, columns: int) -> None:
        boxes = (self.kind, self.place, self.language, self.serves)
        for part in (*boxes, self.open_now, self.count):
            self._grid.removeWidget(part)
        for number, box in enumerate(boxes):
            self._grid.addWidget(box, number // columns, number % columns)
        self._grid.addWidget(self.open_now, len(boxes) // columns, 0)
        self._grid.addWidget(self.count, len(boxes) // columns, 1, 1, columns - 1)
        for column in range(len(boxes)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._placed = columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = self._columns if event.size().width() >= WIDE_ENOUGH else 2
        if columns != self._placed:
            self._place_filters(columns)

    def minimumSizeHint(self) -> QSize:
        # Four filters side by side would keep the list from becoming narrow enough for two.
        least = super().minimumSizeHint()
        return QSize(min(least.width(), NARROWEST), least.height())

    def _box(self, options: list[tuple[str, str]], name: str, empty: str) -> CodeBox:
        box = CodeBox(options, name=self.say(name), empty=self.say(empty))
        box.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(LETTERS)
        box.answered.connect(lambda _code: self.look())
        return box

    # -- looking

    def wanted(self) -> Wanted:
        """What is asked for."""
        return Wanted(
            text=self.text.value(),
            place=self.place.value(),
            language=self.language.value(),
            serves=self.serves.value(),
            kind=self.kind.value(),
            open_now=self.open_now.isChecked(),
        )

    def ask(self, wanted: Wanted) -> None:
        """Ask for this and look."""
        self.text.set_value(wanted.text)
        for box, value in (
            (self.place, wanted.place),
            (self.language, wanted.language),
            (self.serves, wanted.serves),
            (self.kind, wanted.kind),
        ):
            box.set_value(value)
        self.open_now.blockSignals(True)
        self.open_now.setChecked(wanted.open_now)
        self.open_now.blockSignals(False)
        self.look()

    def clear(self) -> None:
        """Ask for nothing in particular."""
        self.text.clear()
        self.ask(Wanted())
        self.text.setFocus()

    def look(self) -> None:
        """Show what fits now."""
        self._later.stop()
        desk, tr = self.session.desk, self.session.translator
        found = services.find(desk, self.wanted())
        now = desk.clock.now()
        self.found = {offer.key: offer for offer in found}
        self.list.set_lines(
            MadeLines(found, lambda offer: service_line(offer, now, self.session)), [offer.key for offer in found]
        )
        self.list.setVisible(bool(found))
        self.empty.setVisible(not found)
        self.count.setText(tr.plural(N_("{n} service"), N_("{n} services"), len(found)))
        announce(self.list, self.count.text() if found else self.empty.title.text())
        self.current.emit(self.list.current_key())

    def current_offer(self) -> Offer | None:
        """The service whose line is the current one."""
        return self.found.get(self.list.current_key())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is not self.text or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() not in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        self.look()
        if self.list.isVisible():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
        return True


def service_line(offer: Offer, now: Any, session: Any) -> Line:
    """A service in a list: never an address, for a list is read over a shoulder."""
    tr, library = session.translator, session.desk.library
    one = offer.service
    under = [", ".join(tr.text(library.label("service_kind", kind)) for kind in one.kinds)]
    under.append(", ".join(tr.text(library.label("served", who)) for who in one.serves))
    under.append(", ".join(one.areas))
    return Line(
        offer.key,
        services.full_name(offer),
        " · ".join(part for part in under if part),
        open_words(offer.open, now, tr),
        None,
        "good" if offer.open.now else "",
    )
