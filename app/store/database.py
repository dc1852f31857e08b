"""Opens the SQLCipher file of a vault and refuses to go on unless it is really encrypted as promised.

No other module makes a connection. Errors of the disk and of the file become Problems here.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from app.problems import Problem

FORMAT = 5
"""Newest database format this version reads: the number of the last migration."""

PLAINTEXT = b"SQLite format 3\x00"
MIGRATIONS = Path(__file__).parent / "migrations"
LEAST_SQLITE = (3, 53, 4)

MANY, FEW = 256, 8
"""How many statements a connection keeps prepared. Each of them holds some of the little memory that small pieces come
from; once that is used up, every piece is locked into memory and wiped by calls to the system. For the same few
statements over thousands of rows, FEW takes half the time."""

_ATTACH = 24
_DENY, _ALLOW = 1, 0

Connection = Any
"""A sqlcipher3 connection: the library carries no types."""


def open_database(path: Path, key: bytes, *, create: bool = False, statements: int = MANY) -> Connection:
    """The connection to a vault's database, baseline asserted and format brought up to date.

    `key` is the raw 32-byte key; `statements`: how many are kept prepared, MANY or FEW. Raises Problem store.missing,
    store.plaintext, store.foreign, store.damaged, store.newer, store.cipher, store.full, store.read_only, store.disk,
    store.busy. A refused file is never written to.
    """
    _check_file(path, create)
    with problems(path):
        if not create:
            # Looked at first by a connection that cannot write: closing one that can would bring the file's log into
            # the file, also where both are another vault's.
            beforehand = _connect(path, key, read_only=True)
            try:
                _assert_readable(beforehand, path)
                _check_format(beforehand)
            finally:
                beforehand.close()
        connection = _connect(path, key, statements=statements)
        try:
            _assert_baseline(connection)
            _migrate(connection)
            _assert_encrypted(path)
        except BaseException:
            connection.close()
            if create:
                remove_database(path)
            raise
    return connection


@contextlib.contextmanager
def problems(path: Path) -> Iterator[None]:
    """Turn what the disk or the file does to us into the Problem that names it; a mistake in our SQL stays a bug."""
    try:
        yield
    except sqlite.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        found = _PROBLEMS.get(name) or next((code for key, code in _PROBLEMS.items() if name.startswith(key)), None)
        if found is None:
            raise
        raise Problem(found, file=path.name) from error


_PROBLEMS = {
    "SQLITE_FULL": "store.full",
    "SQLITE_READONLY": "store.read_only",
    "SQLITE_CANTOPEN": "store.read_only",
    "SQLITE_NOTADB": "store.foreign",
    "SQLITE_CORRUPT": "store.damaged",
    "SQLITE_IOERR": "store.disk",
    "SQLITE_BUSY": "store.busy",
    "SQLITE_LOCKED": "store.busy",
}


def _check_file(path: Path, create: bool) -> None:
    if create:
        if path.exists():
            raise Problem("store.foreign", file=path.name)
        with _file_errors(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    with _file_errors(path), path.open("rb") as file:
        start = file.read(len(PLAINTEXT))
    if start == PLAINTEXT:
        raise Problem("store.plaintext", file=path.name)
    if len(start) < len(PLAINTEXT):
        # An empty file would open as an empty database with any key: the work in it would be gone without a word.
        raise Problem("store.damaged", file=path.name)


@contextlib.contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Problem("store.missing", file=path.name) from error
    except IsADirectoryError as error:
        raise Problem("store.foreign", file=path.name) from error
    except OSError as error:
        code = {errno.ENOSPC: "store.full", errno.EDQUOT: "store.full", errno.EIO: "store.disk"}
        raise Problem(code.get(error.errno or 0, "store.read_only"), file=path.name) from error


def _connect(path: Path, key: bytes, *, read_only: bool = False, statements: int = MANY) -> Connection:
    connection = sqlite.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=statements,
    )
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute("PRAGMA cipher_memory_security = ON")
    connection.set_key(f"x'{key.hex()}'")
    connection.set_authorizer(_authorise)
    return connection


def _authorise(action: int, _first: object, _second: object, _database: object, _trigger: object) -> int:
    # ATTACH could write a plaintext file beside the vault.
    return _DENY if action == _ATTACH else _ALLOW


def _assert_readable(connection: Connection, path: Path) -> None:
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_ERROR":
            raise Problem("store.foreign", file=path.name) from error
        raise


def _assert_baseline(connection: Connection) -> None:
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA cell_size_check = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA secure_delete = ON",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA mmap_size = 0",
        # The log is brought into the file every 16 MB and not every 4: that is what makes one answer in a hundred slow.
        "PRAGMA wal_autocheckpoint = 4000",
        # 32 MB of opened pages: finding two beginnings of names among 100,000 people reads many, each sealed by itself.
        "PRAGMA cache_size = -32768",
        "PRAGMA busy_timeout = 2000",
    ):
        connection.execute(statement)
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    checks = {
        "cipher_version": bool(_pragma(connection, "cipher_version")),
        "cipher_status": str(_pragma(connection, "cipher_status")) == "1",
        "cipher_memory_security": str(_pragma(connection, "cipher_memory_security")) == "1",
        "cipher_plaintext_header_size": str(_pragma(connection, "cipher_plaintext_header_size")) == "0",
        "journal_mode": _pragma(connection, "journal_mode") == "wal",
        "synchronous": _pragma(connection, "synchronous") == 2,
        "foreign_keys": _pragma(connection, "foreign_keys") == 1,
        "cell_size_check": _pragma(connection, "cell_size_check") == 1,
        "trusted_schema": _pragma(connection, "trusted_schema") == 0,
        "secure_delete": _pragma(connection, "secure_delete") == 1,
        "temp_store": _pragma(connection, "temp_store") == 2 and bool(options & {"TEMP_STORE=2", "TEMP_STORE=3"}),
        # With memory-mapped files not compiled in there is nothing to switch off, and no answer.
        "mmap_size": _pragma(connection, "mmap_size") in (0, None),
        "sqlite_version": sqlite.sqlite_version_info >= LEAST_SQLITE,
    }
    failed = [name for name, holds in checks.items() if not holds]
    if failed:
        raise Problem("store.cipher", check=", ".join(failed))


def _pragma(connection: Connection, name: str) -> Any:
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return row[0] if row else None


def _assert_encrypted(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(len(PLAINTEXT))
    if start == PLAINTEXT:
        raise Problem("store.cipher", check="first page")


def _check_format(connection: Connection) -> None:
    found = _pragma(connection, "user_version")
    if found > FORMAT:
        raise Problem("store.newer", found=found, known=FORMAT)


def _migrate(connection: Connection) -> None:
    """Bring the format up to date, each step in one transaction."""
    for step in sorted(MIGRATIONS.glob("*.sql")):
        number = int(step.name[:4])
        if number <= _pragma(connection, "user_version"):
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(step.read_text("utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            # An error of the disk may have rolled it back already; what is said is the error itself.
            with contextlib.suppress(sqlite.Error):
                connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]


def copy_database(connection: Connection, path: Path, key: bytes) -> None:
    """Copy a whole database, as it stands at this moment, into a new file under another raw key or the same one.

    The copy lies on the disk when this returns, baseline asserted and every page looked at. Raises as `open_database`;
    then nothing of it is left.
    """
    _check_file(path, create=True)
    try:
        with problems(path):
            made = _connect(path, key)
            try:
                connection.backup(made)
                _assert_baseline(made)
                made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                if not integrity(made):
                    raise Problem("store.disk")
            finally:
                made.close()
            _assert_encrypted(path)
        with _file_errors(path), path.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException:
        remove_database(path)
        raise


def remove_database(path: Path) -> None:
    """Take back a database that could not be made whole, with the files that SQLite keeps beside it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        with contextlib.suppress(OSError):
            (path.parent / name).unlink()


def integrity(connection: Connection) -> bool:
    """Whether every page of the file still carries its own seal (slow: half a second for 100 MB)."""
    return not connection.execute("PRAGMA cipher_integrity_check").fetchall()
