"""A linked case: whatever is recorded about the people of a case, nothing but who they are crosses the link."""

from __future__ import annotations

import json

import pytest

from app.casework import cases, edit, steps
from app.casework.cases import COPIED
from app.casework.desk import Desk
from app.notebook.ids import new_id
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType
from tests.casework.conftest import SceneOne

FREE_TEXT = ("line", "words", "names")
EVERY = [(kind, field) for kind in RECORD_TYPES.values() for field in kind.fields]


def marker(kind: RecordType, field: Field) -> str:
    return f"mark-{kind.name}-{field.name}"


def marked(kind: RecordType) -> dict[str, object]:
    """Every field that holds free text, with words of its own."""
    fields: dict[str, object] = {}
    for field in kind.fields:
        if field.kind in FREE_TEXT and field.name not in ("archived", "archive_reason"):
            said = marker(kind, field)
            fields[field.name] = [said] if field.kind == "names" else said
    return fields


@pytest.fixture
def full(desk: Desk, scene: SceneOne) -> SceneOne:
    """A case with a record of every type, every free text of it marked; its people carry every mark of a person."""
    for kind in RECORD_TYPES.values():
        fields = marked(kind)
        if kind.name == "person":
            for person in (scene.victim, scene.suspect):
                edit.set_fields(desk, scene.case, person, fields)
        elif kind.name == "case":
            edit.set_fields(desk, scene.case, scene.case, {k: v for k, v in fields.items() if k != "profile"})
        else:
            persons = {f.name: scene.suspect for f in kind.fields if f.kind == "person"}
            edit.write(desk, scene.case, edit.make(kind.name, new_id(desk.clock.now()), {**fields, **persons}))
    return scene


@pytest.mark.parametrize("kind", ["second_victim", "counter_allegation"])
@pytest.mark.parametrize("who", ["victim", "suspect"])
def test_no_field_crosses_the_link_but_who_somebody_is(desk: Desk, full: SceneOne, kind: str, who: str) -> None:
    other = cases.linked_case(desk, full.case, getattr(full, who), kind, "mark-of-the-link")
    crossed = json.dumps(desk.store.case(other).snapshot())
    for declared, field in EVERY:
        may_cross = declared.name == "person" and field.name in COPIED
        assert (marker(declared, field) in crossed) <= may_cross, (declared.name, field.name)
    assert "mark-of-the-link" not in crossed
    entries = [kept.entry.changes for kept in desk.store.entries(other)]
    assert "mark-person-address" not in json.dumps(entries)


def test_what_crosses_says_who_and_nothing_that_says_where(desk: Desk) -> None:
    person = RECORD_TYPES["person"]
    crossing = {name: person.field(name) for name in COPIED}
    assert None not in crossing.values()
    assert {field.sensitivity for field in crossing.values() if field} <= {"identity", "ordinary", "private"}
    assert {name for name, field in crossing.items() if field and field.sensitivity == "private"} == {
        "police_employee",
        "employing_force",
    }, "a suspect who works for the police is told in the other case, too; nothing else private is"


def test_the_new_kinds_of_record_are_among_those_that_are_tried() -> None:
    assert {"order", "breach", "follow_up", "programme", "safe_contact", "child"} <= {kind.name for kind, _ in EVERY}


def test_the_same_link_is_not_made_twice(desk: Desk, scene: SceneOne) -> None:
    cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    with pytest.raises(Problem) as raised:
        cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    assert raised.value.code == "case.linked_already"
    assert len(cases.list_cases(desk)) == 2
    child, _ = edit.create(desk, scene.case, "person", {"roles": ["child"], "given_name": "Wren"})
    cases.linked_case(desk, scene.case, child, "second_victim")
    assert len(cases.list_cases(desk)) == 3


def test_both_cases_ask_who_the_primary_aggressor_is(desk: Desk, scene: SceneOne) -> None:
    other = cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    for case in (scene.case, other):
        incident = cases.read_case(desk, case).latest("incident")
        fields = {"crime_number": "CR-1"}
        if incident is None:
            edit.create(desk, case, "incident", fields)
        else:
            edit.set_fields(desk, case, incident.id, fields)
        assert steps.progress(desk, cases.read_case(desk, case))["happened"].message == "primary aggressor?"
        edit.set_field(desk, case, case, "aggressor_reasoning", "Wounds of defence")
        assert steps.progress(desk, cases.read_case(desk, case))["happened"].done
