"""The encryption is as promised at every opening, or the vault is not opened."""

from __future__ import annotations

import os
import stat

import pytest

from app.problems import Problem
from app.store import database, migrating
from app.store.store import Store
from tests.store.vaults import DEVICE, FILE, KEY, answers, fill, new_store, problem, settle

LINES = {
    "cipher_version": None,
    "cipher_status": "0",
    "cipher_memory_security": "0",
    "cipher_plaintext_header_size": "32",
    "journal_mode": "delete",
    "synchronous": 1,
    "foreign_keys": 0,
    "cell_size_check": 0,
    "trusted_schema": 1,
    "secure_delete": 0,
    "temp_store": 1,
    "mmap_size": 4096,
}


def test_the_file_is_opened_as_promised(tmp_path):
    store = new_store(tmp_path / "vault")
    connection = store._connection
    found = {name: connection.execute(f"PRAGMA {name}").fetchone() for name in LINES}
    assert found.pop("cipher_version")[0].startswith("4.")
    assert found.pop("mmap_size") in (None, (0,))
    assert {name: row[0] for name, row in found.items()} == {
        "cipher_status": "1",
        "cipher_memory_security": "1",
        "cipher_plaintext_header_size": "0",
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "cell_size_check": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
        "temp_store": 2,
    }
    assert connection.execute("PRAGMA busy_timeout").fetchone() == (2000,)
    assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (4000,)


@pytest.mark.parametrize("name", LINES)
def test_each_line_that_does_not_hold_keeps_the_vault_shut(tmp_path, monkeypatch, name):
    new_store(tmp_path / "vault").close()
    real = database.pragma
    monkeypatch.setattr(database, "pragma", lambda c, asked: LINES[name] if asked == name else real(c, asked))
    with pytest.raises(Problem) as caught:
        Store.open(tmp_path / "vault", KEY, DEVICE)
    assert (caught.value.code, caught.value.facts) == ("store.cipher", {"check": name})


def test_an_older_sqlite_keeps_the_vault_shut(tmp_path, monkeypatch):
    new_store(tmp_path / "vault").close()
    monkeypatch.setattr(database, "LEAST_SQLITE", (99, 0, 0))
    with problem("store.cipher"):
        Store.open(tmp_path / "vault", KEY, DEVICE)


class Mistyped:
    """A connection on which the key is never set, as after a mistyped PRAGMA: the library says nothing to that."""

    def __init__(self, connection):
        self._connection = connection

    def set_key(self, key):
        self._connection.execute(f'PRAGMA kee = "{key}"')

    def __getattr__(self, name):
        return getattr(self._connection, name)


def test_a_mistyped_key_pragma_is_found_out_and_leaves_no_readable_file(tmp_path, monkeypatch):
    real = database.sqlite.connect
    monkeypatch.setattr(database.sqlite, "connect", lambda *args, **how: Mistyped(real(*args, **how)))
    folder = tmp_path / "vault"
    with problem("store.cipher"):
        new_store(folder)
    assert list(folder.iterdir()) == []


def test_a_store_that_could_not_be_made_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(migrating, "statements", lambda script: ["CREATE TABLE t (a) STRICT; nonsense"])
    with pytest.raises(database.sqlite.Error):
        new_store(tmp_path / "vault")
    assert list((tmp_path / "vault").iterdir()) == []


def test_no_other_file_can_be_attached(tmp_path):
    store = new_store(tmp_path / "vault")
    for statement in ("ATTACH ? AS beside KEY ''", "ATTACH ? AS beside", "VACUUM INTO ?"):
        with pytest.raises(database.sqlite.DatabaseError):
            store._connection.execute(statement, (str(tmp_path / "beside.db"),))
    assert not (tmp_path / "beside.db").exists()
    store.close()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_files_are_for_the_officer_alone_whatever_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        store = new_store(tmp_path / "vault")
        fill(store)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "vault").iterdir()}
    finally:
        os.umask(before)
    assert modes == {FILE: 0o600, f"{FILE}-wal": 0o600, f"{FILE}-shm": 0o600}
    store.close()


CANARY = "Zaunkönigin-Quittenbrot"


def forms(text: str) -> list[bytes]:
    return [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1")]


def test_nothing_is_readable_in_any_file_of_the_folder(tmp_path):
    from app.notebook import entry as notebook
    from tests.store.vaults import AUTHOR, CASE, clock, put

    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store, 3)
    store.write(CASE, [notebook.create("q" * 32, "person", {"given_name": CANARY, "address": CANARY})], AUTHOR, clock())
    for number in range(120):
        put(store, f"F{number:03d}", "yes", note=f"{CANARY} {number} " * 40)
    store.remember("place", CANARY)
    secret = store._secret("device_key")
    words = [*forms(CANARY), *forms(CANARY.lower()), *forms("Ilse Varga"), *forms("given_name"), *forms("answer")]
    words += [b"SQLite format", b"CREATE TABLE", secret, KEY, KEY.hex().encode()]

    def found() -> list[tuple[str, bytes]]:
        return [(file.name, word) for file in folder.iterdir() for word in words if word in file.read_bytes()]

    assert {file.name for file in folder.iterdir()} == {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    assert (folder / f"{FILE}-wal").stat().st_size > 100_000
    assert found() == []
    store.close()
    settle(folder)
    assert found() == []
    again = Store.open(folder, KEY, DEVICE)
    assert len(answers(again)) == 123
    again.close()


def test_sorting_and_searching_leave_no_file_behind(tmp_path):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store, 200)
    connection = store._connection
    rows = connection.execute("SELECT a.body, b.body FROM entry a, entry b ORDER BY b.body, a.body LIMIT 20000")
    assert len(rows.fetchmany(5)) == 5
    assert {file.name for file in folder.iterdir()} == {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    store.close()
