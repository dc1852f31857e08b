"""Two officers work on one case apart and meet again: nothing that was grave becomes less so, whatever clocks say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.casework import cases, consent, edit, risk
from app.casework.desk import Desk, close_desk
from app.clock import FixedClock
from tests.casework.laptops import TODAY, carry, laptop


@pytest.fixture(params=[timedelta(0), timedelta(days=9 * 365), timedelta(days=-25 * 365)], ids=["now", "2035", "2001"])
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """The first laptop's clock is right, years ahead or years behind."""
    ana = laptop(tmp_path / "ana", "Ana Bly", FixedClock(TODAY + request.param))
    bo = laptop(tmp_path / "bo", "Bo Cray")
    yield ana, bo
    close_desk(ana)
    close_desk(bo)


def shared_case(ana: Desk, bo: Desk) -> str:
    case = cases.new_case(ana, "NM-2026-0417")
    carry(case, ana, bo)
    return case


def assess(desk: Desk, case: str, yes: tuple[str, ...], grade: str) -> str:
    """A whole assessment, completed: the named factors yes, all others no."""
    assessment, _ = risk.start_assessment(desk, case)
    for factor in desk.library.instrument().codes:
        risk.answer(desk, case, assessment, factor, value="yes" if factor in yes else "no")
    risk.grade(desk, case, assessment, grade, "as seen")
    risk.complete(desk, case, assessment)
    return assessment


def stands(desk: Desk, case: str) -> tuple[str, tuple[str, ...], str | None]:
    view = cases.read_case(desk, case)
    seen = risk.picture(desk, view)
    return seen.floor.level, seen.floor.present, risk.in_force(desk, view, seen).grade


def test_an_assessment_made_beside_another_one_clears_nothing(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    assess(ana, case, ("F06", "F08"), "high")
    assess(bo, case, (), "standard")
    carry(case, ana, bo)
    carry(case, bo, ana)
    for desk in desks:
        assert stands(desk, case) == ("high", ("F06", "F08"), "high")


def test_what_an_officer_adds_to_an_assessment_of_another_laptop_counts(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    assess(ana, case, (), "standard")
    carry(case, ana, bo)
    later = assess(bo, case, ("F06", "F08"), "high")
    carry(case, bo, ana)
    for desk in desks:
        current = risk.current_assessment(cases.read_case(desk, case))
        assert current is not None
        assert current.id == later
        assert stands(desk, case) == ("high", ("F06", "F08"), "high")


def test_a_reassessment_on_another_laptop_clears_what_it_knew_and_a_supervisor_lowers(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    assess(ana, case, ("F06", "F08"), "high")
    carry(case, ana, bo)
    again = assess(bo, case, (), "standard")
    assert stands(bo, case) == ("standard", (), "high")
    risk.grade(bo, case, again, "standard", "it was another person", code="other_person", supervisor="Inspector Vale")
    carry(case, bo, ana)
    for desk in desks:
        assert stands(desk, case) == ("standard", (), "standard")


def test_a_supervisor_lowers_no_grade_that_was_given_elsewhere_unseen(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    first = assess(ana, case, (), "high")
    carry(case, ana, bo)
    second = assess(ana, case, (), "high")
    risk.grade(bo, case, first, "standard", "mistaken", code="answer_mistaken", supervisor="Inspector Vale")
    carry(case, ana, bo)
    carry(case, bo, ana)
    for desk in desks:
        assert stands(desk, case)[2] == "high"
        risk.grade(desk, case, second, "standard", "all quiet")
        assert stands(desk, case)[2] == "high", "no second person has lowered the grade of the second assessment"


def test_a_consent_taken_back_stays_taken_back(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    consent.record(ana, case, "victim_support", "given", language="en")
    carry(case, ana, bo)
    consent.record(bo, case, "victim_support", "withdrawn")
    carry(case, bo, ana)
    assert [consent.allows(cases.read_case(d, case), "victim_support") for d in desks] == [False, False]
    consent.record(ana, case, "victim_support", "given", language="en")
    carry(case, ana, bo)
    assert [consent.allows(cases.read_case(d, case), "victim_support") for d in desks] == [True, True]


def test_of_two_decisions_on_consent_made_apart_the_refusal_counts(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    consent.record(ana, case, "victim_support", "given", language="en")
    consent.record(bo, case, "victim_support", "refused")
    carry(case, ana, bo)
    carry(case, bo, ana)
    assert [consent.allows(cases.read_case(d, case), "victim_support") for d in desks] == [False, False]


def test_the_higher_number_of_incidents_counts(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = shared_case(ana, bo)
    incident, _ = edit.create(ana, case, "incident", {"reported_at": "2026-11-14T01:00:00+00:00"})
    carry(case, ana, bo)
    edit.set_field(ana, case, incident, "incidents_12_months", 1)
    edit.set_field(bo, case, incident, "incidents_12_months", 4)
    carry(case, ana, bo)
    assert stands(bo, case)[0] == "medium"
