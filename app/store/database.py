"""Opens the SQLCipher file of a vault and refuses to go on unless it is really encrypted as promised.

A file of an earlier format is brought up to date, after a copy of it was kept; one of a later format is refused.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from app.problems import Problem
from app.store import copies, migrating
from app.store.connection import (
    FEW,
    MANY,
    PLAINTEXT,
    Connection,
    connect,
    file_errors,
    integrity,
    pragma,
    problems,
    remove_database,
)
from app.store.migrating import Told

LEAST_SQLITE = (3, 53, 4)


def open_database(
    path: Path,
    key: bytes,
    *,
    create: bool = False,
    statements: int = MANY,
    migrations: Path | None = None,
    told: Told = migrating.nobody,
) -> Connection:
    """The connection to a vault's database, baseline asserted and format brought up to date.

    `key` is the raw 32-byte key; `statements`: how many are kept prepared, MANY or FEW; `migrations`: the folder of
    steps that make the format, where it is not this program's own; `told`: hears how far bringing up to date is. Raises
    Problem store.missing, store.plaintext, store.foreign, store.damaged, store.newer, store.cipher, store.full,
    store.read_only, store.disk, store.busy, store.upgrade_full, store.upgrade_disk. A refused file is never written to.
    """
    steps = migrating.steps(migrations)
    _check_file(path, create)
    found = 0
    with problems(path):
        if not create:
            # Looked at first by a connection that cannot write: closing one that can would bring the file's log into
            # the file, also where both are another vault's.
            beforehand = connect(path, key, read_only=True)
            try:
                _assert_readable(beforehand, path)
                found = migrating.check(beforehand, steps)
            finally:
                beforehand.close()
        connection = connect(path, key, statements=statements)
        try:
            _assert_baseline(connection)
            if found < steps[-1].number:
                with contextlib.nullcontext() if not found else while_upgrading(path):
                    _bring_up_to_date(connection, path, key, steps, found, told)
            _assert_encrypted(path)
        except BaseException:
            connection.close()
            if create:
                remove_database(path)
            raise
    return connection


def _bring_up_to_date(
    connection: Connection, path: Path, key: bytes, steps: list[migrating.Step], found: int, told: Told
) -> None:
    """Keep a copy, then change the format in one transaction; stopped anywhere, the file is the old one or the new."""
    if not found:
        migrating.migrate(connection, steps)
        return
    copies.keep(connection, path, key, found, told)
    try:
        told(migrating.CHANGING, 0)
        migrating.migrate(connection, steps)
    except BaseException:
        # Nothing was changed, and the place that the copy takes may be what is missing.
        copies.forget(path)
        raise
    copies.forget(path, but=found)


@contextlib.contextmanager
def while_upgrading(path: Path) -> Iterator[None]:
    """Say of a full or failing disk what it means where a vault gets another format: nothing was changed.

    Raises Problem store.upgrade_full, store.upgrade_disk.
    """
    try:
        with problems(path):
            yield
    except Problem as problem:
        if problem.code not in ("store.full", "store.disk"):
            raise
        # Where not even the index of a log has room, an error of the disk is all that is said.
        full = problem.code == "store.full" or shutil.disk_usage(path.parent).free < _NO_ROOM
        size = sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())
        code = "store.upgrade_full" if full else "store.upgrade_disk"
        raise Problem(code, megabytes=2 * size // 1_000_000 + 16) from problem


_NO_ROOM = 1 << 20


def _check_file(path: Path, create: bool) -> None:
    if create:
        if path.exists():
            raise Problem("store.foreign", file=path.name)
        with file_errors(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    with file_errors(path), path.open("rb") as file:
        start = file.read(len(PLAINTEXT))
    if start == PLAINTEXT:
        raise Problem("store.plaintext", file=path.name)
    if len(start) < len(PLAINTEXT):
        # An empty file would open as an empty database with any key: the work in it would be gone without a word.
        raise Problem("store.damaged", file=path.name)


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
        "cipher_version": bool(pragma(connection, "cipher_version")),
        "cipher_status": str(pragma(connection, "cipher_status")) == "1",
        "cipher_memory_security": str(pragma(connection, "cipher_memory_security")) == "1",
        "cipher_plaintext_header_size": str(pragma(connection, "cipher_plaintext_header_size")) == "0",
        "journal_mode": pragma(connection, "journal_mode") == "wal",
        "synchronous": pragma(connection, "synchronous") == 2,
        "foreign_keys": pragma(connection, "foreign_keys") == 1,
        "cell_size_check": pragma(connection, "cell_size_check") == 1,
        "trusted_schema": pragma(connection, "trusted_schema") == 0,
        "secure_delete": pragma(connection, "secure_delete") == 1,
        "temp_store": pragma(connection, "temp_store") == 2 and bool(options & {"TEMP_STORE=2", "TEMP_STORE=3"}),
        # With memory-mapped files not compiled in there is nothing to switch off, and no answer.
        "mmap_size": pragma(connection, "mmap_size") in (0, None),
        "sqlite_version": sqlite.sqlite_version_info >= LEAST_SQLITE,
    }
    failed = [name for name, holds in checks.items() if not holds]
    if failed:
        raise Problem("store.cipher", check=", ".join(failed))


def _assert_encrypted(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(len(PLAINTEXT))
    if start == PLAINTEXT:
        raise Problem("store.cipher", check="first page")


def opens(path: Path, key: bytes) -> bool:
    """Whether a file's first page opens with this key. Nothing is written. Raises the Problems of the disk."""
    with problems(path):
        connection = connect(path, key, read_only=True)
        try:
            _assert_readable(connection, path)
        except sqlite.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
                return False
            raise
        except Problem:
            return False
        finally:
            connection.close()
    return True


def open_damaged(path: Path, key: bytes) -> Connection:
    """A connection that only reads, to a file of which some pages may not open; once it has met one, it reads no more.

    Raises Problem store.foreign where the first one does not, store.newer, and those of the disk.
    """
    _check_file(path, create=False)
    with problems(path):
        connection = connect(path, key, read_only=True, statements=FEW)
        try:
            _assert_readable(connection, path)
            migrating.check(connection, migrating.steps(None))
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
        except BaseException:
            connection.close()
            raise
    return connection


def versions() -> dict[str, str]:
    """The versions of SQLCipher, SQLite and the library that encrypts, as numbers: asked of an empty database in
    memory."""
    connection = sqlite.connect(":memory:")
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.set_key("x'" + "00" * 32 + "'")
        told = {
            "sqlcipher": str(pragma(connection, "cipher_version") or "").split(" ")[0],
            "sqlite": sqlite.sqlite_version,
            "provider": str(pragma(connection, "cipher_provider_version") or ""),
        }
    finally:
        connection.close()
    return {name: next((w for w in text.split(" ") if w[:1].isdigit()), "") for name, text in told.items()}


def copy_database(connection: Connection, path: Path, key: bytes) -> None:
    """Copy a whole database, as it stands at this moment, into a new file under another raw key or the same one.

    The copy lies on the disk when this returns, one file, every page looked at. Raises as `open_database`; then nothing
    of it is left.
    """
    if path.exists():
        raise Problem("store.foreign", file=path.name)
    copies.copy(connection, path, key, migrating.nobody)
    try:
        with problems(path), contextlib.closing(connect(path, key, read_only=True)) as made:
            if not integrity(made):
                raise Problem("store.disk", file=path.name)
        _assert_encrypted(path)
        copies.flush(path)
    except BaseException:
        remove_database(path)
        raise
