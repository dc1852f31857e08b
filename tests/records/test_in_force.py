"""What is in force where officers differ: the more cautious value, in every field where one is more cautious."""

from __future__ import annotations

from itertools import permutations

import pytest

from app.notebook import entry as notebook
from app.notebook.fold import fold
from app.records.declared import RECORD_TYPES
from app.records.view import CaseView, Record
from tests.notebook.writers import CASE, Writer

ALL = [(kind, field) for kind in RECORD_TYPES.values() for field in kind.fields]
RANKED = [(kind.name, f.name, f.cautious) for kind, f in ALL if isinstance(f.cautious, tuple)]
LISTS = [(kind.name, f.name, f.cautious) for kind, f in ALL if f.cautious in ("both", "either")]
HIGHEST = [(kind.name, f.name) for kind, f in ALL if f.cautious == "highest"]
EARLIEST = [(kind.name, f.name) for kind, f in ALL if f.cautious == "earliest"]


def conflict(kind: str, name: str, *values) -> list[Record]:
    """A record in which as many devices wrote a field apart, in every order of arrival."""
    entries = []
    for number, value in enumerate(values):
        writer = Writer(f"device{number}")
        entries.append(writer.write(notebook.create("r", kind, {name: value}), now_ms=1000 + number))
    return [CaseView(fold(CASE, [(entry, None) for entry in chosen])).record("r") for chosen in permutations(entries)]


@pytest.mark.parametrize("kind, name, order", RANKED)
def test_of_any_two_values_the_more_cautious_one_is_in_force(kind, name, order):
    typed = [int(v) if RECORD_TYPES[kind].field(name).kind == "number" else v for v in order]
    for high in range(len(typed)):
        for low in range(high + 1, len(typed)):
            for pair in ((typed[high], typed[low]), (typed[low], typed[high])):
                for record in conflict(kind, name, *pair):
                    assert record.get(name) == typed[high]
                    assert record.in_conflict(name)
                    assert sorted(map(str, pair)) == sorted(str(s.value) for s in record.standing(name))


@pytest.mark.parametrize("kind, name, how", LISTS)
def test_lists_keep_what_all_allow_or_what_any_forbids(kind, name, how):
    one, other, third = ["a", "b", "c"], ["b", "d"], []
    expected = {"both": ["b"], "either": ["a", "b", "c", "d"]}[how]
    for record in conflict(kind, name, one, other):
        assert sorted(record.get(name)) == expected
    for record in conflict(kind, name, one, other, third):
        assert sorted(record.get(name)) == ([] if how == "both" else expected)
    for record in conflict(kind, name, one, None):
        assert sorted(record.get(name) or []) == ([] if how == "both" else ["a", "b", "c"])


@pytest.mark.parametrize("kind, name", HIGHEST)
def test_of_numbers_the_highest_is_in_force(kind, name):
    for record in (*conflict(kind, name, 4, 1), *conflict(kind, name, 1, 4), *conflict(kind, name, None, 4, 10)):
        assert record.get(name) == max(s.value or 0 for s in record.standing(name))


@pytest.mark.parametrize("kind, name", EARLIEST)
def test_of_moments_the_earliest_is_in_force(kind, name):
    early, late = "2026-11-14T18:00:00+00:00", "2026-11-14T18:30:00+01:00"
    for record in (*conflict(kind, name, early, late), *conflict(kind, name, late, None, early, "tonight")):
        assert record.get(name) == late, "half past six an hour further east is before six"


@pytest.mark.parametrize(
    "kind, name, order",
    [
        ("case", "grade", ["high", "medium", "standard"]),
        ("case", "extreme", ["yes", "no"]),
        ("answer", "value", ["yes", "unknown", "no"]),
        ("answer", "value", ["yes", "declined", "no"]),
        ("answer", "value", ["yes", "not_asked", "no"]),
        ("person", "custody", ["at_large", "unknown", "released", "bailed", "in_custody"]),
        ("person", "interpreter", ["yes", "unknown", "no"]),
        ("safe_contact", "voicemail", ["no", "unknown", "yes"]),
        ("safe_contact", "text", ["no", "unknown", "yes"]),
        ("safe_contact", "withheld_number", ["yes", "unknown", "no"]),
        ("incident", "arrested", ["no", "unknown", "yes"]),
        ("incident", "suspect_at_large", ["yes", "unknown", "no"]),
        ("victim_view", "rating", [10, 7, 0]),
        ("task", "status", ["open", "done"]),
        ("paper", "lives_with_suspect", ["yes", "unknown", "no"]),
        ("paper", "kept_where", ["none", "home", "outside"]),
        ("measure", "safe", ["no", "unknown", "yes"]),
        ("person", "archived", ["no", "yes"]),
    ],
)
def test_the_orders_that_matter_most_stand_as_decided(kind, name, order):
    for high in range(len(order)):
        for low in range(high + 1, len(order)):
            assert {record.get(name) for record in conflict(kind, name, order[low], order[high])} == {order[high]}


@pytest.mark.parametrize(
    "kind, name, how",
    [
        ("safe_contact", "channels", "both"),
        ("safe_contact", "days", "both"),
        ("safe_contact", "may_know", "both"),
        ("safe_contact", "never_use", "either"),
        ("safe_contact", "compromised", "either"),
        ("person", "needs", "either"),
    ],
)
def test_safe_contact_is_only_what_both_allow_and_never_lists_are_joined(kind, name, how):
    assert RECORD_TYPES[kind].field(name).cautious == how


def test_nothing_left_that_both_allow_means_contact_nobody():
    for record in conflict("safe_contact", "channels", ["call"], ["mail"]):
        assert record.get("channels") == []
        assert record.get("channels", ["call"]) == []


def test_every_yes_no_field_has_a_cautious_side_or_is_a_matter_of_record():
    plain = {(kind.name, f.name) for kind, f in ALL if f.kind == "three" and f.cautious is None and not kind.immutable}
    assert plain == set()


def test_equal_values_of_two_devices_are_shown_once_and_are_no_conflict():
    for record in conflict("case", "grade", "high", "high"):
        assert record.get("grade") == "high"
        assert not record.in_conflict("grade")
        assert len(record.standing("grade")) == 2


def test_where_nothing_is_more_cautious_the_latest_is_shown_and_both_stand():
    for record in conflict("person", "given_name", "Mira", "Myra"):
        assert record.get("given_name") == "Myra"
        assert record.conflicts() == ["given_name"]
        assert [s.value for s in record.standing("given_name")] == ["Mira", "Myra"]


def test_a_clock_years_ahead_does_not_make_a_value_more_cautious():
    wrong, right = Writer("a"), Writer("b")
    entries = [
        wrong.write(notebook.create("r", "case", {"grade": "standard"}), now_ms=2_050_000_000_000),
        right.write(notebook.create("r", "case", {"grade": "high"}), now_ms=1_000_000_000_000),
    ]
    assert CaseView(fold(CASE, [(e, None) for e in entries])).record("r").get("grade") == "high"
