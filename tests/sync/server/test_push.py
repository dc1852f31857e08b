"""A push against a real server: every outcome, said again in the same words, and nothing half done."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets

import msgspec
import pytest

from app.notebook import entry as notebook
from app.notebook.entry import SignedEntry
from app.notebook.ids import random_id
from sync.wire import limits
from tests.notebook.writers import key_of
from tests.sync.laptops import Force, Laptop, RefusedError


def outcomes(answer):
    return [(one.outcome, one.reason) for one in answer.outcomes]


def resigned(signed: SignedEntry, laptop: Laptop, **changed) -> SignedEntry:
    """The entry with some of it changed, signed by its own device again."""
    made = msgspec.structs.replace(notebook.read(signed.body), **changed)
    return notebook.sign(made, key_of(laptop.device))


def signed_bytes(laptop: Laptop, body: bytes) -> SignedEntry:
    return SignedEntry(body, key_of(laptop.device).sign(hashlib.sha256(body).digest()))


def test_entries_get_numbers_and_the_head_moves(laptop: Laptop):
    case = laptop.new_case()
    laptop.set(case, "reference", "B")
    answer = laptop.push()
    assert outcomes(answer) == [("accepted", ""), ("accepted", "")]
    assert [one.number for one in answer.outcomes] == [1, 2]
    assert (answer.head.last, answer.head.hash) == (2, laptop.writer.previous)
    assert answer.tree is not None
    assert answer.tree.size == 2


def test_the_same_push_again_is_answered_in_the_same_words(laptop: Laptop):
    case = laptop.new_case()
    laptop.set(case, "reference", "B")
    laptop.writer.entries[1] = resigned(laptop.writer.entries[1], laptop, author="Somebody else")
    first = laptop.push(*laptop.writer.entries)
    again = laptop.push(*laptop.writer.entries)
    assert outcomes(first) == [("accepted", ""), ("refused", "author")]
    assert outcomes(again) == [("already", ""), ("refused", "author")]
    assert [(o.number, o.received_at) for o in first.outcomes] == [(o.number, o.received_at) for o in again.outcomes]
    assert first.head == again.head
    assert laptop.force.rows("SELECT count(*) FROM entry WHERE org_id = %s", laptop.force.org) == [(1,)]


def test_after_a_gap_the_head_is_told_and_nothing_is_taken(laptop: Laptop):
    case = laptop.new_case()
    for reference in "BCD":
        laptop.set(case, "reference", reference)
    laptop.push(laptop.writer.entries[0])
    answer = laptop.push(*laptop.writer.entries[2:])
    assert answer.outcomes == []
    assert answer.head.last == 1
    assert outcomes(laptop.push(*laptop.writer.entries[1:])) == [("accepted", "")] * 3


def test_a_fork_is_kept_apart_on_both_sides_and_never_merged(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.set(case, "reference", "B")
    laptop.push()
    other = resigned(laptop.writer.entries[1], laptop, session="a copy")
    answer = laptop.push(other)
    assert outcomes(answer) == [("forked", "forked")]
    assert outcomes(laptop.push(other)) == [("forked", "forked")]
    kept = force.rows("SELECT hash, outcome FROM quarantine WHERE org_id = %s ORDER BY outcome", force.org)
    assert kept == [(laptop.writer.entries[1].hash, "accepted"), (other.hash, "forked")]
    assert force.rows("SELECT count(*) FROM entry WHERE org_id = %s AND hash = %s", force.org, other.hash) == [(0,)]
    assert force.rows("SELECT kind FROM event WHERE org_id = %s AND kind = 'forked'", force.org) == [("forked",)]


def test_an_entry_that_follows_another_history_is_a_fork(laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    laptop.set(case, "reference", "B")
    assert outcomes(laptop.push(resigned(laptop.writer.entries[1], laptop, previous="f" * 64))) == [
        ("forked", "forked")
    ]


def test_a_refused_entry_is_kept_with_its_reason_and_nothing_waits_behind_it(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.set(case, "reference", "B")
    # Chained to the wrong one, so that the third follows what is refused.
    wrong = resigned(laptop.writer.entries[1], laptop, author="Somebody else")
    laptop.writer.previous = wrong.hash
    laptop.set(case, "reference", "C")
    third = resigned(laptop.writer.entries[2], laptop, previous=wrong.hash)
    answer = laptop.push(laptop.writer.entries[0], wrong, third)
    assert outcomes(answer) == [("accepted", ""), ("refused", "author"), ("accepted", "")]
    assert answer.head.last == 3
    kept = force.rows("SELECT body, reason FROM quarantine WHERE org_id = %s", force.org)
    assert [(bytes(body), reason) for body, reason in kept] == [(wrong.body, "author")]


@pytest.mark.parametrize(
    "seen",
    [
        "never enrolled",
        "beyond its head",
        "own later",
        "oddly written",
    ],
)
def test_an_entry_that_names_a_change_that_is_not_there_is_refused(force: Force, laptop: Laptop, seen: str):
    other = force.laptop()
    other.new_case()
    other.push()
    case = laptop.new_case()
    dot = {
        "never enrolled": f"{random_id()}:1",
        "beyond its head": f"{other.device}:2",
        "own later": f"{laptop.device}:3",
        "oddly written": f"{other.device}:01",
    }[seen]
    laptop.write(case, notebook.assign(case, {"reference": ("B", [dot])}))
    assert outcomes(laptop.push()) == [("accepted", ""), ("refused", "unknown")]


def test_what_is_there_may_be_named(force: Force, laptop: Laptop):
    other = force.laptop()
    other.new_case()
    other.push()
    case = laptop.new_case()
    laptop.write(case, notebook.assign(case, {"reference": ("B", [f"{other.device}:1"])}, {other.device: 1}))
    assert outcomes(laptop.push()) == [("accepted", ""), ("accepted", "")]


def test_an_entry_is_signed_by_its_own_device(force: Force, laptop: Laptop):
    other = force.laptop()
    laptop.new_case()
    forged = notebook.sign(notebook.read(laptop.writer.entries[0].body), key_of(other.device))
    assert outcomes(laptop.push(forged)) == [("refused", "signature")]


def test_an_entry_of_another_device_is_not_taken(force: Force, laptop: Laptop):
    other = force.laptop()
    other.new_case()
    answer = laptop.push(*other.writer.entries)
    assert outcomes(answer) == [("refused", "device")]
    assert answer.head.last == 0
    assert outcomes(other.push()) == [("accepted", "")]


HOSTILE = {
    "NaN": b'{"op":"create","record":"%(case)s","type":"case","fields":{"x":NaN}}',
    "doubled key": b'{"fields":{},"fields":{},"op":"create","record":"%(case)s","type":"case"}',
    "lone surrogate": b'{"fields":{"x":"\\ud800"},"op":"create","record":"%(case)s","type":"case"}',
    "NUL": b'{"fields":{"x":"a\\u0000b"},"op":"create","record":"%(case)s","type":"case"}',
    "spaces": b'{"fields": {},"op":"create","record":"%(case)s","type":"case"}',
    "huge number": b'{"fields":{"x":90071992547409930},"op":"create","record":"%(case)s","type":"case"}',
    "deep": b'{"fields":{"x":' + b"[" * 40 + b"]" * 40 + b'},"op":"create","record":"%(case)s","type":"case"}',
    "very deep": b'{"fields":{"x":' + b"[" * 5000 + b"]" * 5000 + b'},"op":"create","record":"%(case)s","type":"case"}',
    "no operation": b'{"fields":{},"record":"%(case)s","type":"case"}',
    "another shape": b'{"fields":[],"op":"create","record":"%(case)s","type":"case"}',
}


def entry_with(laptop: Laptop, change: bytes, **envelope) -> SignedEntry:
    """An entry whose only change is exactly these bytes."""
    made = laptop.writer.entry([{"op": "x", "record": "y"}], case=random_id())
    body = notebook.canonical(msgspec.structs.replace(made, **envelope))
    hole = b'[{"op":"x","record":"y"}]'
    assert hole in body
    return signed_bytes(laptop, body.replace(hole, b"[" + change.replace(b"%(case)s", made.case.encode()) + b"]"))


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_no_reader_could_be_trusted_with_is_kept_apart(laptop: Laptop, kind: str):
    try:
        answer = laptop.push(entry_with(laptop, HOSTILE[kind]))
    except RefusedError as refused:
        # Some of it is not even JSON, so that the request around it cannot be read.
        told = (refused.status, refused.code)
    else:
        assert outcomes(answer) == [("refused", "malformed")]
        assert answer.head.last == 1
        return
    assert told == (400, "malformed")
    assert kind in ("NaN", "very deep", "lone surrogate")


def test_the_same_made_rightly_is_taken(laptop: Laptop):
    good = entry_with(laptop, b'{"fields":{"x":"a"},"op":"create","record":"%(case)s","type":"case"}')
    assert outcomes(laptop.push(good)) == [("accepted", "")]


def test_an_unknown_operation_is_kept_and_handed_on(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.write(case, {"op": "of a later version", "record": case, "what": ["new"]})
    assert outcomes(laptop.push()) == [("accepted", "")] * 2
    assert [bytes(one.entry) for one in other.pull()] == [one.body for one in laptop.writer.entries]


def test_too_large_an_entry_is_refused_and_too_many_are_not_read(laptop: Laptop):
    case = random_id()
    laptop.writer.write(notebook.create(case, "case", {"note": secrets.token_hex(limits.ENTRY // 2)}), case=case)
    assert outcomes(laptop.push()) == [("refused", "too_large")]
    with pytest.raises(RefusedError, match="413 too_large"):
        laptop.push(*[laptop.writer.entries[0]] * (limits.ENTRIES + 1))


def test_entries_of_the_vault_itself_are_kept_for_the_chain_and_handed_to_nobody(force: Force, laptop: Laptop):
    other = force.laptop(role="supervisor")
    laptop.write(laptop.device, notebook.create("s", "setting", {"a": 1}))
    assert outcomes(laptop.push()) == [("accepted", "")]
    assert other.pull() == []
    assert other.snapshots().snapshots == []


def test_the_number_of_changes_has_a_limit(laptop: Laptop):
    case = random_id()
    changes = [notebook.create(case, "case", {})] + [notebook.add(case, "tags", n) for n in range(limits.CHANGES)]
    laptop.write(case, *changes)
    assert outcomes(laptop.push()) == [("refused", "too_large")]


def test_the_writers_of_these_tests_are_taken_at_their_word(laptop: Laptop):
    # The control of every refusal here: an entry as the program makes it goes through.
    case = laptop.new_case()
    laptop.write(case, notebook.append(random_id(), "event", {"kind": "arrest"}))
    laptop.write(case, notebook.add(case, "tags", "one"))
    assert outcomes(laptop.push()) == [("accepted", "")] * 3
    assert dataclasses.is_dataclass(laptop.writer)


def test_another_devices_id_is_no_case(force: Force, laptop: Laptop):
    """What a vault keeps under its own id is handed to nobody: not to whoever would open a case there."""
    other = force.laptop()
    laptop.new_case(case=other.device)
    answer = laptop.push()
    assert outcomes(answer) == [("refused", "malformed")]
    assert force.rows("SELECT count(*) FROM held_case WHERE case_id = %s", other.device) == [(0,)]
