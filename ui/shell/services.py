"""Services: who is on call, and a directory to be searched by place, language, who is helped and what is open now."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.casework import services
from app.casework.services import Duty, Wanted
from app.i18n import N_
from ui import theme
from ui.pages.fold import Fold
from ui.session import Session
from ui.shell.opening_words import answered_words
from ui.shell.place_page import PlacePage
from ui.shell.service_detail import ServiceDetail
from ui.shell.service_list import ServiceList
from ui.widgets.bars import Banner, EmptyState
from ui.widgets.text import PlainLabel

AGAIN_AFTER_MS = 60_000  # what is open changes by itself
ON_CALL_COLUMNS = 3
HIGH_ENOUGH = 720  # px of window height from which the numbers on call stand open by themselves
LEAST_LIST = 200  # px


class ServicesPage(PlacePage):
    """The place “Services”. It calls nobody and keeps nothing of what was looked for."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Services")))
        self.lines.setSpacing(theme.SPACE_S)
        self._first = True
        self.warning = Banner(tone="danger")
        self.lines.addWidget(self.warning)
        self.on_call = Fold("", self._fill_on_call)
        self.lines.addWidget(self.on_call)
        self.detail = ServiceDetail(session)
        self.search = ServiceList(session, beside=self.detail)
        self.search.list.setMinimumHeight(LEAST_LIST)
        self.search.current.connect(lambda _key: self.detail.show_offer(self.search.current_offer()))
        self.search.opened.connect(lambda _key: self.detail.focus_number())
        self.lines.addWidget(self.search, 1)
        self.empty = EmptyState(
            say(N_("No directory of services here")),
            say(
                N_(
                    "A directory is a file of your force, with its own numbers. None is installed on this laptop. Ask "
                    "your administrator; until then the control room knows the numbers."
                )
            ),
        )
        self.lines.addWidget(self.empty, 1)
        self._minute = QTimer(self)
        self._minute.setInterval(AGAIN_AFTER_MS)
        self._minute.timeout.connect(self._again)
        self._minute.start()

    def show_now(self) -> None:
        there = bool(services.directories(self.desk))
        self._say_warnings()
        self._show_on_call(services.duties(self.desk))
        self.search.setVisible(there)
        self.empty.setVisible(not there)
        if there:
            self.search.look()

    def first_focus(self) -> None:
        if self.search.isVisible():
            self.search.text.setFocus()

    def where(self) -> dict[str, Any]:
        asked = self.search.wanted()
        return {
            "asked": [asked.text, asked.place, asked.language, asked.serves, asked.kind, asked.open_now],
            "line": self.search.list.current_key(),
        }

    def go_back_to(self, where: dict[str, Any]) -> None:
        asked = where.get("asked")
        if isinstance(asked, list) and len(asked) == 6:
            text, place, language, serves, kind = (str(part) for part in asked[:5])
            self.search.ask(Wanted(text, place, language, serves, kind, asked[5] is True))
        self.search.list.make_current(str(where.get("line", "")))

    def _again(self) -> None:
        if self.isVisible():
            self.show_now()

    def _say_warnings(self) -> None:
        said = []
        for old in services.out_of_date(self.desk):
            message = (
                N_("“{title}” was good until {day}: its numbers may be wrong. Check a number before you give it.")
                if old.over
                else N_("“{title}” is good from {day} on only. Check a number before you give it.")
            )
            day = old.valid_until if old.over else old.valid_from
            said.append(self.say(message, title=old.title, day=self.translator.day(day.isoformat())))
        said += [str(problem.sentences(self.translator)) for problem in services.problems(self.desk)]
        self.warning.say("\n".join(said), "danger")
        self.warning.setVisible(bool(said))

    def _fill_on_call(self, inside: QVBoxLayout) -> None:
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.SPACE_L)
        self._grid.setVerticalSpacing(theme.SPACE_S)
        inside.addLayout(self._grid)
        self._show_numbers(services.duties(self.desk))

    def _show_on_call(self, duties: list[Duty]) -> None:
        self.on_call.setVisible(bool(duties))
        there = sum(1 for duty in duties if duty.open.now)
        self.on_call.set_title(self.say(N_("On call: {n} of {all} on duty now"), n=there, all=len(duties)))
        if self._first:
            self._first = False
            self.on_call.button.setChecked(self.window().height() >= HIGH_ENOUGH)
        if self.on_call.is_filled:
            self._show_numbers(duties)

    def _show_numbers(self, duties: list[Duty]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            part = item.widget()
            if part is not None:
                part.hide()
                part.deleteLater()
        for number, duty in enumerate(duties):
            role = self.say(self.desk.library.label("on_call", duty.on_call.role))
            state = answered_words(duty.open, self.desk.clock.now(), self.translator)
            cell = QWidget()
            lines = QVBoxLayout(cell)
            lines.setContentsMargins(0, 0, 0, 0)
            lines.setSpacing(0)
            lines.addWidget(PlainLabel(f"{role}\n{duty.on_call.number}", bold=True, selectable=True))
            said = " · ".join(part for part in (state, duty.on_call.name, duty.on_call.note) if part)
            lines.addWidget(PlainLabel(said, kind="small", quiet=True))
            lines.addStretch(1)
            column = number % ON_CALL_COLUMNS
            self._grid.addWidget(cell, number // ON_CALL_COLUMNS, column)
            cell.show()
            self._grid.setColumnStretch(column, 1)
