"""How a person is called: in full for the file, short where a passer-by could read it."""

from __future__ import annotations

from app.records.view import CaseView, Record


def full_name(person: Record | None) -> str:
    """Given and family name, or the name in its own script, or an empty text."""
    if person is None:
        return ""
    latin = " ".join(part for part in (person.get("given_name", ""), person.get("family_name", "")) if part)
    return latin or str(person.get("original_name", ""))


def short_name(person: Record | None) -> str:
    """The given name and the initials of the family name: `Keira H.-B.`; an empty text where nothing is known."""
    if person is None:
        return ""
    given, family = str(person.get("given_name", "")).strip(), str(person.get("family_name", "")).strip()
    initials = " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in family.split())
    return " ".join(part for part in (given, initials) if part) or str(person.get("original_name", ""))


def case_short_name(view: CaseView) -> str:
    """The short name under which a case is listed: the victim's."""
    return short_name(view.victim)
