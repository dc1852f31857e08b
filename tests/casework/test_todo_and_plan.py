"""Tasks with their true status, and a plan in the order of the victim's priorities."""

from __future__ import annotations

import pytest

from app.casework import cases, consent, edit, plan, risk, todo
from app.casework.desk import Desk
from app.problems import Problem
from tests.casework.conftest import SceneOne

SC1_TASKS = {"T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T12", "T16", "T17"}


def refused(code: str, desk: Desk, case: str, task: str, **fields: object) -> None:
    with pytest.raises(Problem) as raised:
        todo.set_task(desk, case, task, **fields)
    assert raised.value.code == code


def status(desk: Desk, case: str, code: str) -> str:
    return next(t.status for t in todo.tasks(desk, cases.read_case(desk, case)) if t.code == code)


def agree_contact(desk: Desk, scene: SceneOne, **fields: object) -> str:
    values = {
        "person": scene.victim,
        "channels": ["call", "text", "mail"],
        "number": "+44 20 7946 0000",
        "text": "yes",
        "confirmed_at": "2026-11-14T02:00:00+00:00",
        **fields,
    }
    return edit.create(desk, scene.case, "safe_contact", values)[0]


def test_the_list_has_all_seventeen_items_and_says_why_it_suggests_them(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    lines = todo.tasks(desk, cases.read_case(desk, scene.case))
    assert [x.code for x in lines] == [f"T{n:02d}" for n in range(1, 18)]
    assert {x.code for x in lines if x.suggested} >= SC1_TASKS
    assert "F06" in next(x.because for x in lines if x.code == "T10")
    assert all(x.status == "open" for x in lines)
    for agency, count in (("social_work", 7), ("health", 5)):
        assert len(todo.tasks(desk, cases.read_case(desk, scene.case), agency)) == count


def test_no_visible_injury_does_not_hide_the_medical_check(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    incident = cases.read_case(desk, scene.case).one("incident")
    assert incident is not None
    edit.set_field(desk, scene.case, incident.id, "injury", "no")
    assert "T10" in todo.suggestions(desk, cases.read_case(desk, scene.case))


def test_victim_support_needs_a_decision_on_consent(desk: Desk, scene: SceneOne) -> None:
    agree_contact(desk, scene)
    refused("todo.consent_missing", desk, scene.case, "T04", status="done", channel="call")
    consent.record(desk, scene.case, "victim_support", "refused", language="en")
    refused("todo.consent_refused", desk, scene.case, "T04", status="done", channel="call")
    todo.set_task(desk, scene.case, "T04", status="refused_by_victim")
    assert status(desk, scene.case, "T04") == "refused_by_victim"
    consent.record(desk, scene.case, "victim_support", "given", language="en")
    todo.set_task(desk, scene.case, "T04", status="done", channel="call")
    assert status(desk, scene.case, "T04") == "done"


def test_consent_counts_only_in_a_language_that_is_understood(desk: Desk, scene: SceneOne) -> None:
    with pytest.raises(Problem) as raised:
        consent.record(desk, scene.case, "victim_support", "given")
    assert raised.value.code == "consent.language_missing"


@pytest.mark.parametrize(
    "spoken, asked, counts",
    [
        (["ti"], {"language": "en"}, False),
        (["ti"], {"language": "ti"}, True),
        (["ti", "en"], {"language": "en"}, True),
        (["pt-BR"], {"language": "pt"}, True),
        ([], {"language": "en"}, True),
        (["ti"], {"language": "en", "understood_through": "relative"}, False),
        (["ti"], {"language": "en", "understood_through": "professional_phone"}, True),
        (["ti"], {"language": "en", "override_basis": "protect_life", "approver": "Inspector Vale"}, True),
    ],
)
def test_consent_that_was_not_understood_closes_no_task(
    desk: Desk, scene: SceneOne, spoken: list[str], asked: dict[str, str], counts: bool
) -> None:
    agree_contact(desk, scene)
    edit.set_field(desk, scene.case, scene.victim, "languages", spoken)
    consent.record(desk, scene.case, "victim_support", "given", **asked)
    if counts:
        todo.set_task(desk, scene.case, "T04", status="done", channel="call")
    else:
        refused("todo.consent_not_understood", desk, scene.case, "T04", status="done", channel="call")


def test_a_lawful_ground_with_an_approver_stands_in_for_consent(desk: Desk, scene: SceneOne) -> None:
    agree_contact(desk, scene)
    consent.record(desk, scene.case, "victim_support", "refused", override_basis="protect_life")
    refused("todo.consent_refused", desk, scene.case, "T04", status="done", channel="call")
    consent.record(
        desk, scene.case, "victim_support", "refused", override_basis="protect_life", approver="Inspector Vale"
    )
    todo.set_task(desk, scene.case, "T04", status="done", channel="call")


def test_told_before_release_cannot_be_closed_while_the_end_of_custody_is_unknown(desk: Desk, scene: SceneOne) -> None:
    agree_contact(desk, scene)
    refused("todo.release_unknown", desk, scene.case, "T08", status="done", channel="call")
    edit.set_field(desk, scene.case, scene.suspect, "custody_until", "2026-11-14T18:00:00+00:00")
    todo.set_task(desk, scene.case, "T08", status="done", channel="call", told_before="yes")
    assert status(desk, scene.case, "T08") == "done"


@pytest.mark.parametrize("task", ["T07", "VISIT"])
def test_a_task_that_reaches_the_victim_cannot_be_closed_by_a_forbidden_channel(
    desk: Desk, scene: SceneOne, task: str
) -> None:
    name = task if task != "VISIT" else todo.add_task(desk, scene.case, "Look in", code="VISIT")[0]
    refused("todo.channel_missing", desk, scene.case, name, status="done")
    refused("todo.channel_forbidden", desk, scene.case, name, status="done", channel="call")
    agree_contact(desk, scene)
    refused("todo.channel_forbidden", desk, scene.case, name, status="done", channel="app")
    risk.answer(desk, scene.case, scene.assessment, "F17", value="yes")
    for watched in ("text", "mail"):
        refused("todo.channel_forbidden", desk, scene.case, name, status="done", channel=watched)
    todo.set_task(desk, scene.case, name, status="done", channel="in_person")


def test_putting_a_task_aside_needs_a_reason_and_another_agency_its_name(desk: Desk, scene: SceneOne) -> None:
    refused("todo.reason_missing", desk, scene.case, "T13", status="not_needed")
    refused("todo.reason_missing", desk, scene.case, "T13", status="not_possible_now", reason=" ")
    refused("todo.agency_missing", desk, scene.case, "T17", status="done_by_other_agency")
    todo.set_task(desk, scene.case, "T17", status="done_by_other_agency", agency_name="Probation")
    assert status(desk, scene.case, "T17") == "done_by_other_agency"


def test_a_task_that_does_not_exist(desk: Desk, scene: SceneOne) -> None:
    refused("todo.unknown", desk, scene.case, "T99", status="done")


def test_modules_follow_the_victims_priorities(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    plan.set_priorities(desk, scene.case, ["money", "children"])
    lines = plan.modules(desk, cases.read_case(desk, scene.case))
    groups = [x.definition.priority_group for x in lines if x.suggested]
    ranked = [g for g in groups if g in ("money", "children")]
    assert groups[: len(ranked)] == sorted(ranked, key=["money", "children"].index)
    assert {x.definition.code for x in lines if x.suggested} >= {"P01", "P04", "P05", "P06", "P07", "P12", "P19"}
    assert len(lines) == 30


def test_each_present_factor_ends_with_a_measure_a_task_or_a_reason(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()

    def open_factors() -> list[str]:
        return plan.uncovered(desk, cases.read_case(desk, scene.case))

    assert open_factors() == ["F03", "F13", "F15", "F27", "F36"]
    plan.add_measure(desk, scene.case, "P27", what="Sister calls each evening", factors=["F13"])
    plan.no_action(desk, scene.case, "F27", "Programme follows after the court date")
    plan.no_action(desk, scene.case, "F15", "  ")
    assert open_factors() == ["F03", "F15", "F36"]
    assert "F33" not in open_factors()
    todo.set_task(desk, scene.case, "T13", status="not_needed", reason="no")
    assert "F33" in open_factors()
