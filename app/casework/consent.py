"""Consent: asked in a wording of a known version, in a language that is understood; given, refused or withdrawn."""

from __future__ import annotations

from typing import Any

from app.casework import edit
from app.casework.desk import Desk
from app.casework.risk import profile_languages
from app.changed import Changed
from app.clock import iso
from app.problems import Problem
from app.records.view import CaseView, Record, nobody_after
from app.rules.situation import spoken_language


def record(desk: Desk, case_id: str, purpose: str, decision: str, **fields: Any) -> Changed:
    """Record a decision. It never changes; a change of mind is a new record, and the latest one counts.

    Raises Problem consent.nothing_chosen without purpose or decision, consent.language_missing where consent is given
    without the language in which it was understood.
    """
    if not purpose or not decision:
        raise Problem("consent.nothing_chosen")
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
    """The decision that counts for a purpose, or None where it was never asked.

    Of decisions made beside each other on two laptops it is the one that does not allow.
    """
    asked = nobody_after([r for r in view.in_turn("consent") if r.get("purpose") == purpose])
    return next((r for r in asked if not _allowing(r)), asked[-1] if asked else None)


def allows(view: CaseView, purpose: str) -> bool | None:
    """True: given, or lawful without; False: refused or withdrawn; None: not asked."""
    found = latest(view, purpose)
    return None if found is None else _allowing(found)


def counts(desk: Desk, view: CaseView, purpose: str) -> bool:
    """Whether what is given was understood; a lawful ground that somebody approved needs no consent."""
    found = latest(view, purpose)
    return found is not None and _allowing(found) and (_lawful(found) or understood(desk, view, found))


def understood(desk: Desk, view: CaseView, decision: Record) -> bool:
    """Whether it was asked in a language that the victim speaks, or through somebody neutral who speaks it.

    Without a language it counts as asked in the profile's; a victim of whom no language is recorded speaks that one.
    """
    if decision.get("understood_through") in _NEUTRAL:
        return True
    home = {spoken_language(tag) for tag in profile_languages(desk, view)}
    spoken = {spoken_language(tag) for tag in (view.victim.get("languages", []) if view.victim else [])}
    asked = {spoken_language(decision.get("language"))} if decision.get("language") else home
    return not spoken or bool(asked & spoken)


_NEUTRAL = ("professional_present", "professional_phone", "officer_speaks")


def _allowing(decision: Record) -> bool:
    return decision.get("decision") == "given" or _lawful(decision)


def _lawful(decision: Record) -> bool:
    return bool(decision.get("override_basis") and decision.get("approver"))
