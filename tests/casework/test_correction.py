"""Correcting a completed assessment: answers are carried over, the old one stays, and nothing lowers silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.casework import cases, correction, edit, risk
from app.casework.casefile import case_file
from app.casework.desk import Desk, close_desk
from app.casework.timeline import timeline
from app.clock import FixedClock, iso
from app.i18n import translator
from app.problems import Problem
from app.rules.definition import LEVELS
from tests.casework.conftest import SceneOne
from tests.casework.laptops import carry, laptop


def stands(desk: Desk, case: str) -> tuple[str, tuple[str, ...], str | None]:
    view = cases.read_case(desk, case)
    seen = risk.picture(desk, view)
    return seen.floor.level, seen.floor.present, risk.in_force(desk, view, seen).grade


def completed(desk: Desk, case: str, yes: tuple[str, ...], grade: str, no: tuple[str, ...] = ()) -> str:
    """A completed assessment; factors in neither list are not answered."""
    assessment, _ = risk.start_assessment(desk, case)
    for factor, value in [*((f, "yes") for f in yes), *((f, "no") for f in no)]:
        risk.answer(desk, case, assessment, factor, value=value)
    risk.grade(desk, case, assessment, grade, "as seen")
    risk.complete(desk, case, assessment)
    return assessment


def test_everything_is_carried_over_and_the_old_one_stays(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.answer(desk, scene.case, scene.assessment, "F06", recent="yes", note="saw black spots")
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    sealed = cases.read_case(desk, scene.case).one("sealed")
    assert sealed is not None
    draft, _ = correction.correct(desk, scene.case, scene.assessment, "F15 was ticked by mistake")
    view = cases.read_case(desk, scene.case)
    seen = risk.picture(desk, view)
    assert seen.assessment is not None
    assert (seen.assessment.id, seen.completed, seen.answered) == (draft, False, 43)
    assert seen.assessment.get("corrects") == scene.assessment
    assert seen.assessment.get("correction_reason") == "F15 was ticked by mistake"
    assert seen.assessment.get("place") == "scene"
    assert correction.answers_in(view, draft) == sealed.get("answers")
    assert correction.view_in(view, draft) == {"rating": 9}
    assert risk.answers_of(view, scene.assessment).keys() == risk.answers_of(view, draft).keys()
    risk.answer(desk, scene.case, draft, "F15", value="no")
    view = cases.read_case(desk, scene.case)
    assert correction.answers_in(view, scene.assessment)["F15"]["value"] == "yes"
    assert "F15" not in risk.picture(desk, view).floor.present
    assert risk.picture(desk, view).earlier == {}, "what is corrected is no earlier answer to offer"


def test_a_reassessment_is_never_filled_in_beforehand(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    again, _ = risk.start_assessment(desk, scene.case)
    view = cases.read_case(desk, scene.case)
    assert risk.answers_of(view, again) == {}
    assert risk.victim_view(view, again) is None
    assert view.record(again) is not None
    assert {f for f in ("place", "interpreter", "corrects") if view.record(again).get(f)} == set()  # type: ignore[union-attr]


def test_what_is_refused(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    for assessment, reason, problem in (
        (scene.assessment, "mistaken", "risk.not_completed"),
        (scene.assessment, "  ", "risk.correction_reason_missing"),
        (scene.victim, "mistaken", "record.unknown"),
        ("nobody", "mistaken", "record.unknown"),
    ):
        with pytest.raises(Problem) as raised:
            correction.correct(desk, scene.case, assessment, reason)
        assert raised.value.code == problem
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    risk.start_assessment(desk, scene.case)
    with pytest.raises(Problem) as raised:
        correction.correct(desk, scene.case, scene.assessment, "mistaken")
    assert raised.value.code == "risk.not_the_last"


def test_a_correction_put_away_changes_nothing(desk: Desk, scene: SceneOne) -> None:
    first = completed(desk, scene.case, ("F06", "F08"), "high")
    before = stands(desk, scene.case)
    draft, _ = correction.correct(desk, scene.case, first, "mistaken")
    risk.answer(desk, scene.case, draft, "F06", value="no")
    edit.archive(desk, scene.case, draft, "taken back")
    assert stands(desk, scene.case) == before
    assert correction.correct(desk, scene.case, first, "mistaken after all")


def test_it_stands_in_the_timeline_and_travels_in_a_case_file(desk: Desk, scene: SceneOne) -> None:
    first = completed(desk, scene.case, ("F06",), "high")
    correction.correct(desk, scene.case, first, "wrong person asked")
    said = [line.text for line in timeline(desk, scene.case, translator("en"))]
    assert any("Correction of a completed assessment begun: wrong person asked" in text for text in said)
    listed = case_file(cases.read_case(desk, scene.case))["assessments"]
    assert [(a.get("corrects"), a.get("correction_reason")) for a in listed[-2:]] == [
        (None, None),
        (listed[-2]["key"], "wrong person asked"),
    ]


def test_a_correction_puts_off_no_review_and_no_completion(desk: Desk, clock: FixedClock) -> None:
    case = cases.new_case(desk)
    first = completed(desk, case, ("F06", "F08"), "high")

    def due() -> tuple[str, str]:
        view = cases.read_case(desk, case)
        seen = risk.picture(desk, view)
        return iso(risk.review(desk, view, seen, risk.in_force(desk, view, seen)).at), iso(seen.complete_by)

    before = due()
    clock.advance(3 * 86400)
    draft, _ = correction.correct(desk, case, first, "mistaken")
    assert due() == before
    risk.grade(desk, case, draft, "high", "as before")
    risk.complete(desk, case, draft)
    assert due() == before


def test_a_request_for_a_lower_grade_stays_open_through_a_correction(desk: Desk) -> None:
    case = cases.new_case(desk)
    first = completed(desk, case, ("F06", "F08"), "standard")
    assert stands(desk, case)[2] == "high"
    draft, _ = correction.correct(desk, case, first, "it was another person")
    for factor in ("F06", "F08"):
        risk.answer(desk, case, draft, factor, value="no")
    assert stands(desk, case) == ("standard", (), "high")
    risk.grade(desk, case, draft, "standard", "nothing of it was so")
    assert stands(desk, case)[2] == "high"
    risk.grade(desk, case, draft, "standard", "another person", code="other_person", supervisor="Inspector Vale")
    assert stands(desk, case)[2] == "standard"


# -- side by side

Marked = tuple[tuple[str, ...], tuple[str, ...]]
"""The factors that are answered yes, and those that are answered no."""


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    ana, bo = laptop(tmp_path / "ana", "Ana Bly"), laptop(tmp_path / "bo", "Bo Cray")
    yield ana, bo
    close_desk(ana)
    close_desk(bo)


def side_by_side(ana: Desk, bo: Desk, hers: Marked, others: Marked) -> tuple[str, str]:
    """One case, assessed on both laptops at once; returns the case and Ana's assessment. Both laptops have both."""
    case = cases.new_case(ana, "NM-2026-0417")
    carry(case, ana, bo)
    assessment = completed(ana, case, hers[0], "high", hers[1])
    completed(bo, case, others[0], "high", others[1])
    carry(case, bo, ana)
    carry(case, ana, bo)
    return case, assessment


def test_a_no_that_is_carried_over_clears_no_yes_of_an_assessment_made_beside(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case, hers = side_by_side(ana, bo, (("F01",), ("F06",)), (("F06",), ()))
    assert stands(ana, case)[1] == ("F01", "F06")
    draft, _ = correction.correct(ana, case, hers, "one answer was mistaken")
    carry(case, ana, bo)
    for desk in desks:
        assert stands(desk, case)[1] == ("F01", "F06")
    risk.grade(ana, case, draft, "high", "as before")
    risk.complete(ana, case, draft)
    risk.start_assessment(ana, case)
    assert stands(ana, case)[1] == ("F01", "F06"), "nor once another assessment has begun"


def test_a_correction_clears_its_own_yes_and_not_that_of_another_officer(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case, hers = side_by_side(ana, bo, (("F01", "F06"), ()), (("F06",), ()))
    draft, _ = correction.correct(ana, case, hers, "both mistaken")
    for factor in ("F01", "F06"):
        risk.answer(ana, case, draft, factor, value="no")
    carry(case, ana, bo)
    for desk in desks:
        assert stands(desk, case)[1] == ("F06",)
    again = completed(ana, case, (), "high", ("F06",))
    assert again
    assert stands(ana, case)[1] == (), "whoever asks anew with both in sight clears both"


def test_what_is_unknown_and_the_rating_beside_a_correction_stay(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = cases.new_case(ana)
    carry(case, ana, bo)
    hers, _ = risk.start_assessment(ana, case)
    risk.set_view(ana, case, hers, rating=2)
    risk.answer(ana, case, hers, "F07", value="no")
    risk.grade(ana, case, hers, "standard", "calm")
    risk.complete(ana, case, hers)
    others, _ = risk.start_assessment(bo, case)
    risk.set_view(bo, case, others, rating=9)
    risk.answer(bo, case, others, "F07", value="unknown")
    carry(case, bo, ana)
    before = risk.picture(ana, cases.read_case(ana, case)).facts
    assert (before.rating, before.answer("F07")) == (9, "unknown")
    correction.correct(ana, case, hers, "place was wrong")
    after = risk.picture(ana, cases.read_case(ana, case)).facts
    assert (after.rating, after.answer("F07")) == (9, "unknown")


def test_a_no_that_was_a_mistake_no_longer_clears_the_yes_before_it(desk: Desk) -> None:
    case = cases.new_case(desk)
    completed(desk, case, ("F06",), "high")
    second = completed(desk, case, (), "high", ("F06",))
    assert stands(desk, case)[1] == ()
    draft, _ = correction.correct(desk, case, second, "it was not asked at all")
    assert stands(desk, case)[1] == ()
    risk.answer(desk, case, draft, "F06", value="not_asked")
    assert stands(desk, case)[1] == ("F06",)


def test_corrections_that_go_round_in_a_circle_clear_nothing(desk: Desk) -> None:
    case = cases.new_case(desk)
    completed(desk, case, ("F06",), "high")
    one = completed(desk, case, (), "high", ("F06",))
    other = completed(desk, case, (), "high", ("F06",))
    edit.set_field(desk, case, one, "corrects", other)
    edit.set_field(desk, case, other, "corrects", one)
    assert stands(desk, case)[1] == ("F06",)


ANSWERS = st.dictionaries(
    st.sampled_from(("F01", "F05", "F06", "F08", "F26", "F33", "F34")),
    st.sampled_from(("yes", "no", "unknown", "declined", "not_asked")),
)
GRADES = st.sampled_from(LEVELS)


@pytest.fixture(scope="module")
def long_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = laptop(tmp_path_factory.mktemp("long"), "Ana Bly")
    yield desk
    close_desk(desk)


@settings(max_examples=40, deadline=None)
@given(first=ANSWERS, anew=ANSWERS, grades=st.tuples(GRADES, GRADES), rating=st.none() | st.integers(0, 10))
def test_a_correction_lowers_no_grade_in_force_without_a_supervisor(
    long_open: Desk, first: dict[str, str], anew: dict[str, str], grades: tuple[str, str], rating: int | None
) -> None:
    desk, case = long_open, cases.new_case(long_open)
    old, _ = risk.start_assessment(desk, case)
    for factor, value in first.items():
        risk.answer(desk, case, old, factor, value=value)
    risk.set_view(desk, case, old, rating=rating)
    risk.grade(desk, case, old, grades[0], "as seen")
    risk.complete(desk, case, old)

    def level() -> int:
        return LEVELS.index(stands(desk, case)[2] or "standard")  # type: ignore[arg-type]

    before, steps = level(), []
    draft, _ = correction.correct(desk, case, old, "mistaken")
    steps.append(level())
    for factor, value in anew.items():
        risk.answer(desk, case, draft, factor, value=value)
    steps.append(level())
    risk.grade(desk, case, draft, grades[1], "corrected")
    steps.append(level())
    risk.complete(desk, case, draft)
    steps.append(level())
    assert min(steps) >= before
