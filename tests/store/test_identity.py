"""A new device identity: what was acknowledged stays, what was not is made anew in order, and every name still fits."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from app.notebook import entry as notebook
from app.notebook.fold import heads
from app.problems import Problem
from app.store import exchange, identity, renaming, snapshots
from app.store.exchange import Accepted, Refused
from app.store.snapshots import Snapshot
from app.store.store import Store
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, clock, fill, new_store, put

SENT = 10


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A vault of which the first ten of twenty-two entries are on the server."""
    made = new_store(tmp_path / "vault")
    fill(made)
    made.write(DEVICE, [notebook.append("o" * 32, "operation", {"what": "vault created"})], AUTHOR, clock())
    waiting = exchange.outgoing(made)[:SENT]
    exchange.acknowledge(made, [Accepted(one.first, n, "2026-11-14") for n, one in enumerate(waiting, start=1)])
    return made


def shown(store: Store, case: str = CASE) -> dict[str, Any]:
    """What a screen shows of a case: every standing value with its author and time, without the names of changes."""
    return {
        record.id: {
            name: sorted((str(s.value), s.written.author, s.written.device_time) for s in record.standing(name))
            for name in record.fields
        }
        for record in store.case(case).records.values()
    }


def test_what_waited_is_made_anew_in_order_and_shows_the_same(store):
    put(store, "F01", "no")  # it saw an answer that waits, and one that was sent
    put(store, "F02", "unknown")
    put(store, "F15", "no")
    before, was = shown(store), [notebook.read(one.signed.body) for one in exchange.outgoing(store)]
    assert identity.take_on(store, {"cursor": ""}) >= {CASE}
    assert shown(store) == before
    now = [notebook.read(one.signed.body) for one in exchange.outgoing(store)]
    assert [(e.author, e.session, e.wall, e.scope) for e in now] == [
        (e.author, e.session, e.wall, e.scope) for e in was
    ]
    assert {e.device for e in now} == {store.device} != {DEVICE}
    assert exchange.head(store)[0] == sum(e.count for e in now)
    assert [e.case for e in now].count(store.device) == [e.case for e in was].count(DEVICE) == 1
    store.verify()
    before = {record: state.fields for record, state in store.case(CASE).records.items()}
    store.rebuild()
    assert {record: state.fields for record, state in store.case(CASE).records.items()} == before


def test_every_change_that_is_named_is_one_that_the_server_has_or_will_have(store):
    put(store, "F01", "no")
    put(store, "F15", "no")
    identity.take_on(store, {})
    known = {DEVICE: SENT, store.device: exchange.head(store)[0]}
    for one in exchange.outgoing(store):
        for change in notebook.read(one.signed.body).changes:
            named = [dot for wish in change["fields"].values() if isinstance(wish, dict) for dot in wish.get("saw", [])]
            for device, last in [*heads(named).items(), *change.get("knew", {}).items()]:
                assert 0 < last <= known[device]


def test_a_later_no_still_knows_the_earlier_work_of_its_own_vault(store):
    """What a device did before is known by itself; of the one that it was before, it has to be said."""
    waits = next(one for one in exchange.outgoing(store))
    before = notebook.read(waits.signed.body)
    assert all("knew" not in change for change in before.changes)
    identity.take_on(store, {})
    made = notebook.read(exchange.outgoing(store)[0].signed.body)
    assert [change["knew"] for change in made.changes] == [{DEVICE: SENT}]


def test_the_originals_are_kept_aside(store):
    was = [one.signed.body for one in exchange.outgoing(store)]
    identity.take_on(store, {})
    with store.reading() as connection:
        found = connection.execute("SELECT body FROM aside WHERE reason = ?", (identity.MADE_ANEW,)).fetchall()
    assert sorted(bytes(body) for (body,) in found) == sorted(was)


def test_another_connection_goes_on_under_the_new_name(store):
    """The screen has the vault open while the round beside it takes the new identity."""
    beside = Store.open(store.path.parent, KEY, DEVICE)
    identity.take_on(beside, {})
    put(store, "F03", "no")
    store.write(DEVICE, [notebook.append("n" * 32, "operation", {})], AUTHOR, clock())
    assert store.device == beside.device != DEVICE
    newest = [notebook.read(one.signed.body) for one in exchange.outgoing(store)][-2:]
    assert [e.case for e in newest] == [CASE, store.device]
    store.verify()


def thought_out(store: Store) -> list[notebook.Change]:
    """What a screen is about to write: another answer in place of one that waits, and a new one."""
    put(store, "F15", "no")
    answer = next(r for r in store.case(CASE).records.values() if r.standing("value") and seen_waiting(r, store))
    return [
        notebook.assign(answer.id, {"value": ("unknown", answer.seen("value"))}),
        notebook.create("e" * 32, "answer", {"factor": "F16", "value": "yes"}),
    ]


def seen_waiting(record: Any, store: Store) -> bool:
    return any(number > SENT and device == store.device for device, number in heads(record.seen("value")).items())


def test_what_was_thought_out_before_names_the_changes_by_their_new_names(store):
    """The round takes the new identity between the moment in which a screen read the case and the one it writes in."""
    changes = thought_out(store)
    record = changes[0]["record"]
    identity.take_on(Store.open(store.path.parent, KEY, DEVICE), {})
    store.write(CASE, changes, AUTHOR, clock())
    (standing,) = store.case(CASE).records[record].standing("value")
    assert standing.value == "unknown"
    known = {DEVICE: SENT, store.device: exchange.head(store)[0]}
    said = notebook.read(exchange.outgoing(store)[-1].signed.body).changes
    named = said[0]["fields"]["value"]
    for device, last in [*heads(named["saw"]).items(), *said[1]["knew"].items()]:
        assert 0 < last <= known[device]


def test_with_the_old_names_both_would_stand(store, monkeypatch):
    changes = thought_out(store)
    identity.take_on(Store.open(store.path.parent, KEY, DEVICE), {})
    monkeypatch.setattr(renaming, "names", lambda *_: None)
    store.write(CASE, changes, AUTHOR, clock())
    assert len(store.case(CASE).records[changes[0]["record"]].standing("value")) == 2


def test_the_vault_opens_by_its_own_id_as_before_and_by_no_other(store):
    identity.take_on(store, {})
    identity.take_on(store, {})
    device, folder = store.device, store.path.parent
    store.close()
    assert Store.open(folder, KEY, DEVICE).device == device
    with pytest.raises(Problem, match=r"store\.foreign"):
        Store.open(folder, KEY, device)


def test_whoever_is_cut_off_before_takes_the_same_identity(store):
    first = identity.prepare(store)
    folder = store.path.parent
    store.close()
    again = Store.open(folder, KEY, DEVICE)
    assert identity.prepare(again).public_key == first.public_key
    identity.take_on(again, {})
    assert (again.device, again.public_key()) == (first.device, first.public_key)
    assert [one.device for one in identity.former(again)] == [DEVICE]


def test_two_copies_take_two_identities(store, tmp_path):
    folder = store.path.parent
    store.close()
    shutil.copytree(folder, tmp_path / "copy")
    both = [Store.open(one, KEY, DEVICE) for one in (folder, tmp_path / "copy")]
    for one in both:
        identity.take_on(one, {})
    assert both[0].device != both[1].device
    assert shown(both[0]) == shown(both[1])


def test_what_the_server_refused_of_the_former_device_is_still_told(store):
    word = exchange.outgoing(store)[0]
    exchange.refuse(store, [Refused(word.first, "scope")])
    identity.take_on(store, {"cursor": ""})
    assert [(one.entry.device, one.reason) for one in exchange.refused(store)] == [(DEVICE, "scope")]


def test_what_the_former_device_wrote_stays_where_its_case_goes(store):
    """A server that was put back needs it again; and what was refused counts for nothing when the case comes back."""
    exchange.refuse(store, [Refused(exchange.outgoing(store)[0].first, "scope")])
    identity.take_on(store, {"cursor": ""})
    for number, one in enumerate(exchange.outgoing(store), start=1):
        exchange.acknowledge(store, [Accepted(one.first, number, "2026-11-14")])
    before = [one.first for one in exchange.of_device(store, DEVICE)]
    assert snapshots.remove(store, CASE, snapshots.LEFT, 90, "2026-11-14")
    assert [one.first for one in exchange.of_device(store, DEVICE)] == before
    assert [one.reason for one in exchange.refused(store)] == ["scope"]
    snapshots.take(store, [Snapshot(CASE, 91, "0" * 64, "2026-11-14", {})])
    assert [one.reason for one in exchange.refused(store)] == ["scope"]
    assert snapshots.remove(store, CASE, snapshots.ERASED, 92, "2026-11-14")
    assert exchange.refused(store) == []


@pytest.mark.parametrize("kind", [snapshots.LEFT, snapshots.ERASED])
@pytest.mark.parametrize("renamed", ["before", "after"])
def test_what_was_destroyed_of_the_former_device_leaves_a_notebook_that_can_be_proven(store, kind, renamed):
    """A backup and a move look at all of it first."""
    for one in exchange.outgoing(store):
        exchange.acknowledge(store, [Accepted(one.first, one.first, "2026-11-14")])
    if renamed == "before":
        identity.take_on(store, {})
    assert snapshots.remove(store, CASE, kind, 90, "2026-11-14")
    snapshots.forget_covered(store, 100)
    if renamed == "after":
        identity.take_on(store, {})
    store.verify()
    with store.transaction() as connection:
        connection.execute("UPDATE entry SET body = x'' WHERE case_id <> ?", (CASE,))
    with pytest.raises(Problem, match=r"store\.rolled_back"):
        store.verify()
