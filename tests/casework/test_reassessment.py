"""A new attendance after a completed assessment asks again, starts empty, and no clock decides it."""

from __future__ import annotations

import json

from app.casework import casefile, cases, correction, risk, steps
from app.casework.desk import Desk
from app.casework.reassessment import ask_again
from app.clock import FixedClock
from tests.casework.conftest import SceneOne


def wanted(desk: Desk, case: str) -> tuple[str, str] | None:
    found = ask_again(cases.read_case(desk, case))
    return (found.what, found.day[:10]) if found is not None else None


def completed(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)


def test_an_attendance_after_the_last_assessment_asks_again_until_one_is_begun(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    assert wanted(desk, scene.case) is None
    completed(desk, scene)
    assert wanted(desk, scene.case) is None
    clock.advance(-90 * 86400)  # a clock that was set back decides nothing
    cases.new_attendance(desk, scene.case, place="Quay Row")
    assert wanted(desk, scene.case) == ("start", "2026-11-14")
    view = cases.read_case(desk, scene.case)
    assert steps.progress(desk, view)["risk"].message == "ask again"
    again, _ = risk.start_assessment(desk, scene.case)
    view = cases.read_case(desk, scene.case)
    assert wanted(desk, scene.case) is None
    seen = risk.picture(desk, view)
    assert seen.answers == {}, "nothing is filled in beforehand"
    assert risk.victim_view(view, again) is None
    assert set(seen.earlier) >= {"F01", "F06"}
    assert all(earlier.at.startswith("2026-11-14") for earlier in seen.earlier["F06"])


def test_an_assessment_left_over_from_an_earlier_attendance_is_gone_on_with(desk: Desk, scene: SceneOne) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F01", value="yes")
    cases.new_attendance(desk, scene.case)
    assert wanted(desk, scene.case) == ("go_on", "2026-11-14")
    cases.new_attendance(desk, "", reference="NM-7")
    fresh = cases.new_attendance(desk)
    risk.start_assessment(desk, fresh)
    assert wanted(desk, fresh) is None


def test_a_correction_is_no_reassessment(desk: Desk, scene: SceneOne) -> None:
    completed(desk, scene)
    cases.new_attendance(desk, scene.case)
    corrected, _ = correction.correct(desk, scene.case, scene.assessment, "F33 belongs to another couple")
    risk.grade(desk, scene.case, corrected, "high", "as before")
    risk.complete(desk, scene.case, corrected)
    assert wanted(desk, scene.case) == ("start", "2026-11-14"), "nobody was asked anew"


def test_an_incident_recorded_while_the_assessment_was_open_belongs_to_it(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    cases.new_attendance(desk, scene.case)
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    assert wanted(desk, scene.case) is None


def test_a_case_that_came_as_a_file_does_not_ask_again(desk: Desk, scene: SceneOne) -> None:
    completed(desk, scene)
    file = casefile.case_file(cases.read_case(desk, scene.case)) | {"reference": "NM-2026-0001"}
    made = casefile.import_case(desk, json.dumps(file).encode()).case
    assert wanted(desk, made) is None
    cases.new_attendance(desk, made)
    assert wanted(desk, made) == ("start", "2026-11-14")
