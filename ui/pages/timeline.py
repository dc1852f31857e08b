"""Everything that was recorded, in words: who, when, on which laptop; and every field with two values, to be decided
here.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import edit
from app.casework.timeline import timeline
from app.casework.wording import say, type_label
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from ui.editors.editor import by_value, said_by
from ui.pages.cards import clear
from ui.pages.page import CasePage
from ui.widgets.bars import EmptyState
from ui.widgets.choices import CodeBox
from ui.widgets.lists import Line, LineList
from ui.widgets.text import Card, PlainButton, PlainLabel, row


class TimelinePage(CasePage):
    """The step “Timeline”."""

    title = N_("Timeline")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.conflicts = Card(self.words(N_("Recorded differently")), tone="warn")
        self._conflict_lines = QVBoxLayout()
        self.conflicts.body.addWidget(self.note(N_("The more cautious value is in force until somebody decides.")))
        self.conflicts.body.addLayout(self._conflict_lines)
        self.column.addWidget(self.conflicts)
        self.kind = CodeBox([], name=self.words(N_("What")), empty=self.words(N_("everything")))
        self.person = CodeBox([], name=self.words(N_("Who")), empty=self.words(N_("everybody")))
        for box in (self.kind, self.person):
            box.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            box.answered.connect(lambda _value: self._show_lines())
        self._filters = QWidget()
        self._filters.setLayout(
            row(
                PlainLabel(self.words(N_("What")), buddy=self.kind, wrap=False),
                self.kind,
                PlainLabel(self.words(N_("Who")), buddy=self.person, wrap=False),
                self.person,
            )
        )
        self.column.addWidget(self._filters)
        self.list = LineList(name=self.words(N_("Timeline, latest first")))
        self.list.current.connect(self._show_detail)
        self.list.opened.connect(self._show_detail)
        self.column.addWidget(self.list)
        self.detail = PlainLabel("", selectable=True)
        self.column.addWidget(self.detail)
        self.empty = EmptyState(
            self.words(N_("Nothing here")),
            self.words(N_("No entry matches. Choose everything and everybody to see the whole case.")),
        )
        self.column.addWidget(self.empty)

    def show_case(self) -> None:
        self._lines = timeline(self.session.desk, self.case_id, self.session.translator)
        kinds = dict.fromkeys(line.kind for line in self._lines)
        self.kind.set_options([(kind, type_label(kind, self.session.translator)) for kind in kinds])
        self.person.set_options([(who, who) for who in dict.fromkeys(line.who for line in self._lines)])
        self._show_conflicts()
        self._show_lines()

    def first_focus(self) -> None:
        self.list.setFocus()

    def help_text(self) -> str:
        return self.words(
            N_(
                "Nothing is ever overwritten. Each line is one change: who, when by that laptop's clock, and on "
                "which laptop. Where two "
                "officers recorded different values without knowing of each other, both stand here until one of you "
                "decides."
            )
        )

    def _show_lines(self) -> None:
        tr = self.session.translator
        wanted = [
            (n, line)
            for n, line in enumerate(self._lines)
            if self.kind.value() in ("", line.kind) and self.person.value() in ("", line.who)
        ]
        shown = []
        for n, line in wanted:
            where = (
                self.words(N_("this laptop")) if line.here else self.words(N_("laptop {device}"), device=line.device)
            )
            shown.append(
                Line(
                    str(n),
                    line.text,
                    self.words(N_("{when} · {who} · {where}"), when=tr.moment(line.at), who=line.who, where=where),
                )
            )
        self.list.set_lines(shown)
        self.list.fit(7)
        self.list.setVisible(bool(shown))
        self.empty.setVisible(not shown)
        self._show_detail(self.list.current_key())

    def _show_detail(self, key: str) -> None:
        line = self._lines[int(key)] if key and int(key) < len(self._lines) else None
        self.detail.setText(line.text if line is not None else "")

    def _show_conflicts(self) -> None:
        clear(self._conflict_lines)
        found = self.view.conflicts()
        self.conflicts.setVisible(bool(found))
        for record, name in found:
            self._conflict_lines.addWidget(self._conflict(record, name))

    def _conflict(self, record: Any, name: str) -> QWidget:
        tr, desk = self.session.translator, self.session.desk
        declared = RECORD_TYPES.get(record.type)
        field = declared.field(name) if declared is not None else None
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 4, 0, 8)
        title = f"{type_label(record.type, tr)}: {self.words(field.label) if field is not None else name}"
        column.addWidget(PlainLabel(title, bold=True))
        for value, writers in by_value(record.standing(name)):
            said = say(desk, self.view, field, value, tr) if field is not None else str(value)
            said = said or self.words(N_("empty"))
            column.addWidget(PlainLabel(said_by(said, writers, tr)))
            keep = PlainButton(
                self.words(N_("Keep this")), name=self.words(N_("{what}: keep “{value}”"), what=title, value=said)
            )
            keep.clicked.connect(lambda _=False, value=value: self.act(edit.resolve, record.id, name, value))
            column.addLayout(row(keep))
        return part


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return TimelinePage(session, case_id).start()
