"""One service in full: numbers first, then who is helped, when, where, and how the police refer to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import services
from app.casework.services import Offer, Phone
from app.i18n import N_
from ui import theme
from ui.shell.opening_words import DAYS, open_words
from ui.widgets import clipboard
from ui.widgets.page import ColumnPage
from ui.widgets.text import PlainButton, PlainLabel, announce, row

REFERRAL = {
    "yes": N_("The police may refer"),
    "no": N_("The police do not refer"),
    "unknown": N_("Ask whether the police may refer"),
}
NARROWEST = 260  # px
_DAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ServiceDetail(ColumnPage):
    """What the directory says about a service. An address that is secret is not in the directory at all."""

    def __init__(self, session: Any) -> None:
        super().__init__()
        self.session, self.words = session, session.translator
        self.setMinimumWidth(NARROWEST)
        self._shown: QWidget | None = None
        self.key = ""
        self._copies: list[PlainButton] = []
        self.setAccessibleName(self.words.text(N_("The chosen service")))

    def show_offer(self, offer: Offer | None) -> None:
        """Show this service, or nothing."""
        if self._shown is not None:
            self.column.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
            self._shown = None
        self.key = offer.key if offer is not None else ""
        self._copies = []
        if offer is None:
            return
        self._shown = QWidget()
        inside = QVBoxLayout(self._shown)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.SPACE_S)
        self._head(inside, offer)
        for phone in offer.service.phones:
            self._phone(inside, offer, phone)
        for name, text in self._facts(offer):
            inside.addWidget(PlainLabel(self.words.text(name), kind="small", quiet=True))
            inside.addWidget(PlainLabel(text, selectable=True))
        inside.addStretch(1)
        self.column.addWidget(self._shown)
        self._shown.show()  # at once, not with the next event
        self.verticalScrollBar().setValue(0)

    def focus_number(self) -> None:
        """Put the focus on the first number."""
        if self._copies:
            self._copies[0].setFocus()

    def _head(self, inside: QVBoxLayout, offer: Offer) -> None:
        now = self.session.desk.clock.now()
        inside.addWidget(PlainLabel(services.full_name(offer), kind="heading"))
        state = open_words(offer.open, now, self.words)
        inside.addWidget(PlainLabel(state, bold=True, tone="good" if offer.open.now else ""))
        if offer.service.about:
            inside.addWidget(PlainLabel(offer.service.about))

    def _phone(self, inside: QVBoxLayout, offer: Offer, phone: Phone) -> None:
        label = self.session.desk.library.label
        now = self.session.desk.clock.now()
        inside.addWidget(PlainLabel(phone.number, kind="question", bold=True, selectable=True))
        said = [self.words.text(label("phone_purpose", phone.purpose))]
        said.append(open_words(services.phone_open(self.session.desk, offer, phone), now, self.words))
        said += [", ".join(self.words.text(label("language", tag)) for tag in phone.languages), phone.note]
        inside.addWidget(PlainLabel(" · ".join(part for part in said if part), quiet=True))
        copy = PlainButton(self.words.text(N_("Copy the number")), kind="quiet")
        copy.setAccessibleName(self.words.text(N_("Copy the number {number}"), number=phone.number))
        copy.clicked.connect(lambda _on=False, number=phone.number: self._copy(number))
        self._copies.append(copy)
        inside.addLayout(row(copy))

    def _copy(self, number: str) -> None:
        clipboard.copy(number)
        announce(self, self.words.text(N_("Copied")))

    def _facts(self, offer: Offer) -> list[tuple[str, str]]:
        one, say = offer.service, self.words.text
        found = [
            (N_("Help"), self._coded("service_kind", one.kinds)),
            (N_("Who is helped"), self._coded("served", one.serves) or say(N_("not recorded"))),
            (N_("Who is taken"), one.conditions),
            (N_("Languages"), self._languages(offer)),
            (N_("Hours"), self._hours(offer)),
            (N_("Closed on"), ", ".join(self.words.day(day.isoformat()) for day in one.closed_on)),
            (N_("Serves"), ", ".join(one.areas) or say(N_("every place of this directory"))),
            *self._places(offer),
            (N_("Mail"), one.mail),
            (N_("Cost"), say(self.session.desk.library.label("cost", one.cost)) if one.cost else ""),
            (N_("Referral"), "\n".join(filter(None, (say(REFERRAL[one.police_referral]), one.how_to_refer)))),
            (N_("On a card it stands as"), one.card_label or say(N_("no neutral name: not for a card"))),
            (
                N_("From the directory"),
                say(
                    N_("{title}, good until {day}"),
                    title=offer.directory.title,
                    day=self.words.day(offer.directory.valid_until.isoformat()),
                ),
            ),
        ]
        return [(name, text) for name, text in found if text]

    def _coded(self, name: str, codes: tuple[str, ...]) -> str:
        return ", ".join(self.words.text(self.session.desk.library.label(name, code)) for code in codes)

    def _languages(self, offer: Offer) -> str:
        spoken = self._coded("language", offer.service.languages) or self.words.text(N_("not recorded"))
        if not offer.service.interpreters:
            return spoken
        return self.words.text(N_("{languages}; others with interpreters"), languages=spoken)

    def _hours(self, offer: Offer) -> str:
        if offer.service.always_open:
            return self.words.text(N_("Day and night"))
        if not offer.service.hours:
            return self.words.text(N_("not recorded"))
        return "\n".join(hours_words(one, self.words) for one in offer.service.hours)

    def _places(self, offer: Offer) -> list[tuple[str, str]]:
        found = []
        for place in services.locations(offer):
            said = self.words.text(N_("The address is secret. The service says where to go.")) if place.secret else ""
            where = said or ", ".join(part for part in (place.name, place.address or place.place) if part)
            access = self._coded("accessibility", place.accessibility)
            found.append((N_("Where"), " · ".join(part for part in (where, access) if part)))
        return found


def hours_words(one: Any, words: Any) -> str:
    """A line of opening hours in words."""
    days = ", ".join(words.text(DAYS[_DAY_CODES.index(day)]) for day in one.days)
    if one.closes > one.opens:
        return words.text(N_("{days} {opens}–{closes}"), days=days, opens=one.opens, closes=one.closes)
    return words.text(N_("{days} {opens} until {closes} the next day"), days=days, opens=one.opens, closes=one.closes)
