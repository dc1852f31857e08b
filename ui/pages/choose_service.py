"""“Choose a service” in a case: the directory, first asked for the victim's language and place. It contacts nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import services
from app.casework.services import Offer
from app.i18n import N_
from ui.pages.fold import Fold
from ui.shell.opening_words import open_words
from ui.shell.service_list import ServiceList
from ui.widgets.text import PlainButton, PlainLabel, row

LINES = 4  # of the list that are seen at once


class ChooseService(Fold):
    """Folded until it is needed; `chosen(offer)` is called when a service was taken."""

    def __init__(self, page: Any, chosen: Callable[[Offer], None], *, name: str = "") -> None:
        self.page, self._chosen = page, chosen
        self.search: ServiceList | None = None
        super().__init__(page.words(N_("Choose a service")), self._fill_in, name=name)

    def _fill_in(self, inside: QVBoxLayout) -> None:
        words, desk = self.page.words, self.page.session.desk
        if not services.directories(desk):
            nothing = N_("No directory of services is installed on this laptop. The control room knows the numbers.")
            inside.addWidget(PlainLabel(words(nothing), quiet=True))
            return
        self.search = ServiceList(self.page.session, columns=2)
        inside.addWidget(self.search)
        self.said = PlainLabel()
        self.take = PlainButton("", kind="main")
        self.take.clicked.connect(self._take)
        inside.addWidget(self.said)
        inside.addLayout(row(self.take))
        self.search.current.connect(lambda _key: self._show_current())
        self.search.opened.connect(lambda _key: self.take.setFocus())
        self.search.ask(services.wanted_for(desk, self.page.view))
        self.search.list.fit(LINES)
        self.search.list.setMaximumHeight(self.search.list.minimumHeight())

    def _show_current(self) -> None:
        assert self.search is not None
        offer = self.search.current_offer()
        self.take.setVisible(offer is not None)
        self.said.setVisible(offer is not None)
        if offer is None:
            return
        now, tr = self.page.session.desk.clock.now(), self.page.session.translator
        numbers = ", ".join(phone.number for phone in offer.service.phones)
        parts = (services.full_name(offer), numbers, open_words(offer.open, now, tr), offer.service.conditions)
        self.said.setText(" · ".join(part for part in parts if part))
        self.take.set_words(self.page.words(N_("Choose: {name}"), name=offer.service.name))

    def _take(self) -> None:
        offer = self.search.current_offer() if self.search is not None else None
        if offer is not None:
            self._chosen(offer)
