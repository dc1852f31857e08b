"""Connections to SQLCipher files, the errors of disk and file as Problems, and what belongs to one file.

No other module makes a connection. What is asked of one before it is used, `app.store.database` says.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from app.problems import Problem

PLAINTEXT = b"SQLite format 3\x00"
MANY, FEW = 256, 8
"""How many statements a connection keeps prepared. Each of them holds some of the little memory that small pieces come
from; once that is used up, every piece is locked into memory and wiped by calls to the system. For the same few
statements over thousands of rows, FEW takes half the time."""

_ATTACH = 24
_DENY, _ALLOW = 1, 0

Connection = Any
"""A sqlcipher3 connection: the library carries no types."""


def connect(path: Path, key: bytes, *, read_only: bool = False, statements: int = MANY) -> Connection:
    """A connection with the key set; nothing has been read yet. `statements`: how many are kept prepared."""
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


def write_anew(connection: Connection) -> None:
    """Write the whole file anew: what was deleted leaves nothing in its pages."""
    # It is built in a database without a name, in memory, which SQLite attaches by itself.
    connection.set_authorizer(_authorise_unnamed)
    try:
        connection.execute("VACUUM")
    finally:
        connection.set_authorizer(_authorise)


def _authorise_unnamed(action: int, first: object, second: object, database: object, trigger: object) -> int:
    return _ALLOW if action == _ATTACH and first == "" else _authorise(action, first, second, database, trigger)


def _authorise(action: int, _first: object, _second: object, _database: object, _trigger: object) -> int:
    # ATTACH could write a plaintext file beside the vault.
    return _DENY if action == _ATTACH else _ALLOW


def pragma(connection: Connection, name: str) -> Any:
    """What a pragma answers, or None."""
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return row[0] if row else None


@contextlib.contextmanager
def problems(path: Path) -> Iterator[None]:
    """Turn what the disk or the file does to us into the Problem that names it; a mistake in our SQL stays a bug."""
    try:
        yield
    except sqlite.Error as error:
        name = getattr(error, "sqlite_errorname", "") or _NAMELESS.get(str(error), "")
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

# Copying a whole file tells no name of its error, only the library's own fixed words for it.
_NAMELESS = {
    "database or disk is full": "SQLITE_FULL",
    "disk I/O error": "SQLITE_IOERR",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "file is not a database": "SQLITE_NOTADB",
    "database is locked": "SQLITE_BUSY",
}


@contextlib.contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """As `problems`, for what the system says of the file."""
    try:
        yield
    except FileNotFoundError as error:
        raise Problem("store.missing", file=path.name) from error
    except IsADirectoryError as error:
        raise Problem("store.foreign", file=path.name) from error
    except OSError as error:
        code = {errno.ENOSPC: "store.full", errno.EDQUOT: "store.full", errno.EIO: "store.disk"}
        raise Problem(code.get(error.errno or 0, "store.read_only"), file=path.name) from error


def remove_database(path: Path) -> None:
    """Take back a database that could not be made whole, with the files that SQLite keeps beside it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        with contextlib.suppress(OSError):
            (path.parent / name).unlink()


def integrity(connection: Connection) -> bool:
    """Whether every page still carries its own seal (slow: half a second for 100 MB)."""
    if not _broken(connection):
        return True
    # A power cut while the log was brought into the file leaves pages half written that stand whole in the log, from
    # which they are read: so once more with all of it in the file.
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return not _broken(connection)


def _broken(connection: Connection) -> bool:
    return bool(connection.execute("PRAGMA cipher_integrity_check").fetchall())
