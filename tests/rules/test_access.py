"""The one table of who may hold and change a case: every role, every relation, and nothing for what is missing."""

from __future__ import annotations

from dataclasses import replace

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
)

UNITS = {"top": "", "north": "top", "station": "north", "other": "top"}

OTHERS = CaseFacts("a", "b", "other")
SITUATIONS = {
    "own": (replace(OTHERS, author="me"), "station"),
    "in_charge": (replace(OTHERS, owner="me"), "station"),
    "assigned": (replace(OTHERS, assigned=frozenset({"me"})), "station"),
    "named": (replace(OTHERS, named=frozenset({"me"})), "station"),
    "offered": (replace(OTHERS, offer="o", offered="me"), "station"),
    "unit": (replace(OTHERS, unit="station"), "station"),
    "below": (replace(OTHERS, unit="station"), "north"),
}
"""A case to which “me” stands in one way, and the unit in which “me” is."""

# Written out once more, by hand: a slip in the table is a slip in one of the two.
WORK = "hold change"
MAY = {
    "officer": {
        "own": WORK,
        "in_charge": WORK + " hand_over",
        "assigned": WORK,
        "named": WORK,
        "offered": WORK + " answer",
        "unit": WORK,
        "below": "",
    },
    "specialist": {
        "own": WORK,
        "in_charge": WORK + " hand_over",
        "assigned": WORK,
        "named": WORK,
        "offered": WORK + " answer",
        "unit": WORK,
        "below": WORK,
    },
    "supervisor": {
        "own": WORK,
        "in_charge": WORK + " hand_over",
        "assigned": WORK,
        "named": WORK + " decide lift",
        "offered": WORK + " answer",
        "unit": WORK + " hand_over reassign decide",
        "below": WORK + " hand_over reassign decide",
    },
    "professional_standards": {
        "own": WORK,
        "in_charge": WORK + " hand_over",
        "assigned": "",
        "named": WORK + " decide lift",
        "offered": WORK + " answer",
        "unit": "",
        "below": "",
    },
    "administrator": dict.fromkeys(RELATIONS, ""),
    "auditor": dict.fromkeys(RELATIONS, ""),
}


def expected(role: str, relation: str, restricted: bool) -> set[str]:
    """What a role may do that stands to a case in this way alone. Who is in charge of a case has it as their own."""
    if restricted:
        return set(MAY[role][relation].split()) if relation in ("own", "named") else set()
    return set(MAY[role][relation].split())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("restricted", [False, True])
def test_every_cell(role: str, relation: str, restricted: bool):
    case, unit = SITUATIONS[relation]
    case = replace(case, restricted=restricted)
    found = {verb for verb in VERBS if may(Officer("me", role, unit), verb, case, UNITS)}
    assert found == expected(role, relation, restricted)


def test_who_took_a_restricted_case_over_is_not_its_author():
    assert may(Officer("me", "officer", "station"), HOLD, CaseFacts("a", "me", "other"), UNITS)
    assert not may(Officer("me", "officer", "station"), HOLD, CaseFacts("a", "me", "other", restricted=True), UNITS)


@pytest.mark.parametrize("stands", ["named", "assigned", "own"])
@pytest.mark.parametrize(("at", "way"), [("station", "unit"), ("north", "below")])
def test_the_unit_counts_in_an_old_case_for_whoever_has_it_otherwise(stands, at, way):
    """A laptop knows of no day on which a case that it keeps grows old; one word more, and it is recent again."""
    case = replace(SITUATIONS[stands][0], unit="station")
    me = Officer("me", "supervisor", at)
    assert {stands, way} <= relations(me, replace(case, recent=False), UNITS)
    for verb in VERBS:
        assert may(me, verb, replace(case, recent=False), UNITS) is may(me, verb, case, UNITS)


def test_a_case_that_is_not_recent_is_nobodys_for_its_unit_alone():
    case = CaseFacts("a", "b", "station", recent=False)
    assert relations(Officer("me", "supervisor", "station"), case, UNITS) == frozenset()
    assert relations(Officer("b", "officer", "station"), case, UNITS) == {"own", "in_charge", "unit"}


def test_what_was_handed_over_to_a_unit_is_offered_to_its_officers_alone():
    case = replace(OTHERS, offer="o", offered_unit="station")
    assert relations(Officer("me", "officer", "station"), case, UNITS) == {"offered"}
    assert relations(Officer("me", "supervisor", "north"), case, UNITS) == frozenset()
    # Where nothing is offered, what names nobody names nobody.
    assert relations(Officer("", "officer", ""), replace(OTHERS, offer="o"), UNITS) == frozenset()
    assert relations(Officer("me", "officer", "station"), replace(case, offer=""), UNITS) == frozenset()


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
