"""Undo: what was done in the last minutes is taken back as a new entry; nothing vanishes, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from app.casework import cases, correction, edit, risk, todo, undo
from app.casework.desk import Desk, close_desk
from app.casework.told import Told
from app.clock import FixedClock
from app.problems import Problem
from app.records.view import CaseView
from app.store import exchange, identity
from app.store.exchange import Accepted
from tests.casework.conftest import SceneOne
from tests.casework.laptops import TODAY, carry, laptop


def read(desk: Desk, case: str) -> CaseView:
    return cases.read_case(desk, case)


def values(desk: Desk, case: str) -> dict[str, dict[str, Any]]:
    """What stands in every record that is in sight; an emptied field is one in which nothing stands."""
    found = {}
    for record in read(desk, case):
        if record.type == "operation" or record.archived or record.declared is None:
            continue
        held = {
            f.name: sorted(v) if f.kind == "set" else v
            for f in record.declared.fields
            if (v := record.get(f.name)) not in (None, "", []) and f.name not in ("archived", "archive_reason")
        }
        found[record.id] = held
    return found


def problem_of(desk: Desk, case: str, name: str = "") -> str:
    with pytest.raises(Problem) as caught:
        undo.take_back(desk, case, name)
    return caught.value.code


def entries(desk: Desk, case: str) -> int:
    return len(list(desk.store.entries(case)))


def test_what_was_done_before_the_vault_took_another_device_can_still_be_taken_back(
    desk: Desk, scene: SceneOne
) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody", "released")
    waiting = exchange.outgoing(desk.store)
    exchange.acknowledge(desk.store, [Accepted(one.first, n, TODAY) for n, one in enumerate(waiting, start=1)])
    identity.take_on(desk.store, {})
    undo.take_back(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("custody") == "in_custody"  # type: ignore[union-attr]


def test_a_field_gets_what_its_author_found_and_the_other_way_round_again(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody", "released")
    before = entries(desk, scene.case)
    taken = undo.take_back(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("custody") == "in_custody"  # type: ignore[union-attr]
    assert entries(desk, scene.case) == before + 1
    assert list(desk.store.entries(scene.case))[-1].entry.takes_back == (taken.action.name,)
    undo.do_again(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("custody") == "released"  # type: ignore[union-attr]
    undo.take_back(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("custody") == "in_custody"  # type: ignore[union-attr]


def test_the_latest_goes_first_and_what_was_taken_back_is_not_taken_back_twice(desk: Desk, scene: SceneOne) -> None:
    for words in ("Pushed", "Held"):
        edit.set_field(desk, scene.case, scene.suspect, "occupation", words)
        edit.set_field(desk, scene.case, scene.suspect, "sex", "male")
    undo.take_back(desk, scene.case)
    undo.take_back(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("occupation") == "Pushed"  # type: ignore[union-attr]
    undo.take_back(desk, scene.case)
    undo.take_back(desk, scene.case)
    person = read(desk, scene.case).record(scene.suspect)
    assert person is not None
    assert (person.get("occupation"), person.get("sex")) == (None, None)


def test_words_typed_in_one_go_are_taken_back_in_one_go(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "occupation", "driver")
    edit.set_field(desk, scene.case, scene.suspect, "sex", "male")
    for typed in ("dri", "driver of", "driver of a van"):
        edit.set_field(desk, scene.case, scene.suspect, "occupation", typed)
    undo.take_back(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("occupation") == "driver"  # type: ignore[union-attr]
    undo.do_again(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("occupation") == "driver of a van"  # type: ignore[union-attr]


def test_what_was_made_is_archived_and_comes_back(desk: Desk, scene: SceneOne) -> None:
    made, _ = edit.create(desk, scene.case, "event", {"kind": "release", "note": "told by the duty desk"})
    undo.take_back(desk, scene.case)
    event = read(desk, scene.case).record(made)
    assert event is not None
    assert event.archived
    assert (event.get("archive_reason"), event.get("note")) == ("taken_back", "told by the duty desk")
    undo.do_again(desk, scene.case)
    assert not read(desk, scene.case).record(made).archived  # type: ignore[union-attr]


def test_what_was_archived_comes_back(desk: Desk, scene: SceneOne) -> None:
    edit.archive(desk, scene.case, scene.suspect, "wrong_person")
    undo.take_back(desk, scene.case)
    assert [p.id for p in read(desk, scene.case).people("suspect")] == [scene.suspect]
    undo.do_again(desk, scene.case)
    person = read(desk, scene.case).record(scene.suspect)
    assert person is not None
    assert (person.archived, person.get("archive_reason")) == (True, "wrong_person")


def test_roles_come_and_go_one_by_one(desk: Desk, scene: SceneOne) -> None:
    edit.add(desk, scene.case, scene.suspect, "roles", "witness")
    edit.remove(desk, scene.case, scene.suspect, "roles", "suspect")
    undo.take_back(desk, scene.case)
    assert set(read(desk, scene.case).record(scene.suspect).get("roles")) == {"witness", "suspect"}  # type: ignore[union-attr]
    undo.take_back(desk, scene.case)
    assert read(desk, scene.case).record(scene.suspect).get("roles") == ["suspect"]  # type: ignore[union-attr]
    undo.do_again(desk, scene.case)
    assert set(read(desk, scene.case).record(scene.suspect).get("roles")) == {"witness", "suspect"}  # type: ignore[union-attr]


def test_an_answer_taken_back_can_be_given_anew_in_sight(desk: Desk, scene: SceneOne) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes", source="victim")
    assert scene.force().floor == "medium"
    taken = undo.take_back(desk, scene.case)
    effect = taken.effects[scene.case]
    assert (effect.before.floor, effect.after.floor) == ("medium", "standard")
    assert scene.force().floor == "standard"
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes")
    assert scene.force().floor == "medium"


def test_effects_are_known_beforehand_and_nothing_is_written_for_them(desk: Desk, scene: SceneOne) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes")
    before = entries(desk, scene.case)
    [action, *_] = undo.last_minutes(desk, scene.case)
    effect = undo.effects(desk, action)[scene.case]
    assert (effect.before.floor, effect.after.floor) == ("medium", "standard")
    assert (entries(desk, scene.case), scene.force().floor) == (before, "medium")


@pytest.mark.parametrize("minutes, left", [(14, True), (16, False)])
def test_only_the_last_minutes_can_be_taken_back(
    desk: Desk, scene: SceneOne, clock: FixedClock, minutes: int, left: bool
) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody", "released")
    clock.advance(60 * minutes)
    if left:
        undo.take_back(desk, scene.case)
    else:
        assert problem_of(desk, scene.case) == "undo.nothing"
        assert undo.last_minutes(desk, scene.case) == []


def test_an_earlier_session_is_over(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody", "released")
    desk.session = "another"
    assert problem_of(desk, scene.case) == "undo.nothing"


def test_what_was_written_for_good_stays_and_says_what_to_do(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    assert problem_of(desk, scene.case) == "undo.grade"
    risk.complete(desk, scene.case, scene.assessment)
    assert problem_of(desk, scene.case) == "undo.sealed"
    edit.create(desk, scene.case, "note", {"words": "He is outside"})
    assert problem_of(desk, scene.case) == "undo.note"
    answered = [a for a in undo.last_minutes(desk, scene.case) if undo.refusal(desk, a) is None]
    assert not any(c.get("type") in ("answer", "victim_view") for a in answered for e in a.entries for c in e.changes)


def test_a_record_is_not_archived_under_what_was_built_on_it(desk: Desk, scene: SceneOne) -> None:
    person, _ = edit.create(desk, scene.case, "person", {"roles": ["witness"], "given_name": "Ona"})
    made = undo.latest(desk, scene.case)
    edit.create(desk, scene.case, "event", {"kind": "moved", "person": person})
    assert problem_of(desk, scene.case, made) == "undo.later_first"
    undo.take_back(desk, scene.case)
    undo.take_back(desk, scene.case, made)
    assert read(desk, scene.case).record(person).archived  # type: ignore[union-attr]


def test_what_another_officer_has_written_since_is_not_overwritten(tmp_path: Path) -> None:
    mine, other = laptop(tmp_path / "a", "Ilse Marrow"), laptop(tmp_path / "b", "Tomas Brandt")
    case = cases.new_case(mine, "NM-2026-0001")
    person, _ = edit.create(mine, case, "person", {"roles": ["suspect"], "custody": "in_custody"})
    edit.set_field(mine, case, person, "custody", "released")
    carry(case, mine, other)
    edit.set_field(other, case, person, "custody", "bailed")
    carry(case, other, mine)
    assert problem_of(mine, case) == "undo.changed_since"
    assert read(mine, case).record(person).get("custody") == "bailed"  # type: ignore[union-attr]
    for desk in (mine, other):
        close_desk(desk)


def test_a_decision_on_a_conflict_taken_back_is_a_conflict_again(tmp_path: Path) -> None:
    mine, other = laptop(tmp_path / "a", "Ilse Marrow"), laptop(tmp_path / "b", "Tomas Brandt")
    case = cases.new_case(mine, "NM-2026-0001")
    person, _ = edit.create(mine, case, "person", {"roles": ["suspect"]})
    carry(case, mine, other)
    edit.set_field(mine, case, person, "custody", "in_custody")
    edit.set_field(other, case, person, "custody", "released")
    carry(case, other, mine)
    edit.resolve(mine, case, person, "custody", "in_custody")
    undo.take_back(mine, case)
    record = read(mine, case).record(person)
    assert record is not None
    assert (record.in_conflict("custody"), record.get("custody")) == (True, "released")
    undo.do_again(mine, case)
    assert not read(mine, case).conflicts()
    for desk in (mine, other):
        close_desk(desk)


def test_what_stood_before_is_never_guessed(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody", "released")
    [action, *_] = undo.last_minutes(desk, scene.case)
    # A case that came to this laptop as a whole brings no entries from before.
    refused = undo.refusal(desk, replace(action, told=Told(action.entries)))
    assert refused is not None
    assert refused.code == "undo.not_here"


def test_half_of_an_action_is_never_taken_back(desk: Desk, scene: SceneOne, monkeypatch: pytest.MonkeyPatch) -> None:
    other = cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    entries_of = desk.store.entries
    monkeypatch.setattr(desk.store, "entries", lambda case: iter([]) if case == other else entries_of(case))
    assert problem_of(desk, scene.case) == "undo.not_here"


def test_a_linked_case_is_taken_back_in_both_cases(desk: Desk, scene: SceneOne) -> None:
    other = cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    undo.take_back(desk, scene.case)
    assert read(desk, other).case.archived
    assert not read(desk, scene.case).of("link")
    undo.do_again(desk, scene.case)
    assert not read(desk, other).case.archived
    assert len(read(desk, scene.case).of("link")) == 2 or read(desk, scene.case).of("link")


def test_immediate_danger_is_taken_back_in_one_entry(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    cases.immediate_danger(desk, scene.case)
    first = read(desk, scene.case).case.get("danger_at")
    clock.advance(60)
    cases.immediate_danger(desk, scene.case)
    before = entries(desk, scene.case)
    cases.take_danger_back(desk, scene.case)
    assert entries(desk, scene.case) == before + 1
    view = read(desk, scene.case)
    assert (view.case.get("danger_at"), view.case.get("send_first")) == (first, "yes")
    cases.take_danger_back(desk, scene.case)
    view = read(desk, scene.case)
    assert (view.case.get("danger_at"), view.case.get("send_first")) == (None, "no")
    assert not view.of("event")
    assert {e.get("archive_reason") for e in view.of("event", archived=True)} == {"by_mistake"}


def test_a_correction_begun_is_taken_back_and_the_completed_one_counts(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    before = values(desk, scene.case)
    correction.correct(desk, scene.case, scene.assessment, "ticked by mistake")
    undo.take_back(desk, scene.case)
    left = {key: held for key, held in values(desk, scene.case).items() if key in before}
    assert left == before
    assert risk.current_assessment(read(desk, scene.case)).id == scene.assessment  # type: ignore[union-attr]


def test_a_task_is_not_closed_again_without_what_closing_needs(desk: Desk, scene: SceneOne) -> None:
    todo.set_task(desk, scene.case, "T01", status="not_needed", reason="none here")
    todo.set_task(desk, scene.case, "T01", status="open")
    todo.set_task(desk, scene.case, "T01", reason="")
    reopened = undo.last_minutes(desk, scene.case)[1].name
    assert problem_of(desk, scene.case, reopened) == "todo.reason_missing"


# -- random work

WORK = st.lists(
    st.one_of(
        st.tuples(st.just("custody"), st.sampled_from(["in_custody", "released", "bailed", None])),
        st.tuples(st.just("name"), st.sampled_from(["A", "Ab", ""])),
        st.tuples(st.just("role"), st.sampled_from(["witness", "suspect", "helper"])),
        st.tuples(st.just("unrole"), st.sampled_from(["witness", "suspect", "victim"])),
        st.tuples(st.just("answer"), st.sampled_from(["yes", "no", "unknown", None])),
        st.tuples(st.just("event"), st.just("release")),
        st.tuples(st.just("archive"), st.integers(0, 3)),
        st.tuples(st.just("restore"), st.integers(0, 3)),
        st.tuples(st.just("task"), st.sampled_from(["open", "not_needed"])),
        st.tuples(st.just("danger"), st.none()),
        st.tuples(st.just("look"), st.none()),
    ),
    max_size=12,
)


def work(desk: Desk, case: str, person: str, assessment: str, doing: str, what: Any) -> None:
    view = cases.read_case(desk, case)
    things = [r for r in view if r.type in ("person", "event", "incident")]
    if doing == "custody":
        edit.set_field(desk, case, person, "custody", what)
    elif doing == "name":
        edit.set_field(desk, case, person, "given_name", what)
    elif doing == "role":
        edit.add(desk, case, person, "roles", what)
    elif doing == "unrole":
        edit.remove(desk, case, person, "roles", what)
    elif doing == "answer":
        risk.answer(desk, case, assessment, "F06", value=what)
    elif doing == "event":
        edit.create(desk, case, "event", {"kind": what})
    elif doing in ("archive", "restore"):
        done = edit.archive if doing == "archive" else edit.restore
        done(desk, case, things[what % len(things)].id)
    elif doing == "task":
        todo.set_task(desk, case, "T01", status=what, reason="none here")
    elif doing == "danger":
        cases.immediate_danger(desk, case)
    else:
        desk.looked_at.clear()
        cases.open_case(desk, case)


class Alone:
    """An officer's desk, spoken of by name only."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    desk = laptop(tmp_path_factory.mktemp("alone") / "vault", "Ilse Marrow", FixedClock(TODAY))
    yield Alone(desk)
    close_desk(desk)


@settings(max_examples=60)
@given(WORK, st.data())
def test_taking_everything_back_leaves_what_stood_before(one: Alone, doings: list[Any], data: st.DataObject) -> None:
    alone = one.desk
    note(str(doings))
    alone.session = "before"
    case = cases.new_case(alone, "NM-2026-0001")
    person, _ = edit.create(alone, case, "person", {"roles": ["suspect"], "given_name": "Dane"})
    edit.create(alone, case, "incident", {"place": "Gate"})
    assessment, _ = risk.start_assessment(alone, case)
    before, held = values(alone, case), {r.id for r in read(alone, case)}
    alone.session = "now"
    for doing, what in doings:
        work(alone, case, person, assessment, doing, what)
    written, there = entries(alone, case), {r.id for r in read(alone, case)}
    after = values(alone, case)
    back = 0
    while any(not a.takes_back and not a.log for a in undo.last_minutes(alone, case)):
        risk_before = floor_of(alone, case)
        taken = undo.take_back(alone, case)
        back += 1
        effect = taken.effects[case]
        # What it does to the floor is said as it is: never less than what happened.
        assert (effect.before.floor, effect.after.floor) == (risk_before, floor_of(alone, case))
        if data.draw(st.booleans()):
            undo.do_again(alone, case)
            undo.take_back(alone, case)
    emptied = {"assessment", "factor", "code", "agency"}
    now = {key: kept for key, kept in values(alone, case).items() if key in before or kept.keys() - emptied}
    assert now == before
    assert held <= there <= {r.id for r in read(alone, case)}
    assert entries(alone, case) >= written + back
    for _ in range(back):
        undo.do_again(alone, case)
    assert {k: v for k, v in values(alone, case).items() if v.keys() - emptied or k in after} == after


def floor_of(desk: Desk, case: str) -> str:
    return risk.picture(desk, read(desk, case)).floor.level
