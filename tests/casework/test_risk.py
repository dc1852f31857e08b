"""Answers, grade and floor as an officer meets them."""

from __future__ import annotations

import pytest

from app.casework import cases, edit, risk
from app.casework.desk import Desk
from app.clock import FixedClock, iso
from app.problems import Problem
from tests.casework.conftest import SceneOne


def test_answers_give_the_floor_with_its_reasons(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    seen = risk.picture(desk, cases.read_case(desk, scene.case))
    assert (seen.floor.level, seen.floor.rules, seen.answered, seen.total) == ("high", ("H1", "M2", "M3"), 43, 43)
    assert seen.floor.reasons[0].factors == ("F06", "F10", "F36")
    assert set(seen.floor.unknown) == {"F07", "F24"}


def test_nothing_is_graded_until_an_officer_grades(scene: SceneOne) -> None:
    scene.answer_all()
    force = scene.force()
    assert (force.grade, force.given, force.least) == (None, None, "high")


def test_a_grade_below_the_floor_is_kept_and_the_floor_is_in_force(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "medium", "first impression")
    force = scene.force()
    assert (force.grade, force.given, force.request_open) == ("high", "medium", True)
    kept = cases.read_case(desk, scene.case).of("grade")
    assert [(g.get("grade"), g.get("floor"), g.get("by")) for g in kept] == [("medium", "high", "officer")]


def test_only_a_supervisor_with_a_coded_reason_lowers(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "medium", "first impression")
    for code, supervisor, problem in (
        ("answer_mistaken", "", "grade.supervisor_missing"),
        ("capacity", "Inspector Vale", "grade.supervisor_missing"),
        ("answer_mistaken", "sergeant ilse marrow", "grade.same_person"),
    ):
        with pytest.raises(Problem) as raised:
            risk.grade(desk, scene.case, scene.assessment, "medium", "why", code=code, supervisor=supervisor)
        assert raised.value.code == problem
        assert scene.force().grade == "high"
    risk.grade(
        desk,
        scene.case,
        scene.assessment,
        "medium",
        "F06 was another person",
        code="answer_mistaken",
        supervisor="Inspector Vale",
    )
    force = scene.force()
    assert (force.grade, force.lowered_by, force.request_open) == ("medium", "Inspector Vale", False)
    assert [g.get("by") for g in cases.read_case(desk, scene.case).of("grade")] == ["officer", "supervisor"]


def test_a_lowered_grade_falls_when_a_new_rule_comes_true(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(
        desk,
        scene.case,
        scene.assessment,
        "medium",
        "held for months",
        code="suspect_held_long",
        supervisor="Inspector Vale",
    )
    assert scene.force().grade == "medium"
    risk.answer(desk, scene.case, scene.assessment, "F26", value="yes")
    assert scene.force().grade == "high"


def test_an_officer_raises_freely(desk: Desk, scene: SceneOne) -> None:
    risk.grade(desk, scene.case, scene.assessment, "high", "family controls everything")
    assert (scene.force().grade, scene.force().floor) == ("high", "standard")


def test_a_grade_needs_a_choice_and_a_reason(desk: Desk, scene: SceneOne) -> None:
    for grade, reason, problem in (
        ("", "x", "grade.nothing_chosen"),
        ("none", "x", "grade.nothing_chosen"),
        ("high", "  ", "grade.reason_missing"),
    ):
        with pytest.raises(Problem) as raised:
            risk.grade(desk, scene.case, scene.assessment, grade, reason)
        assert raised.value.code == problem


def test_a_completed_assessment_never_changes(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    with pytest.raises(Problem) as raised:
        risk.complete(desk, scene.case, scene.assessment)
    assert raised.value.code == "risk.not_graded"
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    sealed = cases.read_case(desk, scene.case).one("sealed")
    assert sealed is not None
    assert (sealed.get("floor"), sealed.get("grade"), sealed.get("answers")["F06"]["value"]) == ("high", "high", "yes")
    with pytest.raises(Problem) as raised:
        risk.answer(desk, scene.case, scene.assessment, "F06", value="no")
    assert raised.value.code == "risk.completed"
    with pytest.raises(Problem) as raised:
        edit.set_field(desk, scene.case, sealed.id, "grade", "standard")
    assert raised.value.code == "record.immutable"


def test_a_reassessment_starts_empty_and_an_earlier_yes_counts_until_it_is_answered(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    clock.advance(7 * 86400)
    again, _ = risk.start_assessment(desk, scene.case)
    seen = risk.picture(desk, cases.read_case(desk, scene.case))
    assert seen.answered == 0
    assert seen.earlier["F06"][0].value == "yes"
    assert seen.floor.level == "high"
    for factor in desk.library.instrument().codes:
        risk.answer(desk, scene.case, again, factor, value="no")
    seen = risk.picture(desk, cases.read_case(desk, scene.case))
    assert seen.floor.present == ()
    risk.grade(desk, scene.case, again, "standard", "all quiet")
    force = scene.force()
    assert (force.given, force.grade, force.request_open) == ("standard", "high", True)


def test_two_answers_to_one_factor_meet_in_one_record(desk: Desk, scene: SceneOne) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F01", value="yes")
    risk.answer(desk, scene.case, scene.assessment, "F01", note="pushed", value="unknown")
    answers = cases.read_case(desk, scene.case).of("answer")
    assert [(a.get("factor"), a.get("value"), a.get("note")) for a in answers] == [("F01", "unknown", "pushed")]


def test_review_counts_from_completion_and_an_event_makes_it_sooner(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)

    def due() -> tuple[str, str]:
        view = cases.read_case(desk, scene.case)
        seen = risk.picture(desk, view)
        found = risk.review(desk, view, seen, risk.in_force(desk, view, seen))
        return iso(found.at), found.trigger

    assert due() == ("2026-11-21T02:00:00+00:00", "interval")
    edit.create(desk, scene.case, "event", {"kind": "release", "happened_at": "2026-11-15T18:00:00+00:00"})
    assert due() == ("2026-11-15T18:00:00+00:00", "release")


def test_beginning_a_reassessment_puts_no_review_off(desk: Desk, clock: FixedClock) -> None:
    case = cases.new_case(desk)

    def due() -> str:
        view = cases.read_case(desk, case)
        seen = risk.picture(desk, view)
        return iso(risk.review(desk, view, seen, risk.in_force(desk, view, seen)).at)

    first, _ = risk.start_assessment(desk, case)
    risk.grade(desk, case, first, "high", "strangled")
    clock.advance(3600)
    assert due() == "2026-11-21T02:00:00+00:00", "nothing else is known, so it counts from the case"
    risk.complete(desk, case, first)
    assert due() == "2026-11-21T03:00:00+00:00"
    clock.advance(5 * 86400)
    risk.start_assessment(desk, case)
    assert due() == "2026-11-21T03:00:00+00:00"
    edit.create(desk, case, "incident", {"reported_at": "2026-11-19T01:00:00+00:00"})
    assert due() == "2026-11-19T01:00:00+00:00", "a new incident calls for a review at once"


def test_an_unknown_factor_is_refused(desk: Desk, scene: SceneOne) -> None:
    with pytest.raises(Problem) as raised:
        risk.answer(desk, scene.case, scene.assessment, "F99", value="yes")
    assert raised.value.code == "risk.unknown_factor"
