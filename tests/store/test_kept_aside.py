"""What is destroyed in a vault by order is destroyed in what was kept aside of it; nothing else of that is touched."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.store import exchange, rewriting, snapshots
from app.store.connection import connect
from app.store.exchange import Accepted
from app.store.store import Store
from app.vault import aside
from app.vault.vault import Unlocked
from tests.store.pages import places
from tests.store.vaults import AUTHOR, CASE, FILE, clock, fill
from tests.vault.doubles import make

CANARY, STAYS = "Quenbyashgrove", "e" * 32
AT = "2026-11-14T01:10:00Z"


def written(folder: Path) -> tuple[Store, Unlocked]:
    """A vault with two cases; what was written in the one lies among that of the other, and is on the server."""
    unlocked = make(folder).unlocked
    store = Store.create(folder, unlocked.database_key(), unlocked.device_id)
    chance = random.Random(3)
    for number in range(60):
        name = CANARY if number % 3 == 0 else "Okafor"
        person = {"given_name": name, "notes": name + "x" * chance.randrange(900)}
        case = CASE if number % 3 == 0 else STAYS
        store.write(case, [notebook.create(random_id(), "person", person)], AUTHOR, clock())
    some = [Accepted(one.first, one.first, AT) for one in exchange.outgoing(store)]
    exchange.acknowledge(store, some)
    return store, unlocked


def kept_aside(folder: Path) -> Path:
    """As a restore or a rebuilding keeps it."""
    there = aside.place(folder)
    shutil.copytree(folder, there)
    return there


def cases_in(file: Path, key: bytes) -> set[str]:
    connection = connect(file, key)
    found = {case for (case,) in connection.execute("SELECT case_id FROM entry")}
    connection.close()
    return found


def erase(store: Store, kind: str = snapshots.ERASED) -> None:
    assert snapshots.remove(store, CASE, kind, 90, AT)


@pytest.mark.parametrize("kind", [snapshots.ERASED, snapshots.LEFT])
def test_an_erased_case_goes_from_what_was_kept_aside_as_well(tmp_path, kind):
    """What left the laptop's scope stays there: it may never have been sent, and nobody has ordered its end."""
    folder = tmp_path / "one"
    store, unlocked = written(folder)
    store.close()
    key, there = unlocked.database_key(), kept_aside(folder)
    store = Store.open(folder, key, unlocked.device_id)
    erase(store, kind)
    assert cases_in(there / FILE, key) == ({STAYS} if kind == snapshots.ERASED else {CASE, STAYS})
    assert bool(places(there, key, CANARY)) is (kind == snapshots.LEFT)
    assert places(there, key, "Okafor")
    store.close()


def test_what_was_kept_aside_and_cannot_be_opened_goes_as_a_whole_and_another_vaults_stays(tmp_path):
    folder = tmp_path / "one"
    store, _ = written(folder)
    other, _ = written(tmp_path / "two")
    other.close()
    there, others = kept_aside(folder), kept_aside(tmp_path / "two")
    for some in (there, others):
        (some / FILE).write_bytes(bytes(8192))
    erase(store)
    assert not (there / FILE).exists()
    assert (others / FILE).read_bytes() == bytes(8192)
    store.close()


def test_a_damaged_page_that_cannot_be_written_anew_keeps_nobody_out(tmp_path):
    folder = tmp_path / "one"
    store, unlocked = written(folder)
    key = unlocked.database_key()
    store.remember(rewriting.WANTED, "yes")
    with store.reading() as connection:
        connection.execute("CREATE TABLE last (words TEXT) STRICT")
        connection.execute("INSERT INTO last VALUES (?)", ("x" * 40_000,))
    store.close()
    with (folder / FILE).open("r+b") as file:
        file.seek(-4000, 2)
        file.write(bytes(64))
    store = Store.open(folder, key, unlocked.device_id)
    assert not rewriting.if_wanted(store)
    assert store.recall(rewriting.WANTED) == "yes"
    assert len(store.case(STAYS).records) == 40
    fill(store, 1, STAYS)
    store.close()
