"""Orders, breaches and promised contacts on file copies. No paper that leaves with the victim has them."""

from __future__ import annotations

from datetime import datetime

from app.clock import parse_moment
from app.documents import text
from app.documents.draft import Draft
from app.documents.sieve import Sifted
from app.documents.words import listed, order_words
from app.i18n import N_
from app.rules.orders import order_state


def orders(draft: Draft, *, only_open: bool = False) -> None:
    """Each order with where it stands and what the paper may hold of it; nothing at all where there is none."""
    shown = [(order, state_words(draft, order)) for order in draft.sieve.of("order")]
    if only_open:
        shown = [(order, said) for order, said in shown if not _ended(draft, order)]
    if shown:
        draft.heading(N_("Orders that hold or wait to be served") if only_open else N_("Orders"))
    for order, said in shown:
        begun = len(draft.blocks)
        draft.subheading(listed((order_words(order, draft.look), said)))
        for field in order.declared_fields:
            if field.name in ("type", "number"):
                draft.differing(order, field.name)
            else:
                draft.field(order, field.name)
        draft.keep_together(begun)


def breaches(draft: Draft) -> None:
    """When which order was broken, the last first; nothing at all where none was."""
    noted = sorted(draft.sieve.of("breach"), key=lambda b: str(b.get("happened_at") or b.created_at), reverse=True)
    if noted:
        draft.heading(N_("Breaches of orders"))
    for breach in noted:
        at = draft.words(breach, "happened_at") or draft.tr.moment(breach.created_at)
        draft.subheading(listed((at, draft.words(breach, "order"))))
        for field in breach.declared_fields:
            if field.name in ("happened_at", "order"):
                draft.differing(breach, field.name)
            else:
                draft.field(breach, field.name)


def untold_releases(draft: Draft) -> None:
    """Each end of custody of which the victim has not been told, as far as is noted."""
    for person, at in draft.context.untold:
        name = draft.named(person) or draft.tr.text(N_("a suspect"))
        when = draft.tr.moment(at) or draft.tr.text(N_("time not known"))
        draft.message(
            N_("Not noted that the victim was told of the release of {name}: {when}"), text.STRONG, name=name, when=when
        )


def promised_contacts(draft: Draft) -> bool:
    """The contacts that were promised to the victim and are still owed; whether there is one."""
    owed = [c for c in draft.sieve.of("follow_up") if c.id in draft.context.promised]
    for contact in sorted(owed, key=lambda c: str(c.get("next_at"))):
        missed = contact.decide("reached") == "no"
        draft.say(
            draft.tr.text(
                N_("Not reached {day}; next attempt: {when}")
                if missed
                else N_("Contact promised for {when}, in the contact of {day}"),
                when=draft.words(contact, "next_at"),
                day=draft.words(contact, "contacted_at") or draft.tr.moment(contact.created_at),
            ),
            text.STRONG,
        )
        draft.differing(contact, "next_at")
    return bool(owed)


def state_words(draft: Draft, order: Sifted) -> str:
    """Where an order stood when the paper was printed."""
    state = order_state(order.get, _printed(draft))
    when = draft.tr.day(state.when) if len(state.when) <= 10 else draft.tr.moment(state.when)
    return draft.tr.text(state.sentence, when=when)


def _ended(draft: Draft, order: Sifted) -> bool:
    return order_state(order.get, _printed(draft)).code == "ended"


def _printed(draft: Draft) -> datetime:
    printed = parse_moment(draft.context.printed_at)
    assert printed is not None
    return printed
