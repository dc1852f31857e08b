"""Everything that was recorded, in words: who, when, on which laptop; filtered, looked at closely, printed.

Every field with two values is marked here.
"""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.casework import conflicts, paper, refused
from app.casework.timeline import Action, Timeline, Wanted, all_kinds, received_words
from app.casework.wording import type_label
from app.i18n import N_
from app.records import apart
from app.records.declared import RECORD_TYPES
from ui.editors.differs import PAGE
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.pages.history import where_words
from ui.pages.last_minutes import LastMinutes
from ui.pages.page import CasePage
from ui.pages.printing import Printing
from ui.widgets.bars import EmptyState
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.moments import DayEdit
from ui.widgets.text import Card, PlainButton, PlainLabel, row

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_SHORTEST_BOX = 10
_THREE_COLUMNS_PX = 620
MOST_CONFLICTS = 3


class TimelinePage(CasePage):
    """The step “Timeline”."""

    title = N_("Timeline")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.last_minutes = LastMinutes(self)
        self.column.addWidget(self.last_minutes)
        self.conflicts = Card(self.words(N_("Recorded differently")), tone="warn")
        self._conflict_lines = QVBoxLayout()
        self.conflicts.body.addLayout(self._conflict_lines)
        decide = PlainButton(self.words(N_("Compare and decide")))
        decide.clicked.connect(lambda _on=False: self.session.open_case(self.case_id, PAGE))
        self.conflicts.body.addLayout(row(decide))
        self.column.addWidget(self.conflicts)
        self.column.addWidget(self._filters())
        says = N_("Earlier actions of this case are not on this laptop yet. They come when it next reaches the server.")
        self.not_whole = PlainLabel(self.words(says))
        self.column.addWidget(self.not_whole)
        self.list = LineList(name=self.words(N_("Timeline, latest first")))
        self.list.current.connect(self._show_detail)
        self.list.opened.connect(lambda _key: self._go_into_detail())
        self.column.addWidget(self.list, 1000)
        self.sheet.column.setStretchFactor(self.column, 100)
        self.empty = EmptyState(
            self.words(N_("Nothing here")),
            self.words(N_("No entry matches. Choose everything and everybody to see the whole case.")),
            self.words(N_("Show everything")),
            self.show_everything,
        )
        self.column.addWidget(self.empty)
        self.column.addWidget(self._detail())
        self.printing = Fold(self.words(N_("Print the timeline for the file")), self._fill_printing)
        self.column.addWidget(self.printing)
        self.column.addStretch(1)  # room that a short list leaves stands at the foot, not around the heading

    # ---- filters

    def _filters(self) -> QWidget:
        whole = QWidget()
        self._grid = grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        say = self.words
        self.kind = CodeBox([], name=say(N_("What")), empty=say(N_("everything")))
        self.who = CodeBox([], name=say(N_("Who recorded it")), empty=say(N_("everybody")))
        self.person = CodeBox([], name=say(N_("Whom it concerns")), empty=say(N_("everybody in this case")))
        for box in (self.kind, self.who, self.person):
            box.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_SHORTEST_BOX)
            box.answered.connect(lambda _value: self._show_lines())
        self.text = LineEdit(name=say(N_("Words in it")))
        self.text.textChanged.connect(lambda _text: self._show_lines())
        now = self.session.desk.clock.now
        self.since = DayEdit(self.session.translator, now, name=say(N_("From day")))
        self.until = DayEdit(self.session.translator, now, name=say(N_("To day")))
        for day in (self.since, self.until):
            day.answered.connect(lambda _value: self._show_lines())
        labelled = (
            (N_("What"), self.kind),
            (N_("Who recorded it"), self.who),
            (N_("Whom it concerns"), self.person),
            (N_("Words in it"), self.text),
            (N_("From day"), self.since),
            (N_("To day"), self.until),
        )
        self._asked: list[tuple[QWidget, QWidget]] = [
            (PlainLabel(say(label), buddy=field, kind="small"), field) for label, field in labelled
        ]
        self._place_filters(3)
        return whole

    def _place_filters(self, columns: int) -> None:
        self._columns = columns
        for place, parts in enumerate(self._asked):
            line, column = divmod(place, columns)
            for under, part in enumerate(parts):
                self._grid.addWidget(part, 2 * line + under, column)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 3 if self.width() >= _THREE_COLUMNS_PX else 2
        if columns != self._columns:
            self._place_filters(columns)

    def wanted(self) -> Wanted:
        """What of the timeline is chosen; a day that cannot be read chooses nothing."""
        since, until = (day.value() if _DAY.fullmatch(day.value()) else "" for day in (self.since, self.until))
        return Wanted(self.kind.value(), self.who.value(), self.person.value(), self.text.value().strip(), since, until)

    def show_everything(self) -> None:
        """Take every filter away."""
        for box in (self.kind, self.who, self.person):
            box.set_value("")
        for day in (self.since, self.until):
            day.set_value("")
        self.text.set_value("")
        self._show_lines()
        self.list.setFocus()

    # ---- showing

    def show_case(self) -> None:
        self.timeline = Timeline(self.session.desk, self.case_id, self.session.translator)
        tr = self.session.translator
        self.kind.set_options([(kind, type_label(kind, tr)) for kind in all_kinds(self.timeline)])
        self.who.set_options([(who, who) for who in dict.fromkeys(a.who for a in self.timeline.actions)])
        self.person.set_options(self.people_options())
        self.not_whole.setVisible(not self.timeline.whole)
        self._show_conflicts()
        self._show_lines()
        self.last_minutes.show_case()

    def first_focus(self) -> None:
        self.list.setFocus()

    def _show_lines(self) -> None:
        self.shown = {action.key: action for action in self.timeline.wanted(self.wanted())}
        items: list[Action | str] = []
        for action in self.shown.values():
            if not items or action.day != self._day_before(items):
                items.append(action.day)
            items.append(action)
        keys = ["" if isinstance(item, str) else item.key for item in items]
        self.list.set_lines(MadeLines(items, self._line), keys)
        self.list.fit(6)
        self.list.setVisible(bool(items))
        self.empty.setVisible(not items)
        self._show_detail(self.list.current_key())

    @staticmethod
    def _day_before(items: list[Action | str]) -> str:
        last = items[-1]
        return last if isinstance(last, str) else last.day

    def _line(self, item: Action | str) -> Line:
        tr = self.session.translator
        if isinstance(item, str):
            return Line("", tr.day(item), heading=True)
        parts = (self._time(item), item.who, where_words(self, item.here, item.device))
        received = received_words(item.at, item.received, tr)
        under = " · ".join(part for part in (*parts, received) if part)
        if item.refused is not None:
            said = self.words(N_("refused by the server: {why}"), why=refused.why(item.refused, tr))
            return Line(
                item.key, self.timeline.title(item), f"{said} · {under}", self.words(N_("refused")), tone="danger"
            )
        return Line(item.key, self.timeline.title(item), under)

    def _time(self, action: Action) -> str:
        return self.session.translator.moment(action.at)[-5:]

    # ---- one action closely

    def _detail(self) -> QWidget:
        self.detail = Card()
        self.detail.setAccessibleName(self.words(N_("The line that is chosen")))
        self.detail_head = PlainLabel("", kind="small", quiet=True)
        self.detail_text = PlainLabel("", selectable=True)
        self.field_box = CodeBox([], name=self.words(N_("Which field")), empty="")
        self.field_box.removeItem(0)
        self.field_box.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.field_box.setMinimumContentsLength(2 * _SHORTEST_BOX)
        self.earlier = PlainButton(self.words(N_("Earlier values")))
        self.earlier.clicked.connect(self._open_earlier)
        self.detail.body.addWidget(self.detail_head)
        self.detail.body.addWidget(self.detail_text)
        self.detail.body.addLayout(row(self.field_box, self.earlier))
        return self.detail

    def _show_detail(self, key: str) -> None:
        action = self.shown.get(key)
        self.detail.setVisible(action is not None)
        if action is None:
            return
        tr = self.session.translator
        parts = (tr.moment(action.at), action.who, where_words(self, action.here, action.device))
        received = received_words(action.at, action.received, tr)
        self.detail_head.setText(" · ".join(part for part in (*parts, received) if part))
        said = [s.text for s in self.timeline.said(action)] or [self.timeline.title(action)]
        if action.refused is not None:
            why, now = refused.why(action.refused, tr), refused.what_now(action.refused, tr)
            kept = N_("The server refused this: {why}. It is kept here, but stands in no field. {now}")
            said.append(self.words(kept, why=why, now=now))
        self.detail_text.setText("\n".join(said))
        self._fields = self._fields_of(action)
        self.field_box.clear()
        for number, (record_id, field) in enumerate(self._fields):
            self.field_box.addItem(self._field_words(record_id, field), str(number))
        self.field_box.setVisible(len(self._fields) > 1)
        self.earlier.setVisible(bool(self._fields))
        if self._fields:
            name = self._field_words(*self._fields[0]) if len(self._fields) == 1 else ""
            self.earlier.set_words(
                self.words(N_("Earlier values of {field}"), field=name) if name else self.words(N_("Earlier values"))
            )

    @staticmethod
    def _fields_of(action: Action) -> list[tuple[str, str]]:
        """Record and field of everything that an action wrote, each once."""
        found: dict[tuple[str, str], None] = {}
        for change in action.entry.changes:
            if change.get("type") == "operation":
                continue
            names = [change["field"]] if "field" in change else list(change.get("fields") or {})
            found |= dict.fromkeys((change["record"], str(name)) for name in names)
        return list(found)

    def _field_words(self, record_id: str, name: str) -> str:
        record = self.view.record(record_id)
        declared = RECORD_TYPES.get(record.type) if record is not None else None
        field = declared.field(name) if declared is not None else None
        label = self.words(field.label) if field is not None else name
        return f"{self.timeline.change_words.heading(record.type if record is not None else '', record_id)}: {label}"

    def _go_into_detail(self) -> None:
        if not self.detail.isVisible():
            return
        self.bring_into_view(self.earlier)
        (self.field_box if self.field_box.isVisible() else self.earlier).setFocus()

    def _open_earlier(self) -> None:
        place = self.field_box.currentIndex()
        if 0 <= place < len(self._fields):
            self.open_history(*self._fields[place])

    # ---- two values of one field

    def _show_conflicts(self) -> None:
        clear(self._conflict_lines)
        found = apart.to_decide(self.view)
        self.conflicts.setVisible(bool(found))
        desk, tr = self.session.desk, self.session.translator
        for record, name in found[:MOST_CONFLICTS]:
            said = conflicts.in_short(desk, self.view, record, name, tr)
            self._conflict_lines.addWidget(PlainLabel(f"{self._field_words(record.id, name)}: {said}", kind="small"))
        if len(found) > MOST_CONFLICTS:
            more = self.words(N_("… and {n} more"), n=len(found) - MOST_CONFLICTS)
            self._conflict_lines.addWidget(PlainLabel(more, kind="small"))

    # ---- print

    def _fill_printing(self, inside: QVBoxLayout) -> None:
        words = N_("What is chosen above is printed, oldest first. It never leaves with the victim.")
        inside.addWidget(self.note(words))
        self.for_file = Printing(self, leaves=False, choice=lambda: paper.Choice(timeline=self.wanted()))
        self.for_file.show_variant("timeline", "full", None)
        inside.addWidget(self.for_file)


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return TimelinePage(session, case_id).start()
