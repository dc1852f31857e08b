"""A vault that a newer program has changed becomes one of this program, with all that was written since."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.store import charges, coming, copies, exchange, going_back, identity, migrating, snapshots
from app.store.connection import connect
from app.store.exchange import Accepted
from app.store.store import Store
from tests.store.formats import OTHERWISE, earlier, further
from tests.store.vaults import AUTHOR, CASE, DEVICE, FILE, KEY, answers, clock, fill, new_store, problem, put

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = migrating.newest()
SECOND, GONE = "d" * 32, "e" * 32


def made(folder: Path, later: Path) -> Store:
    """A vault of this program, opened by the next one."""
    store = new_store(folder)
    fill(store, 5)
    fill(store, 2, GONE)
    exchange.acknowledge(store, [Accepted(n, n, "2026-11-14T01:11:00Z") for n in range(1, 8)])
    store.close()
    return Store.open(folder, KEY, DEVICE, migrations=later)


def work(store: Store) -> None:
    """What somebody does under the newer program: answers, a new case, an exchange, a case that leaves."""
    put(store, "F00", "no")
    put(store, "F77", "yes")
    fill(store, 3, SECOND)
    last = exchange.head(store)[0]
    with store.reading() as connection:
        firsts = [first for (first,) in connection.execute("SELECT first FROM entry WHERE number IS NULL")]
    exchange.acknowledge(store, [Accepted(n, 100 + n, "2026-11-14T02:00:00Z") for n in firsts if n < last])
    assert snapshots.remove(store, GONE, snapshots.LEFT, 120, "2026-11-14T02:00:00Z")
    store.remember("cursor", "epoch 120")
    store.remember("place", '{"place": "case"}')
    charges.keep(store, {SECOND: '{"author": "a", "owner": "b", "unit": "c"}'})


def by_a_later_program(folder: Path, script: str = OTHERWISE) -> None:
    """Spoil what this program could read by itself of the newer file."""
    with connect(folder / FILE, KEY) as newer:
        for statement in migrating.statements(script):
            newer.execute(statement)


def entries(folder: Path) -> list:
    with connect(folder / FILE, KEY, read_only=True) as connection:
        return connection.execute(
            "SELECT device, first, hash, state, number, received_at, body, signature FROM entry ORDER BY rowid"
        ).fetchall()


@pytest.mark.parametrize("copy_there", [True, False])
def test_everything_written_since_is_there_and_the_chain_goes_on(tmp_path, copy_there):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    work(store)
    shown, other, head, key = answers(store), answers(store, SECOND), exchange.head(store), store.public_key()
    store.close()
    by_a_later_program(folder)
    before = entries(folder)
    if not copy_there:
        copies.forget(folder / FILE)
    with problem("store.newer"):
        Store.open(folder, KEY, DEVICE)
    told = going_back.go_back(folder, KEY, DEVICE)
    assert (told.found, told.now) == (OWN + 1, OWN)
    assert 0 < told.carried <= len(before)
    assert (told.carried == len(before)) is not copy_there
    assert sorted(file.name for file in folder.iterdir()) == [FILE]
    assert entries(folder) == before
    store = Store.open(folder, KEY, DEVICE)
    assert (store.device, store.public_key()) == (DEVICE, key)
    assert (answers(store), answers(store, SECOND)) == (shown, other)
    assert sorted(store.cases()) == [CASE, SECOND]
    assert snapshots.gone(store) == {GONE: "left"}
    assert store.recall("cursor") == "epoch 120"
    assert store.recall("later") == "kept for the next time"
    assert charges.charge(store, SECOND).owner == "b"
    assert {hit.case_id for hit in store.find(["havel"], 10)} == {CASE, SECOND}
    assert len(exchange.outgoing(store)) == 1
    # The chain goes on where it was: the next entry follows the last one that the newer program made.
    assert exchange.head(store) == head
    put(store, "F01", "unknown")
    assert exchange.outgoing(store)[-1].first == head[0] + 1
    store.verify()
    store.check_pages()
    anew = {name: set(rows) for name, rows in tables_of(store).items()}
    store.rebuild()
    assert {name: set(rows) for name, rows in tables_of(store).items()} == anew
    store.close()


def tables_of(store: Store) -> dict[str, list]:
    with store.reading() as connection:
        return {
            "record": connection.execute("SELECT * FROM record").fetchall(),
            "word": connection.execute("SELECT * FROM word").fetchall(),
            "spelling": connection.execute("SELECT * FROM spelling").fetchall(),
        }


def test_what_only_the_newer_program_knows_survives_there_and_back_again(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    sensor = random_id()
    store.write(
        CASE,
        [
            notebook.create(sensor, "sensor", {"kind": "door", "level": {"of": [1, 2]}}),
            notebook.create(random_id(), "person", {"given_name": "Nele", "aura": "blue"}),
            {"op": "retype", "record": sensor, "into": "alarm"},
        ],
        AUTHOR,
        clock(),
    )
    standing, waits = store.case(CASE).snapshot(), exchange.outgoing(store)
    store.close()
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert store.case(CASE).snapshot() == standing
    assert exchange.outgoing(store) == waits
    store.close()
    store = Store.open(folder, KEY, DEVICE, migrations=later)
    assert store.brought_up_to_date
    assert store.case(CASE).snapshot() == standing
    store.close()


def test_what_was_not_understood_is_taken_in_by_the_program_that_understands_it(tmp_path, monkeypatch):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store, 1)
    store.write(CASE, [{"op": "retype", "record": "F00", "into": "alarm"}], AUTHOR, clock())
    assert store.case(CASE).records["F00"].type == "answer"
    store.close()
    from app.notebook import fold
    from app.store import store as store_module

    real = fold.RecordState.apply

    def knowing(self, name, change, written):
        if change["op"] == "retype":
            self.type = change["into"]
            self.written[name] = written
        else:
            real(self, name, change, written)

    monkeypatch.setattr(fold.RecordState, "apply", knowing)
    monkeypatch.setattr(store_module, "KNOWN_OPERATIONS", {*fold.KNOWN_OPERATIONS, "retype"})
    store = Store.open(folder, KEY, DEVICE)
    assert store.case(CASE).records["F00"].type == "alarm"
    store.close()


def test_a_device_that_became_another_under_the_newer_program_stays_that_one(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    put(store, "F01", "no")
    identity.take_on(store, {"cursor": ""})
    device, key = store.device, store.public_key()
    put(store, "F02", "no")
    shown = answers(store)
    store.close()
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert (store.device, store.vault, store.public_key()) == (device, DEVICE, key)
    assert answers(store) == shown
    store.verify()
    put(store, "F03", "no")
    store.verify()
    assert [one.device for one in identity.former(store)] == [DEVICE]
    store.close()


def test_a_copy_of_an_earlier_format_is_brought_to_this_one_first(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    folder.mkdir(mode=0o700)
    store = Store.create(folder, KEY, DEVICE, migrations=earlier(tmp_path / "before"))
    fill(store, 5)
    store.close()
    store = Store.open(folder, KEY, DEVICE, migrations=later)
    assert list(copies.beside(folder / FILE)) == [OWN - 1]
    put(store, "F00", "no")
    shown = answers(store)
    store.close()
    assert going_back.go_back(folder, KEY, DEVICE).carried == 1
    store = Store.open(folder, KEY, DEVICE)
    assert answers(store) == shown
    store.verify()
    store.close()


def test_the_log_of_the_newer_file_is_read_and_never_taken_for_that_of_the_next(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    made(folder, later).close()
    # A program that is killed leaves its log.
    program = (
        "import os, sys; from pathlib import Path; from app.store.store import Store\n"
        "from tests.store.vaults import DEVICE, KEY, put\n"
        "store = Store.open(Path(sys.argv[1]), KEY, DEVICE, migrations=Path(sys.argv[2]))\n"
        "put(store, 'F00', 'no'); put(store, 'F66', 'no'); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder), str(later)], cwd=ROOT, check=False)
    assert done.returncode == 9
    assert (folder / f"{FILE}-wal").stat().st_size > 0
    (folder / f"{FILE}-shm").unlink()
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert (answers(store)["F00"], answers(store)["F66"]) == ("no", "no")
    store.verify()
    store.check_pages()
    store.close()


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE entry RENAME COLUMN hash TO digest",
        "DROP TABLE mended",
        "ALTER TABLE aside DROP COLUMN reason",
    ],
)
def test_a_format_in_which_the_frozen_tables_are_not_as_they_were_is_left_as_it_is(tmp_path, script):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    made(folder, later).close()
    by_a_later_program(folder, script)
    before = contents(folder)
    with problem("store.cannot_go_back"):
        going_back.go_back(folder, KEY, DEVICE)
    assert contents(folder) == before


def test_entries_of_another_kind_are_left_to_the_newer_program(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO entry (device, first, count, case_id, hash, hlc_ms, hlc_counter, made_at, state, body,"
            " signature) VALUES (?, 1, 1, ?, 'h', 0, 0, '', 'received', ?, x'')",
            ("f" * 32, CASE, b'{"format": "holdfast-entry/2"}'),
        )
    store.close()
    before = contents(folder)
    with problem("store.cannot_go_back"):
        going_back.go_back(folder, KEY, DEVICE)
    assert contents(folder) == before


def test_a_vault_of_this_program_has_nothing_to_go_back_from(tmp_path):
    store = new_store(tmp_path / "vault")
    store.close()
    with problem("store.not_newer"):
        going_back.go_back(tmp_path / "vault", KEY, DEVICE)
    with problem("store.foreign"):
        folder = tmp_path / "other"
        made(folder, further(tmp_path / "later")).close()
        going_back.go_back(folder, KEY, "b" * 32)


def test_a_state_that_only_the_newer_program_knows_is_sent_again_rather_than_lost(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    put(store, "F00", "no")
    with store.transaction() as connection:
        connection.execute("UPDATE entry SET state = 'handed round' WHERE number IS NULL")
        waited = connection.execute("SELECT count(*) FROM entry WHERE number IS NULL").fetchone()[0]
    store.close()
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert len(exchange.outgoing(store)) == waited
    store.close()


@pytest.mark.parametrize("at", ["_carry_over", "_compare", "_settle"])
def test_stopped_in_the_middle_the_vault_is_the_newer_one_still(tmp_path, monkeypatch, at):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    work(store)
    shown = answers(store)
    store.close()
    before = contents(folder)

    def stopped(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(going_back, at, stopped)
    with pytest.raises(KeyboardInterrupt):
        going_back.go_back(folder, KEY, DEVICE)
    assert contents(folder) == before
    monkeypatch.undo()
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert answers(store) == shown
    store.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith(("-shm", "-wal"))}


def test_the_list_of_frozen_tables_is_read_from_its_file():
    told = json.loads((migrating.MIGRATIONS / "frozen.json").read_text("utf-8"))
    assert set(going_back.frozen()) == {name for name, columns in told.items() if isinstance(columns, dict)}


def test_a_copy_that_cannot_be_read_is_done_without(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    work(store)
    shown = answers(store)
    store.close()
    (copy,) = copies.beside(folder / FILE).values()
    with copy.open("r+b") as file:
        file.seek(5000)
        file.write(bytes(64))
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert answers(store) == shown
    store.verify()
    store.check_pages()
    store.close()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM entry WHERE rowid = (SELECT max(rowid) FROM entry)",
        "UPDATE entry SET signature = x'' WHERE rowid = 5",
    ],
)
def test_what_would_not_be_the_same_afterwards_is_not_put_in_its_place(tmp_path, monkeypatch, change):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = made(folder, later)
    work(store)
    store.close()
    before = contents(folder)
    compare = going_back._compare

    def spoiled(newer, made, fresh):
        made.execute(change)
        compare(newer, made, fresh)

    monkeypatch.setattr(going_back, "_compare", spoiled)
    with problem("store.upgrade_disk"):
        going_back.go_back(folder, KEY, DEVICE)
    assert contents(folder) == before


def test_a_key_that_came_into_force_under_the_newer_program_is_that_of_the_file_that_goes_back(tmp_path):
    """The newer program was stopped between the header with another key and the file that lies ready under it."""
    folder, later, other = tmp_path / "vault", further(tmp_path / "later"), bytes(32)
    store = made(folder, later)
    shown = answers(store)
    coming.write(folder, lambda path: store.copy(path, other))
    store.close()
    going_back.go_back(folder, other, DEVICE)
    store = Store.open(folder, other, DEVICE)
    assert answers(store) == shown
    store.close()
