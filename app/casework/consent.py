"""Consent: asked in a wording of a known version, in a language that is understood; given, refused or withdrawn."""

from __future__ import annotations

from typing import Any

from app.casework import edit
from app.casework.desk import Desk
from app.changed import Changed
from app.clock import iso
from app.problems import Problem
from app.records.view import CaseView, Record


def record(desk: Desk, case_id: str, purpose: str, decision: str, **fields: Any) -> Changed:
    """Record a decision. It never changes; a change of mind is a new record, and the latest one counts.

    Raises Problem consent.language_missing where consent is given without the language in which it was understood.
    """
    if decision == "given" and not str(fields.get("language") or "").strip():
        raise Problem("consent.language_missing")
    view = desk.store.view(case_id)
    wording = desk.library.consents.latest(purpose)
    known = {
        "person": view.victim.id if view.victim else None,
        "wording_version": wording.name if wording else None,
        "decided_at": iso(desk.clock.now()),
    }
    return edit.create(desk, case_id, "consent", {**known, "purpose": purpose, "decision": decision, **fields})[1]


def latest(view: CaseView, purpose: str) -> Record | None:
    """The decision that counts for a purpose, or None where it was never asked."""
    asked = [r for r in view.of("consent") if r.get("purpose") == purpose]
    return asked[-1] if asked else None


def allows(view: CaseView, purpose: str) -> bool | None:
    """True: given, or lawful without; False: refused or withdrawn; None: not asked."""
    found = latest(view, purpose)
    if found is None:
        return None
    return found.get("decision") == "given" or bool(found.get("override_basis") and found.get("approver"))
