"""What was archived of this page, at its foot: why, by whom and when, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import edit
from app.casework.change_words import ChangeWords
from app.i18n import N_
from app.records.view import Record
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.shell.lines import title_of
from ui.widgets.text import PlainButton, PlainLabel


class Archived(QWidget):
    """Folded; hidden while nothing of these kinds is archived."""

    def __init__(self, page: Any, kinds: Sequence[str]) -> None:
        super().__init__()
        self.page, self.words, self._kinds = page, page.words, kinds
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.fold = Fold("", self._fill)
        self.fold.opened.connect(lambda on: self.page.bring_into_view(self.fold) if on else None)
        whole.addWidget(self.fold)

    def show_case(self) -> None:
        """Bring it in line with the case."""
        count = len(self._records())
        title = self.page.session.translator.plural(N_("{n} archived here"), N_("{n} archived here"), count)
        self.fold.set_title(title)
        self.setVisible(bool(count))
        if self.fold.is_filled:
            self._show_lines()

    def _records(self) -> list[Record]:
        found = [r for kind in self._kinds for r in self.page.view.of(kind, archived=True)]
        return [record for record in found if record.archived]

    def _fill(self, inside: QVBoxLayout) -> None:
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        inside.addLayout(self._lines)
        self._show_lines()

    def _show_lines(self) -> None:
        clear(self._lines)
        told = ChangeWords(self.page.session.desk, self.page.view, self.page.session.translator)
        for record in self._records():
            self._lines.addWidget(self._line(record, told.heading(record.type, record.id)))

    def _line(self, record: Record, what: str) -> QWidget:
        part = QWidget()
        line = QHBoxLayout(part)
        line.setContentsMargins(0, 0, 0, 0)
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(PlainLabel(what))
        told.addWidget(PlainLabel(self._why(record), kind="small", quiet=True))
        line.addLayout(told, 1)
        other = self._moved_to(record)
        if other:
            title = self._title(other)
            button = PlainButton(self.words(N_("Open {case}"), case=title))
            button.clicked.connect(lambda _=False: self.page.session.open_case(other))
        else:
            button = PlainButton(self.words(N_("Bring back")), name=self.words(N_("Bring back {name}"), name=what))
            button.clicked.connect(lambda _=False: self._restore(record.id, what))
        line.addWidget(button)
        return part

    def _why(self, record: Record) -> str:
        desk, tr = self.page.session.desk, self.page.session.translator
        reason = record.get("archive_reason")
        parts = [tr.text(desk.library.label("archive_reason", reason)) if reason else ""]
        written = [s.written for s in record.state.standing("archived") if s.value == "yes"]
        if written:
            parts += [tr.moment(written[-1].device_time), written[-1].author]
        return " · ".join(part for part in parts if part)

    def _moved_to(self, record: Record) -> str:
        links = [x for x in self.page.view.of("link") if x.get("record_here") == record.id]
        return str(links[-1].get("other_case", "")) if links and record.get("archive_reason") == "moved" else ""

    def _title(self, case_id: str) -> str:
        session = self.page.session
        found = [line for line in session.case_lines() if line.id == case_id]
        return title_of(found[0].reference, found[0].short_name, session.translator) if found else ""

    def _restore(self, record_id: str, what: str) -> None:
        if self.page.act(edit.restore, record_id) is not None:
            self.page.offer_undo(self.words(N_("Brought back: {what}"), what=what))
