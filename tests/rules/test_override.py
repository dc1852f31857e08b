"""Grade against floor: both are kept, the higher is in force, and lowering needs a second person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.rules.definition import Level
from app.rules.grading import floor
from app.rules.override import SupervisorDecision, decide, lowering_missing
from tests.rules.cases import facts, library, rules

HIGH, MEDIUM, STANDARD = floor(facts("5,6"), rules()), floor(facts("6"), rules()), floor(facts(), rules())
LOWER = SupervisorDecision("medium", "weapon_removed", "Both guns handed in.", "Insp. Vane", "high", ("H1",))


def test_without_a_grade_there_is_none_and_the_floor_stands_by_itself() -> None:
    found = decide(None, HIGH, rules())
    assert (found.grade, found.floor, found.level, found.asks) == (None, "high", "high", ())


def test_an_officer_raises_freely_and_is_asked_for_one_line() -> None:
    assert decide("high", STANDARD, rules()).asks == ("reason",)
    found = decide("high", STANDARD, rules(), reason="Passports are gone.")
    assert (found.grade, found.raised, found.asks, found.findings) == ("high", True, (), ())


def test_an_officers_grade_at_the_floor_asks_for_nothing() -> None:
    found = decide("medium", MEDIUM, rules())
    assert (found.grade, found.raised, found.asks) == ("medium", False, ())


@pytest.mark.parametrize("grade", ["standard", "medium"])
def test_below_the_floor_the_floor_is_in_force_and_a_request_is_open(grade: Level) -> None:
    found = decide(grade, HIGH, rules(), reason="Calm now.")
    assert (found.grade, found.officer_grade, found.floor) == ("high", grade, "high")
    assert found.below_floor
    assert found.request_open
    assert found.asks == ("code", "reason", "second_person")
    assert [f.code for f in found.findings] == ["grade_below_floor"]


def test_a_supervisor_lowers_with_a_code_and_words_and_the_review_keeps_to_the_floor() -> None:
    found = decide("medium", HIGH, rules(), supervisor=LOWER)
    assert (found.grade, found.officer_grade, found.floor, found.by_supervisor) == ("medium", "medium", "high", True)
    assert not found.request_open
    assert found.level == "high"
    assert [f.code for f in found.findings] == ["grade_below_floor"]


@pytest.mark.parametrize(
    "decision",
    [
        replace(LOWER, code="capacity"),
        replace(LOWER, code=""),
        replace(LOWER, words="  "),
        replace(LOWER, by=""),
        replace(LOWER, floor="medium"),
        replace(LOWER, rules=("M1",)),
    ],
    ids=["capacity", "no-code", "no-words", "nobody", "floor-has-risen", "a-rule-has-joined"],
)
def test_an_incomplete_or_outdated_decision_lowers_nothing(decision: SupervisorDecision) -> None:
    found = decide("medium", HIGH, rules(), supervisor=decision)
    assert (found.grade, found.request_open) == ("high", True)


def test_a_supervisor_who_keeps_the_floor_closes_the_request() -> None:
    found = decide(
        "medium", HIGH, rules(), supervisor=SupervisorDecision("high", "", "", "Insp. Vane", "high", ("H1",))
    )
    assert (found.grade, found.request_open, found.officer_grade) == ("high", False, "medium")


def test_a_reassessment_below_the_grade_in_force_needs_a_second_person_too() -> None:
    found = decide("medium", MEDIUM, rules(), previous="high")
    assert (found.grade, found.request_open, found.below_floor) == ("high", True, False)
    assert [f.code for f in found.findings] == ["grade_lowered"]
    lowered = decide("medium", MEDIUM, rules(), previous="high", supervisor=replace(LOWER, rules=("H1", "M1")))
    assert (lowered.grade, lowered.by_supervisor) == ("medium", True)
    assert decide("high", MEDIUM, rules(), previous="high", reason="Still afraid.").grade == "high"


def test_lowering_asks_for_exactly_what_is_missing() -> None:
    assert lowering_missing("weapon_removed", "Handed in.", "PC Marsh", "Insp. Vane", rules()) == ()
    assert lowering_missing("capacity", "", "PC Marsh", "pc marsh ", rules()) == ("code", "reason", "second_person")


def test_capacity_is_no_reason() -> None:
    for reason in rules().lowering:
        assert "capacit" not in (reason.code + reason.label).lower()
        assert "workload" not in reason.label.lower()
    assert [c.code for c in library().codes("lowering")] == [r.code for r in rules().lowering]
