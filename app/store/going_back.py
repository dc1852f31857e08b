"""A vault that a newer program has changed becomes one of this program again; what was written since is carried over.

The newer file is read and never written. Beside it a vault of this format is made: from the copy that was kept when the
format changed, or anew; everything of the tables in `migrations/frozen.json` is carried over, rows are folded from the
entries by this program, and the result is proven. Only then does it take the newer file's place, in one step. Stopped
anywhere, the vault is the newer one or this one, whole.

Device, key and numbers are carried over as they are: the chain goes on where it was, and no server sees a difference.
Of entries, the bytes are kept as they were signed, also where this program does not know all that is in them.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.notebook.entry import EntryRefused
from app.problems import Problem
from app.store import anew, coming, copies, migrating, rows
from app.store.connection import Connection, connect, pragma, problems, remove_database
from app.store.database import open_database, while_upgrading
from app.store.migrating import CHANGING, KEPT_SINCE, Told
from app.store.store import FILE, LINES_MADE_BY, VAULT, Store, made_by

NEWEST = 2000
"""How many of the device's entries are proven again before the newer file goes."""
_OWN_ROWS = frozenset({*made_by(), LINES_MADE_BY, KEPT_SINCE})
"""What the vault keeps about how its rows were made: that of the newer program is not true of the rows made here."""
_STATES = frozenset({"unsent", "sent", "refused", "received", "gone"})
_CHUNK = 500


@dataclass(frozen=True)
class WentBack:
    """From which format to which a vault went back, and how many entries were carried over or changed."""

    found: int
    now: int
    carried: int


def go_back(
    folder: Path,
    key: bytes,
    device: str,
    *,
    migrations: Path | None = None,
    told: Told = migrating.nobody,
) -> WentBack:
    """Let a vault that a newer program has changed become one of this program.

    `device`: the vault's id; `migrations`, `told`: as in `open_database`. Raises Problem store.not_newer,
    store.cannot_go_back, store.foreign, store.upgrade_full and the other Problems of the store; then the vault is as
    the newer program left it.
    """
    coming.settle(folder, FILE, key)
    path = folder / FILE
    fresh = path.with_name(f"{path.name}{copies.UNFINISHED[1]}")
    try:
        with while_upgrading(path):
            with contextlib.closing(connect(path, key, read_only=True)) as newer:
                found = _looked_at(newer, path, device, migrating.newest(migrations))
                carried = _make(newer, path, fresh, key, found, migrations, told)
            _settle(path, key)
            copies.put_in_place(fresh, path)
    except BaseException:
        remove_database(fresh)
        raise
    copies.forget(path)
    return WentBack(found, migrating.newest(migrations), carried)


def frozen() -> dict[str, dict[str, str]]:
    """The tables that are carried over: their columns with the types."""
    told = json.loads((migrating.MIGRATIONS / "frozen.json").read_text("utf-8"))
    return {table: columns for table, columns in told.items() if isinstance(columns, dict)}


def _looked_at(newer: Connection, path: Path, device: str, own: int) -> int:
    """The format of the newer file. Raises Problem where it is none, another vault's, or cannot be read here."""
    found = int(pragma(newer, "user_version"))
    if found <= own:
        raise Problem("store.not_newer")
    for table, columns in frozen().items():
        there = dict(newer.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall())
        if {name: there.get(name) for name in columns} != columns:
            raise Problem("store.cannot_go_back", found=found)
    meta = dict(newer.execute("SELECT name, value FROM meta WHERE name IN ('device', ?)", (VAULT,)).fetchall())
    if meta.get(VAULT, meta.get("device")) != device:
        raise Problem("store.foreign", file=path.name)
    return found


def _make(
    newer: Connection, path: Path, fresh: Path, key: bytes, found: int, migrations: Path | None, told: Told
) -> int:
    """Make the vault of this format beside the newer file, prove it, and close it; how many entries were carried."""
    remove_database(fresh)
    based = _from_copy(path, fresh, key, migrating.newest(migrations))
    connection = open_database(fresh, key, create=not based, migrations=migrations)
    copies.forget(fresh)
    try:
        told(CHANGING, 0)
        if not based:
            connection.executemany("INSERT INTO meta VALUES (?, ?)", made_by().items())
        device = newer.execute("SELECT value FROM meta WHERE name = 'device'").fetchone()[0]
        carried = _carry_over(newer, connection, told)
        store = Store(fresh, key, connection, device, migrations)
        store.verify(NEWEST)
        _compare(newer, connection, fresh)
        copies.alone(connection)
    except EntryRefused as error:
        raise Problem("store.cannot_go_back", found=found) from error
    finally:
        connection.close()
    return carried


def _from_copy(path: Path, fresh: Path, key: bytes, own: int) -> bool:
    """Begin with the copy that was kept; whether there is one that can be read. Without it everything is made anew."""
    base = next((file for version, file in copies.beside(path).items() if version <= own), None)
    if base is None:
        return False
    try:
        with problems(base), contextlib.closing(connect(base, key)) as kept:
            copies.copy(kept, fresh, key, migrating.nobody)
    except Problem as problem:
        if problem.code not in ("store.damaged", "store.foreign"):
            raise
        return False
    return True


def _carry_over(newer: Connection, made: Connection, told: Told) -> int:
    made.execute("BEGIN IMMEDIATE")
    touched = _snapshots(newer, made) | _gone(newer, made)
    entries, cases = _entries(newer, made)
    for table in ("aside", "mended", "secret"):
        _whole_table(newer, made, table)
    stale = _small_things(newer, made)
    touched |= cases
    for place, case_id in enumerate(sorted(touched)):
        _fold(made, case_id)
        told(CHANGING, 100 * (place + 1) // len(touched))
    made.executemany("UPDATE case_line SET stale = 1 WHERE case_id = ?", [(case_id,) for case_id in sorted(stale)])
    made.execute("COMMIT")
    return entries


def _entries(newer: Connection, made: Connection) -> tuple[int, set[str]]:
    """Carry over entries that are not here or are otherwise; how many, and their cases."""
    theirs, ours = _held(newer), _held(made)
    gone = [row for row in ours.items() if theirs.get(row[0]) != row[1]]
    come = sorted((row[1][0], row[0]) for row in theirs.items() if ours.get(row[0]) != row[1])
    made.executemany("DELETE FROM entry WHERE device = ? AND first = ?", [name for name, _ in gone])
    for start in range(0, len(come), _CHUNK):
        some = [_entry(newer, rowid) for rowid, _ in come[start : start + _CHUNK]]
        made.executemany(_WRITE_ENTRY, some)
    return len(come), {row[1] for _, row in gone} | {theirs[name][1] for _, name in come}


def _held(connection: Connection) -> dict[tuple[str, int], tuple[Any, ...]]:
    """Each entry with what tells whether another file holds it in the same way: its place, its case, and more."""
    found = connection.execute(
        "SELECT device, first, rowid, case_id, hash, state, number, received_at, reason, length(body) FROM entry"
    )
    return {(device, first): tuple(rest) for device, first, *rest in found}


_COLUMNS = (
    "device, first, count, case_id, hash, hlc_ms, hlc_counter, made_at, state, number, received_at, body, signature,"
    " reason, rowid"
)
_READ_ENTRY = f"SELECT {_COLUMNS} FROM entry WHERE rowid = ?"  # noqa: S608 - names of columns, none from data
_WRITE_ENTRY = f"INSERT INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


def _entry(newer: Connection, rowid: int) -> tuple[Any, ...]:
    row = list(newer.execute(_READ_ENTRY, (rowid,)).fetchone())
    if row[8] not in _STATES:
        # A state that only the newer program knows. Sent once more does no harm, not sent would: the server says which.
        own = newer.execute("SELECT 1 FROM meta WHERE name = 'device' AND value = ?", (row[0],)).fetchone()
        row[8] = "received" if own is None else "unsent" if row[9] is None else "sent"
    return tuple(row)


_TABLES = {
    "aside": (
        "SELECT device, hash, number, reason, at, body, signature FROM aside",
        "DELETE FROM aside",
        "INSERT INTO aside (device, hash, number, reason, at, body, signature) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    "mended": (
        "SELECT case_id, at, agrees, told, records FROM mended",
        "DELETE FROM mended",
        "INSERT INTO mended (case_id, at, agrees, told, records) VALUES (?, ?, ?, ?, ?)",
    ),
    "secret": (
        "SELECT name, value FROM secret",
        "DELETE FROM secret",
        "INSERT INTO secret (name, value) VALUES (?, ?)",
    ),
}


def _whole_table(newer: Connection, made: Connection, table: str) -> None:
    read, empty, write = _TABLES[table]
    made.execute(empty)
    there = newer.execute(read)
    while some := there.fetchmany(_CHUNK):
        made.executemany(write, some)


def _snapshots(newer: Connection, made: Connection) -> set[str]:
    """Carry over the snapshots that are otherwise; their cases."""
    look = "SELECT case_id, number, digest, changed_at, whole FROM snapshot"
    theirs, ours = ({row[0]: row for row in of.execute(look)} for of in (newer, made))
    different = {case for case in theirs.keys() | ours.keys() if theirs.get(case) != ours.get(case)}
    for case_id in sorted(different):
        made.execute("DELETE FROM snapshot WHERE case_id = ?", (case_id,))
        row = newer.execute(
            "SELECT case_id, number, digest, changed_at, records, whole FROM snapshot WHERE case_id = ?", (case_id,)
        ).fetchone()
        if row is not None:
            made.execute(
                "INSERT INTO snapshot (case_id, number, digest, changed_at, records, whole) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
    return different


def _gone(newer: Connection, made: Connection) -> set[str]:
    """Carry over which cases are no longer here; those of which that is otherwise."""
    theirs, ours = (
        {row[0]: row for row in of.execute("SELECT case_id, kind, number, at FROM gone")} for of in (newer, made)
    )
    made.execute("DELETE FROM gone")
    made.executemany("INSERT INTO gone (case_id, kind, number, at) VALUES (?, ?, ?, ?)", theirs.values())
    return {case for case in theirs.keys() | ours.keys() if theirs.get(case) != ours.get(case)}


def _small_things(newer: Connection, made: Connection) -> set[str]:
    """Carry over what is kept beside the cases; the cases of which other officers have charge than was known here."""
    theirs, ours = (
        {name: value for name, value in of.execute("SELECT name, value FROM meta") if name not in _OWN_ROWS}
        for of in (newer, made)
    )
    made.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in ours])
    made.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", theirs.items())
    different = {name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)}
    return {name.removeprefix("charge:") for name in different if name.startswith("charge:")}


def _fold(made: Connection, case_id: str) -> None:
    """Write the rows of a case as this program folds them; none where it is no longer here."""
    rows.forget_words(made, case_id)
    made.execute("DELETE FROM record WHERE case_id = ?", (case_id,))
    made.execute("DELETE FROM case_line WHERE case_id = ?", (case_id,))
    anew.fold_anew(made, case_id)


def _compare(newer: Connection, made: Connection, fresh: Path) -> None:
    """Raise Problem store.disk unless both hold the same entries in the same order, byte for byte."""
    there = "SELECT device, first, hash, body, signature FROM entry ORDER BY rowid"
    both = itertools.zip_longest(newer.execute(there), made.execute(there))
    if any(one != other for one, other in both):
        raise Problem("store.disk", file=fresh.name)


def _settle(path: Path, key: bytes) -> None:
    """Bring the newer file's log into it and take the log away: left beside, it would be read as that of the next."""
    with contextlib.closing(connect(path, key)) as newer:
        busy = newer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise Problem("store.busy", file=path.name)
    for name in ("-wal", "-shm"):
        path.with_name(f"{path.name}{name}").unlink(missing_ok=True)
