"""The fold: the same entries give the same state in any order and however often they come; nothing vanishes."""

from __future__ import annotations

import random
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.notebook import entry as notebook
from app.notebook.fold import fold
from tests.notebook.histories import CASE, histories, live_dots, seen_by_later_ones, written_dots
from tests.notebook.writers import RECORD, Writer


def state_of(entries):
    return fold(CASE, [(entry, None) for entry in entries])


@settings(max_examples=200)
@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(entries, chance: random.Random):
    expected = state_of(entries).snapshot()
    for _ in range(4):
        again = entries + chance.choices(entries, k=len(entries))
        chance.shuffle(again)
        assert state_of(again).snapshot() == expected


@settings(max_examples=200)
@given(histories())
def test_every_value_stands_or_was_seen_by_a_later_writer(entries):
    standing = live_dots(state_of(entries).snapshot())
    seen = seen_by_later_ones(entries)
    assert written_dots(entries) <= standing | seen
    # And what was seen and replaced does not come back, except what was appended: that stands for ever.
    appended = {
        (c["record"], d) for e in entries for d, c in zip(e.dots(), e.changes, strict=True) if c["op"] == "append"
    }
    assert all((record, dot) in appended for record, _, dot in standing & seen)


@given(histories())
def test_an_entry_applies_whole_and_once(entries):
    state = state_of(entries)
    for entry in entries:
        assert state.apply(entry) == set()
    assert {c["record"] for e in entries for c in e.changes} == set(state.records)


def two() -> tuple[Writer, Writer]:
    return Writer("a"), Writer("b")


def values(writer: Writer, name: str, record: str = RECORD) -> list:
    return [standing.value for standing in writer.state().records[record].standing(name)]


def test_two_officers_who_differ_are_both_kept_until_somebody_decides():
    a, b = two()
    start = a.put("grade", "medium")
    b.read(start)
    first, second = a.put("grade", "high"), b.put("grade", "standard")
    a.read(second)
    b.read(first)
    assert sorted(values(a, "grade")) == sorted(values(b, "grade")) == ["high", "standard"]
    decided = b.put("grade", "high")
    a.read(decided)
    assert values(a, "grade") == values(b, "grade") == ["high"]


def test_two_decisions_made_apart_are_again_a_conflict():
    a, b = two()
    first, second = a.put("grade", "high"), b.put("grade", "standard")
    a.read(second)
    b.read(first)
    one, other = a.put("grade", "high"), b.put("grade", "medium")
    a.read(other)
    b.read(one)
    assert sorted(values(a, "grade")) == sorted(values(b, "grade")) == ["high", "medium"]


def test_the_same_value_written_by_two_stands_twice_and_is_no_conflict():
    a, b = two()
    entries = [a.put("grade", "high"), b.put("grade", "high")]
    for chosen in permutations(entries):
        assert [s.value for s in state_of(chosen).records[RECORD].standing("grade")] == ["high", "high"]


def test_confirming_a_value_is_a_change_of_its_own():
    a, _ = two()
    a.put("grade", "high")
    again = a.put("grade", "high")
    [standing] = a.state().records[RECORD].standing("grade")
    assert standing.dot == again.dots()[0]


def test_different_fields_of_a_record_never_meet():
    a, b = two()
    entries = [a.put("grade", "high"), b.put("reference", "X-1")]
    record = state_of(entries).records[RECORD]
    assert [s.value for s in record.standing("grade")] == ["high"]
    assert [s.value for s in record.standing("reference")] == ["X-1"]


def test_an_element_that_was_added_elsewhere_meanwhile_stays():
    a, b = two()
    first = a.write(notebook.add(RECORD, "roles", "victim"))
    b.read(first)
    again = b.write(notebook.add(RECORD, "roles", "victim"))
    gone = a.write(notebook.remove(RECORD, "roles", a.state().records[RECORD].seen("roles")))
    for chosen in permutations([first, again, gone]):
        assert [s.value for s in state_of(chosen).records[RECORD].standing("roles")] == ["victim"]


def test_a_removed_element_is_gone_also_where_the_addition_comes_later():
    a, _ = two()
    first = a.write(notebook.add(RECORD, "roles", "child"))
    gone = a.write(notebook.remove(RECORD, "roles", first.dots()))
    for chosen in permutations([first, gone]):
        assert state_of(chosen).records[RECORD].standing("roles") == []


def test_two_who_make_the_same_record_meet_in_it():
    a, b = two()
    entries = [
        a.write(notebook.create(RECORD, "answer", {"factor": "F01", "value": "yes"})),
        b.write(notebook.create(RECORD, "answer", {"factor": "F01", "value": "no"})),
    ]
    for chosen in permutations(entries):
        record = state_of(chosen).records[RECORD]
        assert sorted(s.value for s in record.standing("value")) == ["no", "yes"]
        assert len(record.created) == 2


def test_two_who_make_one_id_as_different_things_agree_on_what_it_is():
    a, b = two()
    entries = [a.write(notebook.create(RECORD, "task", {})), b.write(notebook.create(RECORD, "answer", {}))]
    assert len({state_of(chosen).records[RECORD].type for chosen in permutations(entries)}) == 1


def test_what_was_appended_stands_beside_any_later_write():
    a, b = two()
    made = a.write(notebook.append(RECORD, "sealed", {"grade": "high"}))
    b.read(made)
    changed = b.put("grade", "standard")
    emptied = b.write(notebook.remove(RECORD, "grade", made.dots()))
    for chosen in permutations([made, changed, emptied]):
        record = state_of(chosen).records[RECORD]
        assert record.immutable
        assert sorted(s.value for s in record.standing("grade")) == ["high", "standard"]


def test_what_only_a_newer_version_knows_is_kept():
    a, b = two()
    entries = [
        a.write({"op": "move", "record": RECORD, "to": "x"}),
        b.write(notebook.create("n", "satellite", {"orbit": {"km": 400}})),
        b.write(notebook.assign(RECORD, {"unheard_of": ([1, {"a": None}], [])})),
    ]
    for chosen in permutations(entries):
        state = state_of(chosen)
        assert state.records[RECORD].unknown == entries[0].changes
        assert state.records["n"].type == "satellite"
        assert state.records["n"].standing("orbit")[0].value == {"km": 400}
        assert state.records[RECORD].standing("unheard_of")[0].value == [1, {"a": None}]


def test_no_clock_decides_which_value_stands():
    outcomes = []
    for a_ms, b_ms in [(1, 2_050_000_000_000), (2_050_000_000_000, 1), (5, 5)]:
        a, b = two()
        start = a.put("grade", "medium", now_ms=a_ms)
        b.read(start)
        later = b.put("grade", "high", now_ms=b_ms)
        assert [s.value for s in state_of([start, later]).records[RECORD].standing("grade")] == ["high"]
        apart = a.put("grade", "standard", now_ms=a_ms)
        outcomes.append(sorted(s.value for s in state_of([start, later, apart]).records[RECORD].standing("grade")))
    assert outcomes == [["high", "standard"]] * 3


def test_author_and_times_of_what_stands_are_known_after_a_hundred_changes():
    a, _ = two()
    for number in range(100):
        a.put("note", str(number), now_ms=number)
    record = a.state().records[RECORD]
    [standing] = record.standing("note")
    assert (standing.value, standing.written.author) == ("99", "Officer a")
    assert len(record.written) <= 12


def test_the_receipt_time_is_noted_for_what_stands():
    a, _ = two()
    made = a.put("grade", "high")
    assert a.state().mark_received(made, "2026-11-14T03:00:00+00:00") == {RECORD}
    assert a.state().records[RECORD].standing("grade")[0].written.received == "2026-11-14T03:00:00+00:00"
    received = fold(CASE, [(made, "2026-11-14T03:00:00+00:00")])
    assert received.records[RECORD].standing("grade") == a.state().records[RECORD].standing("grade")
