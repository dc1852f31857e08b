"""The floor: all fixtures and boundary cases as tables, and what must hold for every set of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.definition import LEVELS
from app.rules.facts import CaseFacts, facts_of
from app.rules.grading import floor, proposes_extreme
from app.rules.three import Three
from tests.rules.cases import SCENARIOS, Scenario, codes, facts, rules

DAY = date(2026, 11, 14)
PLAIN = "1,2,11-17,19,21,23,25,27"
"""Fourteen factors that are neither critical nor serious."""


def seven(count: int) -> str:
    return ",".join(c[1:] for c in codes(PLAIN)[:count])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_every_scenario_has_its_floor(scenario: Scenario) -> None:
    found = floor(facts_of(scenario.view(), on=DAY), rules())
    assert found.present == codes(scenario.present)
    assert found.unknown == codes(scenario.unknown)
    assert (found.level, found.rules) == (scenario.level, scenario.rules)
    assert {"extreme": found.extreme, "provisional": found.provisional} == {
        flag: flag in scenario.flags for flag in ("extreme", "provisional")
    }


@pytest.mark.parametrize(
    ("present", "unknown", "rating", "incidents", "level", "true_rules"),
    [
        pytest.param("", "", 2, 1, "standard", (), id="b1"),
        pytest.param("33", "", 8, 1, "medium", (), id="b2"),
        pytest.param("33", "", 7, 1, "standard", (), id="b2-seven-raises-nothing"),
        pytest.param("36", "", 9, 1, "high", ("M1",), id="b3"),
        pytest.param(seven(6), "", None, 1, "standard", (), id="b4-six"),
        pytest.param(seven(7), "", None, 1, "medium", ("M3",), id="b4-seven"),
        pytest.param(seven(13), "", None, 1, "medium", ("M3",), id="b4-thirteen"),
        pytest.param(seven(14), "", None, 1, "high", ("H3",), id="b4-fourteen"),
        pytest.param("5,26", "", None, 1, "high", ("H4", "M1"), id="b6"),
        pytest.param("5,6", "", None, 1, "high", ("H1",), id="two-critical-and-m1-is-silent"),
        pytest.param("3", "", None, 3, "high", ("H5", "M4"), id="three-incidents-and-a-serious"),
        pytest.param("1", "", None, 3, "medium", ("M4",), id="three-incidents-alone"),
        pytest.param("41", "", None, 1, "medium", ("M5",), id="child-hurt"),
        pytest.param("6", "", None, None, "medium", ("M1",), id="incidents-not-known"),
        pytest.param("5,6", "", 10, 1, "high", ("H1",), id="view-raises-at-most-to-high"),
    ],
)
def test_boundary_cases(
    present: str, unknown: str, rating: int | None, incidents: int | None, level: str, true_rules: tuple[str, ...]
) -> None:
    found = floor(facts(present, unknown, rating=rating, incidents_12_months=incidents), rules())
    assert (found.level, found.rules) == (level, true_rules)


def test_fourteen_open_answers_are_not_provisional_and_fifteen_are() -> None:
    assert not floor(facts("", range(1, 15)), rules()).provisional
    assert floor(facts("", range(1, 16)), rules()).provisional


def test_nothing_answered_is_standard_and_provisional_and_never_called_no_risk() -> None:
    found = floor(CaseFacts(), rules())
    assert (found.level, found.provisional, len(found.unknown)) == ("standard", True, 43)
    assert "never means that there is no risk" in found.reasons[0].sentence


@pytest.mark.parametrize(
    ("present", "at_large", "extreme"),
    [
        ("8,22", "yes", True),
        ("8,6", "unknown", True),
        ("8,22", "no", False),
        ("5,6", "yes", False),
        ("8", "yes", False),
        ("8,26", "yes", True),
    ],
)
def test_extreme_needs_a_high_floor_a_free_suspect_and_threat_or_firearm(
    present: str, at_large: Three, extreme: bool
) -> None:
    assert floor(facts(present, at_large=at_large), rules()).extreme is extreme


def test_a_floor_raised_to_high_by_the_victims_view_can_be_extreme() -> None:
    found = floor(facts("8", rating=9, at_large="yes"), rules())
    assert (found.level, found.rules, found.extreme) == ("high", ("M1",), True)


def test_a_grade_raised_to_high_proposes_the_flag_and_does_not_set_it() -> None:
    case = facts("8", at_large="yes")
    assert not floor(case, rules()).extreme
    assert proposes_extreme(case, rules(), "high")
    assert not proposes_extreme(case, rules(), "medium")
    assert not proposes_extreme(case, rules(), None)
    assert not proposes_extreme(facts("1", at_large="yes"), rules(), "high")


def test_each_reason_names_the_factors_behind_it() -> None:
    found = floor(facts("5,26,33", rating=9), rules())
    by_rule = {reason.rule: reason.factors for reason in found.reasons}
    assert by_rule["H2"] == ("F05", "F26", "F33")
    assert by_rule["H4"] == ("F05", "F26")
    assert by_rule["M1"] == ("F05",)
    assert "V1" not in by_rule  # already high: the view had nothing to raise
    assert floor(facts("36", rating=9), rules()).all_rules == ("M1", "V1")


def test_no_sentence_of_the_floor_speaks_of_numbers_answered() -> None:
    # Counts are for supervisors; an officer sees rules and factors, not a score.
    sentences = " ".join(rule.sentence for rule in rules().floor)
    assert not any(character.isdigit() for character in sentences)


some_factors = st.sets(st.sampled_from(sorted(rules().factors)))
some_cases = st.builds(
    lambda values, rating, incidents, at_large: CaseFacts(
        answers=values, rating=rating, incidents_12_months=incidents, at_large=at_large
    ),
    st.dictionaries(st.sampled_from(sorted(rules().factors)), st.sampled_from(["yes", "no", "unknown"])),
    st.none() | st.integers(0, 10),
    st.none() | st.integers(0, 5),
    st.sampled_from(["yes", "no", "unknown"]),
)


@given(some_cases, some_factors)
def test_one_more_yes_never_lowers_anything(case: CaseFacts, more: set[str]) -> None:
    graver = replace(case, answers={**case.answers, **dict.fromkeys(more, "yes")})
    before, after = floor(case, rules()), floor(graver, rules())
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)
    assert after.extreme >= before.extreme


@given(some_cases, some_factors)
def test_a_no_that_becomes_unknown_lowers_nothing_and_is_never_called_settled(case: CaseFacts, asked: set[str]) -> None:
    settled = replace(case, answers={**case.answers, **dict.fromkeys(asked, "no")})
    open_again = replace(case, answers={**case.answers, **dict.fromkeys(asked, "unknown")})
    before, after = floor(settled, rules()), floor(open_again, rules())
    assert (after.level, after.rules, after.extreme) == (before.level, before.rules, before.extreme)
    assert after.provisional >= before.provisional


@given(some_cases, st.integers(0, 10))
def test_the_victims_view_raises_by_one_step_at_most_and_never_lowers(case: CaseFacts, rating: int) -> None:
    without = floor(replace(case, rating=None), rules())
    with_view = floor(replace(case, rating=rating), rules())
    step = LEVELS.index(with_view.level) - LEVELS.index(without.level)
    assert step == (1 if rating >= 8 and without.level != "high" else 0)


@given(some_cases)
def test_a_floor_is_a_pure_function_of_the_case(case: CaseFacts) -> None:
    assert floor(case, rules()) == floor(replace(case), rules())
