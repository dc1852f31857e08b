"""One field set from a text: what a screen would not do is not done here either."""

from __future__ import annotations

import pytest

from app.casework import cases, edit, risk, todo
from app.casework.desk import Desk
from app.casework.one_change import set_from_text
from app.problems import Problem
from tests.casework.conftest import SceneOne


def refused(code: str, desk: Desk, case: str, record: str, field: str, text: str) -> None:
    with pytest.raises(Problem) as raised:
        set_from_text(desk, case, record, field, text)
    assert raised.value.code == code


def test_a_grade_is_kept_as_given_and_lowers_nothing_by_itself(desk: Desk, scene: SceneOne) -> None:
    set_from_text(desk, scene.case, "case", "grade", "high")
    assert scene.force().grade == "high"
    edit.set_field(desk, scene.case, scene.case, "extreme", "yes")
    set_from_text(desk, scene.case, "case", "grade", "standard")
    force = scene.force()
    assert (force.given, force.grade, force.request_open, force.extreme) == ("standard", "high", True, True)
    assert [g.get("grade") for g in cases.read_case(desk, scene.case).of("grade")] == ["high", "standard"]
    set_from_text(desk, scene.case, "case", "grade", "")
    assert scene.force().grade is None


def test_a_grade_of_a_field_that_no_record_tells_of_lowers_nothing_either(desk: Desk, scene: SceneOne) -> None:
    risk.grade(desk, scene.case, scene.assessment, "high", "family controls everything")
    edit.set_field(desk, scene.case, scene.case, "grade", "standard")
    force = scene.force()
    assert (force.given, force.grade, force.request_open) == ("standard", "high", True)


def test_a_grade_once_given_is_lowered_by_a_second_person_also_in_the_same_assessment(
    desk: Desk, scene: SceneOne
) -> None:
    risk.grade(desk, scene.case, scene.assessment, "high", "family controls everything")
    risk.complete(desk, scene.case, scene.assessment)
    risk.grade(desk, scene.case, scene.assessment, "medium", "second thoughts")
    force = scene.force()
    assert (force.given, force.grade, force.request_open) == ("medium", "high", True)
    risk.grade(
        desk, scene.case, scene.assessment, "medium", "mistaken", code="answer_mistaken", supervisor="Inspector Vale"
    )
    assert scene.force().grade == "medium"


def test_a_floor_that_rose_after_the_grade_is_not_lowered_by_the_next_assessment_alone(
    desk: Desk, scene: SceneOne
) -> None:
    risk.grade(desk, scene.case, scene.assessment, "standard", "calm")
    scene.answer_all()
    assert scene.force().grade == "high"
    again, _ = risk.start_assessment(desk, scene.case)
    for factor in desk.library.instrument().codes:
        risk.answer(desk, scene.case, again, factor, value="no")
    risk.set_view(desk, scene.case, again, rating=2)
    risk.grade(desk, scene.case, again, "standard", "all quiet")
    force = scene.force()
    assert (force.floor, force.grade, force.request_open) == ("standard", "high", True)
    risk.grade(desk, scene.case, again, "standard", "wrong file", code="other_person", supervisor="Inspector Vale")
    assert scene.force().grade == "standard"
    third, _ = risk.start_assessment(desk, scene.case)
    risk.grade(desk, scene.case, third, "standard", "still quiet")
    assert (scene.force().grade, scene.force().request_open) == ("standard", False)


def test_what_is_completed_stays(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    refused("risk.not_graded", desk, scene.case, "assessment", "completed_at", "2026-11-14T03:00:00+00:00")
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    set_from_text(desk, scene.case, "assessment", "completed_at", "2026-11-14T03:00:00+00:00")
    sealed = cases.read_case(desk, scene.case).one("sealed")
    assert sealed is not None
    assert sealed.get("completed_at") == "2026-11-14T03:00:00+00:00"
    refused("risk.completed", desk, scene.case, risk.answer_id(scene.case, scene.assessment, "F06"), "value", "no")
    refused("risk.completed", desk, scene.case, "assessment", "completed_at", "")
    refused("risk.completed", desk, scene.case, "assessment", "place", "phone")


def test_a_closed_task_cannot_be_given_a_forbidden_channel_afterwards(desk: Desk, scene: SceneOne) -> None:
    todo.set_task(desk, scene.case, "T07", status="done", channel="in_person")
    record = todo.task_id(scene.case, "T07")
    refused("todo.channel_forbidden", desk, scene.case, record, "channel", "text")
    assert cases.read_case(desk, scene.case).record(record).get("channel") == "in_person"  # type: ignore[union-attr]


def test_a_release_at_no_known_moment_is_not_known(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody_until", "not known yet")
    with pytest.raises(Problem) as raised:
        todo.set_task(desk, scene.case, "T08", status="done", channel="in_person", release_at="soon")
    assert raised.value.code == "todo.release_unknown"


def test_a_contact_keeps_to_the_safe_ways_and_a_breach_names_an_order(desk: Desk, scene: SceneOne) -> None:
    order, _ = edit.create(desk, scene.case, "order", {"type": "Protection order"})
    edit.create(desk, scene.case, "breach", {"what": "Waited at the gate"})
    edit.create(desk, scene.case, "follow_up", {"channel": "in_person"})
    refused("follow_up.channel_forbidden", desk, scene.case, "follow_up", "channel", "text")
    set_from_text(desk, scene.case, "follow_up", "feels", "less_safe")
    set_from_text(desk, scene.case, "breach", "order", order)
    refused("record.value", desk, scene.case, "breach", "order", scene.assessment)
    view = cases.read_case(desk, scene.case)
    assert view.one("breach").get("order") == order  # type: ignore[union-attr]
    assert view.one("follow_up").get("feels") == "less_safe"  # type: ignore[union-attr]
