"""A damaged database is copied as far as it can be read: only what was signed, and what is missing is named."""

from __future__ import annotations

import random
import shutil

import pytest

from app.problems import Problem
from app.store import coming, exchange, identity, migrating, salvage, snapshots
from app.store.exchange import Accepted, Refused
from app.store.store import Store
from tests.store.formats import earlier
from tests.store.vaults import CASE, DEVICE, FILE, KEY, answers, fill, new_store, raw, settle

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A closed database; of each entry device, first and hash; the last number; and what stands in one case."""
    folder = tmp_path_factory.mktemp("sound") / "vault"
    store = new_store(folder)
    fill(store, 120)
    for number in range(20):
        fill(store, 1, f"{number:032x}")
    stands = answers(store)
    store.remember("place", "somewhere")
    store.close()
    settle(folder)
    connection = raw(folder)
    entries = set(connection.execute("SELECT device, first, count, hash FROM entry"))
    connection.close()
    return folder, entries, stands


def damage(folder, pages, chance):
    with (folder / FILE).open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE + chance.randrange(PAGE - 8))
            file.write(bytes(8))


def rebuilt(sound, target, pages, chance):
    folder = target / "vault"
    shutil.copytree(sound, folder)
    damage(folder, pages, chance)
    done = salvage.salvage(folder / FILE, KEY, target / "fresh.db", DEVICE)
    store = Store.at(target / "fresh.db", KEY, DEVICE)
    store.rebuild()
    return done, store


def held(store):
    with store.reading() as connection:
        return set(connection.execute("SELECT device, first, count, hash FROM entry"))


def test_a_page_wherever_it_is(sound, tmp_path):
    folder, entries, stands = sound
    pages = (folder / FILE).stat().st_size // PAGE
    assert pages > 40
    chance = random.Random(11)
    complete = partly = none = 0
    looked_at = [*range(1, 8), *range(8, pages, 3)]
    for page in looked_at:
        target = tmp_path / str(page)
        target.mkdir()
        try:
            done, store = rebuilt(folder, target, [page], chance)
        except Problem:
            none += not (target / "fresh.db").exists()
            continue
        there = held(store)
        assert there <= entries
        lost = {first for _, first, _, _ in entries - there}
        named = {n for first, last in done.gaps.get(DEVICE, []) for n in range(first, last + 1)}
        assert named == lost, page
        assert (done.missing > 0) == bool(lost)
        store.check_pages()
        if lost:
            partly += 1
            assert "entry" in done.tables
            assert done.cases or len(lost) == 0
        else:
            complete += 1
            if done.key_lost:
                identity.want(store, "f" * 32)
            store.verify()
            assert answers(store) == stands
        store.close()
        shutil.rmtree(target)
    assert (complete > 10, partly > 3, none < 3) == (True, True, True), (
        complete,
        partly,
        none,
    )


def test_many_pages_at_once_and_the_work_goes_on(sound, tmp_path):
    folder, entries, _ = sound
    pages = (folder / FILE).stat().st_size // PAGE
    chance = random.Random(5)
    for attempt in range(4):
        target = tmp_path / str(attempt)
        target.mkdir()
        done, store = rebuilt(folder, target, chance.sample(range(1, pages), pages // 6), chance)
        there = held(store)
        assert there <= entries
        lost = {first for _, first, _, _ in entries - there}
        named = {n for first, last in done.gaps.get(DEVICE, []) for n in range(first, last + 1)}
        # Where no index is left to say so, nobody knows of what came after the last entry that can be read.
        assert named <= lost
        assert all(n > max((first for _, first, _, _ in there), default=0) for n in lost - named)
        identity.want(store, "f" * 32)
        fill(store, 3, "e" * 32)
        store.verify()
        store.close()
        again = Store.at(target / "fresh.db", KEY, DEVICE)
        assert len(answers(again, "e" * 32)) == 3
        again.close()


def test_the_first_page_and_a_lost_key(sound, tmp_path):
    folder = tmp_path / "vault"
    shutil.copytree(sound[0], folder)
    with raw(folder) as connection:
        connection.execute("DELETE FROM secret")
        connection.execute("DELETE FROM meta")
        connection.execute("INSERT INTO meta VALUES ('server', '{}')")
    connection.close()
    done = salvage.salvage(folder / FILE, KEY, tmp_path / "fresh.db", DEVICE)
    store = Store.at(tmp_path / "fresh.db", KEY, DEVICE)
    assert (done.key_lost, store.recall("server"), held(store) == sound[1]) == (True, None, True)
    identity.want(store, "f" * 32)
    store.verify()
    store.close()
    damage(folder, [0], random.Random(1))
    with pytest.raises(Problem, match=r"store\.foreign"):
        salvage.salvage(folder / FILE, KEY, tmp_path / "none.db", DEVICE)
    assert not (tmp_path / "none.db").exists()


def test_with_a_lost_key_what_was_refused_waits_again_and_what_is_left_can_be_proven(tmp_path):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store, 6)
    fill(store, 2, "e" * 32)
    waiting = exchange.outgoing(store)
    exchange.acknowledge(store, [Accepted(one.first, one.first, "2026-11-14") for one in waiting])
    fill(store, 1, "d" * 32)
    refused = exchange.outgoing(store)
    exchange.refuse(store, [Refused(one.first, "scope") for one in refused])
    assert snapshots.remove(store, "e" * 32, snapshots.LEFT, 90, "2026-11-14")
    store.close()
    with raw(folder) as connection:
        connection.execute("DELETE FROM secret")
    connection.close()
    assert salvage.salvage(folder / FILE, KEY, tmp_path / "fresh.db", DEVICE).key_lost
    store = Store.at(tmp_path / "fresh.db", KEY, DEVICE)
    identity.want(store, "f" * 32)
    store.verify()
    assert exchange.refused(store) == []
    assert len(exchange.outgoing(store)) == len(refused) == 3
    store.close()


@pytest.mark.parametrize("upto", [3, migrating.newest() - 1])
def test_a_damaged_database_of_an_earlier_format_is_copied_as_well(tmp_path, upto):
    folder = tmp_path / "vault"
    folder.mkdir(mode=0o700)
    store = Store.create(folder, KEY, DEVICE, migrations=earlier(tmp_path / "before", upto))
    with store.transaction() as connection:
        connection.execute("INSERT INTO snapshot VALUES (?, 3, '', '', x'7b7d')", ("e" * 32,))
    fill(store, 4)
    shown = answers(store)
    store.close()
    done = salvage.salvage(folder / FILE, KEY, tmp_path / "fresh.db", DEVICE)
    assert (done.tables, done.gaps, done.copied["snapshot"]) == (set(), {}, 1)
    store = Store.at(tmp_path / "fresh.db", KEY, DEVICE)
    store.rebuild()
    store.verify()
    assert answers(store) == shown
    store.close()


def test_whose_it_is_is_found_by_its_signatures(sound, tmp_path):
    folder = tmp_path / "vault"
    shutil.copytree(sound[0], folder)
    with raw(folder) as connection:
        connection.execute("DELETE FROM meta WHERE name IN ('device', 'vault')")
    connection.close()
    salvage.salvage(folder / FILE, KEY, tmp_path / "fresh.db", "b" * 32)
    store = Store.at(tmp_path / "fresh.db", KEY, "b" * 32)
    assert store.device == DEVICE
    store.verify()
    store.close()


def test_what_is_coming_takes_its_place_when_the_key_opens_it(sound, tmp_path):
    folder, other = tmp_path / "vault", bytes(32)
    shutil.copytree(sound[0], folder)
    before = (folder / FILE).read_bytes()

    def copied(key):
        store = Store.at(folder / FILE, KEY, DEVICE)
        coming.write(folder, lambda path: store.copy(path, key))
        store.close()

    copied(other)
    assert (folder / coming.NEXT).exists()
    coming.settle(folder, FILE, bytes(31) + b"\x01")
    assert {path.name for path in folder.iterdir()} == {FILE, coming.NEXT}
    store = Store.open(folder, KEY, DEVICE)  # a new key that never came into force
    assert {path.name for path in folder.iterdir()} >= {FILE} - {coming.NEXT}
    assert not (folder / coming.NEXT).exists()
    store.close()
    assert (folder / FILE).read_bytes() == before
    copied(other)
    (folder / f"{FILE}-wal").write_bytes(b"of the one that goes")
    Store.open(folder, other, DEVICE).close()
    assert {path.name for path in folder.iterdir()} == {FILE}
    with pytest.raises(Problem, match=r"store\.foreign"):
        Store.open(folder, KEY, DEVICE)
    assert answers(Store.open(folder, other, DEVICE), CASE) == sound[2]
