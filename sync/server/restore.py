"""A backup is put into an empty database, in one transaction; or into a place of its own, to see that it can be.

Laptops notice the new epoch, and bring what was written since the backup. What was erased since stays erased: the file
of case keys says so, and holds no key for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from psycopg import sql

from app.clock import parse_moment
from app.problems import Problem
from sync.server import (
    administration,
    authority,
    backup,
    case_keys,
    covered,
    database,
    erasure,
    sealed_file,
    tables,
    verify,
)
from sync.server.backup import KIND, Standing
from sync.server.config import Config
from sync.server.database import Connection
from sync.server.events import note_act
from sync.server.tables import Row


@dataclass
class Restored:
    """What came back. `rows`: of each table; `made_at`: when the backup was made; `faults`: what `verify` names."""

    made_at: datetime
    rows: dict[str, int] = field(default_factory=dict)
    standing: list[Standing] = field(default_factory=list)
    erased: int = 0
    epochs: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def files(file: Path, keys: Sequence[X25519PrivateKey], folder: Path) -> list[str]:
    """Take the server's own files (keys and certificates) out of a backup; returns the names of their settings.

    Raises Problem server.sealed_file, server.recovery_key_other, server.file_there, server.file_not_written.
    """
    found: dict[str, bytes] = {}
    with sealed_file.reading(file, KIND, keys) as messages:
        for message in messages:
            if message[0] == "file":
                found[message[1]] = message[2]
            elif message[0] == "table":
                break
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in found.items():
            if (folder / name).exists():
                raise Problem("server.file_there", file=str(folder / name))
            authority.write_whole(folder / name, content)
    except OSError as error:
        raise Problem("server.file_not_written", file=str(folder), reason=error.strerror or "no access") from error
    return sorted(found)


def restore(
    config: Config,
    file: Path,
    keys_file: Path,
    keys: Sequence[X25519PrivateKey],
    login: str = "",
    *,
    anyway: bool = False,
) -> Restored:
    """Put a backup into an empty database, verify it and begin a new epoch; all of it, or nothing.

    `anyway`: also where somebody had changed the history behind the server's back before it was backed up.

    Raises Problem server.not_empty, server.backup_newer, server.backup_other_server, server.backup_keys,
    server.history_changed, server.sealed_file, server.recovery_key_other, server.backup_runs.
    """
    case_keys_found = case_keys.read(keys_file, keys)
    with backup.alone(config.owner_database or config.database) as connection, connection.transaction():
        _patiently(connection)
        _check_empty(connection)
        done = _take_in(connection, config, file, keys, case_keys_found, login)
        if done.faults and not anyway:
            raise Problem("server.history_changed", count=len(done.faults))
        case_keys.keep(connection, case_keys_found.known)
        done.erased = erasure.apply_orders(connection, case_keys_found.orders)
        for one in done.standing:
            done.epochs[one.name] = administration.new_epoch(connection, one.org)
    return done


def drill(
    config: Config,
    file: Path,
    keys_file: Path,
    keys: Sequence[X25519PrivateKey],
    now: datetime,
    say: Callable[[Restored], None],
) -> Restored:
    """Restore a backup into a place of its own in the same database, verify it, tell, and take all of it away again.

    Where all is well this is noted, and what the backup covers laptops may let go of. Raises as `restore` does.
    """
    place = f"drill_{secrets.token_hex(6)}"
    with backup.alone(config.owner_database or config.database) as connection:
        case_keys_found = case_keys.read(keys_file, keys)
        # Undone at the end, whatever happens: nothing of it is ever seen by anybody else.
        with connection.transaction(force_rollback=True):
            _patiently(connection)
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(place)))
            connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(place)))
            done = _take_in(connection, config, file, keys, case_keys_found, "")
            say(done)
        if done.faults:
            raise Problem("server.history_changed", count=len(done.faults))
        with connection.transaction():
            _note_drill(connection, done, now)
    return done


def _patiently(connection: Connection) -> None:
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _check_empty(connection: Connection) -> None:
    there = connection.execute("SELECT to_regclass('organisation') IS NOT NULL").fetchone()
    if there is not None and there[0]:
        raise Problem("server.not_empty")


def _take_in(
    connection: Connection,
    config: Config,
    file: Path,
    keys: Sequence[X25519PrivateKey],
    case_keys_found: case_keys.CaseKeys,
    login: str,
) -> Restored:
    """Make the tables as they were, fill them, bring them up to this version, and look at every row."""
    told = sealed_file.head(file)
    with sealed_file.reading(file, KIND, keys) as messages:
        reading = _Messages(file, messages)
        head = reading.head()
        made_at = parse_moment(str(told.get("made_at")))
        if made_at is None or told.get("format") != backup.FORMAT:
            raise Problem("server.backup_newer", file=str(file))
        known = {name for name, _ in database.migrations()}
        if not set(head["migrations"]) <= known:
            raise Problem("server.backup_newer", file=str(file))
        database.bring_up(connection, login, only=set(head["migrations"]))
        done = Restored(made_at, standing=[Standing(**one) for one in head["standing"]])
        for table, columns, rows in reading.tables(authority.signing_keys(config.signing_key)):
            opened = tables.changed(rows, columns, case_keys_found.unseal) if table in tables.SEALED else rows
            done.rows[table] = tables.write(connection, table, columns, opened)
    database.bring_up(connection, login)
    # Whoever verifies finds the orders beside what they emptied.
    erasure.keep_orders(connection, case_keys_found.orders)
    public = authority.signing_keys(config.signing_key).public
    for one in done.standing:
        done.faults += [f"{one.name}: {fault}" for fault in verify.verify(connection, one.org, *public)]
    return done


class _Messages:
    """The messages of a backup in their order, to their end."""

    def __init__(self, file: Path, messages: Iterator[Any]) -> None:
        self._file, self._messages = file, messages

    def head(self) -> dict[str, Any]:
        what, told = self._next()[:2]
        if what != "head":
            raise self._broken()
        return dict(told)

    def tables(self, ours: authority.SigningKeys) -> Iterator[tuple[str, list[str], Iterator[Row]]]:
        """Each table with its columns and rows. The rows have to be read before the next table is asked for."""
        while (message := self._next())[0] != "done":
            if message[0] == "file" and message[1] == "signing_key" and not self._is_ours(message[2], ours):
                raise Problem("server.backup_other_server")
            if message[0] == "table":
                yield message[1], list(message[2]), self._rows(message[1])
        # Only the last part of the file shows that it is whole.
        if next(self._messages, None) is not None:
            raise self._broken()

    def _is_ours(self, data: bytes, ours: authority.SigningKeys) -> bool:
        """Whether it was signed with a key that we have or had: only who has it could have made this backup."""
        try:
            return authority.read_signing_keys(data).public[0] in ours.public
        except (ValueError, TypeError):
            return False

    def _rows(self, table: str) -> Iterator[Row]:
        while (message := self._next()) != ["end", table]:
            if message[0] != "rows":
                raise self._broken()
            yield from message[1]

    def _next(self) -> list[Any]:
        found = next(self._messages, None)
        if not isinstance(found, list) or not found:
            raise self._broken()
        return found

    def _broken(self) -> Problem:
        return Problem("server.sealed_file", file=str(self._file), reason="it was changed or cut off")


def _note_drill(connection: Connection, done: Restored, now: datetime) -> None:
    """Note in the list that this backup can be restored, where it is one of this database; from then on it counts."""
    for one in done.standing:
        rows = connection.execute(
            "UPDATE backup_file SET drilled_at = %s WHERE org_id = %s AND epoch = %s AND number = %s"
            " AND date_trunc('second', made_at) = %s RETURNING backup_id, made_at",
            (now, one.org, one.epoch, one.number, done.made_at),
        ).fetchall()
        for name, made_at in rows:
            note_act(connection, one.org, "backup_drilled", detail=str(one.number))
            covered.note_verified(
                connection, one.org, backup=name, epoch=one.epoch, number=one.number, made_at=made_at, now=now
            )


def default_keys(file: Path) -> Path:
    """Where the file of case keys lies unless somebody says otherwise."""
    return file.with_name(case_keys.NAME)
