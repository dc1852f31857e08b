"""A record from the wrong case: made anew in the right one, archived here, linked; who is who, mended."""

from __future__ import annotations

import pytest

from app.casework import cases, contact, edit, move, risk, roles, todo, undo
from app.casework.desk import Desk
from app.casework.one_change import set_from_text
from app.clock import iso
from app.problems import Problem
from app.records.names import full_name
from app.records.view import CaseView
from tests.casework.conftest import SceneOne


def read(desk: Desk, case: str) -> CaseView:
    return cases.read_case(desk, case)


def refused(desk: Desk, case: str, record: str, other: str) -> str:
    with pytest.raises(Problem) as caught:
        move.move(desk, case, record, other)
    return caught.value.code


@pytest.fixture
def other(desk: Desk) -> str:
    """Another case, with somebody of the suspect's name in it."""
    case = cases.new_case(desk, "NM-2026-0418")
    edit.create(desk, case, "person", {"roles": ["victim"], "given_name": "Ona", "family_name": "Lind"})
    edit.create(desk, case, "person", {"roles": ["suspect"], "given_name": "Dane", "family_name": "Ruskin"})
    return case


def test_an_incident_moves_and_both_cases_say_so(desk: Desk, scene: SceneOne, other: str) -> None:
    incident, _ = edit.create(desk, scene.case, "incident", {"place": "Gate", "injury": "yes", "offences": ["assault"]})
    before = [len(list(desk.store.entries(case))) for case in (scene.case, other)]
    made, changed = move.move(desk, scene.case, incident, other)
    assert [len(list(desk.store.entries(case))) for case in (scene.case, other)] == [n + 1 for n in before]
    assert changed.cases == {scene.case, other}
    here, there = read(desk, scene.case).record(incident), read(desk, other).record(made)
    assert here is not None
    assert there is not None
    assert (here.archived, here.get("archive_reason"), here.get("place")) == (True, "moved", "Gate")
    assert (there.get("place"), there.get("injury"), there.get("offences")) == ("Gate", "yes", ["assault"])
    (link,), (back,) = read(desk, scene.case).of("link"), read(desk, other).of("link")
    assert (link.get("other_case"), link.get("record_here"), link.get("record_there")) == (other, incident, made)
    assert (back.get("other_case"), back.get("record_here"), back.get("record_there")) == (scene.case, made, incident)
    assert {r.get("what") for case in (scene.case, other) for r in read(desk, case).of("operation")} == {"moved record"}


def test_moving_is_taken_back_in_both_cases(desk: Desk, scene: SceneOne, other: str) -> None:
    incident, _ = edit.create(desk, scene.case, "incident", {"place": "Gate"})
    made, _ = move.move(desk, scene.case, incident, other)
    undo.take_back(desk, scene.case)
    assert not read(desk, scene.case).record(incident).archived  # type: ignore[union-attr]
    assert read(desk, other).record(made).archived  # type: ignore[union-attr]
    assert not read(desk, scene.case).of("link")
    assert not read(desk, other).of("link")


def test_somebody_who_is_named_is_matched_or_goes_along_by_name(desk: Desk, scene: SceneOne, other: str) -> None:
    event, _ = edit.create(desk, scene.case, "event", {"kind": "release", "person": scene.suspect})
    made, _ = move.move(desk, scene.case, event, other)
    suspect = read(desk, other).people("suspect")[0]
    assert read(desk, other).record(made).get("person") == suspect.id  # type: ignore[union-attr]
    second, _ = edit.create(desk, scene.case, "event", {"kind": "moved", "person": scene.victim})
    made, _ = move.move(desk, scene.case, second, other)
    named = read(desk, other).record(read(desk, other).record(made).get("person"))  # type: ignore[union-attr]
    assert named is not None
    assert full_name(named) == "Keira Holt-Baines"
    assert (named.get("address"), named.get("phone"), named.get("pregnant")) == (None, None, None)
    assert named.get("roles") == ["other"]
    assert len(read(desk, other).people("victim")) == 1


def test_a_person_moves_with_what_is_about_that_person(desk: Desk, scene: SceneOne, other: str) -> None:
    edit.create(desk, scene.case, "safe_contact", {"person": scene.victim, "channels": ["call"], "number": "600 1"})
    order, _ = edit.create(desk, scene.case, "order", {"type": "ban", "person": scene.suspect})
    breach, _ = edit.create(desk, scene.case, "breach", {"order": order, "what": "called"})
    planned = move.moving(desk, scene.case, scene.suspect, other)
    assert {r.type for r in planned.records} == {"person", "order", "breach"}
    assert planned.left == (move.TIE_STAYS,)
    made, _ = move.move(desk, scene.case, scene.suspect, other)
    view = read(desk, other)
    (moved,), (broken,) = view.of("order"), view.of("breach")
    assert (moved.get("person"), broken.get("order")) == (made, moved.id)
    assert not read(desk, scene.case).people("suspect")
    assert not read(desk, scene.case).of("relationship")
    assert read(desk, scene.case).record(breach).archived  # type: ignore[union-attr]


def test_no_safe_contact_and_no_second_victim_cross(desk: Desk, scene: SceneOne, other: str) -> None:
    contact_id, _ = edit.create(
        desk, scene.case, "safe_contact", {"person": scene.victim, "channels": ["call"], "number": "600 1"}
    )
    planned = move.moving(desk, scene.case, scene.victim, other)
    assert set(planned.left) >= {move.CONTACT_STAYS, move.NO_VICTIM_ROLE}
    made, _ = move.move(desk, scene.case, scene.victim, other)
    assert not read(desk, other).of("safe_contact")
    assert read(desk, other).record(made).get("roles") == ["other"]  # type: ignore[union-attr]
    assert read(desk, scene.case).record(contact_id).archived  # type: ignore[union-attr]


def test_a_child_moves_as_the_person(desk: Desk, scene: SceneOne, other: str) -> None:
    person, _ = edit.create(desk, scene.case, "person", {"roles": ["child"], "given_name": "Wren"})
    child, _ = edit.create(desk, scene.case, "child", {"person": person, "age": 7})
    move.move(desk, scene.case, child, other)
    (there,) = read(desk, other).of("child")
    assert read(desk, other).record(there.get("person")).get("given_name") == "Wren"  # type: ignore[union-attr]


def test_what_does_not_move_says_what_to_do(desk: Desk, scene: SceneOne, other: str) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes")
    answer = risk.answer_id(scene.case, scene.assessment, "F06")
    contact_id, _ = edit.create(desk, scene.case, "safe_contact", {"person": scene.victim})
    note, _ = edit.create(desk, scene.case, "note", {"words": "x"})
    todo.set_task(desk, scene.case, "T01", owner="me")
    own, _ = todo.add_task(desk, scene.case, "Fetch the key")
    task = todo.task_id(scene.case, "T01")
    found = {refused(desk, scene.case, one, other) for one in (scene.assessment, answer)}
    assert found == {"move.assessment"}
    assert refused(desk, scene.case, contact_id, other) == "move.safe_contact"
    assert refused(desk, scene.case, note, other) == "move.for_good"
    assert refused(desk, scene.case, task, other) == "move.of_the_case"
    assert refused(desk, scene.case, scene.suspect, scene.case) == "move.same_case"
    assert refused(desk, scene.case, scene.suspect, "nowhere") == "case.unknown"
    assert move.move(desk, scene.case, own, other)
    cases.archive_case(desk, other, "twice")
    assert refused(desk, scene.case, scene.suspect, other) == "move.archived_case"


def test_what_a_move_does_to_the_floor_is_known_beforehand(desk: Desk, scene: SceneOne, other: str) -> None:
    (incident,) = read(desk, scene.case).of("incident")
    planned = move.moving(desk, scene.case, incident.id, other)
    before = move.effects(desk, planned)
    move.move(desk, scene.case, incident.id, other)
    for case, effect in before.items():
        assert effect.after.floor == risk.picture(desk, read(desk, case)).floor.level


# -- who is who


def test_victim_and_suspect_change_places_in_one_entry(desk: Desk, scene: SceneOne) -> None:
    edit.add(desk, scene.case, scene.suspect, "roles", "witness")
    before = len(list(desk.store.entries(scene.case)))
    roles.swap(desk, scene.case, scene.victim, scene.suspect)
    assert len(list(desk.store.entries(scene.case))) == before + 1
    view = read(desk, scene.case)
    assert view.victim is not None
    assert view.victim.id == scene.suspect
    assert set(view.victim.get("roles")) == {"victim", "witness"}
    assert [p.id for p in view.people("suspect")] == [scene.victim]
    (tie,) = view.of("relationship")
    assert (tie.get("from"), tie.get("to")) == (scene.victim, scene.suspect)
    undo.take_back(desk, scene.case)
    assert read(desk, scene.case).victim.id == scene.victim  # type: ignore[union-attr]


def test_a_safe_contact_never_follows_by_itself(desk: Desk, scene: SceneOne) -> None:
    contact_id, _ = edit.create(
        desk,
        scene.case,
        "safe_contact",
        {"person": scene.victim, "channels": ["call"], "confirmed_at": iso(desk.clock.now()), "confirmed_by": "me"},
    )
    assert contact.rule(desk, read(desk, scene.case)).agreed
    roles.swap(desk, scene.case, scene.victim, scene.suspect)
    view = read(desk, scene.case)
    assert not contact.rule(desk, view).agreed
    assert [r.id for r in roles.of_somebody_else(view)] == [contact_id]
    roles.is_the_victims(desk, scene.case, contact_id)
    view = read(desk, scene.case)
    assert not roles.of_somebody_else(view)
    assert contact.rule(desk, view).expired
    assert not contact.rule(desk, view).agreed


def test_a_safe_contact_counts_for_nobody_while_nobody_is_the_victim(desk: Desk, scene: SceneOne) -> None:
    edit.create(desk, scene.case, "safe_contact", {"person": scene.victim, "channels": ["call"]})
    assert contact.rule(desk, read(desk, scene.case)).agreed
    edit.remove(desk, scene.case, scene.victim, "roles", "victim")
    assert not contact.rule(desk, read(desk, scene.case)).agreed


def test_only_a_victim_and_a_suspect_are_swapped(desk: Desk, scene: SceneOne) -> None:
    with pytest.raises(Problem) as caught:
        roles.swap(desk, scene.case, scene.suspect, scene.victim)
    assert caught.value.code == "roles.not_both"


# -- a correction


@pytest.mark.parametrize("text", ["", "0123"])
def test_what_a_correction_corrects_is_settled(desk: Desk, scene: SceneOne, text: str) -> None:
    with pytest.raises(Problem) as caught:
        set_from_text(desk, scene.case, scene.assessment, "corrects", text)
    assert caught.value.code in ("risk.corrects_fixed", "record.value")
