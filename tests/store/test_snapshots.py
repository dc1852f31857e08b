"""Snapshots and what follows them give what the whole log gives; cases that went leave nothing but hashes."""

from __future__ import annotations

import hashlib
import random

import pytest

from app.notebook import entry as notebook
from app.notebook.fold import CaseState
from app.notebook.packing import pack
from app.store import exchange, folded, snapshots
from app.store.exchange import Accepted, Arrived, Refused
from app.store.snapshots import Snapshot
from tests.notebook.writers import Writer
from tests.store.vaults import AUTHOR, CASE, answers, clock, fill, new_store, problem, put, raw, tables

MOMENT = "2026-11-14T03:00:00+00:00"
SERVER_MS = 1_800_000_000_000
OTHERS = ("b" * 32, "e" * 32)
KEYS = {name: Writer(name).public.public_bytes_raw() for name in OTHERS}
ROWS = ("record", "word", "spelling")


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "vault")
    yield made
    made.close()


def history(seed: int, length: int = 30) -> list[Arrived]:
    """What two officers wrote in one case, each seeing some of the other's work, as the server numbered it."""
    chance = random.Random(seed)
    writers, told = [Writer(name) for name in OTHERS], []
    for number in range(1, length + 1):
        writer = chance.choice(writers)
        factor = f"F{chance.randrange(4):02d}"
        held = writer.state().records.get(factor)
        value = chance.choice(["yes", "no", "unknown"])
        if held is None:
            change = notebook.create(factor, "answer", {"factor": factor, "value": value})
        else:
            change = notebook.assign(factor, {"value": (value, held.seen("value"))})
        writer.write(change)
        told.append(Arrived(writer.entries[-1], number, MOMENT))
        if chance.random() < 0.5:
            for one in told:
                for each in writers:
                    each.state().apply(notebook.read(one.signed.body), MOMENT)
    return told


def snapshot(told: list[Arrived], upto: int) -> Snapshot:
    state = CaseState(CASE)
    for one in told[:upto]:
        state.apply(notebook.read(one.signed.body), one.received_at)
    digest = sum(int(hashlib.sha256(one.signed.body).hexdigest(), 16) for one in told[:upto]) % 2**256
    records = {key: pack(record) for key, record in state.records.items()}
    return Snapshot(CASE, upto, f"{digest:064x}", MOMENT, records)


@pytest.mark.parametrize("seed", range(8))
def test_a_snapshot_with_what_follows_gives_what_the_whole_log_gives(store, tmp_path, seed):
    told, cut = history(seed), random.Random(seed).randrange(31)
    whole = new_store(tmp_path / "whole", device="f" * 32)
    exchange.receive(whole, told, KEYS, "30", SERVER_MS)
    assert snapshots.take(store, [snapshot(told, cut)]) == {CASE}
    exchange.receive(store, told[cut:], KEYS, "30", SERVER_MS)
    assert store.case(CASE).snapshot() == whole.case(CASE).snapshot()
    assert exchange.digest(store, CASE, 30) == exchange.digest(whole, CASE, 30)
    # What came before is fetched later, for the timeline, and changes nothing.
    exchange.receive(store, told[:cut], KEYS, "30", SERVER_MS)
    assert len(list(store.entries(CASE))) == 30
    before = tables(store.path.parent, ROWS)
    store.rebuild()
    assert tables(store.path.parent, ROWS) == before
    assert store.case(CASE).snapshot() == whole.case(CASE).snapshot()
    store.verify()
    whole.close()


def many(count: int) -> list[Snapshot]:
    """Snapshots of cases with people whose names repeat, as a first synchronisation brings them."""
    found = []
    for n in range(count):
        case, writer = f"{n:032x}", Writer(OTHERS[0])
        writer.write(notebook.create(case, "case", {"reference": f"NM-{n % 7}"}), case=case)
        name = {"given_name": ("Mira", "Anna-Lucja")[n % 2], "family_name": f"Havel{n % 3}"}
        writer.write(notebook.create(f"{n + 10**6:032x}", "person", name), case=case)
        state = CaseState(case)
        for one in writer.entries:
            state.apply(notebook.read(one.body), MOMENT)
        digest = sum(int(hashlib.sha256(one.body).hexdigest(), 16) for one in writer.entries) % 2**256
        found.append(
            Snapshot(case, n + 1, f"{digest:064x}", MOMENT, {key: pack(r) for key, r in state.records.items()})
        )
    return found


def test_many_new_cases_at_once_give_the_rows_that_each_by_itself_gives(store, tmp_path, monkeypatch):
    came = many(30)
    assert snapshots.take(store, [*came, came[3]]) == {one.case_id for one in came}
    each = new_store(tmp_path / "each", device="f" * 32)
    monkeypatch.setattr(snapshots, "_known", lambda _connection, cases: set(cases))
    for one in came:
        assert snapshots.take(each, [one]) == {one.case_id}
    kept = (*ROWS, "case_line", "snapshot")
    assert tables(store.path.parent, kept) == tables(each.path.parent, kept)
    assert len(store.find(["havel2"], 50)) == len(each.find(["havel2"], 50)) == 10
    each.close()


def test_a_snapshot_of_the_very_entries_that_are_here_changes_no_row(store):
    told = history(6)
    exchange.receive(store, told, KEYS, "30", SERVER_MS)
    fill(store, 2)
    before = tables(store.path.parent, (*ROWS, "case_line"))
    assert snapshots.take(store, [snapshot(told, 30)]) == set()
    assert tables(store.path.parent, (*ROWS, "case_line")) == before
    assert CASE not in snapshots.not_confirmed(store)
    assert exchange.digest(store, CASE, 30) == snapshot(told, 30).digest
    # What came after it stands on top of it, as on top of the entries.
    store.rebuild()
    assert tables(store.path.parent, ROWS) == {name: before[name] for name in ROWS}


def test_a_snapshot_of_other_entries_is_folded_anew(store):
    told = history(6)
    exchange.receive(store, told[:29], KEYS, "29", SERVER_MS)
    assert snapshots.take(store, [snapshot(told, 30)]) == {CASE}
    assert exchange.digest(store, CASE, 30) == snapshot(told, 30).digest


def test_a_case_that_went_and_comes_again_is_shown_again(store):
    told = history(6)
    exchange.receive(store, told, KEYS, "30", SERVER_MS)
    assert snapshots.remove(store, CASE, snapshots.LEFT, 31, MOMENT)
    assert snapshots.take(store, [snapshot(told, 30)]) == {CASE}
    assert store.view(CASE).record("F00") is not None
    assert snapshots.gone(store) == {}


def test_what_waits_here_stays_on_top_of_a_snapshot(store):
    fill(store, 2)
    told = history(3)
    snapshots.take(store, [snapshot(told, 20)])
    assert sorted(s.value for s in store.view(CASE).record("F00").standing("value") if s.written.author == AUTHOR.name)
    assert store.unsent()[0] == 4
    assert store.find(["mira"], 5)


def test_an_older_snapshot_changes_nothing(store):
    told = history(4)
    snapshots.take(store, [snapshot(told, 20)])
    before = tables(store.path.parent)
    assert snapshots.take(store, [snapshot(told, 20), snapshot(told, 10)]) == set()
    assert tables(store.path.parent) == before


def test_a_refused_entry_stands_in_no_row_but_is_kept_with_its_reason(store):
    fill(store, 1)
    exchange.acknowledge(store, [Accepted(1, 1, MOMENT), Accepted(2, 2, MOMENT)])
    put(store, "F00", "no")
    put(store, "F01", "yes")
    assert exchange.refuse(store, [Refused(4, "scope"), Refused(99, "scope")]) == {CASE}
    assert answers(store) == {"F00": "yes", "F01": "yes"}
    [kept] = [kept for kept in store.entries(CASE) if kept.state == "refused"]
    assert (kept.entry.first, kept.reason) == (4, "scope")
    assert [one.first for one in exchange.outgoing(store)] == [3, 5]
    before = tables(store.path.parent, ROWS)
    store.rebuild()
    assert tables(store.path.parent, ROWS) == before
    store.verify()


def test_a_case_whose_only_entry_was_refused_is_in_no_list(store):
    store.write(CASE, [notebook.create(CASE, "case", {"reference": "NM-2026-0417"})], AUTHOR, clock())
    exchange.refuse(store, [Refused(1, "scope")])
    assert (store.cases(), store.find(["nm"], 5)) == ([], [])


def test_a_server_that_was_put_back_is_sent_everything_after_its_head_again(store):
    fill(store, 3)
    exchange.acknowledge(store, [Accepted(n, n, MOMENT) for n in range(1, 6)])
    assert exchange.outgoing(store) == []
    assert exchange.send_again(store, 2) == 3
    assert [one.first for one in exchange.outgoing(store)] == [3, 4, 5]
    assert exchange.head(store)[0] == 5
    assert exchange.head(store, 2)[1] == notebook.read(exchange.outgoing(store)[0].signed.body).previous
    assert exchange.head(store, 0) == (0, notebook.NO_PREVIOUS)
    assert exchange.head(store, 77) == (77, "")


@pytest.mark.parametrize("kind", [snapshots.LEFT, snapshots.ERASED])
def test_a_case_that_went_leaves_hashes_and_a_chain_that_can_be_proven(store, kind):
    fill(store, 2)
    told = history(5)
    exchange.receive(store, told, KEYS, "30", SERVER_MS)
    store.write("d" * 32, [notebook.create("d" * 32, "case", {"reference": "Kept"})], AUTHOR, clock())
    assert not snapshots.remove(store, CASE, kind, 31, MOMENT)
    assert answers(store)
    exchange.acknowledge(store, [Accepted(n, n, MOMENT) for n in range(1, 6)])
    assert snapshots.remove(store, CASE, kind, 31, MOMENT)
    assert (store.cases(), list(store.entries(CASE)), store.case(CASE).records) == (["d" * 32], [], {})
    assert (store.find(["mira"], 5), snapshots.gone(store)) == ([], {CASE: kind})
    if kind == snapshots.LEFT:
        assert "Havel" in repr(tables(store.path.parent, ("entry",)))
        assert "Havel" not in repr(tables(store.path.parent, (*ROWS, "case_line")))
        snapshots.forget_covered(store, 4)
        assert "Havel" not in repr(tables(store.path.parent, ("entry",)))
        snapshots.forget_covered(store, 5)
    left = repr(tables(store.path.parent, ("entry", *ROWS, "case_line")))
    assert "Havel" not in left
    assert "NM-2026-0417" not in left
    store.verify()
    store.verify(newest=1)
    store.rebuild()
    assert store.cases() == ["d" * 32]
    put(store, "F01", "yes", "d" * 32)
    again = snapshots.take(store, [snapshot(told, 30)])
    assert again == ({CASE} if kind == snapshots.LEFT else set())


def test_an_entry_that_could_not_be_taken_in_is_set_aside_with_its_reason(store):
    [first, *_] = history(6)
    bad = Arrived(type(first.signed)(first.signed.body, bytes(64)), 1, MOMENT)
    exchange.receive(store, [bad], KEYS, "1", SERVER_MS)
    connection = raw(store.path.parent)
    [(device, reason, body)] = connection.execute("SELECT device, reason, body FROM aside").fetchall()
    connection.close()
    assert (device in OTHERS, reason, body) == (True, "signature", first.signed.body)


def test_a_digest_tells_one_missing_entry(store):
    told = history(7)
    exchange.receive(store, told[:-1], KEYS, "29", SERVER_MS)
    assert exchange.digest(store, CASE, 30) != snapshot(told, 30).digest
    exchange.receive(store, told[-1:], KEYS, "30", SERVER_MS)
    assert (
        exchange.digest(store, CASE, 30)
        == snapshot(told, 30).digest
        == folded.total_of([int(one.signed.hash, 16) for one in told])
    )
    assert exchange.digest(store, CASE, 0) == "0" * 64


def test_a_blanked_entry_of_a_case_that_is_here_is_noticed(store):
    fill(store, 2)
    connection = raw(store.path.parent)
    connection.execute("UPDATE entry SET body = x'', state = 'gone' WHERE first = 2")
    connection.close()
    with problem("store.rolled_back"):
        store.verify()


def test_a_server_that_was_put_back_gets_what_went_with_its_case_too(store):
    fill(store, 2)
    exchange.acknowledge(store, [Accepted(n, n, MOMENT) for n in range(1, 5)])
    assert snapshots.remove(store, CASE, snapshots.LEFT, 5, MOMENT)
    assert exchange.outgoing(store) == []
    assert exchange.send_again(store, 1) == 3
    assert [one.first for one in exchange.outgoing(store)] == [2, 3, 4]
    assert (store.unsent()[0], store.cases(), list(store.entries(CASE))) == (0, [], [])
    exchange.acknowledge(store, [Accepted(n, n, MOMENT) for n in range(2, 5)])
    assert exchange.outgoing(store) == []
    assert list(store.entries(CASE)) == []
    store.rebuild()
    assert store.cases() == []


def test_a_case_that_comes_back_shows_its_own_entries_again(store):
    fill(store, 2)
    told = [Arrived(one.signed, n, MOMENT) for n, one in enumerate(exchange.outgoing(store), 1)]
    exchange.acknowledge(store, [Accepted(n, n, MOMENT) for n in range(1, 5)])
    before = store.case(CASE).snapshot()
    snapshots.remove(store, CASE, snapshots.LEFT, 5, MOMENT)
    snapshots.take(store, [snapshot(told, 4)])
    assert store.case(CASE).snapshot() == before
    assert len(list(store.entries(CASE))) == 4
    store.verify()


@pytest.mark.parametrize("kind", [snapshots.LEFT, snapshots.ERASED])
def test_what_was_set_aside_goes_with_its_case(store, kind):
    """Bytes that are no entry, and what is of another case, stay."""
    told = history(3)
    exchange.receive(store, told[:2], KEYS, "1", SERVER_MS)
    for one, device in ((told[2].signed.body, "9" * 32), (b"{broken", "8" * 32), (b'{"case":"x"}', "7" * 32)):
        with store.transaction() as connection:
            connection.execute("INSERT INTO aside VALUES (?, ?, 0, 'signature', '', ?, x'')", (device, device, one))
    assert snapshots.remove(store, CASE, kind, 31, MOMENT)
    with store.reading() as connection:
        left = connection.execute("SELECT device FROM aside ORDER BY device").fetchall()
    assert left == [("7" * 32,), ("8" * 32,)]


@pytest.mark.parametrize("kind", [snapshots.LEFT, snapshots.ERASED, snapshots.LOST])
def test_what_the_screen_kept_beside_a_case_goes_with_it(store, kind):
    """Words that were not used yet; where the officer stood is forgotten with an erased case: it may name somebody."""
    kept = {f"choice.draft.{CASE}.reason": "Havel", "place": '{"words": "Havel"}', f"charge:{CASE}": "{}"}
    stays = {f"choice.draft.{'d' * 32}.reason": "Kept", "choice.language": "en"}
    for name, value in {**kept, **stays}.items():
        store.remember(name, value)
    assert snapshots.remove(store, CASE, kind, 31, MOMENT)
    assert {name: store.recall(name) for name in stays} == stays
    left = {name for name in kept if store.recall(name)}
    assert (
        left
        == {
            snapshots.LEFT: {"place"},
            snapshots.ERASED: set(),
            snapshots.LOST: {f"choice.draft.{CASE}.reason", "place"},
        }[kind]
    )
