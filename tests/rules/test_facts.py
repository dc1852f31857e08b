"""What the rules read from the records of a case: answers over several assessments, custody, home, incidents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.records.build import case_view
from app.rules.answers import current_assessment, standing_answers
from app.rules.facts import CaseFacts, facts_of
from app.rules.grading import floor
from app.rules.situation import age_range
from tests.rules.cases import Records, answers, on_laptops, rules

DAY = date(2026, 11, 14)


def case(*records: tuple[str, str, dict[str, Any]]) -> CaseFacts:
    return facts_of(case_view(records), on=DAY)


def assessed(*parts: Records) -> Records:
    return [("person", "v", {"roles": ["victim"]}), *[record for part in parts for record in part]]


def started(name: str) -> Records:
    return [("assessment", name, {"instrument": "rr-1", "version": 1})]


def completed(name: str) -> Records:
    return [("sealed", f"seal-{name}", {"assessment": name, "completed_at": "2026-11-01T10:00:00+00:00"})]


# ---- Answers ----


def test_a_factor_without_an_answer_is_unknown_and_never_no() -> None:
    found = facts_of(case_view(assessed(started("a"), answers("a", "1", others=None))), on=DAY)
    assert found.answer("F01") == "yes"
    assert found.answer("F02") == "unknown"
    assert len(found.unknown(rules().factors)) == 42


@pytest.mark.parametrize("value", ["unknown", "declined", "not_asked"])
def test_three_kinds_of_open_answer_count_as_unknown(value: str) -> None:
    found = case(*assessed(started("a"), [("answer", "x", {"assessment": "a", "factor": "F06", "value": value})]))
    assert found.answer("F06") == "unknown"


def test_an_earlier_yes_counts_until_the_factor_is_answered_anew() -> None:
    first = [*started("a"), *answers("a", "6,33"), *completed("a")]
    again = assessed(first, started("b"), answers("b", "5", "33", others=None))
    found = case(*again)
    assert found.present(rules().factors) == ("F05", "F06", "F33")
    assert [(e.factor, e.assessment, e.value) for e in found.earlier] == [("F06", "a", "yes"), ("F33", "a", "yes")]
    anew = case(*assessed(first, started("b"), answers("b", "5", "", others=None), answered_no("b", "F06")))
    assert anew.answer("F06") == "no"
    assert [e.factor for e in anew.earlier] == ["F33"]


def answered_no(assessment: str, factor: str) -> Records:
    return [("answer", f"{assessment}-no", {"assessment": assessment, "factor": factor, "value": "no"})]


def test_an_earlier_no_does_not_count_in_a_new_assessment() -> None:
    found = case(*assessed(started("a"), answers("a", ""), completed("a"), started("b")))
    assert found.answer("F06") == "unknown"
    assert not found.earlier


def test_a_third_assessment_brings_a_cleared_factor_back() -> None:
    parts = [started("a"), answers("a", "6"), started("b"), answered_no("b", "F06"), started("c")]
    assert case(*assessed(*parts)).answer("F06") == "unknown"
    assert case(*assessed(*parts, answers("c", "6", others=None))).answer("F06") == "yes"


def test_an_archived_assessment_does_not_count() -> None:
    view = case_view(
        assessed([("assessment", "a", {"instrument": "rr-1", "archived": "yes"})], answers("a", "6"), started("b"))
    )
    assert facts_of(view, on=DAY).answer("F06") == "unknown"
    current = current_assessment(view)
    assert current is not None
    assert current.id == "b"


def test_answers_whose_assessment_has_not_arrived_make_the_picture_graver_only() -> None:
    found = case(*assessed(started("b"), answers("b", "", others=None), answers("gone", "6")))
    assert found.answer("F06") == "yes"
    assert found.answer("F05") == "unknown"


def test_a_completed_assessment_keeps_its_answers_without_answer_records() -> None:
    seal = {"assessment": "a", "answers": {"F06": {"value": "yes"}, "F05": "no", "F99": {"value": 7}}}
    found = case(*assessed(started("a"), [("sealed", "z", seal)]))
    assert (found.answer("F06"), found.answer("F05")) == ("yes", "no")


def test_two_assessments_side_by_side_on_two_laptops_lower_nothing() -> None:
    mine = [*started("a"), *answers("a", "6,8,22")]
    theirs = [*started("b"), *answers("b", "")]
    for order in ((10, 500), (500, 10)):
        view = on_laptops(("a", order[0], mine), ("b", order[1], theirs))
        found = facts_of(view, on=DAY)
        assert found.present(rules().factors) == ("F06", "F08", "F22")
        assert floor(found, rules()).level == "high"


def test_an_open_answer_beside_a_no_on_another_laptop_stays_open() -> None:
    mine = [*started("a"), *answers("a", "", "6")]
    theirs = [*started("b"), *answers("b", "")]
    assert facts_of(on_laptops(("a", 10, mine), ("b", 500, theirs)), on=DAY).answer("F06") == "unknown"


def test_a_no_clears_only_a_yes_that_its_author_had_whatever_the_clocks_say() -> None:
    yes = [*started("a"), *answers("a", "6"), *completed("a")]
    no = [*started("b"), *answers("b", "")]
    for first, second in ((10, 500), (500, 10)):
        had = on_laptops(("a", first, yes), ("ba", second, no))
        assert facts_of(had, on=DAY).answer("F06") == "no"
        current = current_assessment(had)
        assert current is not None
        assert current.id == "b"
        beside = on_laptops(("a", first, yes), ("b", second, no))
        assert facts_of(beside, on=DAY).answer("F06") == "yes"


def test_a_no_clears_no_yes_that_came_from_a_third_laptop_unseen() -> None:
    parts = [("a", 10, [*started("a"), *answers("a", "6")]), ("b", 20, [*started("b"), *answers("b", "6")])]
    third = [*started("c"), *answers("c", "")]
    assert facts_of(on_laptops(*parts, ("cb", 30, third)), on=DAY).answer("F06") == "yes"
    assert facts_of(on_laptops(*parts, ("cab", 30, third)), on=DAY).answer("F06") == "no"


def test_of_ratings_given_beside_each_other_the_highest_counts_and_a_later_one_replaces_those_it_knew() -> None:
    def rated(name: str, rating: int) -> Records:
        return [*started(name), ("victim_view", f"w{name}", {"assessment": name, "rating": rating})]

    beside = (("a", 10, rated("a", 9)), ("b", 20, rated("b", 3)))
    assert facts_of(on_laptops(*beside), on=DAY).rating == 9
    assert facts_of(on_laptops(*beside, ("cab", 5, rated("c", 4))), on=DAY).rating == 4


def test_every_child_without_a_name_counts() -> None:
    found = case(("child", "c1", {"age": 9}), ("child", "c2", {"age": 1}))
    assert found.three("school_child") == "yes"


def test_each_standing_answer_says_where_it_comes_from() -> None:
    found = standing_answers(case_view(assessed(started("a"), answers("a", "6"), completed("a"), started("b"))))
    assert (found["F06"].assessment, found["F06"].answer, found["F06"].earlier) == ("a", "a-F06", True)
    assert found["F06"].at == "2026-11-14T02:00:00+00:00"


def test_the_latest_rating_that_was_given_counts() -> None:
    def views(*ratings: int | None) -> CaseFacts:
        return case(*[("victim_view", f"w{n}", {"rating": r} if r is not None else {}) for n, r in enumerate(ratings)])

    assert views().rating is None
    assert views(9, 3).rating == 3
    assert views(9, None).rating == 9


# ---- Custody and at large ----


@pytest.mark.parametrize(
    ("incident", "custody", "wanted", "findings"),
    [
        ("yes", [], "yes", []),
        ("no", [], "no", []),
        ("unknown", ["in_custody"], "unknown", []),
        (None, ["in_custody"], "no", []),
        (None, ["bailed"], "yes", []),
        (None, ["released"], "yes", []),
        (None, ["at_large"], "yes", []),
        (None, ["unknown"], "unknown", []),
        (None, [None], "unknown", []),
        (None, [], "unknown", []),
        (None, ["in_custody", "at_large"], "yes", []),
        (None, ["in_custody", None], "unknown", []),
        (None, ["in_custody", "in_custody"], "no", []),
        ("yes", ["in_custody"], "yes", ["at_large_disagrees"]),
        ("no", ["at_large"], "no", ["at_large_disagrees"]),
        ("no", ["in_custody"], "no", []),
    ],
)
def test_at_large(incident: str | None, custody: list[str | None], wanted: str, findings: list[str]) -> None:
    people: Records = [
        ("person", f"s{n}", {"roles": ["suspect"], **({"custody": c} if c else {})}) for n, c in enumerate(custody)
    ]
    found = case(*people, ("incident", "i", {"suspect_at_large": incident} if incident else {}))
    assert found.at_large == wanted
    assert [f.code for f in found.findings] == findings


def test_a_release_recorded_after_the_incident_counts() -> None:
    found = case(
        ("incident", "i", {"suspect_at_large": "no"}), ("person", "s", {"roles": ["suspect"], "custody": "released"})
    )
    assert found.at_large == "yes"
    assert [f.code for f in found.findings] == ["at_large_since"]


def test_the_latest_incident_that_says_something_decides_and_the_graver_of_one_day() -> None:
    def incidents(*said: tuple[str, str | None]) -> str:
        return case(
            *[
                ("incident", f"i{n}", {"reported_at": day, **({"suspect_at_large": s} if s else {})})
                for n, (day, s) in enumerate(said)
            ]
        ).at_large

    assert incidents(("2026-11-14T01:00:00+00:00", "no"), ("2026-10-01T01:00:00+00:00", "yes")) == "no"
    assert incidents(("2026-11-14T01:00:00+00:00", "yes"), ("2026-11-14T02:00:00+00:00", "no")) == "yes"
    assert incidents(("2026-11-14T01:00:00+00:00", "yes"), ("2026-11-15T02:00:00+00:00", None)) == "yes"


@pytest.mark.parametrize(
    ("custody", "one", "all_held", "not_known"),
    [
        ([], "no", "unknown", "yes"),
        (["in_custody"], "yes", "yes", "no"),
        (["in_custody", "bailed"], "yes", "no", "no"),
        (["in_custody", "unknown"], "yes", "unknown", "yes"),
        ([None], "no", "unknown", "yes"),
        (["released"], "no", "no", "no"),
    ],
)
def test_custody_facts(custody: list[str | None], one: str, all_held: str, not_known: str) -> None:
    people: Records = [
        ("person", f"s{n}", {"roles": ["suspect"], **({"custody": c} if c else {})}) for n, c in enumerate(custody)
    ]
    found = case(*people)
    names = ("one_in_custody", "in_custody", "custody_not_known")
    free = case(*people, ("incident", "i", {"suspect_at_large": "yes"}))
    assert free.three("in_custody") in ("no", "unknown")
    assert tuple(found.three(name) for name in names) == (one, all_held, not_known)


# ---- Home, relationship, needs, language, incidents ----


def couple(**relationship: str) -> Records:
    return [
        ("person", "v", {"roles": ["victim"]}),
        ("person", "s", {"roles": ["suspect"]}),
        ("relationship", "r", {"from": "s", "to": "v", **relationship}),
    ]


def test_living_together() -> None:
    assert case(*couple(cohabiting="yes")).three("living_together") == "yes"
    assert case(*couple(cohabiting="no")).three("living_together") == "no"
    assert case(*couple()).three("living_together") == "unknown"
    assert (
        case(*couple(cohabiting="no"), ("paper", "p", {"lives_with_suspect": "yes"})).three("living_together") == "yes"
    )
    other = ("relationship", "x", {"from": "v", "to": "k", "kind": "parent", "cohabiting": "yes"})
    assert case(*couple(cohabiting="no"), other).three("living_together") == "no"


def test_a_relationship_that_has_ended() -> None:
    assert case(*couple(kind="partner", current="no")).three("not_current") == "yes"
    assert case(*couple(kind="ex_spouse")).three("not_current") == "yes"
    assert case(*couple(kind="partner", current="yes")).three("not_current") == "no"
    assert case(*couple(kind="partner")).three("not_current") == "unknown"


def test_language_and_needs() -> None:
    def victim(**fields: Any) -> CaseFacts:
        return case(("person", "v", {"roles": ["victim"], **fields}))

    assert victim(languages=["ti"]).three("other_language") == "yes"
    assert victim(languages=["en-GB"]).three("other_language") == "no"
    assert victim().three("other_language") == "no"
    assert victim(needs=["hearing"]).three("need") == "yes"
    assert victim(needs_words="uses a wheelchair").three("need") == "yes"
    assert victim(needs=[]).three("need") == "no"


@pytest.mark.parametrize(
    ("incidents", "wanted"),
    [
        ([], None),
        ([("2026-11-14", None)], 1),
        ([("2026-11-14", 4)], 4),
        ([("2026-11-14", 1), ("2026-09-01", None), ("2026-08-01", None)], 3),
        ([("2026-11-14", None), ("2024-09-01", 7)], 1),
        ([("2026-11-14", 2), ("2025-11-14", None)], 2),
    ],
)
def test_incidents_in_twelve_months(incidents: list[tuple[str, int | None]], wanted: int | None) -> None:
    records: Records = [
        ("incident", f"i{n}", {"occurred_from": day, **({"incidents_12_months": c} if c is not None else {})})
        for n, (day, c) in enumerate(incidents)
    ]
    assert case(*records).incidents_12_months == wanted


@pytest.mark.parametrize(
    ("born", "wanted"),
    [
        ("2020", (5, 6)),
        ("2020-11", (5, 6)),
        ("2020-12", (5, 5)),
        ("2020-11-14", (6, 6)),
        ("2020-11-15", (5, 5)),
        ("2030-01-01", (-4, -4)),
        ("", None),
        ("99999-01", None),
        ("2020-13", None),
    ],
)
def test_ages_from_partial_dates(born: str, wanted: tuple[int, int] | None) -> None:
    assert age_range(born, DAY) == wanted


def test_an_empty_case_gives_facts() -> None:
    found = case()
    assert (found.rating, found.incidents_12_months, found.at_large) == (None, None, "unknown")
    assert found.present(rules().factors) == ()
