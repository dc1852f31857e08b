"""A backup: every table in one reading of the database, and the server's own keys, sealed for the recovery key.

What officers wrote is sealed once more with the key of its case, which lies in another file (`sync.server.case_keys`).
What was written is read back from the disk before the file gets its name. A backup counts as verified, and laptops may
let go of what it covers, once a restore has shown that its recovery key opens it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from app.clock import iso
from app.notebook.ids import random_id
from app.problems import Problem
from sync.server import administration, authority, case_keys, covered, database, recovery, sealed_file, seals, tables
from sync.server.config import Config
from sync.server.database import Connection
from sync.server.events import note_act
from sync.server.statements import Signer
from sync.server.tables import Row

KIND, FORMAT = "backup", 1
FILES = ("certificate", "certificate_key", "authority", "signing_key", "sign_in_keys")
"""Settings whose files go along: without its signing key, laptops would not believe the server that is restored."""
_ROWS_BYTES = 1 << 20
_ONE_AT_A_TIME = 41821
"""The name of the lock that backups and erasures take in turn, so that none writes keys that another one took out."""


@dataclass(frozen=True)
class Standing:
    """How far the history of an organisation goes in a backup."""

    org: str
    name: str
    epoch: str
    number: int
    leaves: int


@dataclass(frozen=True)
class Made:
    """What a backup came to. `rows`: of each table; `verified`: whether laptops may rely on it already."""

    file: Path
    keys_file: Path
    bytes: int
    rows: dict[str, int]
    standing: list[Standing]
    verified: bool


@contextmanager
def alone(conninfo: str) -> Iterator[Connection]:
    """A connection of the owner while nobody else backs up, erases or restores. Raises Problem server.backup_runs."""
    with database.owner(conninfo) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_ONE_AT_A_TIME,)).fetchone()
        if row is None or not row[0]:
            raise Problem("server.backup_runs")
        try:
            yield connection
        finally:
            # The database itself lets go of it only some moments after the connection is closed.
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", (_ONE_AT_A_TIME,))


def make(config: Config, file: Path, now: datetime, keys_file: Path | None = None) -> Made:
    """Back everything up into a file that is there whole or not at all.

    Raises Problem server.recovery_key, server.signing_key, server.backup_owner, server.backup_runs,
    server.file_not_written, server.sealed_file, server.database_away.
    """
    sealed_for = recovery.public_keys(config.recovery_key)
    keys_file = keys_file or file.with_name(case_keys.NAME)
    if file.exists():
        raise Problem("server.file_there", file=str(file))
    with alone(config.owner_database or config.database) as connection:
        _seal(connection, config)
        counts, head = _Counts(), {"kind": KIND, "made_at": iso(now), "format": FORMAT}
        with sealed_file.writing(file, head, sealed_for, _Reader(counts).look) as writer:
            with _whole(), _one_reading(connection):
                shown = tables.names(connection)
                standing = _standing(connection)
                keys = case_keys.of_database(connection)
                writer.write(["head", _head(connection, shown, standing)])
                for name, content in _own_files(config).items():
                    writer.write(["file", name, content])
                for table, columns in shown.items():
                    for message in _table(connection, table, columns, keys):
                        counts.count(message)
                        writer.write(message)
                writer.write(["done"])
            # Cut off anywhere, no backup has its name without what opens it: first into the database, then into a file.
            with connection.transaction():
                case_keys.keep(connection, keys.made)
            case_keys.write(keys_file, keys, sealed_for, now)
        made = Made(file, keys_file, file.stat().st_size, counts.rows, standing, False)
        return _note(connection, made, sealed_for, now)


def _seal(connection: Connection, config: Config) -> None:
    """What a backup holds of events is sealed, also where no server runs that would do it."""
    signer = Signer(authority.signing_key(config.signing_key))
    for org in administration.organisations(connection).values():
        taken = seals.MOST
        while taken == seals.MOST:
            with connection.transaction():
                taken = seals.seal(connection, org, signer)


def names(sealed_for: Sequence[X25519PublicKey]) -> str:
    """The names of recovery keys as the list of backups keeps them."""
    return " ".join(sorted(recovery.name_of(key) for key in sealed_for))


@contextmanager
def _whole() -> Iterator[None]:
    """A role that row-level security holds back gets an error, and no backup of nothing."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise Problem("server.backup_owner") from error


@contextmanager
def _one_reading(connection: Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def _standing(connection: Connection) -> list[Standing]:
    rows = connection.execute(
        "SELECT o.org_id, o.name, o.epoch, c.number, c.leaves FROM organisation AS o JOIN counter AS c"
        " ON c.org_id = o.org_id ORDER BY o.name"
    ).fetchall()
    return [Standing(*row) for row in rows]


def _head(connection: Connection, shown: dict[str, list[str]], standing: list[Standing]) -> dict[str, Any]:
    done = connection.execute("SELECT name FROM migration ORDER BY name").fetchall()
    return {
        "migrations": [name for (name,) in done],
        "tables": list(shown),
        "standing": [asdict(one) for one in standing],
    }


def _own_files(config: Config) -> dict[str, bytes]:
    found = {name: getattr(config, name) for name in FILES}
    return {name: file.read_bytes() for name, file in found.items() if file is not None}


def _table(connection: Connection, table: str, columns: list[str], keys: case_keys.CaseKeys) -> Iterator[list[Any]]:
    rows: Iterable[Row] = tables.read(connection, table, columns)
    if table in tables.SEALED:
        rows = tables.changed(rows, columns, keys.seal)
    yield ["table", table, columns]
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(len(field) for field in row if field is not None)
        if size > _ROWS_BYTES:
            yield ["rows", some]
            some, size = [], 0
    if some:
        yield ["rows", some]
    yield ["end", table]


class _Counts:
    """Rows of each table, and what all of them say."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._table, self._said = "", hashlib.sha256()

    def count(self, message: list[Any]) -> None:
        if message[0] == "table":
            self._table = message[1]
            self.rows[self._table] = 0
        elif message[0] == "rows":
            self.rows[self._table] += len(message[1])
        self._said.update(msgspec.msgpack.encode(message))

    def said(self) -> bytes:
        return self._said.digest()


class _Reader:
    """Compares what lies on the disk with what was to be written. Raises Problem server.sealed_file."""

    def __init__(self, written: _Counts) -> None:
        self._written, self._read = written, _Counts()

    def look(self, message: list[Any]) -> None:
        if message[0] in ("table", "rows", "end"):
            self._read.count(message)
        elif message[0] == "done" and self._read.said() != self._written.said():
            raise Problem("server.sealed_file", file=KIND, reason="the disk does not hold what was written")


def _note(connection: Connection, made: Made, sealed_for: Sequence[X25519PublicKey], now: datetime) -> Made:
    """Note the backup in the list; where a restore has shown that these keys open backups, it counts at once."""
    told, names_now = set(names(sealed_for).split()), names(sealed_for)
    with connection.transaction():
        drilled = connection.execute("SELECT keys FROM backup_file WHERE drilled_at IS NOT NULL").fetchall()
        # Whichever of its keys opened the other one is among these.
        verified = any(set(keys.split()) <= told for (keys,) in drilled)
        for one in made.standing:
            name = random_id()
            connection.execute(
                "INSERT INTO backup_file VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, NULL)",
                (
                    one.org,
                    name,
                    now,
                    str(made.file.absolute()),
                    str(made.keys_file.absolute()),
                    made.bytes,
                    one.epoch,
                    one.number,
                    one.leaves,
                    names_now,
                ),
            )
            note_act(connection, one.org, "backed_up", detail=f"{one.number}")
            if verified:
                covered.note_verified(
                    connection, one.org, backup=name, epoch=one.epoch, number=one.number, made_at=now, now=now
                )
    return replace(made, verified=verified)
