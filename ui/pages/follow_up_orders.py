"""Orders with their conditions in plain words and where each stands, and the quick form for a broken one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import wording
from app.casework.risk import profile_of
from app.clock import iso
from app.i18n import N_
from app.records.view import Record
from app.rules.orders import open_orders, order_state
from ui.editors.chosen import BoxEditor
from ui.editors.factory import label_of
from ui.editors.order_type import OrderTypeEditor
from ui.pages.cards import CardStack
from ui.pages.factor_card import shorten
from ui.pages.folded_card import FoldedCard
from ui.widgets.text import PlainButton, PlainLabel, row


def order_words(page: Any, order: Record) -> str:
    """An order in a few words: its kind and its number."""
    return wording.order_words(page.session.desk, order, page.session.translator)


class OrderCard(FoldedCard):
    """One order. Folded it says its kind and whether it is served, in force or ended."""

    kind = "order"
    what = N_("Order")
    asked = (
        "type",
        "number",
        "authority",
        "person",
        "conditions",
        "children_protected",
        "issued_at",
        "served_at",
        "expires",
        "note",
    )
    explain = {
        "conditions": N_("In plain words: what must not be done, where, and to whom."),
        "served_at": N_("An order that was not served may not hold yet."),
    }
    kinds = {"type": OrderTypeEditor}

    def __init__(self, page: Any, record_id: str, part: OrdersPart) -> None:
        super().__init__(page, record_id, stack=lambda: part.orders)

    def title(self, record: Record | None) -> str:
        if record is None:
            return self.words(N_("New order"))
        state = order_state(record.get, self.page.session.desk.clock.now())
        when = self.page.session.translator
        shown = when.day(state.when) if len(state.when) <= 10 else when.moment(state.when)
        parts = [order_words(self.page, record), self.words(state.sentence, when=shown)]
        return " · ".join(parts)

    def begun(self) -> Mapping[str, Any]:
        suspects = self.page.view.people("suspect")
        return {"person": suspects[0].id} if len(suspects) == 1 else {}

    def show_more(self) -> None:
        assert self.form is not None
        editor = self.form.editors["type"]
        assert isinstance(editor, OrderTypeEditor)
        editor.set_kinds(profile_of(self.page.session.desk, self.page.view).order_types)


class BreachCard(FoldedCard):
    """One breach. A draft begins with the only order and with now, so that one sentence is enough."""

    kind = "breach"
    what = N_("Breach of an order")
    asked = ("what", "order", "happened_at", "source", "arrested", "evidence", "crime_number", "reported", "note")
    explain = {"what": N_("Where, how near, how long, said or sent what. It makes a review due.")}

    def __init__(self, page: Any, record_id: str, part: OrdersPart, begun: Mapping[str, Any] | None = None) -> None:
        self._now, self._told = iso(page.session.desk.clock.now()), dict(begun or {})
        super().__init__(page, record_id, stack=lambda: part.breaches)

    def title(self, record: Record | None) -> str:
        if record is None:
            return self.words(N_("A breach, now"))
        session = self.page.session
        order = self.page.view.record(str(record.get("order") or ""))
        parts = [session.translator.moment(record.get("happened_at") or record.created_at)]
        parts += [order_words(self.page, order)] if order is not None else []
        parts += [shorten(str(record.get("what")))] if record.get("what") else []
        if record.get("arrested") == "yes":
            parts.append(self.words(N_("arrested")))
        return " · ".join(parts)

    def begun(self) -> Mapping[str, Any]:
        orders = open_orders(self.page.view, self.page.session.desk.clock.now()) or self.page.view.of("order")
        only = {"order": orders[0].id} if len(orders) == 1 else {}
        return {"happened_at": self._now, **only, **self._told}

    def show_more(self) -> None:
        assert self.form is not None
        box = self.form.editors["order"]
        assert isinstance(box, BoxEditor)
        box.set_options([(order.id, order_words(self.page, order)) for order in self.page.view.of("order")])


class OrdersPart(QWidget):
    """Orders, then breaches with the last one on top; those noted as events under “What happened” are named, too."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, self.words = page, page.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(page.heading(N_("Orders")))
        self.none = PlainLabel(
            self.words(
                N_(
                    "No order is recorded. Protection orders, bail conditions and court orders stand here with their "
                    "conditions, so that everybody knows what is forbidden and until when. Add one when it is asked "
                    "for or issued."
                )
            ),
            kind="quiet",
        )
        column.addWidget(self.none)
        self.orders = CardStack(lambda record_id: OrderCard(page, record_id, self))
        column.addWidget(self.orders)
        self.add = PlainButton(self.words(N_("Add an order")))
        self.add.clicked.connect(self.add_order)
        column.addLayout(row(self.add))
        column.addWidget(page.heading(N_("Breaches")))
        self.unbroken = PlainLabel(
            self.words(
                N_(
                    "No breach is noted. Note each one, also a small one: it makes a review due and stands beside the "
                    "question about broken orders. Ctrl+B begins one from anywhere on this page."
                )
            ),
            kind="quiet",
        )
        column.addWidget(self.unbroken)
        self.as_events = PlainLabel("", kind="quiet")
        column.addWidget(self.as_events)
        self.note = PlainButton(self.words(N_("Note a breach")), hint=self.words(N_("Ctrl+B")))
        self.note.clicked.connect(lambda _on: self.note_breach())
        column.addLayout(row(self.note))
        self.breaches = CardStack(lambda record_id: BreachCard(page, record_id, self), draft_first=True)
        column.addWidget(self.breaches)

    def show_case(self) -> None:
        """Bring both lists in line with the case."""
        view = self.page.view
        orders, breaches = view.of("order"), view.of("breach")
        self.none.setVisible(not orders and self.orders.draft is None)
        self.orders.sync([r.id for r in orders])
        breaches.sort(key=lambda r: str(r.get("happened_at") or r.created_at), reverse=True)
        self.breaches.sync([r.id for r in breaches])
        events = [e for e in view.of("event") if e.get("kind") == "breach"]
        self.unbroken.setVisible(not breaches and not events and self.breaches.draft is None)
        self.as_events.setVisible(bool(events))
        self.as_events.setText("\n".join(self._event(e) for e in events))

    def add_order(self) -> None:
        """A card for an order that nobody has recorded yet."""
        card = OrderCard(self.page, "", self)
        self.orders.start_draft(card)
        self.none.hide()
        card.focus_first()

    def note_breach(self, begun: Mapping[str, Any] | None = None) -> None:
        """Begin a breach; one that is begun already is gone back to."""
        card = self.breaches.draft
        if begun or not isinstance(card, BreachCard):
            card = BreachCard(self.page, "", self, begun)
            self.breaches.start_draft(card)
            self.unbroken.hide()
        card.focus_first()

    def _event(self, event: Record) -> str:
        session = self.page.session
        parts = [session.translator.moment(event.get("happened_at") or event.created_at)]
        parts += [label_of(session, "source", event.get("source"))] if event.get("source") else []
        parts += [shorten(str(event.get("note")), 200)] if event.get("note") else []
        return self.words(N_("Noted under “What happened”: {what}"), what=" · ".join(parts))
