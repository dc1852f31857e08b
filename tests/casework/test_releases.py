"""Told before release: the stamp, the to-do item that waits for it, and what is late or not known."""

from __future__ import annotations

from typing import Any

import pytest

from app.casework import cases, edit, releases, todo
from app.casework.desk import Desk
from app.clock import FixedClock, iso
from app.problems import Problem
from app.records.view import CaseView, Record
from app.rules.releases import Release
from app.rules.releases import releases as releases_of
from tests.casework.conftest import SceneOne
from tests.casework.test_todo_and_plan import agree_contact

FRIDAY = "2026-11-14T18:00:00+00:00"


def view(desk: Desk, scene: SceneOne) -> CaseView:
    return cases.read_case(desk, scene.case)


def only(desk: Desk, scene: SceneOne) -> Release:
    [release] = releases_of(view(desk, scene))
    return release


def task(desk: Desk, scene: SceneOne) -> Record | None:
    return releases.task_of(desk, view(desk, scene))


def state(desk: Desk, scene: SceneOne) -> str:
    return only(desk, scene).state(desk.clock.now())


def tell(desk: Desk, scene: SceneOne, channel: str = "in_person", **fields: Any) -> None:
    releases.tell(desk, scene.case, only(desk, scene).key, channel, **fields)


def refused(code: str, desk: Desk, scene: SceneOne, channel: str = "in_person", **fields: Any) -> None:
    with pytest.raises(Problem) as raised:
        tell(desk, scene, channel, **fields)
    assert raised.value.code == code
    assert task(desk, scene) is None
    assert not view(desk, scene).of("event")


def test_the_stamp_says_how_when_and_by_whom_and_closes_the_item(desk: Desk, scene: SceneOne) -> None:
    releases.set_time(desk, scene.case, scene.suspect, FRIDAY)
    assert state(desk, scene) == "ahead"
    tell(desk, scene, told_at="2026-11-14T01:50:00+00:00", told_by="Custody desk, Ludo Marsh")
    assert state(desk, scene) == "told_before"
    [event] = view(desk, scene).of("event")
    assert event.get("kind") == "release"
    assert event.get("person") == scene.suspect
    assert (event.get("happened_at"), event.get("told_how"), event.get("told_at"), event.get("told_by")) == (
        FRIDAY,
        "in_person",
        "2026-11-14T01:50:00+00:00",
        "Custody desk, Ludo Marsh",
    )
    item = task(desk, scene)
    assert item is not None
    assert (item.get("status"), item.get("told_before"), item.get("release_at"), item.get("channel")) == (
        "done",
        "yes",
        FRIDAY,
        "in_person",
    )
    assert releases.untold(desk, view(desk, scene)) == []
    line = next(x for x in todo.tasks(desk, view(desk, scene)) if x.code == "T08")
    assert line.status == "done"


def test_without_more_it_is_now_and_the_officer_of_this_vault(desk: Desk, scene: SceneOne) -> None:
    tell(desk, scene)
    [event] = view(desk, scene).of("event")
    assert (event.get("told_at"), event.get("told_by")) == (iso(desk.clock.now()), desk.officer)


def test_the_safe_contact_rule_stands_before_the_stamp(desk: Desk, scene: SceneOne) -> None:
    refused("follow_up.channel_missing", desk, scene, "")
    refused("follow_up.channel_forbidden", desk, scene, "call")
    agree_contact(desk, scene, channels=["call"])
    refused("follow_up.channel_forbidden", desk, scene, "text")
    tell(desk, scene, "call")


@pytest.mark.parametrize("typed", ["in the morning", "2026-11-14T02:01:00+00:00"])
def test_a_stamp_needs_a_moment_that_has_been(desk: Desk, scene: SceneOne, typed: str) -> None:
    refused("follow_up.time_unreadable", desk, scene, told_at=typed)


def test_a_release_that_passed_stays_open_and_a_late_stamp_says_so(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    releases.set_time(desk, scene.case, scene.suspect, FRIDAY)
    clock.advance(86_400)
    assert state(desk, scene) == "passed"
    assert len(releases.untold(desk, view(desk, scene))) == 1
    tell(desk, scene)
    assert state(desk, scene) == "told_late"
    item = task(desk, scene)
    assert item is not None
    assert (item.get("status"), item.get("told_before")) == ("done", "no")


def test_an_unknown_time_stays_unknown_and_keeps_the_item_open(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    assert state(desk, scene) == "time_unknown"
    tell(desk, scene)
    item = task(desk, scene)
    assert item is not None
    assert (state(desk, scene), item.get("status"), item.get("told_before")) == ("told", "open", "unknown")
    clock.advance(60)
    releases.set_time(desk, scene.case, only(desk, scene).key, FRIDAY)
    item = task(desk, scene)
    assert item is not None
    assert (state(desk, scene), item.get("status"), item.get("told_before")) == ("told_before", "done", "yes")
    person = view(desk, scene).record(scene.suspect)
    assert person is not None
    assert person.get("custody_until") == FRIDAY


def test_the_item_waits_for_every_suspect(desk: Desk, scene: SceneOne) -> None:
    other, _ = edit.create(
        desk,
        scene.case,
        "person",
        {"roles": ["suspect"], "given_name": "Tam", "custody": "in_custody", "custody_until": "2026-11-16T08:00:00Z"},
    )
    releases.set_time(desk, scene.case, scene.suspect, FRIDAY)
    releases.tell(desk, scene.case, scene.suspect, "in_person")
    item = task(desk, scene)
    assert item is not None
    assert (item.get("status"), item.get("told_before"), item.get("release_at")) == (
        "open",
        "unknown",
        "2026-11-16T08:00:00Z",
    )
    releases.tell(desk, scene.case, other, "in_person")
    item = task(desk, scene)
    assert item is not None
    assert (item.get("status"), item.get("told_before")) == ("done", "yes")


def test_a_stamp_taken_back_leaves_it_open_again(desk: Desk, scene: SceneOne) -> None:
    releases.set_time(desk, scene.case, scene.suspect, FRIDAY)
    tell(desk, scene)
    releases.take_back(desk, scene.case, only(desk, scene).key)
    item = task(desk, scene)
    assert item is not None
    assert (state(desk, scene), item.get("status"), item.get("told_before")) == ("ahead", "open", None)


def test_what_somebody_decided_about_the_item_stays(desk: Desk, scene: SceneOne) -> None:
    todo.set_task(desk, scene.case, "T08", status="done_by_other_agency", agency_name="Probation")
    settled = releases.in_todo(desk, view(desk, scene), only(desk, scene))
    assert settled is not None
    assert releases.untold(desk, view(desk, scene)) == []
    releases.set_time(desk, scene.case, scene.suspect, FRIDAY)
    tell(desk, scene)
    item = task(desk, scene)
    assert item is not None
    assert (item.get("status"), item.get("told_before")) == ("done_by_other_agency", "yes")


def test_the_stamp_is_one_entry(desk: Desk, scene: SceneOne) -> None:
    releases.set_time(desk, scene.case, scene.suspect, FRIDAY)
    before = len(list(desk.store.entries(scene.case)))
    tell(desk, scene)
    assert len(list(desk.store.entries(scene.case))) == before + 1
    assert not view(desk, scene).conflicts()


def test_a_release_of_another_case_is_no_release_of_this_one(desk: Desk, scene: SceneOne) -> None:
    with pytest.raises(Problem) as raised:
        releases.tell(desk, scene.case, "nobody", "in_person")
    assert raised.value.code == "record.unknown"
