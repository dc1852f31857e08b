"""Services: who is on call, and a directory to be searched by place, language, who is helped and what is open now."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout

from app.casework import services
from app.casework.services import Duty, Wanted
from app.i18n import N_
from ui import theme
from ui.session import Session
from ui.shell.opening_words import answered_words
from ui.shell.place_page import PlacePage
from ui.shell.service_detail import ServiceDetail
from ui.shell.service_list import ServiceList
from ui.widgets.bars import Banner, EmptyState
from ui.widgets.text import Card, PlainLabel

AGAIN_AFTER_MS = 60_000  # what is open changes by itself
ON_CALL_COLUMNS = 3


class ServicesPage(PlacePage):
    """The place “Services”. It calls nobody and keeps nothing of what was looked for."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Services")))
        self.lines.setSpacing(theme.SPACE_S)
        self.warning = Banner(tone="danger")
        self.lines.addWidget(self.warning)
        self.on_call = Card(say(N_("On call")))
        self._on_call_grid = QGridLayout()
        self._on_call_grid.setHorizontalSpacing(theme.SPACE_L)
        self.on_call.body.addLayout(self._on_call_grid)
        self.lines.addWidget(self.on_call)
        self.search = ServiceList(session)
        self.search.list.setMinimumHeight(150)
        self.detail = ServiceDetail(session)
        self.search.current.connect(lambda _key: self.detail.show_offer(self.search.current_offer()))
        self.search.opened.connect(self._into_detail)
        beside = QHBoxLayout()
        beside.setSpacing(theme.SPACE_M)
        beside.addWidget(self.search, 3)
        beside.addWidget(self.detail, 2)
        self.lines.addLayout(beside, 1)
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
        for part in (self.search, self.detail):
            part.setVisible(there)
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

    def _into_detail(self, _key: str) -> None:
        self.detail.focusNextChild()

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

    def _show_on_call(self, duties: list[Duty]) -> None:
        self.on_call.setVisible(bool(duties))
        while (item := self._on_call_grid.takeAt(0)) is not None:
            part = item.widget()
            if part is not None:
                part.hide()
                part.deleteLater()
        for number, duty in enumerate(duties):
            label = self.desk.library.label("on_call", duty.on_call.role)
            state = answered_words(duty.open, self.desk.clock.now(), self.translator)
            who = PlainLabel(f"{self.say(label)}\n{duty.on_call.number}", bold=True, selectable=True)
            said = PlainLabel(
                " · ".join(part for part in (duty.on_call.name, state, duty.on_call.note) if part),
                kind="small",
                quiet=True,
            )
            column, line = number % ON_CALL_COLUMNS, number // ON_CALL_COLUMNS * 2
            self._on_call_grid.addWidget(who, line, column)
            self._on_call_grid.addWidget(said, line + 1, column)
            self._on_call_grid.setColumnStretch(column, 1)
