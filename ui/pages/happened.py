"""What happened: incidents with offences, arrest, action and evidence; events since; consent. No grading, no rules."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_
from ui.pages.aggressor import Aggressor
from ui.pages.archived import Archived
from ui.pages.ask_again import AskAgainNote
from ui.pages.buttons import Buttons
from ui.pages.cards import CardStack
from ui.pages.consents import ConsentPart
from ui.pages.earlier_incident import EarlierIncident
from ui.pages.fold import Fold
from ui.pages.linked import LinkedCases
from ui.pages.page import CasePage
from ui.pages.record_card import RecordCard
from ui.widgets.text import PlainButton

INCIDENT = (
    (
        N_("When and where"),
        ("occurred_from", "occurred_to", "reported_at", "incidents_12_months", "place_kind", "place"),
    ),
    (N_("Account"), ("narrative", "narrative_type", "narrative_from", "injury", "children_present")),
    (N_("Offences"), ("offences", "crime_number", "no_crime_reason")),
    (N_("Arrest"), ("grounds_for_arrest", "arrested", "no_arrest_reason", "no_arrest_words", "suspect_at_large")),
    (N_("Action and evidence"), ("positive_action", "other_evidence", "bwv")),
)
INCIDENT_WHEN = {
    "narrative_from": lambda read: read("narrative_type") == "reported_by",
    "no_crime_reason": lambda read: not read("crime_number"),
    "no_arrest_reason": lambda read: read("arrested") in ("no", "unknown"),
    "no_arrest_words": lambda read: read("arrested") in ("no", "unknown"),
}
INCIDENT_EXPLAIN = {
    "incidents_12_months": N_("As police know of, for this victim."),
    "narrative": N_("What was done, by whom, in which order. The victim's words in quotation marks."),
    "bwv": N_("References of the recordings, with semicolons between them."),
    "other_evidence": N_("What would stand without the victim's account."),
    "no_arrest_words": N_("Reluctance of the victim alone is no reason."),
}
EVENT = (
    "kind",
    "happened_at",
    "person",
    "source",
    "order_type",
    "conditions",
    "expires",
    "told",
    "told_how",
    "told_at",
    "told_by",
    "note",
)
# Whether the victim was told of a release is stamped under Follow-up, where the safe-contact rule is kept to.
TOLD = ("told", "told_how", "told_at", "told_by")
ORDERS = ("order_served", "order_expired", "order_applied", "breach")
EVENT_WHEN = {
    "order_type": lambda read: read("kind") in ORDERS,
    "conditions": lambda read: read("kind") in ("order_served", "order_applied", "release"),
    "expires": lambda read: read("kind") in ("order_served", "order_applied"),
    **dict.fromkeys(TOLD, lambda read: read("kind") != "release"),
}


class HappenedPage(CasePage):
    """The step “What happened”."""

    title = N_("What happened")

    _offered: Any = None

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.ask_again = AskAgainNote(self)
        self.column.addWidget(self.ask_again)
        self.aggressor = Aggressor(self)
        self.column.addWidget(self.aggressor)
        self.incidents = CardStack(self._incident, draft_first=True)
        self.column.addWidget(self.incidents)
        adding = Buttons()
        self.add_incident = PlainButton(self.words(N_("Add another incident")))
        self.add_incident.clicked.connect(lambda: self._start(self.incidents, self._incident_card("")))
        adding.add(self.add_incident)
        self.column.addWidget(adding)
        self.events = Fold(self.words(N_("Events: breach, release, order, court, move and others")), self._fill_events)
        self.column.addWidget(self.events)
        self.linked = LinkedCases(self, reasoning=False)
        self.column.addWidget(self.linked)
        self.consents = ConsentPart(self)
        self.column.addWidget(self.consents)
        self.archived = Archived(self, ("incident", "event"))
        self.column.addWidget(self.archived)
        self._whole = False
        self.later(self._show_below)

    def show_case(self) -> None:
        self.ask_again.show_case()
        self.aggressor.show_record()
        self.incidents.sync([r.id for r in reversed(self.view.in_turn("incident"))])
        draft = self.incidents.draft
        if not self.incidents.cards and draft is None:
            self.incidents.start_draft(self._incident_card(""))
            self._offered = self.incidents.draft
        elif self.incidents.cards and draft is not None and draft is self._offered and not has_focus(draft):
            self.incidents.drop_draft()  # it stood there only while there was no incident
        self.add_incident.setVisible(bool(self.incidents.cards) and self.incidents.draft is None)
        if self._whole:
            self._show_below()

    def _show_below(self) -> None:
        """What stands under the incidents: after the first paint, as it opens cards of its own."""
        self._whole = True
        if self.view.of("event") and not self.events.is_filled:
            self.events.set_open(True)
        if self.events.is_filled:
            self._events.sync([r.id for r in self.view.of("event")])
        self.linked.show_record()
        self.consents.show_record()
        self.archived.show_case()

    def first_focus(self) -> None:
        if self.aggressor.is_missing:
            self.aggressor.focus_first()
            return
        newest = self.view.latest("incident")
        card = self.incidents.draft or (self.incidents.cards.get(newest.id) if newest is not None else None)
        if card is not None:
            card.focus_first()

    def _incident(self, record_id: str) -> RecordCard | EarlierIncident:
        newest = self.view.latest("incident")
        if newest is not None and newest.id != record_id:
            return EarlierIncident(self, record_id, self._incident_card)
        return self._incident_card(record_id)

    def _incident_card(self, record_id: str) -> RecordCard:
        return RecordCard(
            self,
            "incident",
            INCIDENT,
            record_id,
            stack=lambda: self.incidents,
            what=N_("Incident"),
            when=INCIDENT_WHEN,
            explain=INCIDENT_EXPLAIN,
        )

    def _event_card(self, record_id: str) -> RecordCard:
        return RecordCard(
            self,
            "event",
            [("", EVENT)],
            record_id,
            stack=lambda: self._events,
            what=N_("Event"),
            when=EVENT_WHEN,
            explain={"kind": N_("Some events make a new review due; the program says so.")},
        )

    def _fill_events(self, inside: QVBoxLayout) -> None:
        self._events = CardStack(self._event_card)
        inside.addWidget(self._events)
        self.add_event = PlainButton(self.words(N_("Add an event")))
        self.add_event.clicked.connect(lambda: self._start(self._events, self._event_card("")))
        inside.addWidget(self.add_event)
        self._events.sync([r.id for r in self.view.of("event")])

    def _start(self, stack: CardStack, card: RecordCard) -> None:
        stack.start_draft(card)
        card.focus_first()
        self.bring_into_view(card)


def has_focus(part: QWidget) -> bool:
    """Whether the officer stands in a part of the page."""
    now = part.window().focusWidget()
    return now is not None and (now is part or part.isAncestorOf(now))


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return HappenedPage(session, case_id).start()
