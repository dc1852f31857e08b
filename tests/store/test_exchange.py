"""Entries of other devices: verified, taken in once and whole, together with the place from which to go on."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import pytest

from app.notebook import entry as notebook
from app.notebook.entry import SignedEntry
from app.notebook.hybrid import LEAD_MS
from app.store import anew, exchange, rows, snapshots
from app.store.exchange import Accepted, Arrived, Refused
from app.store.store import Store
from tests.notebook.writers import Writer
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, answers, clock, fill, new_store, problem, put, raw, tables

MOMENT = "2026-11-14T03:00:00+00:00"
SERVER_MS = 1_800_000_000_000
OTHER = "b" * 32
KEYS = {OTHER: Writer(OTHER).public.public_bytes_raw()}


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "vault")
    fill(made, 3)
    yield made
    made.close()


@pytest.fixture
def other():
    """Another officer, who answers F00 differently without having seen it."""
    writer = Writer(OTHER)
    writer.write(notebook.create("F00", "answer", {"factor": "F00", "value": "no"}), case=CASE)
    writer.write(notebook.create("q" * 32, "person", {"given_name": "Zofia"}), case=CASE)
    return writer


def arrived(writer: Writer, after: int = 0) -> list[Arrived]:
    return [Arrived(signed, after + n, MOMENT) for n, signed in enumerate(writer.entries, 1)]


def test_what_arrives_stands_beside_what_is_here(store, other):
    assert answers(store)["F00"] == "yes"
    done = exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    assert (done.touched, done.refused) == ({CASE: {"F00", "q" * 32}}, [])
    record = store.view(CASE).record("F00")
    assert sorted(s.value for s in record.standing("value")) == ["no", "yes"]
    assert {s.written.received for s in record.standing("value")} == {None, MOMENT}
    assert store.find(["zofia"], 5)
    assert exchange.cursor(store) == "epoch:2"
    store.verify()
    assert store.unsent()[0] == 5


def test_the_case_that_is_open_shows_what_arrived(store, other):
    shown = store.case(CASE)
    exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    assert store.case(CASE) is not shown
    assert "q" * 32 in store.case(CASE).records


def test_what_arrives_twice_is_taken_in_once(store, other):
    exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    before = tables(store.path.parent)
    done = exchange.receive(store, [*arrived(other), *arrived(other)], KEYS, "epoch:2", SERVER_MS)
    assert done.touched == {}
    assert tables(store.path.parent) == before


@pytest.mark.parametrize("stopped_at", [(rows, "write_rows"), (Store, "insert"), (Store, "remember")])
def test_an_exchange_that_is_cut_off_changes_neither_data_nor_place(store, other, stopped_at):
    exchange.receive(store, arrived(other)[:1], KEYS, "epoch:1", SERVER_MS)
    before = tables(store.path.parent)
    with mock.patch.object(*stopped_at, side_effect=RuntimeError), pytest.raises(RuntimeError):
        exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    assert tables(store.path.parent) == before
    assert exchange.cursor(store) == "epoch:1"
    assert len(exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS).touched) == 1


def test_what_cannot_be_verified_is_refused_and_holds_up_nothing(store, other):
    good = arrived(other)
    forged = replace(good[0], signed=SignedEntry(good[0].signed.body, good[1].signed.signature))
    changed = replace(
        good[0], signed=SignedEntry(good[0].signed.body.replace(b'"no"', b'"xx"'), good[0].signed.signature)
    )
    stranger = Writer("z" * 32)
    stranger.write(notebook.create("x", "person", {}), case=CASE)
    nonsense = replace(good[0], signed=SignedEntry(b"{}", b""))
    batch = [forged, changed, *arrived(stranger), nonsense, good[1]]
    done = exchange.receive(store, batch, KEYS, "epoch:9", SERVER_MS)
    assert [reason for _, reason in done.refused] == ["signature", "signature", "unknown device", "not an entry"]
    assert done.touched == {CASE: {"q" * 32}}
    assert [kept.entry.device for kept in store.entries(CASE)].count(OTHER) == 1


def test_two_entries_with_one_number_are_never_merged(store, other):
    exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    twin = Writer(OTHER)
    twin.write(notebook.create("F01", "answer", {"value": "no"}), notebook.create("n", "note", {}), case=CASE)
    twin.write(notebook.create("F02", "answer", {"value": "no"}), case=CASE)
    before = tables(store.path.parent, ("entry", "record"))
    done = exchange.receive(store, arrived(twin, 2)[:1], KEYS, "epoch:4", SERVER_MS)
    assert [reason for _, reason in done.refused] == ["two entries with one number"]
    assert tables(store.path.parent, ("entry", "record")) == before


def test_an_entry_of_this_device_that_is_not_in_its_notebook_is_refused(store):
    copy = Writer(DEVICE, number=500)
    copy.write(notebook.create("x", "person", {}), case=CASE)
    done = exchange.receive(store, arrived(copy), {DEVICE: copy.public.public_bytes_raw()}, "epoch:1", SERVER_MS)
    assert [reason for _, reason in done.refused] == ["not in this notebook"]


def test_what_is_acknowledged_is_no_longer_sent_and_its_receipt_is_known(store):
    waiting = exchange.outgoing(store)
    assert [one.first for one in waiting] == [1, 2, 3, 4, 5]
    assert [one.first for one in exchange.outgoing(store, 2)] == [1, 2]
    done = exchange.acknowledge(store, [Accepted(1, 10, MOMENT), Accepted(3, 11, MOMENT)])
    assert done == {CASE}
    assert [one.first for one in exchange.outgoing(store)] == [2, 4, 5]
    assert store.unsent()[0] == 3
    [standing] = store.view(CASE).record("F00").standing("value")
    assert standing.written.received == MOMENT
    before = tables(store.path.parent)
    assert exchange.acknowledge(store, [Accepted(1, 99, "later"), Accepted(77, 1, MOMENT)]) == set()
    assert tables(store.path.parent) == before
    store.rebuild()
    assert tables(store.path.parent, ("record",))["record"] == before["record"]
    store.verify()


def test_this_devices_own_entry_coming_back_counts_as_acknowledged(store):
    mine = [Arrived(one.signed, n, MOMENT) for n, one in enumerate(exchange.outgoing(store), 1)]
    done = exchange.receive(store, mine, {DEVICE: store.public_key()}, "epoch:5", SERVER_MS)
    assert done.refused == []
    assert store.unsent()[0] == 0
    assert len(answers(store)) == 3


def test_a_laptop_that_believes_in_2035_does_not_take_this_one_there(store):
    wrong = Writer(OTHER)
    wrong.write(notebook.create("x", "person", {}), case=CASE, now_ms=2_050_000_000_000)
    exchange.receive(store, arrived(wrong), KEYS, "epoch:1", SERVER_MS)
    put(store, "F00", "no")
    assert list(store.entries(CASE))[-1].entry.stamp.milliseconds <= SERVER_MS + LEAD_MS


def test_what_is_written_after_an_entry_was_read_is_displayed_after_it(store, other):
    late = Writer(OTHER)
    late.write(notebook.create("x", "person", {}), case=CASE, now_ms=SERVER_MS)
    exchange.receive(store, arrived(late), KEYS, "epoch:1", SERVER_MS)
    put(store, "F00", "no")
    mine = list(store.entries(CASE))[-1].entry
    assert mine.stamp > late.clock
    again = Store.open(store.path.parent, KEY, DEVICE)
    again.write(CASE, [notebook.append("n", "note", {})], AUTHOR, clock())
    assert list(again.entries(CASE))[-1].entry.stamp > mine.stamp
    again.close()


@pytest.mark.parametrize("whose", ["its own", "this vault's", "a third one's", "one that is known"])
def test_what_another_device_says_under_the_id_of_a_device_is_set_aside(store, other, whose):
    """The server takes no such thing, and hands none out; a vault believes it no more."""
    third = "9" * 32
    exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    before = tables(store.path.parent, ("entry", "record", "case_line"))
    writer = Writer("e" * 32)
    case = {"its own": writer.device, "this vault's": store.device, "a third one's": third, "one that is known": OTHER}
    writer.write(notebook.create("o" * 32, "case", {"reference": "planted"}), case=case[whose])
    keys = {writer.device: writer.public.public_bytes_raw(), third: bytes(32)}
    done = exchange.receive(store, arrived(writer, 2), keys, "epoch:3", SERVER_MS)
    assert [reason for _, reason in done.refused] == ["another device's own"]
    assert tables(store.path.parent, ("entry", "record", "case_line")) == before
    assert exchange.cursor(store) == "epoch:3"
    assert len(tables(store.path.parent, ("aside",))["aside"]) == 1
    assert store.cases() == [CASE]


def test_a_received_entry_that_was_changed_on_the_disk_is_noticed(store, other):
    exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    store.verify()
    connection = raw(store.path.parent)
    connection.execute("UPDATE entry SET signature = zeroblob(64) WHERE device = ? AND first = 2", (OTHER,))
    connection.close()
    with problem("store.rolled_back"):
        store.verify()


def test_what_was_refused_stands_again_when_it_is_sent_again(store):
    first = exchange.outgoing(store)[-1].first
    exchange.refuse(store, [Refused(first, "scope")])
    assert "F02" not in answers(store)
    assert exchange.send_again(store, 0)
    assert answers(store)["F02"] == "yes"
    exchange.acknowledge(store, [Accepted(first, 9, MOMENT)])
    stands = store.case(CASE).snapshot()
    store.rebuild()
    assert store.case(CASE).snapshot() == stands


def test_what_was_refused_of_a_case_that_went_is_sent_again_and_shown_nowhere(store):
    waiting = exchange.outgoing(store)
    exchange.acknowledge(store, [Accepted(one.first, n, MOMENT) for n, one in enumerate(waiting[:-1], 1)])
    exchange.refuse(store, [Refused(waiting[-1].first, "scope")])
    assert snapshots.remove(store, CASE, snapshots.LEFT, 9, MOMENT)
    with store.transaction() as connection:
        connection.execute("UPDATE entry SET state = 'refused' WHERE first = ?", (waiting[-1].first,))
    exchange.send_again(store, 0)
    assert len(exchange.outgoing(store)) == len(waiting)
    exchange.acknowledge(store, [Accepted(waiting[-1].first, 9, MOMENT)])
    assert store.cases() == []


def test_what_was_refused_of_a_device_that_this_vault_was_before_counts_when_a_person_decided_so(store, other):
    exchange.receive(store, arrived(other), KEYS, "epoch:2", SERVER_MS)
    with store.transaction() as connection:
        connection.execute("UPDATE entry SET state = 'refused', number = NULL WHERE device = ? AND first = 2", (OTHER,))
        anew.fold_anew(connection, CASE)
    assert store.view(CASE).record("q" * 32) is None
    exchange.receive(store, [replace(arrived(other)[1], number=7)], KEYS, "epoch:7", SERVER_MS)
    assert store.view(CASE).record("q" * 32) is not None
