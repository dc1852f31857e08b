"""The same people again: nothing filled in beforehand, what has changed side by side, and a correction in place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.casework import cases, correction, edit, risk
from app.casework.desk import Desk
from tests.ui.looking import cut, nameless
from tests.ui.pages.conftest import Stage
from tests.ui.pages.scene import full_case
from ui.pages.fold import Fold
from ui.session import Session
from ui.theme import SPACE_M

FIRST = {"F01": "yes", "F06": "yes", "F08": "no", "F33": "yes"}
REASON = "F33 belongs to another couple"


def first_assessment(desk: Desk, case: str) -> str:
    """A completed assessment: floor high, graded high."""
    assessment, _ = risk.start_assessment(desk, case)
    for factor, value in FIRST.items():
        risk.answer(desk, case, assessment, factor, value=value, source="victim", note=f"said {value}")
    risk.set_view(desk, case, assessment, rating=8)
    risk.grade(desk, case, assessment, "high", "Throat held")
    risk.complete(desk, case, assessment)
    return assessment


@pytest.fixture
def assessed(session: Session, case: str) -> str:
    return first_assessment(session.desk, case)


def force(session: Session, case: str) -> risk.GradeInForce:
    view = cases.read_case(session.desk, case)
    return risk.in_force(session.desk, view, risk.picture(session.desk, view))


def test_a_new_assessment_starts_empty_and_then_shows_what_changed(
    stage: Stage, session: Session, case: str, assessed: str
) -> None:
    page = stage.open("grade", case)
    assert not page.changes.isVisible(), "there is nothing to compare the first one with"
    page = stage.open("risk", case)
    page.finish()
    stage.press("Start a new assessment")
    page.finish()
    assert all(not card.row.value() for card in page.cards)
    assert page.victim_view.form.editors["rating"].row.value() in (None, "")
    page.cards[0].focus_first()
    stage.key(Qt.Key.Key_N, Qt.Key.Key_Down)
    page = stage.open("grade", case)
    QApplication.processEvents()
    assert page.changes.isVisible()
    assert page.changes.heading.text().startswith("What has changed since ")
    assert (
        page.changes._said.text() == "1 no longer yes; 2 earlier yes still count; 1 answered otherwise; 39 still open"
    )
    view, heads = page.changes.list.viewport(), page.changes._across
    left = heads.itemAt(0).widget().mapTo(page, QPoint(0, 0)).x()
    right = heads.itemAt(2).widget()
    assert left == view.mapTo(page, QPoint(0, 0)).x() + SPACE_M  # the headings stand over their columns
    assert right.mapTo(page, QPoint(right.width(), 0)).x() == view.mapTo(page, QPoint(view.width(), 0)).x() - SPACE_M
    focus = stage.tab_to("What has changed, then and now")
    assert focus is page.changes.list
    spoken = {line.key: line.spoken for line in page.changes.list.rows.lines}
    assert "Then: Grade high, provisional; by Ilse Varga. Now: Not graded yet." in spoken["grade"]
    assert spoken["floor"].endswith("Now: after your grade."), "the officer grades first"
    assert "Then: 8 of 10. Now: not given." in spoken["rating"]
    assert "no longer yes" in spoken["F01"]
    assert "“said yes”" in spoken["F01"]
    seen = []
    for _ in range(len(spoken)):
        seen.append(page.changes.list.current_key())
        assert page.changes.detail.text() == spoken[seen[-1]]
        stage.key(Qt.Key.Key_Down)
        QApplication.processEvents()
        rows = page.changes.list
        line = rows.visualRect(rows.currentIndex())
        assert (
            page.sheet.viewport()
            .rect()
            .contains(line.translated(rows.viewport().mapTo(page.sheet.viewport(), QPoint(0, 0))))
        ), "the line that the keys go to is in sight"
    assert seen[:5] == ["grade", "floor", "rating", "F01", "F06"]


def test_the_grades_over_time_stand_in_a_row(stage: Stage, session: Session, case: str, assessed: str) -> None:
    again, _ = risk.start_assessment(session.desk, case)
    risk.grade(session.desk, case, again, "medium", "Suspect moved out")
    page = stage.open("grade", case)
    line = page.history.over_time
    assert line.isVisible()
    assert [(point.height, point.word) for point in line.points] == [
        (1, "HIGH (provisional)"),
        (0, "MEDIUM (provisional)"),
    ]
    assert line.accessibleName().startswith("Grades over time: ")
    stage.press("Grades so far")
    lines = page.history.list.rows.lines
    assert [(line.grade.kind, "floor: High" in line.under) for line in lines] == [("medium", True), ("high", True)]
    stage.tab_to("Grades so far, latest first")
    assert "Suspect moved out" in page.history.detail.text()
    stage.key(Qt.Key.Key_Down)
    assert "Throat held" in page.history.detail.text()


def test_a_correction_needs_a_reason_carries_over_and_lowers_nothing(
    stage: Stage, session: Session, case: str, assessed: str
) -> None:
    page = stage.open("grade", case)
    stage.press("Correct this assessment")
    assert page.problem_bar.problem.code == "risk.correction_reason_missing"
    assert len(cases.read_case(session.desk, case).of("assessment")) == 1
    stage.fill("What was recorded wrongly", REASON)
    stage.press("Correct this assessment")
    view = cases.read_case(session.desk, case)
    draft = risk.current_assessment(view)
    assert draft is not None
    assert (draft.get("corrects"), draft.get("correction_reason")) == (assessed, REASON)
    assert page.correcting.isVisible()
    assert REASON in page.correcting.label.text()
    assert not page.correct.isVisible()
    assert page.changes.heading.text() == "What this correction changes"
    assert page.changes._said.text() == "no answer has changed; 39 still open"

    page = stage.open("risk", case)
    page.finish()
    QApplication.processEvents()
    assert page.correcting.isVisible()
    shown = {card.factor.code: card.row.value() for card in page.cards if card.row.value()}
    assert shown == FIRST
    for code in ("F06", "F33"):
        next(card for card in page.cards if card.factor.code == code).focus_first()
        stage.key(Qt.Key.Key_N)
    page = stage.open("grade", case)
    assert page.picture.floor.level != "high"
    assert force(session, case).grade == "high"
    stage.tab_to("Your grade: Standard")
    stage.key(Qt.Key.Key_S)
    stage.fill("Why this grade", "Nothing of it was so")
    stage.press("Give this grade")
    assert (force(session, case).grade, force(session, case).request_open) == ("high", True)
    assert page.supervisor.isVisible()
    assert correction.answers_in(view, assessed)["F33"]["value"] == "yes"


def test_a_correction_is_taken_back(stage: Stage, session: Session, case: str, assessed: str) -> None:
    page = stage.open("grade", case)
    stage.fill("What was recorded wrongly", REASON)
    stage.press("Correct this assessment")
    assert page.undo_bar.isVisible()
    page.undo_bar.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    current = risk.current_assessment(cases.read_case(session.desk, case))
    assert current is not None
    assert current.id == assessed
    assert not page.correcting.isVisible()
    assert page.correct.isVisible()


def test_a_half_written_reason_for_a_correction_survives_a_lock(
    stage: Stage, session: Session, case: str, assessed: str
) -> None:
    stage.open("grade", case)
    stage.tab_to("What was recorded wrongly")
    stage.type("F33 belongs")
    session.flush_all()
    stage.open("people", case)
    assert stage.open("grade", case).correct.why.text() == "F33 belongs"


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("xx", "dark"), ("xx-rtl", "night")])
def test_nothing_is_cut(stage_in: Callable[[str, str], Stage], language: str, scheme: str) -> None:
    stage = stage_in(language, scheme)
    desk, case = stage.session.desk, full_case(stage.session.desk)
    stage.window.resize(620, 480)
    [first] = cases.read_case(desk, case).of("assessment")

    def looks_right() -> None:
        for step in ("risk", "grade"):
            page = stage.open(step, case)
            page.finish()
            for _ in range(3):
                for fold in page.findChildren(Fold):
                    fold.set_open(True)
                QApplication.processEvents()
            assert page.sheet.paper.width() <= page.sheet.viewport().width(), step
            assert not cut(page), step
            assert not nameless(page), step

    risk.complete(desk, case, first.id)
    looks_right()
    draft, _ = correction.correct(desk, case, first.id, "The neighbour's answers were written down. " * 4)
    risk.answer(desk, case, draft, "F06", value="no", source="witness")
    looks_right()
    risk.grade(desk, case, draft, "high", "the same")
    risk.complete(desk, case, draft)
    again, _ = risk.start_assessment(desk, case)
    risk.answer(desk, case, again, "F06", value="yes", source="victim", note="Again, at the gate. " * 12)
    looks_right()
    edit.archive(desk, case, again, "")
