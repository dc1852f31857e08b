"""How people and their ties stand on file copies."""

from __future__ import annotations

from app.documents.draft import Draft
from app.documents.sieve import Sifted
from app.documents.words import listed
from app.i18n import N_

ROLES = ("victim", "suspect", "child", "witness", "helper", "other")
_BY_HAND = ("given_name", "family_name")


def people(draft: Draft, roles: tuple[str, ...] = ROLES) -> None:
    """Everybody of these roles, each once, with what the paper may hold."""
    draft.heading(N_("People"))
    shown: set[str] = set()
    for role in roles:
        for person in draft.sieve.people(role):
            if person.id not in shown:
                shown.add(person.id)
                _person(draft, person)
    for child in draft.sieve.of("child"):
        _child(draft, child)
    for tie in draft.sieve.of("relationship"):
        _tie(draft, tie)
    if not shown:
        draft.nothing()


def _person(draft: Draft, person: Sifted) -> None:
    held = person.decide("roles", [])
    roles = ", ".join(draft.look.code("role", role) for role in held)
    draft.subheading(listed((draft.name(person), roles)))
    for name in _BY_HAND:
        draft.differing(person, name)
    draft.fields(person, *(f.name for f in person.declared_fields if f.name not in {*_BY_HAND, "roles"}))


def _child(draft: Draft, child: Sifted) -> None:
    who = draft.named(child.get("person")) or draft.tr.text("name not known")
    draft.subheading(draft.tr.text("Child: {who}", who=who))
    draft.fields(child, *(f.name for f in child.declared_fields if f.name != "person"))


def _tie(draft: Draft, tie: Sifted) -> None:
    draft.subheading(
        draft.tr.text(
            "{who} – {kind} of {whom}",
            who=draft.named(tie.get("from")) or "?",
            kind=draft.words(tie, "kind") or "?",
            whom=draft.named(tie.get("to")) or "?",
        )
    )
    draft.differing(tie, "kind")
    draft.fields(tie, "current", "cohabiting", "since", "until")
