"""All tables of the server in one reading, row by row in PostgreSQL's own binary form, out of a database and into one.

The reading is one transaction (REPEATABLE READ, read only), so every table is as it was at one moment, while laptops go
on pushing. Nothing but PostgreSQL's COPY is used: no program of another version has to be there.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator

from psycopg import sql

from sync.server.database import Connection

LEFT_OUT = frozenset({"case_key", "snapshot", "migration"})
"""Keys of cases never lie beside what they open; a snapshot is a cache of the log; migrations are named in the head."""
SEALED = ("entry", "quarantine")
"""Tables with what officers wrote, in the column `body`; all others hold ids, times, hashes, names of officers."""
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = struct.pack("!h", -1)
Row = list[bytes | None]


def names(connection: Connection) -> dict[str, list[str]]:
    """Each table that a backup holds, with its columns in their order."""
    # With this, a role that row-level security holds back gets an error (InsufficientPrivilege) and no empty table.
    connection.execute("SET LOCAL row_security = off")
    rows = connection.execute(
        "SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0"
        " AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        if table not in LEFT_OUT:
            found.setdefault(table, []).append(column)
    return found


def read(connection: Connection, table: str, columns: list[str]) -> Iterator[Row]:
    """The rows of a table, each as its fields in binary form."""
    query = sql.SQL("COPY {} ({}) TO STDOUT (FORMAT binary)").format(sql.Identifier(table), _list(columns))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        yield from _rows(bytes(piece) for piece in copy)


def write(connection: Connection, table: str, columns: list[str], rows: Iterable[Row]) -> int:
    """Put rows into a table; returns how many there were."""
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), _list(columns))
    written = 0
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.write(_SIGNATURE)
        for row in rows:
            copy.write(_packed(row))
            written += 1
        copy.write(_END)
    return written


def changed(rows: Iterable[Row], columns: list[str], change: Callable[[dict[str, str], bytes], bytes]) -> Iterator[Row]:
    """Rows with another `body`. `change` is told the organisation, device and case of a row, and its body."""
    where = {name: columns.index(name) for name in ("org_id", "device_id", "case_id")}
    body = columns.index("body")
    for row in rows:
        place = {name: (row[n] or b"").decode() for name, n in where.items()}
        yield [*row[:body], change(place, row[body] or b""), *row[body + 1 :]]


def _list(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in columns)


def _rows(pieces: Iterable[bytes]) -> Iterator[Row]:
    """Rows from a COPY stream in binary form, however it is cut into pieces."""
    waiting, begun = b"", False
    for piece in pieces:
        waiting += piece
        place = 0
        if not begun:
            if len(waiting) < len(_SIGNATURE):
                continue
            place, begun = len(_SIGNATURE), True
        while (found := _row(waiting, place)) is not None:
            row, place = found
            if row is not None:
                yield row
        waiting = waiting[place:]


def _row(data: bytes, place: int) -> tuple[Row | None, int] | None:
    """A row and the place after it; the mark of the end as no row; nothing where it has not all come."""
    if len(data) < place + 2:
        return None
    (count,) = struct.unpack_from("!h", data, place)
    place += 2
    if count < 0:
        return None, place
    row: Row = []
    for _ in range(count):
        if len(data) < place + 4:
            return None
        (length,) = struct.unpack_from("!i", data, place)
        place += 4
        if length < 0:
            row.append(None)
            continue
        if len(data) < place + length:
            return None
        row.append(data[place : place + length])
        place += length
    return row, place


def _packed(row: Row) -> bytes:
    parts = [struct.pack("!h", len(row))]
    for field in row:
        parts.append(struct.pack("!i", -1) if field is None else struct.pack("!i", len(field)) + field)
    return b"".join(parts)
