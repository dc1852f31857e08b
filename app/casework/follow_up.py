"""Asking the victim later: each contact and what was told in it, how safe the victim feels, what was promised.

A contact is noted only on a way that is safe. What follows from it is offered, never done by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.casework import consent, contact, edit, risk
from app.casework.desk import Desk
from app.changed import Changed
from app.clock import iso, parse_moment
from app.problems import Problem
from app.records.names import full_name
from app.records.view import CaseView, Record

NOT_REACHED = "not_reached"
LATER_CONTACT = "follow_up"
"""The purpose of consent."""


@dataclass(frozen=True)
class Feeling:
    """What the victim said in one contact: a code of the list `feels`, NOT_REACHED, or empty while nothing is noted."""

    record: str
    at: str
    feels: str


@dataclass(frozen=True)
class Offers:
    """What may follow from a contact."""

    incident: bool = False
    reassessment: bool = False
    breach: bool = False


# -- a contact


def begin(desk: Desk, case_id: str, channel: str) -> tuple[str, Changed]:
    """Note that the victim is being contacted now, on this way. Returns the record's id.

    Raises Problem follow_up.channel_forbidden; then nothing is written.
    """
    refuse_channel(desk, desk.store.view(case_id), channel)
    fields = {"contacted_at": iso(desk.clock.now()), "by": desk.officer, "channel": channel}
    return edit.create(desk, case_id, "follow_up", fields)


def set_fields(desk: Desk, case_id: str, record_id: str, **fields: Any) -> Changed:
    """Set fields of a contact. Raises Problem follow_up.channel_forbidden for a way that is not safe."""
    if fields.get("channel"):
        refuse_channel(desk, desk.store.view(case_id), fields["channel"])
    return edit.set_fields(desk, case_id, record_id, fields)


def refuse_channel(desk: Desk, view: CaseView, channel: str, on: date | None = None) -> None:
    """Raise Problem follow_up.channel_forbidden where the victim may not be reached that way, now or on a day."""
    because = contact.why_not(desk, view, channel, on)
    if because:
        raise Problem("follow_up.channel_forbidden", channel=desk.library.label("reached", channel), because=because)


def later_contact_refused(view: CaseView) -> Record | None:
    """The decision by which the victim refused to be asked later, where that is the last word."""
    return consent.latest(view, LATER_CONTACT) if consent.allows(view, LATER_CONTACT) is False else None


# -- what may follow


def offers(view: CaseView, record: Record) -> Offers:
    """What a contact gives reason to do, and what is not done yet."""
    told = record.get("new_incidents") == "yes"
    return Offers(
        incident=told and incident_of(view, record.id) is None,
        reassessment=told or record.get("feels") == "less_safe",
        breach=record.get("orders_obeyed") == "no",
    )


def incident_of(view: CaseView, follow_up_id: str) -> Record | None:
    """The incident that was made of what was told in a contact."""
    return view.record(_incident_id(view.id, follow_up_id))


def add_incident(desk: Desk, case_id: str, follow_up_id: str) -> tuple[str, Changed]:
    """Make an incident of what was told in a contact; its id is the same on every laptop. Returns that id."""
    view = desk.store.view(case_id)
    told, record_id = _of(view, follow_up_id), _incident_id(case_id, follow_up_id)
    known = view.record(record_id)
    if known is not None:
        return record_id, edit.restore(desk, case_id, record_id) if known.archived else Changed()
    fields = {
        "reported_at": told.get("contacted_at"),
        "narrative": told.get("what_happened"),
        "narrative_type": "reported_by",
        "narrative_from": full_name(view.victim),
    }
    return edit.create(desk, case_id, "incident", fields, record_id)


def reassess(desk: Desk, case_id: str) -> Changed:
    """Begin a reassessment, unless an assessment is open already."""
    current = risk.current_assessment(desk.store.view(case_id))
    if current is not None and not current.get("completed_at"):
        return Changed()
    return risk.start_assessment(desk, case_id)[1]


def _incident_id(case_id: str, follow_up_id: str) -> str:
    return edit.fixed_id(case_id, "incident", follow_up_id)


def _of(view: CaseView, record_id: str) -> Record:
    found = view.record(record_id)
    if found is None or found.type != "follow_up":
        raise Problem("record.unknown", record=record_id)
    return found


# -- over time


def in_time(view: CaseView) -> list[Record]:
    """The contacts in the order in which they took place."""
    return sorted(view.of("follow_up"), key=_when)


def feelings(view: CaseView) -> list[Feeling]:
    """What the victim said over time, oldest first; a contact in which nobody was reached is one of them."""
    found = []
    for record in in_time(view):
        feels = NOT_REACHED if record.get("reached") == "no" else str(record.get("feels") or "")
        if feels:
            found.append(Feeling(record.id, str(record.get("contacted_at") or record.created_at), feels))
    return found


def promised(view: CaseView) -> list[Record]:
    """Contacts with a next one that is still owed: not made since, and no later contact agreed on another time."""
    contacts = in_time(view)
    return [r for place, r in enumerate(contacts) if r.get("next_at") and not _kept(r, contacts[place + 1 :])]


def _kept(promise: Record, later: list[Record]) -> bool:
    """Whether what was promised was done. Being reached before the promised day leaves the promise as it is."""
    if any(r.get("next_at") for r in later):
        return True
    wanted = _day(promise.get("next_at"))
    return any(r.get("reached") == "yes" and (made := _day(_stated(r))) and made >= wanted for r in later)


def _stated(record: Record) -> str:
    return str(record.get("contacted_at") or record.created_at)


def _day(at: object) -> str:
    moment = parse_moment(str(at or ""))
    return moment.astimezone().date().isoformat() if moment is not None else ""


def _when(record: Record) -> tuple[str, str]:
    at = parse_moment(_stated(record)) or parse_moment(record.created_at)
    return (iso(at) if at is not None else "", record.id)
