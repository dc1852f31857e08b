"""Proof on this very machine that what a vault writes is encrypted: a small database is written, and its bytes read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from app.problems import Problem
from app.store.connection import PLAINTEXT
from app.store.database import open_database

CANARY = "a heron stands in the shallow water"
FILE = "probe.db"


def probe(folder: Path) -> dict[str, str]:
    """Write words into a database in an empty, private folder, as a vault does; the versions of what wrote them.

    Versions by name: SQLCipher, SQLite, "OpenSSL in SQLCipher". Raises Problem store.cipher where anything can be read
    without the key or another key opens it, or another Problem of the store where it cannot be written at all.
    """
    path = folder / FILE
    connection = open_database(path, secrets.token_bytes(32), create=True)
    try:
        connection.execute("CREATE TABLE probe (words TEXT NOT NULL) STRICT")
        connection.executemany("INSERT INTO probe VALUES (?)", [(CANARY,)] * 100)
        look(folder)  # most of it is still in the log beside the file
        versions = {
            "SQLCipher": str(connection.execute("PRAGMA cipher_version").fetchone()[0]),
            "SQLite": sqlite.sqlite_version,
            "OpenSSL in SQLCipher": str(connection.execute("PRAGMA cipher_provider_version").fetchone()[0]),
        }
    finally:
        connection.close()
    look(folder)
    try:
        open_database(path, secrets.token_bytes(32)).close()
    except Problem as refused:
        if refused.code != "store.foreign":
            raise
        return versions
    raise Problem("store.cipher", check="another key opens it")


def look(folder: Path) -> None:
    """Look at every byte of a probe's files. Raises Problem store.cipher where one can be read by anybody."""
    for file in sorted(folder.glob(f"{FILE}*")):
        raw = file.read_bytes()
        if raw.startswith(PLAINTEXT):
            raise Problem("store.cipher", check="first page")
        if any(CANARY.encode(code) in raw for code in ("utf-8", "utf-16-le", "utf-16-be")):
            raise Problem("store.cipher", check="words in clear")
        # On Windows the folder's list of rights says who may read; the mode of a file says nothing.
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise Problem("store.cipher", check="rights of the file")
