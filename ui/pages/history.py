"""The sheet with every value that a field ever held: who wrote it, when, which is in force, what replaced it.

Two values that stand side by side are shown as such; two versions of a text are compared word by word.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from app.casework import conflicts
from app.casework.history import Version, history
from app.casework.timeline import received_words
from app.i18n import N_
from ui import theme
from ui.editors.differs import PAGE
from ui.pages.cards import clear
from ui.widgets.choices import CodeBox
from ui.widgets.difference import Difference
from ui.widgets.lists import Line, LineList
from ui.widgets.text import Card, PlainButton, PlainLabel, row

STATES = {"in_force": N_("in force"), "beside": N_("stands beside"), "replaced": N_("replaced")}
COMPARED = ("line", "words", "names")


class HistorySheet(QDialog):
    """Closes with Esc. `page` is the page of the case: it acts and tells the other screens."""

    def __init__(self, page: Any, record_id: str, field: str) -> None:
        super().__init__(page.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Holdfast")
        self.page, self._record_id, self._field = page, record_id, field
        self.words = page.words
        self._read()
        name = self.words(N_("Earlier values of {field}"), field=self.found.field)
        self.setAccessibleName(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_L)
        self._column.setSpacing(theme.SPACE_S)
        self._column.addWidget(PlainLabel(name, kind="heading"))
        self._column.addWidget(PlainLabel(self.found.record, quiet=True))
        self._conflict = QVBoxLayout()
        self._column.addLayout(self._conflict)
        self.list = LineList(name=self.words(N_("All values, latest first")))
        self.list.current.connect(lambda _key: self._chosen())
        self._column.addWidget(self.list, 1)
        self.none = PlainLabel(self.words(N_("Nothing was ever written here.")), quiet=True)
        self._column.addWidget(self.none)
        self._compared()
        self._column.addStretch(0)
        close = PlainButton(self.words(N_("Close")), kind="main")
        close.clicked.connect(self.accept)
        self._column.addLayout(row(close))
        self._show()
        room = page.window().size()
        self.resize(min(860, room.width() - 48), min(640, room.height() - 48))
        (self.list if self.found.versions else close).setFocus()

    def _read(self) -> None:
        session = self.page.session
        self.found = history(session.desk, self.page.case_id, self._record_id, self._field, session.translator)

    def _compared(self) -> None:
        self.against = CodeBox([], name=self.words(N_("Compare with")), empty="")
        self.against.removeItem(0)
        self.against.answered.connect(lambda _key: self._compare())
        self.difference = Difference(self.page.session.translator)
        self._comparing = QWidget()
        lines = QVBoxLayout(self._comparing)
        lines.setContentsMargins(0, 0, 0, 0)
        label = PlainLabel(self.words(N_("Compare with")), buddy=self.against, wrap=False)
        lines.addLayout(row(label, self.against))
        lines.addWidget(self.difference, 1)
        self._column.addWidget(self._comparing, 2)

    # ---- what is shown

    def _show(self) -> None:
        self._show_conflict()
        self.list.set_lines([self._line(n, version) for n, version in enumerate(self.found.versions)])
        self.list.fit(2)
        self.list.setVisible(bool(self.found.versions))
        self.none.setVisible(not self.found.versions)
        comparable = self.found.kind in COMPARED and len(self.found.versions) > 1
        self._comparing.setVisible(comparable)
        self._chosen()

    def _line(self, number: int, version: Version) -> Line:
        end = self.words(STATES[version.state])
        under = [self._when(version), version.who, self._where(version)]
        if version.by:
            when = self.page.session.translator.moment(version.replaced_at)
            under.append(self.words(N_("replaced by {who}, {when}"), who=version.by, when=when))
        elif version.change == "taken_out":
            end = ""
        tone = {"in_force": "good", "beside": "danger"}.get(version.state, "")
        return Line(str(number), self.said(version), " · ".join(part for part in under if part), end, tone=tone)

    def said(self, version: Version) -> str:
        """A version's value, or that the field was emptied."""
        if version.change == "taken_out":
            return str(self.words(N_("taken out")))
        text = version.text or self.words(N_("emptied"))
        return str(self.words(N_("added: {value}"), value=text) if version.change == "added" else text)

    def _when(self, version: Version) -> str:
        return str(self.page.session.translator.moment(version.at))

    def _where(self, version: Version) -> str:
        received = received_words(version.at, version.received, self.page.session.translator)
        return " · ".join(part for part in (where_words(self.page, version.here, version.device), received) if part)

    def _chosen(self) -> None:
        if not self._comparing.isVisibleTo(self):
            return
        key = self.list.current_key()
        number = int(key) if key else 0
        others = [(str(n), f"{self._when(v)} · {v.who}") for n, v in enumerate(self.found.versions) if n != number]
        before = self.against.value()
        self.against.clear()
        for code, label in others:
            self.against.addItem(label, code)
        earlier = str(number + 1) if number + 1 < len(self.found.versions) else str(number - 1)
        keep = before if before in dict(others) and before != earlier and self.against.hasFocus() else earlier
        self.against.set_value(keep)
        self._compare()

    def _compare(self) -> None:
        key, other = self.list.current_key(), self.against.value()
        if not key or not other:
            return
        chosen = sorted((int(key), int(other)), reverse=True)  # the later number is the earlier value
        shown = [self.found.versions[n] for n in chosen]
        self.difference.show_texts(*((f"{self._when(v)} · {v.who}", v.text) for v in shown))

    # ---- two values side by side

    def _show_conflict(self) -> None:
        clear(self._conflict)
        if not self.found.differs:
            return
        card = Card(self.words(N_("Recorded differently")), tone="warn")
        words = N_("The more cautious value is in force until somebody decides. Both stay in the notebook.")
        card.body.addWidget(PlainLabel(self.words(words), kind="small"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE_M)
        shown: list[Any] = []
        for version in self.found.standing:
            if version.value not in shown:
                shown.append(version.value)
        for place, value in enumerate(shown):
            grid.addWidget(self._side(value), place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(grid)
        decide = PlainButton(self.words(N_("Compare and decide")))
        decide.clicked.connect(self.decide)
        card.body.addLayout(row(decide))
        self._conflict.addWidget(card)

    def _side(self, value: Any) -> QWidget:
        versions = [v for v in self.found.standing if v.value == value]
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE_XS)
        text = versions[0].text or self.words(N_("empty"))
        lines.addWidget(PlainLabel(text, bold=True))
        for version in versions:
            who = (version.who, self._when(version), self._where(version), self.words(STATES[version.state]))
            lines.addWidget(PlainLabel(" · ".join(who), kind="small"))
        return side

    def decide(self) -> None:
        """Close, and go where it is decided what stands."""
        self.accept()
        self.page.session.open_case(self.page.case_id, PAGE, conflicts.key_of(self._record_id, self._field))


def where_words(page: Any, here: bool, device: str) -> str:
    """On which laptop something was written."""
    return str(page.words(N_("this laptop")) if here else page.words(N_("laptop {device}"), device=device))
