"""The one table of who may hold and change a case: every role, every relation, and nothing for what is missing."""

from __future__ import annotations

import pytest

from app.rules.access import (
    CHANGE,
    HOLD,
    RELATIONS,
    ROLES,
    VERBS,
    CaseFacts,
    Officer,
    above,
    holds_cases,
    may,
    relations,
    says_restricted,
)

UNITS = {"top": "", "north": "top", "station": "north", "other": "top"}

SITUATIONS = {
    "own": (CaseFacts("somebody", "me", "other"), "station"),
    "assigned": (CaseFacts("a", "b", "other", assigned=frozenset({"me"})), "station"),
    "named": (CaseFacts("a", "b", "other", named=frozenset({"me"})), "station"),
    "unit": (CaseFacts("a", "b", "station"), "station"),
    "below": (CaseFacts("a", "b", "station"), "north"),
}

MAY = {
    "officer": {"own", "assigned", "named", "unit"},
    "specialist": {"own", "assigned", "named", "unit", "below"},
    "supervisor": {"own", "assigned", "named", "unit", "below"},
    "professional_standards": {"own", "named"},
    "administrator": set(),
    "auditor": set(),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("restricted", [False, True])
def test_every_cell(role: str, relation: str, verb: str, restricted: bool):
    case, unit = SITUATIONS[relation]
    author = "me" if relation == "own" else case.author
    case = CaseFacts(author, case.owner, case.unit, case.assigned, case.named, restricted)
    expected = relation in MAY[role] and (not restricted or relation in ("own", "named"))
    assert may(Officer("me", role, unit), verb, case, UNITS) is expected


def test_who_took_a_restricted_case_over_is_not_its_author():
    assert may(Officer("me", "officer", "station"), HOLD, CaseFacts("a", "me", "other"), UNITS)
    assert not may(Officer("me", "officer", "station"), HOLD, CaseFacts("a", "me", "other", restricted=True), UNITS)


def test_a_case_that_is_not_recent_is_nobodys_for_its_unit_alone():
    case = CaseFacts("a", "b", "station", recent=False)
    assert relations(Officer("me", "supervisor", "station"), case, UNITS) == frozenset()
    assert relations(Officer("b", "officer", "station"), case, UNITS) == {"own"}


@pytest.mark.parametrize(
    "officer, case",
    [
        (Officer("", "officer", ""), CaseFacts("", "", "")),
        (Officer("me", "officer", ""), CaseFacts("a", "b", "")),
        (Officer("me", "supervisor", "gone"), CaseFacts("a", "b", "gone")),
        (Officer("me", "", "station"), CaseFacts("me", "me", "station")),
        (Officer("me", "chief", "station"), CaseFacts("me", "me", "station")),
        (Officer("me", "officer", "other"), CaseFacts("a", "b", "station")),
    ],
)
def test_what_is_missing_is_never_a_yes(officer: Officer, case: CaseFacts):
    assert not may(officer, HOLD, case, UNITS)
    assert not may(officer, CHANGE, case, UNITS)


def test_an_unknown_verb_is_no():
    assert not may(Officer("me", "officer", "station"), "erase", CaseFacts("me", "me", "station"), UNITS)


def test_units_that_stand_above_each_other_end():
    assert above("station", UNITS) == ["station", "north", "top"]
    assert above("a", {"a": "b", "b": "a"}) == ["a", "b"]
    assert above("gone", UNITS) == []


def test_only_some_roles_have_cases_on_a_laptop():
    assert [role for role in ROLES if holds_cases(role)] == list(ROLES[:4])
    assert not holds_cases("")


@pytest.mark.parametrize(
    "change, restricted",
    [
        ({"op": "create", "fields": {"police_suspect": "yes"}}, True),
        ({"op": "set", "fields": {"police_suspect": {"value": "yes", "saw": []}}}, True),
        ({"op": "create", "fields": {"police_employee": "yes"}}, True),
        ({"op": "set", "fields": {"police_suspect": {"value": "no", "saw": []}}}, False),
        ({"op": "set", "fields": {"police_suspect": {"value": "unknown", "saw": []}}}, False),
        ({"op": "create", "fields": {"reference": "yes"}}, False),
        ({"op": "later", "fields": "yes"}, False),
        ({"op": "later"}, False),
    ],
)
def test_what_makes_a_case_restricted(change: dict[str, object], restricted: bool):
    assert says_restricted([{"op": "x"}, change]) is restricted
