"""The grade: the officer first; below the floor both stay and a supervisor decides; unknown is never no."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.casework import cases, risk
from tests.ui.pages.conftest import Stage
from ui.session import Session


@pytest.fixture
def assessed(session: Session, case: str) -> str:
    """A case with one critical and two serious factors: floor high. Everything else is open: provisional."""
    assessment, _ = risk.start_assessment(session.desk, case)
    for factor in ("F06", "F33", "F34"):
        risk.answer(session.desk, case, assessment, factor, value="yes")
    return assessment


def force(session: Session, case: str) -> risk.GradeInForce:
    """What is in force."""
    view = cases.read_case(session.desk, case)
    return risk.in_force(session.desk, view, risk.picture(session.desk, view))


def test_the_floor_stays_hidden_until_the_officer_has_graded(
    stage: Stage, session: Session, case: str, assessed: str
) -> None:
    page = stage.open("grade", case)
    assert not page._floor.isVisible()
    stage.key(Qt.Key.Key_M)
    assert not page._floor.isVisible()
    stage.press("Give this grade")
    assert page.problem_bar.problem.code == "grade.reason_missing"
    assert not page._floor.isVisible()
    stage.fill("Why this grade", "Cooperative suspect")
    stage.press("Give this grade")
    assert page._floor.isVisible()
    assert not page.problem_bar.isVisible()
    assert page.unknown.isVisible()
    assert "40 questions not known: not counted as no" in page.unknown.button.words


def test_below_the_floor_needs_a_supervisor_who_is_somebody_else(
    stage: Stage, session: Session, case: str, assessed: str
) -> None:
    page = stage.open("grade", case)
    stage.key(Qt.Key.Key_M)
    stage.fill("Why this grade", "Cooperative suspect")
    stage.press("Give this grade")
    now = force(session, case)
    assert (now.given, now.grade, now.request_open) == ("medium", "high", True)
    assert page.supervisor.isVisible()
    stage.fill("Why, in the supervisor’s words", "Mistaken identity of the suspect")
    stage.press("The supervisor allows Medium")
    assert page.problem_bar.problem.code == "grade.supervisor_missing"
    stage.fill("Name of the supervisor", session.desk.officer)
    stage.tab_to("Coded reason")
    stage.key(Qt.Key.Key_Down)
    stage.press("The supervisor allows Medium")
    assert page.problem_bar.problem.code == "grade.same_person"
    stage.tab_to("Name of the supervisor")
    stage.key(Qt.Key.Key_A, modifier=Qt.KeyboardModifier.ControlModifier)
    stage.type("Sgt. Odile Brandt")
    stage.press("The supervisor allows Medium")
    now = force(session, case)
    assert (now.grade, now.request_open, now.lowered_by) == ("medium", False, "Sgt. Odile Brandt")
    assert len(cases.read_case(session.desk, case).of("grade")) == 2  # both stay


def test_raising_is_free_and_completing_seals(stage: Stage, session: Session, case: str, assessed: str) -> None:
    page = stage.open("grade", case)
    stage.key(Qt.Key.Key_H)
    stage.fill("Why this grade", "Throat held")
    stage.press("Give this grade")
    assert force(session, case).provisional
    assert "provisional" in page._finish_said.text()
    stage.press("Complete")
    assert cases.read_case(session.desk, case).one("sealed") is not None
    assert not page.complete.isVisible()


def test_a_half_written_reason_survives_a_lock(stage: Stage, session: Session, case: str, assessed: str) -> None:
    stage.open("grade", case)
    stage.key(Qt.Key.Key_H)
    stage.tab_to("Why this grade")
    stage.type("Throat held and")
    session.flush_all()
    stage.open("people", case)
    page = stage.open("grade", case)
    assert page.reason.text() == "Throat held and"
    assert page.choice.value() == "high"


def test_without_answers_the_page_says_where_to_go(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("grade", case)
    assert page.nothing.isVisible()
    assert not page.own.isVisible()
    asked: list[dict[str, str]] = []
    session.asked_to_go.connect(asked.append)
    stage.key(Qt.Key.Key_Return)
    assert asked == [{"place": "case", "case": case, "step": "risk"}]
