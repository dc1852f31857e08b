"""What the product concludes from a case file: all invented scenarios and the boundary cases of the rules."""

from __future__ import annotations

import json

import pytest

from app.casework import casefile, cases, practice
from tests.casefile.made import FACTORS, NOW, assessed, least

# number: present, unknown, rating, incidents, at large | count, rules, floor, extreme, provisional
FIXTURES = {
    "SC1": ([1, 2, 3, 6, 10, 13, 15, 27, 33, 34, 36], [7, 24], 9, 1, "no", ["H1", "M2", "M3"], "high", False, False),
    "SC2": ([8, 13, 14, 15, 16, 17, 18, 22, 31, 33, 40, 42], [7, 24], 8, 2, "yes", ["H1", "M2", "M3", "M4"], "high",
            True, False),
    "SC4": ([13, 15, 17, 18, 31, 33], [22, 24], 6, 1, "yes", ["M2"], "medium", False, False),
    "SC6": ([1, 2, 5, 14, 15, 18, 29, 33], [24], 6, 1, "no", ["H2", "M1", "M2", "M3"], "high", False, False),
    "SC7": ([1, 13, 14, 16, 19, 20, 21, 38, 40], [*range(3, 11), 22, *range(24, 30), 36, 37], None, 1, "yes", ["M3"],
            "medium", False, True),
    "SC10": ([1, 11, 22, 27, 29, 33], [*range(2, 10), *range(13, 20), 35, 36, 37], None, 1, "no", ["H2", "M1", "M2"],
             "high", False, True),
    "b1": ([], [], 2, 1, "no", [], "standard", False, False),
    "b2": ([33], [], 8, 1, "no", [], "medium", False, False),
    "b3": ([36], [], 9, 1, "no", ["M1"], "high", False, False),
    "b4-6": ([1, 2, 11, 12, 13, 14], [], 5, 1, "no", [], "standard", False, False),
    "b4-7": ([1, 2, 11, 12, 13, 14, 15], [], 5, 1, "no", ["M3"], "medium", False, False),
    "b4-13": ([1, 2, 11, 12, 13, 14, 15, 16, 17, 19, 21, 23, 25], [], 5, 1, "no", ["M3"], "medium", False, False),
    "b4-14": ([1, 2, 11, 12, 13, 14, 15, 16, 17, 19, 21, 23, 25, 27], [], 5, 1, "no", ["H3"], "high", False, False),
    "b5-14": ([], [*range(1, 15)], 5, 1, "no", [], "standard", False, False),
    "b5-15": ([], [*range(1, 16)], 5, 1, "no", [], "standard", False, True),
    "b6": ([5, 26], [], 5, 1, "no", ["H4", "M1"], "high", False, False),
    "h5": ([18], [], 5, 3, "no", ["H5", "M4"], "high", False, False),
    "m5": ([41], [], 5, 1, "no", ["M5"], "medium", False, False),
    "x1-unknown": ([8, 22], [], 5, 1, "unknown", ["H1"], "high", True, False),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXTURES)
def test_every_fixture_of_the_rules(take_in, name):
    present, unknown, rating, incidents, at_large, rules, floor, extreme, provisional = FIXTURES[name]
    found = take_in(assessed(present, unknown, rating=rating, incidents=incidents, at_large=at_large))
    assert found.present == [f"F{n:02d}" for n in present]
    assert found.unknown == [f"F{n:02d}" for n in unknown]
    assert found.rules == rules
    assert found.floor == floor
    assert found.grade is None
    assert found.extreme is extreme
    assert found.provisional is provisional


# What must at least be suggested, the paper, and the day of the review.
SCENES = {
    "sc01": ("T01 T02 T03 T04 T05 T06 T07 T08 T09 T10 T12 T16 T17", "P01 P04 P05 P06 P07 P12 P19 P22 P28", "card",
             "high", "2026-11-21T01:40:00+00:00"),
    "sc02": ("T01 T02 T03 T04 T05 T06 T07 T09 T12 T13 T14 T15 T16", "P01 P11 P12 P15 P16 P22 P23 P29", "nothing",
             "high", "2026-11-15T11:05:00+00:00"),
    "sc04": ("T01 T03 T04 T05 T06 T07 T09 T13 T14 T15 T16", "P01 P13 P14 P15 P16 P17 P18 P29", "discreet", "medium",
             "2026-12-10T13:20:00+00:00"),
    "sc06": ("T01 T03 T04 T05 T06 T07 T08 T09 T10 T12 T13 T16 T17", "P01 P13 P14 P17 P21 P22 P28", "discreet", "high",
             "2026-11-20T22:30:00+00:00"),
    "sc07": ("T01 T02 T03 T04 T05 T06 T07 T09 T11 T12 T13", "P01 P05 P10 P24 P26 P28", "card", "high",
             "2026-11-20T22:55:00+00:00"),
    "sc10": ("T01 T03 T05 T06 T07 T08 T09 T12 T16", "P01 P04 P22 P28", "nothing", "high", "2026-11-14T18:00:00+00:00"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_every_scenario_in_full(desk, name):
    tasks, measures, paper, grade, review = SCENES[name]
    file = next(f for f in practice.files() if f.stem == name)
    found = casefile.import_case(desk, file.read_bytes(), set())
    assert set(tasks.split()) <= set(found.tasks)
    assert set(measures.split()) <= set(found.measures)
    assert found.tasks == sorted(found.tasks)
    assert found.measures == sorted(found.measures)
    assert found.print_default == paper
    assert found.grade == grade
    assert found.review_due == review
    assert [f.code for f in found.findings] == []


def test_the_flag_extreme_takes_the_joint_task_away(desk):
    found = {
        stem: casefile.import_case(desk, next(f for f in practice.files() if f.stem == stem).read_bytes(), set())
        for stem in ("sc01", "sc02")
    }
    assert "T17" in found["sc01"].tasks
    assert found["sc02"].extreme
    assert "T17" not in found["sc02"].tasks


def test_a_grade_below_the_floor_is_kept_and_the_floor_is_in_force(desk, take_in):
    found = take_in(assessed([5, 6], [], assessment={"officer_grade": "standard", "officer_reason": "calm now"}))
    assert (found.floor, found.grade) == ("high", "high")
    assert [(f.path, f.code) for f in found.findings] == [("$.assessment.officer_grade", "grade_below_floor")]
    view = cases.read_case(desk, found.case)
    assert view.case.get("grade") == "standard"
    assert view.one("grade").get("floor") == "high"


def test_a_grade_above_the_floor_is_in_force_and_sets_the_review(take_in):
    found = take_in(assessed([1], [], assessment={"officer_grade": "high", "officer_reason": "alone with him"}))
    assert (found.floor, found.grade) == ("standard", "high")
    assert found.review_due == "2026-11-21T05:00:00+00:00"
    assert {"T12", "T16"} <= set(found.tasks)


def test_without_an_assessment_nothing_counts_as_no(take_in):
    found = take_in(least())
    assert found.present == []
    assert found.unknown == list(FACTORS)
    assert found.provisional
    assert (found.floor, found.grade, found.rules) == ("standard", None, [])
    assert found.print_default == "nothing"


@pytest.mark.parametrize("rest, unknown", [("no", 0), ("unknown", 42), ("declined", 42), ("not_asked", 42), (None, 42)])
def test_factors_that_are_not_listed_count_as_the_file_says(take_in, rest, unknown):
    assessment = {"answers": {"F01": {"value": "yes"}}, **({"unlisted": rest} if rest else {})}
    found = take_in(least(assessment=assessment))
    assert found.present == ["F01"]
    assert len(found.unknown) == unknown


def test_in_a_reassessment_an_earlier_yes_counts_until_it_is_answered_anew(take_in):
    first = {"key": "a1", "answers": {"F05": {"value": "yes"}, "F06": {"value": "yes"}}, "unlisted": "no"}
    assert take_in(least(assessments=[first, {"key": "a2"}])).present == ["F05", "F06"]
    second = {"key": "a2", "answers": {"F05": {"value": "no"}}}
    assert take_in(least(assessments=[first, second])).present == ["F06"]


@pytest.mark.parametrize(
    "said, custody, extreme, finding",
    [
        ("no", ["in_custody"], False, None),
        ("yes", ["bailed"], True, None),
        (None, ["in_custody"], False, None),
        (None, ["bailed"], True, None),
        (None, ["released"], True, None),
        (None, ["at_large"], True, None),
        (None, ["unknown"], True, None),
        (None, ["in_custody", "at_large"], True, None),
        (None, ["in_custody", "in_custody"], False, None),
        (None, [], True, None),
        ("no", ["at_large"], False, "at_large_disagrees"),
        ("yes", ["in_custody"], True, "at_large_disagrees"),
    ],
)
def test_who_is_at_large(take_in, said, custody, extreme, finding):
    suspects = [{"key": f"s{n}", "roles": ["suspect"], "custody": c} for n, c in enumerate(custody)]
    incident = {"incidents_12_months": 1, **({"suspect_at_large": said} if said else {})}
    data = assessed([8, 22], []) | {"incident": incident, "people": [{"roles": ["victim"]}, *suspects]}
    found = take_in(data)
    assert found.extreme is extreme
    assert [(f.path, f.code) for f in found.findings] == ([("$.incident.suspect_at_large", finding)] if finding else [])


@pytest.mark.parametrize(
    "paper, custody, proposed",
    [
        (None, "at_large", "nothing"),
        ({"lives_with_suspect": "yes", "searched": "no", "kept_where": "outside"}, "at_large", "nothing"),
        ({"lives_with_suspect": "yes", "searched": "no", "kept_where": "outside"}, "in_custody", "discreet"),
        ({"lives_with_suspect": "yes", "searched": "no", "kept_where": "home"}, "in_custody", "card"),
        ({"lives_with_suspect": "no", "searched": "yes", "kept_where": "outside"}, "at_large", "nothing"),
        ({"lives_with_suspect": "no", "searched": "unknown", "kept_where": "outside"}, "at_large", "nothing"),
        ({"lives_with_suspect": "no", "searched": "no", "kept_where": "outside"}, "at_large", "discreet"),
        ({"lives_with_suspect": "no", "searched": "no", "kept_where": "home"}, "at_large", "card"),
        ({"lives_with_suspect": "no", "searched": "no", "kept_where": "none"}, "at_large", "card"),
    ],
)
def test_what_may_be_kept(take_in, paper, custody, proposed):
    people = [{"roles": ["victim"]}, {"roles": ["suspect"], "custody": custody}]
    assert take_in(least(people=people, **({"paper": paper} if paper else {}))).print_default == proposed


@pytest.mark.parametrize(
    "incident, assessment, start",
    [
        ({}, {}, NOW.isoformat()),
        ({"reported_at": "2026-11-01T10:00:00+00:00"}, {}, "2026-11-01T10:00:00+00:00"),
        ({"reported_at": "2026-11-01T12:00:00+02:00"}, {}, "2026-11-01T10:00:00+00:00"),
        (
            {"reported_at": "2026-11-01T10:00:00+00:00"},
            {"completed_at": "2026-11-02T08:00:00+00:00"},
            "2026-11-02T08:00:00+00:00",
        ),
    ],
)
@pytest.mark.parametrize("present, days", [([], 60), ([5], 30), ([5, 6], 7), ([8, 22], 3)])
def test_when_the_review_is_due(take_in, incident, assessment, start, present, days):
    from datetime import datetime, timedelta

    data = assessed(present, [], at_large="yes", assessment=assessment)
    data["incident"] |= incident
    wanted = (datetime.fromisoformat(start) + timedelta(days=days)).isoformat()
    assert take_in(data).review_due == wanted


def test_a_completed_assessment_is_sealed_as_it_stands(desk, take_in):
    data = assessed([5], [], assessment={"completed_at": "2026-11-14T04:00:00+00:00", "officer_grade": "high",
                                         "officer_reason": "knife"})  # fmt: skip
    view = cases.read_case(desk, take_in(data).case)
    sealed = view.one("sealed")
    assert sealed.get("answers")["F05"] == {"value": "yes"}
    assert (sealed.get("floor"), sealed.get("grade"), sealed.get("rules")) == ("medium", "high", ["M1"])
    assert len(sealed.get("answers")) == len(FACTORS)


def test_the_short_forms_and_the_lists_say_the_same(take_in):
    incident = {"injury": "yes", "suspect_at_large": "no", "incidents_12_months": 2}
    assessment = {"answers": {"F05": {"value": "yes"}}, "unlisted": "no"}
    paper = {"lives_with_suspect": "no", "searched": "no", "kept_where": "outside"}
    short = take_in(least(incident=incident, assessment=assessment, paper=paper))
    listed = take_in(least(incidents=[incident], assessments=[assessment], papers=[paper]))
    for name in ("present", "unknown", "rules", "floor", "tasks", "measures", "print_default", "review_due"):
        assert getattr(short, name) == getattr(listed, name)


def test_the_same_case_again_gives_the_same_answer(desk):
    body = json.dumps(assessed([5, 18, 33], [7], rating=8)).encode()
    one, two = (casefile.import_case(desk, body, set()) for _ in range(2))
    assert one.case != two.case
    for name in ("present", "unknown", "rules", "floor", "tasks", "measures", "findings"):
        assert getattr(one, name) == getattr(two, name)
