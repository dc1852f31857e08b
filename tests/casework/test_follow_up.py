"""Follow-up contact: only on a safe way, what is promised stays owed, and what follows is offered and not done."""

from __future__ import annotations

import json

import pytest

from app.casework import casefile, cases, contact, edit, follow_up, known, risk
from app.casework.desk import Desk
from app.clock import FixedClock, iso
from app.problems import Problem
from app.records.view import CaseView
from app.rules.review import review_events
from tests.casework.conftest import SceneOne
from tests.casework.test_todo_and_plan import agree_contact

HOUR, DAY = 3_600, 86_400


def view(desk: Desk, scene: SceneOne) -> CaseView:
    return cases.read_case(desk, scene.case)


def refused(desk: Desk, scene: SceneOne, channel: str) -> Problem:
    with pytest.raises(Problem) as raised:
        follow_up.begin(desk, scene.case, channel)
    assert raised.value.code == "follow_up.channel_forbidden"
    assert not view(desk, scene).of("follow_up")
    return raised.value


def in_person(desk: Desk, scene: SceneOne, **fields: object) -> str:
    record, _ = follow_up.begin(desk, scene.case, "in_person")
    if fields:
        follow_up.set_fields(desk, scene.case, record, **fields)
    return record


def test_without_an_agreement_only_face_to_face_is_taken(desk: Desk, scene: SceneOne) -> None:
    for channel in ("call", "text", "mail", "app", "visit", "third_person"):
        assert "agree one face to face" in str(refused(desk, scene, channel).facts["because"])
    in_person(desk, scene)
    [made] = view(desk, scene).of("follow_up")
    assert made.get("channel") == "in_person"
    assert made.get("by") == desk.officer
    assert made.get("contacted_at") == iso(desk.clock.now())


def test_the_agreement_decides_and_grows_old(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    agree_contact(desk, scene, channels=["call"])
    refused(desk, scene, "text")
    record, _ = follow_up.begin(desk, scene.case, "call")
    with pytest.raises(Problem):
        follow_up.set_fields(desk, scene.case, record, channel="app")
    assert view(desk, scene).of("follow_up")[0].get("channel") == "call"
    clock.advance(31 * DAY)
    with pytest.raises(Problem):
        follow_up.begin(desk, scene.case, "call")
    contact.confirm(desk, scene.case)
    confirmed = view(desk, scene).one("safe_contact")
    assert confirmed is not None
    assert (confirmed.get("confirmed_at"), confirmed.get("confirmed_by")) == (iso(clock.now()), desk.officer)
    follow_up.begin(desk, scene.case, "call")


def test_devices_that_are_watched_forbid_what_was_agreed(desk: Desk, scene: SceneOne) -> None:
    agree_contact(desk, scene)
    risk.answer(desk, scene.case, scene.assessment, "F17", value="yes")
    with pytest.raises(Problem) as raised:
        follow_up.begin(desk, scene.case, "text")
    assert "watched" in str(raised.value.facts["because"])


def test_nothing_can_be_confirmed_that_was_not_agreed(desk: Desk, scene: SceneOne) -> None:
    with pytest.raises(Problem) as raised:
        contact.confirm(desk, scene.case)
    assert raised.value.code == "contact.none_agreed"


def test_what_follows_is_offered_and_done_once(desk: Desk, scene: SceneOne) -> None:
    record = in_person(desk, scene, reached="yes", feels="safer", new_incidents="no", orders_obeyed="yes")
    told = view(desk, scene).record(record)
    assert told is not None
    assert follow_up.offers(view(desk, scene), told) == follow_up.Offers()
    follow_up.set_fields(
        desk, scene.case, record, new_incidents="yes", what_happened="Waited at the gate", orders_obeyed="no"
    )
    told = view(desk, scene).record(record)
    assert told is not None
    assert follow_up.offers(view(desk, scene), told) == follow_up.Offers(True, True, True)
    assert len(view(desk, scene).of("incident")) == 1, "nothing is done by itself"
    made, _ = follow_up.add_incident(desk, scene.case, record)
    follow_up.add_incident(desk, scene.case, record)
    incidents = view(desk, scene).of("incident")
    assert [i.id for i in incidents][1:] == [made]
    assert incidents[1].get("narrative") == "Waited at the gate"
    assert incidents[1].get("narrative_from") == "Keira Holt-Baines"
    assert not follow_up.offers(view(desk, scene), told).incident
    edit.archive(desk, scene.case, made, "by mistake")
    follow_up.add_incident(desk, scene.case, record)
    assert len(view(desk, scene).of("incident")) == 2, "what was put away comes back"


def test_feeling_less_safe_offers_a_reassessment_which_opens_none_twice(desk: Desk, scene: SceneOne) -> None:
    record = in_person(desk, scene, reached="yes", feels="less_safe")
    told = view(desk, scene).record(record)
    assert told is not None
    assert follow_up.offers(view(desk, scene), told) == follow_up.Offers(reassessment=True)
    follow_up.reassess(desk, scene.case)
    assert len(view(desk, scene).of("assessment")) == 1, "the open one is gone on with"
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "All of it")
    risk.complete(desk, scene.case, scene.assessment)
    follow_up.reassess(desk, scene.case)
    assert len(view(desk, scene).of("assessment")) == 2


def test_a_promise_is_owed_until_it_is_kept(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    first = in_person(desk, scene, reached="yes", next_at="2026-11-17T09:00:00+00:00")
    owed = lambda: [r.id for r in follow_up.promised(view(desk, scene))]  # noqa: E731
    assert owed() == [first]
    clock.advance(DAY)
    in_person(desk, scene, reached="yes")
    assert owed() == [first], "being reached before the promised day leaves the promise"
    clock.advance(2 * DAY + 8 * HOUR)
    missed = in_person(desk, scene, reached="no")
    assert owed() == [first], "an attempt is no contact"
    follow_up.set_fields(desk, scene.case, missed, next_at="2026-11-18T09:00:00+00:00")
    assert owed() == [missed]
    clock.advance(DAY)
    in_person(desk, scene, reached="yes", feels="same")
    assert owed() == []


def test_what_was_felt_stands_in_the_order_of_the_contacts(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    in_person(desk, scene, reached="yes", feels="less_safe")
    clock.advance(DAY)
    in_person(desk, scene, reached="no", feels="safer")
    clock.advance(DAY)
    in_person(desk, scene, reached="yes")
    late = in_person(desk, scene, reached="yes", feels="declined")
    follow_up.set_fields(desk, scene.case, late, contacted_at="2026-11-01T10:00:00+00:00")
    assert [f.feels for f in follow_up.feelings(view(desk, scene))] == ["declined", "less_safe", "not_reached"]


def test_whoever_refused_later_contact_is_named(desk: Desk, scene: SceneOne) -> None:
    assert follow_up.later_contact_refused(view(desk, scene)) is None
    edit.create(desk, scene.case, "consent", {"purpose": "follow_up", "decision": "refused"})
    assert follow_up.later_contact_refused(view(desk, scene)) is not None
    edit.create(desk, scene.case, "consent", {"purpose": "follow_up", "decision": "given", "language": "en"})
    assert follow_up.later_contact_refused(view(desk, scene)) is None


def test_breaches_stand_beside_the_question_and_answer_nothing(desk: Desk, scene: SceneOne) -> None:
    order, _ = edit.create(desk, scene.case, "order", {"type": "Protection order", "served_at": "2026-11-13"})
    edit.create(
        desk,
        scene.case,
        "breach",
        {"order": order, "what": "Sent flowers", "happened_at": "2026-11-14T01:00:00+00:00"},
    )
    assert [(k.text, k.at) for k in known.known_already(desk, view(desk, scene))["F26"]] == [
        ("Sent flowers", "2026-11-14T01:00:00+00:00")
    ]
    assert desk.library.instrument().factor("F26").label == "Order or bail broken"  # type: ignore[union-attr]
    assert risk.picture(desk, view(desk, scene)).facts.answer("F26") == "unknown"


def test_orders_breaches_and_what_was_told_make_a_review_due(desk: Desk, scene: SceneOne) -> None:
    edit.create(
        desk,
        scene.case,
        "order",
        {"served_at": "2026-11-15T10:00:00+00:00", "expires": "2026-12-15T10:00:00+00:00"},
    )
    edit.create(desk, scene.case, "breach", {"happened_at": "2026-11-16T10:00:00+00:00"})
    in_person(desk, scene, reached="yes", new_incidents="yes")
    kinds = {event.kind for event in review_events(view(desk, scene))}
    assert {"order_served", "order_expired", "breach", "new_incident"} <= kinds


def test_it_travels_in_a_case_file(desk: Desk, scene: SceneOne) -> None:
    order, _ = edit.create(desk, scene.case, "order", {"type": "Own words", "number": "12/26"})
    edit.create(desk, scene.case, "breach", {"order": order, "what": "Rang forty times", "evidence": ["messages"]})
    edit.create(desk, scene.case, "programme", {"person": scene.suspect, "status": "missed", "sessions_offered": 3})
    in_person(desk, scene, reached="yes", feels="same")
    first = casefile.case_file(view(desk, scene))
    made = casefile.import_case(desk, json.dumps(first).encode(), set())
    second = casefile.case_file(cases.read_case(desk, made.case))
    for key in ("orders", "breaches", "programmes", "follow_ups"):
        assert first[key] == second[key]
        assert len(first[key]) == 1
    assert first["breaches"][0]["order"] == first["orders"][0]["key"]
