"""Files that are not this vault's, or no longer whole: a Problem, and the file is left byte for byte as it is."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest

from app.problems import CATALOGUE
from app.store import migrating
from app.store.store import Store
from tests.store.vaults import DEVICE, FILE, KEY, fill, new_store, problem, raw, settle


def contents(folder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.fixture
def folder(tmp_path):
    """A closed vault database of some size."""
    store = new_store(tmp_path / "vault")
    fill(store, 120)
    store.close()
    settle(tmp_path / "vault")
    return tmp_path / "vault"


def refused(folder, *codes) -> None:
    """Opening ends in one of the Problems, twice, and changes nothing; at most an empty log appears beside the file."""
    before = contents(folder)
    for _ in range(2):
        with problem(*codes) as found:
            Store.open(folder, KEY, DEVICE)
        after = contents(folder)
        assert after.pop(f"{FILE}-wal", b"") == b""
        after.pop(f"{FILE}-shm", None)
        assert after == before
        assert all(CATALOGUE[found[0]])


def test_a_plain_sqlite_file_is_refused(folder):
    (folder / FILE).unlink()
    plain = sqlite3.connect(folder / FILE)
    plain.execute("CREATE TABLE meta (name TEXT, value TEXT)")
    plain.commit()
    plain.close()
    refused(folder, "store.plaintext")


def test_a_plain_file_with_our_own_tables_is_refused(folder):
    (folder / FILE).unlink()
    plain = sqlite3.connect(folder / FILE)
    plain.executescript(next(migrating.MIGRATIONS.glob("0001*.sql")).read_text("utf-8"))
    plain.execute("INSERT INTO meta VALUES ('device', ?)", (DEVICE,))
    plain.commit()
    plain.close()
    refused(folder, "store.plaintext")


def test_a_file_that_is_no_database_is_refused(folder):
    for content in (os.urandom(65536), b"A letter to the editor. " * 4000):
        (folder / FILE).write_bytes(content)
        refused(folder, "store.foreign")


def test_an_empty_file_is_refused_and_stays_empty(folder):
    (folder / FILE).write_bytes(b"")
    refused(folder, "store.damaged")
    assert (folder / FILE).stat().st_size == 0


def test_a_few_bytes_are_refused(folder):
    (folder / FILE).write_bytes(b"\x01" * 15)
    refused(folder, "store.damaged")


def test_a_missing_file_is_refused_and_not_made_anew(folder):
    (folder / FILE).unlink()
    refused(folder, "store.missing")
    assert contents(folder) == {}


def test_a_folder_in_the_place_of_the_file_is_refused(folder):
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    with problem("store.foreign"):
        Store.open(folder, KEY, DEVICE)


def test_another_vaults_file_is_refused(folder, tmp_path):
    other = tmp_path / "other"
    store = new_store(other, bytes(32), "b" * 32)
    fill(store)
    store.close()
    settle(other, bytes(32))
    shutil.copy(other / FILE, folder / FILE)
    refused(folder, "store.foreign")


def test_another_vaults_file_with_its_log_beside_it_is_refused(folder, tmp_path):
    other = tmp_path / "other"
    store = new_store(other, bytes(32), "b" * 32)
    fill(store)
    for name in (FILE, f"{FILE}-wal"):
        shutil.copy(other / name, folder / name)
    store.close()
    before = contents(folder)
    with problem("store.foreign"):
        Store.open(folder, KEY, DEVICE)
    after = contents(folder)
    assert {name: after.get(name) for name in before} == before


def test_a_file_with_this_key_but_of_another_device_is_refused(folder):
    with problem("store.foreign"):
        Store.open(folder, KEY, "b" * 32)


def test_a_wrong_key_is_refused(folder):
    before = contents(folder)
    with problem("store.foreign"):
        Store.open(folder, bytes(32), DEVICE)
    assert contents(folder) == before


def test_a_database_that_exists_is_never_made_over(folder):
    before = contents(folder)
    with problem("store.foreign"):
        Store.create(folder, KEY, DEVICE)
    assert contents(folder) == before


def test_a_file_of_a_newer_version_is_refused(folder):
    connection = raw(folder)
    connection.execute(f"PRAGMA user_version = {migrating.newest() + 1}")
    connection.close()
    settle(folder)
    refused(folder, "store.newer")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_file_cut_short_ends_in_a_problem_at_opening_or_checking(folder, share):
    size = (folder / FILE).stat().st_size
    os.truncate(folder / FILE, int(size * share))
    with problem("store.damaged", "store.foreign"):
        store = Store.open(folder, KEY, DEVICE)
        try:
            store.check_pages()
            store.verify()
        finally:
            store.close()


def test_a_refused_file_says_all_three_sentences():
    from app.i18n import translator
    from app.problems import Problem

    for code in sorted(code for code in CATALOGUE if code.startswith("store.")):
        facts = {"file": FILE, "found": 2, "known": 1, "check": "first page", "after": 3, "megabytes": 4}
        said = Problem(code, **facts).sentences(translator("en"))
        assert said.happened
        assert said.safe
        assert said.next
        assert "{" not in str(said)
