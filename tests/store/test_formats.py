"""A vault is brought up to date as a whole or not at all, with a copy kept; what goes from it goes from the copy."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.notebook import entry as notebook
from app.store import connection, copies, exchange, going_back, migrating, snapshots
from app.store.connection import connect
from app.store.store import Store
from tests.store import recorded
from tests.store.formats import earlier, further
from tests.store.vaults import (
    AUTHOR,
    CASE,
    DEVICE,
    FILE,
    KEY,
    TABLES,
    answers,
    clock,
    fill,
    new_store,
    problem,
    settle,
    tables,
)

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = migrating.newest()
OTHER = "d" * 32

RELEASED = json.loads((Path(__file__).parent / "released.json").read_text("utf-8"))
"""Of what was released: the SHA-256 of each step, and the tables that earlier programs read. Nothing goes from it."""


def kept(folder: Path) -> dict[int, Path]:
    return copies.beside(folder / FILE)


def old_vault(folder: Path, before: Path) -> dict:
    store = Store.create(_made(folder), KEY, DEVICE, migrations=before)
    fill(store, 5)
    shown = answers(store)
    store.close()
    return shown


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


# --- the steps ------------------------------------------------------------------------------------------------------


def test_a_released_step_is_what_it_was():
    now = {step.file.name: hashlib.sha256(step.file.read_bytes()).hexdigest() for step in migrating.steps()}
    told = RELEASED["steps"]
    assert {name: now.get(name) for name in told} == told, "a released step never changes: write a further one"


def test_steps_are_numbered_without_a_gap():
    assert [step.number for step in migrating.steps()] == list(range(1, OWN + 1))


def test_what_an_earlier_program_reads_when_it_is_put_back_is_there_as_it_was(tmp_path):
    new_store(tmp_path / "vault").close()
    with connect(tmp_path / "vault" / FILE, KEY) as made:
        there = {
            table: dict(made.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall())
            for table in going_back.frozen()
        }
    for table, columns in going_back.frozen().items():
        assert {name: there[table].get(name) for name in columns} == columns, table
    for table, columns in RELEASED["frozen"].items():
        now = going_back.frozen()[table]
        assert {name: now.get(name) for name in columns} == columns, f"{table}: what was released stays in the list"


# --- bringing up to date --------------------------------------------------------------------------------------------


def test_a_copy_of_before_is_kept_and_opens_with_the_same_key(tmp_path):
    folder, later, heard = tmp_path / "vault", further(tmp_path / "later"), []
    store = new_store(folder)
    fill(store)
    shown = answers(store)
    store.close()
    before = tables(folder)
    store = Store.open(folder, KEY, DEVICE, migrations=later, told=lambda *told: heard.append(told))
    assert store.brought_up_to_date
    store.close()
    assert [(found, file.name) for found, file in kept(folder).items()] == [(OWN, f"{FILE}.kept-{OWN}")]
    assert stat.S_IMODE(kept(folder)[OWN].stat().st_mode) == 0o600
    assert kept(folder)[OWN].read_bytes()[:15] != connection.PLAINTEXT[:15]
    assert heard[-1] == (migrating.CHANGING, 0)
    assert (migrating.COPYING, 100) in heard
    # The copy is a whole vault of before.
    kept(folder)[OWN].rename(_made(tmp_path / "of_before") / FILE)
    old = Store.open(tmp_path / "of_before", KEY, DEVICE)
    old.verify()
    old.check_pages()
    assert answers(old) == shown
    old.close()
    assert tables(tmp_path / "of_before") == before
    again = Store.open(folder, KEY, DEVICE, migrations=later)
    assert not again.brought_up_to_date
    again.close()


def test_a_vault_that_is_up_to_date_has_no_copy(tmp_path):
    store = new_store(tmp_path / "vault")
    fill(store, 2)
    store.close()
    Store.open(tmp_path / "vault", KEY, DEVICE).close()
    assert kept(tmp_path / "vault") == {}


def test_only_the_last_copy_is_kept(tmp_path):
    folder, before, later = tmp_path / "vault", earlier(tmp_path / "before"), further(tmp_path / "later")
    shown = old_vault(folder, before)
    Store.open(folder, KEY, DEVICE).close()
    assert list(kept(folder)) == [OWN - 1]
    Store.open(folder, KEY, DEVICE, migrations=later).close()
    assert list(kept(folder)) == [OWN]
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert answers(store) == shown
    store.close()


KILLED = """
import os, sys
from pathlib import Path
from app.store import migrating
from tests.store.vaults import DEVICE, KEY
from app.store.store import Store
folder, migrations, after = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
real = migrating.statements
def dying(script):
    for number, statement in enumerate(real(script)):
        if number == after:
            os._exit(9)
        yield statement
    if after == number + 1:
        os._exit(9)
migrating.statements = dying
Store.open(folder, KEY, DEVICE, migrations=migrations)
"""


@pytest.mark.parametrize("after", [0, 1, 4, 6])
def test_a_change_of_format_that_is_cut_off_leaves_the_old_one_and_is_made_at_the_next_start(tmp_path, after):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = new_store(folder)
    fill(store, 5)
    shown = answers(store)
    store.close()
    before = tables(folder)
    command = [sys.executable, "-c", KILLED, str(folder), str(later), str(after)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    # Old as a whole: the version before still opens it.
    old = Store.open(folder, KEY, DEVICE)
    assert answers(old) == shown
    old.close()
    assert tables(folder) == before
    Store.open(folder, KEY, DEVICE, migrations=later).close()
    with problem("store.newer"):
        Store.open(folder, KEY, DEVICE)


def test_a_newer_vault_is_refused_without_touching_a_byte_also_with_a_log_beside_it(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = new_store(folder)
    fill(store, 5)
    store.close()
    newer = Store.open(folder, KEY, DEVICE, migrations=later)
    newer.remember("written", "a moment ago")
    copy = _made(tmp_path / "copied")
    for file in (FILE, f"{FILE}-wal"):
        (copy / file).write_bytes((folder / file).read_bytes())
    newer.close()
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    assert len(before[f"{FILE}-wal"]) > 0
    with problem("store.newer"):
        Store.open(copy, KEY, DEVICE)
    assert {file.name: file.read_bytes() for file in copy.iterdir() if file.name in before} == before


def test_a_step_that_fails_changes_nothing_and_leaves_no_copy(tmp_path):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store, 5)
    store.close()
    every = (*TABLES, "sqlite_schema")
    before = tables(folder, every)
    broken = further(tmp_path / "later", "CREATE TABLE one (a TEXT) STRICT;\nINSERT INTO nowhere VALUES (1);")
    with pytest.raises(connection.sqlite.OperationalError, match="nowhere"):
        Store.open(folder, KEY, DEVICE, migrations=broken)
    assert kept(folder) == {}
    assert tables(folder, every) == before


def test_a_copy_that_is_not_whole_is_no_copy_and_nothing_is_changed(tmp_path, monkeypatch):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = new_store(folder)
    fill(store, 5)
    store.close()
    real = copies.copy

    def spoiled(source, target, key, told):
        real(source, target, key, told)
        with target.open("r+b") as file:
            file.seek(5000)
            file.write(os.urandom(64))

    monkeypatch.setattr(copies, "copy", spoiled)
    with problem("store.upgrade_disk", "store.damaged"):
        Store.open(folder, KEY, DEVICE, migrations=later)
    assert kept(folder) == {}
    assert not list(folder.glob("*.new*"))
    store = Store.open(folder, KEY, DEVICE)
    assert len(answers(store)) == 5
    store.close()


def test_a_vault_with_a_damaged_page_is_not_changed_and_not_copied_as_if_it_were_whole(tmp_path):
    folder, later = tmp_path / "vault", further(tmp_path / "later")
    store = new_store(folder)
    fill(store, 40)
    store.close()
    settle(folder)
    with (folder / FILE).open("r+b") as file:
        file.seek(20 * 4096 + 100)
        file.write(bytes(64))
    before = (folder / FILE).read_bytes()
    with problem("store.damaged"):
        Store.open(folder, KEY, DEVICE, migrations=later)
    assert kept(folder) == {}
    assert (folder / FILE).read_bytes() == before


# --- the copy goes --------------------------------------------------------------------------------------------------


def test_the_copy_goes_after_its_days(tmp_path):
    folder, later, now = tmp_path / "vault", further(tmp_path / "later"), clock()
    store = new_store(folder)
    fill(store, 2)
    store.close()
    (folder / f"{FILE}.kept.new").write_bytes(b"never finished")
    store = Store.open(folder, KEY, DEVICE, migrations=later)
    store.look_after_copies(now)
    assert [file.name for file in folder.glob("*.new")] == []
    now.advance(timedelta(days=copies.DAYS).total_seconds())
    store.look_after_copies(now)
    assert list(kept(folder)) == [OWN]
    now.advance(1)
    store.look_after_copies(now)
    assert kept(folder) == {}
    store.close()


@pytest.mark.parametrize("kind", [snapshots.LEFT, snapshots.ERASED])
def test_a_case_that_goes_goes_from_the_copy_as_well(tmp_path, kind):
    folder = tmp_path / "vault"
    store = Store.create(_made(folder), KEY, DEVICE, migrations=earlier(tmp_path / "before"))
    for case in (CASE, OTHER):
        fill_in(store, case)
    store.close()
    store = Store.open(folder, KEY, DEVICE)
    with store.transaction() as made:
        made.execute("UPDATE entry SET state = 'sent', number = first")
    assert snapshots.remove(store, CASE, kind, 9, "2026-11-14T01:10:00Z")
    with connect(kept(folder)[OWN - 1], KEY) as copy:
        for table in ("entry", "record", "word", "case_line"):
            cases = {case for (case,) in copy.execute(f"SELECT case_id FROM {table}")}
            assert cases == {OTHER}, table
        words = {word for (word,) in copy.execute("SELECT word FROM spelling")}
        assert "second" in words
        assert "first" not in words
    store.close()


def fill_in(store: Store, case: str) -> None:
    name = "First" if case == CASE else "Second"
    changes = [notebook.create(case, "case", {"reference": "NM-2026-0999"})]
    changes += [notebook.create(f"{name}-person", "person", {"given_name": name})]
    store.write(case, changes, AUTHOR, clock())


def test_a_copy_from_which_nothing_can_be_taken_goes_as_a_whole(tmp_path):
    folder = tmp_path / "vault"
    old_vault(folder, earlier(tmp_path / "before", upto=3))  # it has no table of mended cases yet
    store = Store.open(folder, KEY, DEVICE)
    with store.transaction() as made:
        made.execute("UPDATE entry SET state = 'sent', number = first")
    assert list(kept(folder)) == [3]
    assert snapshots.remove(store, CASE, snapshots.LEFT, 9, "2026-11-14T01:10:00Z")
    assert kept(folder) == {}
    store.close()


@pytest.mark.parametrize("version", recorded.versions())
def test_the_vault_of_a_released_version_opens_with_everything_that_stood_in_it(tmp_path, version):
    folder = tmp_path / "vault"
    stood = recorded.put(version, folder)
    for steps in (None, further(tmp_path / "later")):
        store = Store.open(folder, KEY, DEVICE, migrations=steps)
        assert recorded.standing(store) == stood
        store.verify()
        store.check_pages()
        assert [one.first for one in exchange.outgoing(store)] == [19, 20]
        store.close()
    going_back.go_back(folder, KEY, DEVICE)
    store = Store.open(folder, KEY, DEVICE)
    assert recorded.standing(store) == stood
    store.close()
