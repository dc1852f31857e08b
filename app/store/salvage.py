"""What can still be read of a damaged database, copied into a fresh one; what cannot is named, never dropped silently.

Rows and words are not copied: they are computed from the entries. Each page of the file carries its own seal, so what
is read is what was written, or it is not read.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlcipher3 import dbapi2 as sqlite

from app.notebook.ids import random_id
from app.problems import Problem
from app.store.connection import Connection
from app.store.database import open_damaged, open_database
from app.store.store import FORMER, VAULT

_KEYS: dict[str, tuple[str, ...]] = {
    "meta": ("name",),
    "secret": ("name",),
    "entry": ("rowid",),
    "snapshot": ("case_id",),
    "aside": ("rowid",),
    "gone": ("case_id",),
    "mended": ("case_id", "at"),
}
"""The tables that hold something of their own, and by what they are read in order."""
_KNOWN = {"meta": (VAULT, "device", "server", FORMER, "folding", "clock"), "secret": ("device_key",)}
"""Rows that are asked for by name where the way through their table is broken."""
_FARTHEST = 1 << 40


@dataclass
class Salvaged:
    """What was copied, by table; and what was not.

    `gaps`: of each device the numbers of which no entry could be read, as (first, last), for this vault's own devices
    and where an index still knows of them; `cases`: the cases that these belong to, as far as is known; `tables`: those
    of which something could not be read; `key_lost`: the device's own key is gone, so it cannot sign as itself again.
    """

    copied: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    key_lost: bool = False

    @property
    def missing(self) -> int:
        """How many numbers are missing."""
        return sum(last - first + 1 for some in self.gaps.values() for first, last in some)


def salvage(damaged: Path, key: bytes, fresh: Path, vault: str) -> Salvaged:
    """Copy what can be read of a damaged database into a new file under the same key; `vault`: the vault's id.

    Raises Problem store.foreign where not even its first pages can be read, which say what lies where, and those of
    the disk for the new one.
    """
    done = Salvaged()
    old = _Damaged(damaged, key)
    try:
        there = _look_at_tables(old, damaged)
        new = open_database(fresh, key, create=True)
        try:
            for table in _KEYS:
                _copy(old, new, table, there[table], done)
            _name_gaps(old, new, done)
            _identity(new, vault, done)
            new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            new.close()
    finally:
        old.close()
    return done


class _Damaged:
    """The damaged database. A connection that has met a page which does not open reads nothing more: the next question
    is asked of a new one."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._open: Connection | None = open_damaged(path, key)

    def execute(self, query: str, told: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
        """The rows of an answer, as far as they can be read; then a DatabaseError."""
        if self._open is None:
            self._open = open_damaged(self._path, self._key)
        try:
            yield from self._open.execute(query, told)
        except sqlite.DatabaseError:
            self.close()
            raise

    def first(self, query: str, told: Sequence[Any] = ()) -> Sequence[Any] | None:
        """The first row of an answer."""
        return next(self.execute(query, told), None)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _look_at_tables(old: _Damaged, damaged: Path) -> dict[str, set[str]]:
    """The columns of each table; in a file of an earlier format some of them, or all of a table, are not there yet."""
    try:
        there = {table: {row[1] for row in old.execute(f"PRAGMA table_info({table})")} for table in _KEYS}
    except sqlite.DatabaseError as error:
        raise Problem("store.foreign", file=damaged.name) from error
    if not there["entry"]:
        raise Problem("store.foreign", file=damaged.name)
    return there


def _copy(old: _Damaged, new: Connection, table: str, there: set[str], done: Salvaged) -> None:
    done.copied[table] = 0
    if not there:
        return
    columns = [row[1] for row in new.execute(f"PRAGMA table_info({table})").fetchall() if row[1] in there]
    if _KEYS[table] == ("rowid",):
        columns.insert(
            0, "rowid"
        )  # the order in which entries came to this vault is the order in which they are folded
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - a table of ours
    new.execute("BEGIN IMMEDIATE")
    for row in _rows(old, table, names, done):
        done.copied[table] += int(new.execute(insert, row).rowcount)
    new.execute("COMMIT")


def _rows(old: _Damaged, table: str, names: str, done: Salvaged) -> Iterator[Sequence[Any]]:
    """Every row that can be read: from the beginning on, behind each place that cannot be read, from the end back."""
    keys = _KEYS[table]
    after: tuple[Any, ...] | None = None
    passed = 0
    while True:
        found, broken = _piece(old, table, names, keys, after)
        for row in found:
            yield row[len(keys) :]
        if found:
            after = tuple(found[-1][: len(keys)])
        if not broken:
            return
        done.tables.add(table)
        if keys == ("rowid",):
            # One whose row is there and whose words are not is passed over as well.
            further = _behind(old, table, max(after[0] if after else 0, passed))
            if further is None:
                break
            after, passed = (further - 1,), further
        else:
            break
    yield from _from_the_end(old, table, names, keys)
    for name in _KNOWN.get(table, ()):
        yield from _quietly(old, f"SELECT {names} FROM {table} WHERE name = ?", (name,))  # noqa: S608 - ours


def _piece(
    old: _Damaged, table: str, names: str, keys: tuple[str, ...], after: tuple[Any, ...] | None
) -> tuple[list[Any], bool]:
    """Rows after a key, as far as they can be read; whether something could not be."""
    key = ", ".join(keys)
    where = "" if after is None else f" WHERE ({key}) > ({', '.join('?' * len(keys))})"
    found: list[Any] = []
    try:
        query = f"SELECT {key}, {names} FROM {table}{where} ORDER BY {key}"  # noqa: S608 - a table of ours
        for row in old.execute(query, after or ()):
            found.append(row)
    except sqlite.DatabaseError:
        return found, True
    return found, False


def _behind(old: _Damaged, table: str, after: int) -> int | None:
    """The first row that can be read behind a place that cannot, by its number; None where there is none."""
    query = f"SELECT rowid FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 1"  # noqa: S608 - a table of ours
    step, low = 1, after + 1
    while step < _FARTHEST:
        try:
            row = old.first(query, (after + 1 + step,))
        except sqlite.DatabaseError:
            low, step = after + 1 + step, step * 2
            continue
        if row is None:
            high = after + 1 + step
            break
        high = int(row[0])
        break
    else:
        return None
    while low < high:
        middle = (low + high) // 2
        try:
            old.first(query, (middle,))
        except sqlite.DatabaseError:
            low = middle + 1
        else:
            high = middle
    try:
        row = old.first(query, (high,))
    except sqlite.DatabaseError:
        return None
    return None if row is None else int(row[0])


def _from_the_end(old: _Damaged, table: str, names: str, keys: tuple[str, ...]) -> Iterator[Sequence[Any]]:
    order = ", ".join(f"{key} DESC" for key in keys)
    yield from _quietly(old, f"SELECT {names} FROM {table} ORDER BY {order}", ())  # noqa: S608 - a table of ours


def _quietly(old: _Damaged, query: str, told: Sequence[Any]) -> Iterator[Sequence[Any]]:
    try:
        yield from old.execute(query, told)
    except sqlite.DatabaseError:
        return


def _name_gaps(old: _Damaged, new: Connection, done: Salvaged) -> None:
    """Name what is missing: numbers of this vault's own chain, and of others what an index of the old one still has."""
    held: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for device, first, count in new.execute("SELECT device, first, count FROM entry ORDER BY device, first"):
        held[device].append((first, first + count - 1))
    known = {(device, first) for device, some in held.items() for first, _ in some}
    own = {row[0] for row in new.execute("SELECT value FROM meta WHERE name IN ('device', ?)", (VAULT,))}
    for device in own & held.keys():
        expected = 1
        for first, last in held[device]:
            if first > expected:
                done.gaps.setdefault(device, []).append((expected, first - 1))
            expected = max(expected, last + 1)
    index = _quietly(old, "SELECT device, first FROM entry INDEXED BY sqlite_autoindex_entry_1", ())
    for device, first in index:
        if (device, first) not in known and not any(a <= first <= b for a, b in done.gaps.get(device, [])):
            done.gaps.setdefault(device, []).append((first, first))
    for case_id, rowid in _quietly(old, "SELECT case_id, rowid FROM entry INDEXED BY entry_of_case", ()):
        if done.missing and not new.execute(_HAS, (rowid, case_id)).fetchone():
            done.cases.add(case_id)


_HAS = "SELECT 1 FROM entry WHERE rowid = ? AND case_id = ?"


def _identity(new: Connection, vault: str, done: Salvaged) -> None:
    """Whose device it is, where the vault no longer knows: the one whose entries its key signed, or nobody any more."""
    kept = dict(new.execute("SELECT name, value FROM meta WHERE name IN ('device', ?)", (VAULT,)).fetchall())
    if kept.get(VAULT, kept.get("device", vault)) != vault:
        raise Problem("store.foreign", file="vault.db")
    row = new.execute("SELECT value FROM secret WHERE name = 'device_key'").fetchone()
    device = kept.get("device")
    if row is None:
        done.key_lost = True
        raw = Ed25519PrivateKey.generate().private_bytes_raw()
        new.execute("INSERT INTO secret VALUES ('device_key', ?)", (raw,))
        # Nobody can vouch for what comes after it: the server learns of the next device by a code.
        new.execute("DELETE FROM meta WHERE name IN ('server', ?)", (FORMER,))
        # What was sent cannot be proven here without that key. The server has it, and hands it to the next device.
        new.execute(_ACKNOWLEDGED, (device or vault,))
        # What it refused is nowhere else as a thing that counts: it waits again, and is judged once more.
        new.execute(
            "UPDATE entry SET state = 'unsent', reason = NULL WHERE device = ? AND state = 'refused'",
            (device or vault,),
        )
    elif device is None:
        device = _signed_by(new, Ed25519PrivateKey.from_private_bytes(bytes(row[0])))
    for name, value in (("device", device or vault or random_id()), (VAULT, vault)):
        new.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


_ACKNOWLEDGED = (
    "DELETE FROM entry WHERE device = ? AND (state = 'sent' OR state = 'gone' AND number IS NOT NULL AND body <> x'')"
)


def _signed_by(new: Connection, key: Ed25519PrivateKey) -> str | None:
    public = key.public_key()
    for device, body, signature in new.execute("SELECT device, body, signature FROM entry GROUP BY device"):
        try:
            public.verify(signature, hashlib.sha256(body).digest())
        except InvalidSignature:
            continue
        return str(device)
    return None
