"""Tasks and modules that are suggested: whole scenarios, then each line of the table by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.build import case_view
from app.rules.facts import CaseFacts, facts_of
from app.rules.grading import floor
from app.rules.suggestions import suggested_modules, suggested_tasks
from tests.rules.cases import AT_LEAST, SCENARIOS, Scenario, facts, library, rules

DAY = date(2026, 11, 14)
ALWAYS = {"T01", "T03", "T04", "T05", "T09", "P01", "P04", "P22", "P28", "P30"}


def suggested(case: CaseFacts, grade: str | None = None, extreme: bool = False) -> set[str]:
    level = floor(case, rules())
    found = [
        *suggested_tasks(case, rules(), level, grade, extreme),
        *suggested_modules(case, rules(), level, grade, extreme),
    ]
    return {s.code for s in found}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_every_scenario_gets_its_tasks_and_modules(scenario: Scenario) -> None:
    case = facts_of(scenario.view(), on=DAY)
    level = floor(case, rules())
    assert [s.code for s in suggested_tasks(case, rules(), level)] == scenario.tasks.split()
    assert [s.code for s in suggested_modules(case, rules(), level)] == scenario.modules.split()
    assert set(AT_LEAST[scenario.name].split()) <= suggested(case)


TABLE: dict[str, list[str]] = {
    "T02": ["F34", "F40", "F41", "F42", "F43"],
    "T06": ["F01", "F04", "F05", "F06", "F07", "F08", "F09", "F10", "F11", "F12", "F18", "F26", "F41"],
    "T10": ["F02", "F06", "F10", "F34"],
    "T11": ["F16", "F21", "F30", "F38"],
    "T13": ["F17", "F18", "F20", "F21", "F33"],
    "T14": ["F17", "F18"],
    "T15": ["F18", "F32"],
    "T16": ["F18", "F26"],
    "P06": ["F33"],
    "P07": ["F33"],
    "P08": ["F33"],
    "P09": ["F16", "F30"],
    "P12": ["F11", "F18", "F26", "F33"],
    "P13": ["F18"],
    "P14": ["F17", "F18"],
    "P15": ["F17", "F18"],
    "P16": ["F17"],
    "P17": ["F17", "F18"],
    "P18": ["F12"],
    "P19": ["F02", "F06", "F10", "F34"],
    "P20": ["F37"],
    "P21": ["F01", "F04", "F05", "F06", "F07", "F08", "F09", "F10", "F11", "F12", "F18", "F26", "F41"],
    "P23": ["F33"],
    "P24": ["F21"],
    "P25": ["F38"],
    "P26": ["F20"],
    "P27": ["F14", "F38"],
    "P29": ["F17", "F18"],
}


@pytest.mark.parametrize("factor", rules().factors)
def test_a_single_factor_suggests_exactly_what_the_table_says(factor: str) -> None:
    case = facts([int(factor[1:])])
    wanted = ALWAYS | {code for code, factors in TABLE.items() if factor in factors}
    if floor(case, rules()).level != "standard":
        wanted |= {"T12"}
    assert suggested(case) == wanted


@pytest.mark.parametrize(
    ("fact", "wanted"),
    [
        ("child", {"T02", "T11", "P05", "P10"}),
        ("school_child", {"P11"}),
        ("pregnant", {"T02", "T10", "P19"}),
        ("suspect", {"T07", "T17"}),
        ("one_in_custody", {"T08"}),
        ("injury", {"T10", "P19"}),
        ("living_together", {"P03", "P05", "P06", "P07", "P08"}),
        ("pets", {"P18"}),
        ("not_current", {"P23"}),
        ("other_language", {"P24"}),
        ("need", {"P25"}),
        ("arrested", set()),
        ("custody_not_known", set()),
    ],
)
def test_a_single_fact_suggests_exactly_what_the_table_says(fact: str, wanted: set[str]) -> None:
    assert suggested(facts(facts={fact: "yes"})) == ALWAYS | wanted
    assert suggested(facts(facts={fact: "unknown"})) == ALWAYS


def test_an_arrest_with_custody_unknown_suggests_telling_of_the_release() -> None:
    assert "T08" in suggested(facts(facts={"arrested": "yes", "custody_not_known": "yes"}))
    assert "T08" not in suggested(facts(facts={"arrested": "no", "custody_not_known": "yes"}))


def test_what_depends_on_the_suspect_being_free() -> None:
    assert "P02" in suggested(facts("1", at_large="yes"))
    assert "P02" not in suggested(facts("1", at_large="unknown"))
    assert "P02" not in suggested(facts("7", at_large="yes"))
    home = {"living_together": "yes"}
    assert "P03" in suggested(facts(facts={**home, "in_custody": "unknown"}))
    assert "P03" not in suggested(facts(facts={**home, "in_custody": "yes"}))


def test_level_and_flag() -> None:
    suspect: dict[str, Any] = {"facts": {"suspect": "yes"}}
    assert {"T12", "T16"} & suggested(facts(), grade="standard") == set()
    assert {"T12", "T16"} & suggested(facts(), grade="medium") == {"T12"}
    assert {"T12", "T16"} & suggested(facts(), grade="high") == {"T12", "T16"}
    assert {"T12", "T16"} & suggested(facts("5,6"), grade="standard") == {"T12", "T16"}
    assert "T17" in suggested(facts(**suspect))
    assert "T17" not in suggested(facts(**suspect), extreme=True)
    assert "T17" not in suggested(facts("8,22", at_large="yes", **suspect))


def test_every_suggestion_names_its_reason_in_words() -> None:
    case = facts_of(SCENARIOS[0].view(), on=DAY)
    level = floor(case, rules())
    by_code = {s.code: s.because for s in suggested_tasks(case, rules(), level)}
    assert by_code["T01"] == ("always",)
    assert by_code["T02"] == ("pregnant", "F34")
    assert by_code["T10"] == ("pregnant", "F02", "F06", "F10", "F34")
    assert by_code["T12"] == ("level",)
    for suggestion in (*suggested_tasks(case, rules(), level), *suggested_modules(case, rules(), level)):
        assert suggestion.because
        assert all(name in rules().words or library().factor(name) for name in suggestion.because)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"age": 2}, False),
        ({"age": 3}, True),
        ({"age": 17}, True),
        ({"age": 18}, False),
        ({}, True),
        ({"born": "2009-11-14"}, True),
        ({"born": "2008-11-14"}, False),
        ({"born": "2008"}, True),
        ({"born": "2008-11"}, True),
        ({"born": "2007"}, False),
        ({"born": "2023-11-15"}, False),
        ({"born": "2023-11-14"}, True),
        ({"born": "no date"}, True),
    ],
)
def test_school_is_for_children_of_three_to_seventeen_or_of_unknown_age(fields: dict[str, Any], wanted: bool) -> None:
    born = {"born": fields["born"]} if "born" in fields else {}
    records: list[tuple[str, str, dict[str, Any]]] = [("person", "k", {"roles": ["child"], **born})]
    if "age" in fields:
        records.append(("child", "r", {"person": "k", "age": fields["age"]}))
    found = suggested(facts_of(case_view(records), on=DAY))
    assert "P10" in found
    assert ("P11" in found) is wanted


@given(st.sets(st.sampled_from(sorted(rules().factors))), st.sets(st.sampled_from(sorted(rules().factors))))
def test_what_is_unknown_neither_suggests_nor_hides(present: set[str], asked: set[str]) -> None:
    yes = [int(f[1:]) for f in present]
    never = suggested(facts(yes))
    unknown = suggested(facts(yes, [int(f[1:]) for f in asked - present]))
    assert unknown == never
