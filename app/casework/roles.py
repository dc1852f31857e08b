"""Who is who, mended: victim and suspect swapped by mistake, or how to reach somebody recorded for the wrong person.

A relationship follows to the right person. How somebody is safely reached never does by itself: it was agreed with one
person, and counts for another only after it has been confirmed with that one.
"""

from __future__ import annotations

from datetime import timedelta

from app.casework import edit
from app.casework.desk import Desk
from app.changed import Changed
from app.notebook.entry import Change
from app.problems import Problem
from app.records.view import CaseView, Record

MUTUAL = ("partner", "spouse", "ex_partner", "ex_spouse", "sibling", "other_family", "other")
"""Relationships that read the same from both sides. The others stay as they are: a parent remains the parent."""


def swap(desk: Desk, case_id: str, victim_id: str, suspect_id: str) -> Changed:
    """Victim and suspect were taken for each other: their roles change places in one entry; other roles stay.

    Raises Problem record.unknown, roles.not_both where one is not the victim or the other is no suspect.
    """
    view = desk.store.view(case_id)
    victim, suspect = view.record(victim_id), view.record(suspect_id)
    if victim is None or suspect is None:
        raise Problem("record.unknown", record=victim_id if victim is None else suspect_id)
    if "victim" not in victim.get("roles", []) or "suspect" not in suspect.get("roles", []):
        raise Problem("roles.not_both")
    changes = [*_now(desk, case_id, victim, "suspect", "victim"), *_now(desk, case_id, suspect, "victim", "suspect")]
    for tie in view.of("relationship"):
        if {tie.get("from"), tie.get("to")} == {victim_id, suspect_id} and tie.get("kind") in (None, *MUTUAL):
            changes += edit.assign(desk, case_id, tie.id, {"from": tie.get("to"), "to": tie.get("from")})
    return edit.write(desk, case_id, changes)


def _now(desk: Desk, case_id: str, person: Record, role: str, instead_of: str) -> list[Change]:
    kept = [held for held in person.get("roles", []) if held not in (role, instead_of)]
    return edit.assign(desk, case_id, person.id, {"roles": [role, *kept]})


def of_somebody_else(view: CaseView) -> list[Record]:
    """Safe contacts that were recorded for somebody who is not the victim of the case: they do not count."""
    victim = view.victim
    if victim is None:
        return []
    return [r for r in view.of("safe_contact") if r.get("person") not in (None, "", victim.id)]


def is_the_victims(desk: Desk, case_id: str, contact_id: str) -> Changed:
    """A safe contact was recorded for the wrong person and is the victim's. It counts once it is confirmed anew.

    Raises Problem record.unknown, roles.no_victim.
    """
    view = desk.store.view(case_id)
    if view.victim is None:
        raise Problem("roles.no_victim")
    yesterday = (desk.clock.now() - timedelta(days=1)).astimezone().date().isoformat()
    unconfirmed = {"confirmed_at": None, "confirmed_by": None, "expires": yesterday}
    return edit.set_fields(desk, case_id, contact_id, {"person": view.victim.id, **unconfirmed})
