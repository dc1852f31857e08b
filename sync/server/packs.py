"""Content packs for laptops: kept as the force signed them, handed out as they are. The server changes nothing in them.

What it takes in must be signed by a key that its administrator names; each laptop checks all of it again for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from app.packs import pack
from app.problems import Problem
from sync.server.database import Connection
from sync.wire import limits, messages
from sync.wire.signing import to_text


def take_in(connection: Connection, org: str, file: bytes, keys: tuple[bytes, ...], now: datetime) -> pack.Pack:
    """Keep a pack for the laptops of an organisation.

    Raises Problem pack.not_signed, pack.unknown_key, pack.archive, pack.broken, pack.expired, pack.older, pack.same,
    server.pack_large.
    """
    if len(file) > limits.PACK:
        raise Problem("server.pack_large", most=limits.PACK)
    fresh = pack.read(file, keys)
    told = fresh.manifest
    _refuse_past(connection, org, fresh, now.astimezone().date())
    connection.execute(
        "INSERT INTO pack VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (org, told.name, told.serial, fresh.sha256, file, now),
    )
    if told.kind != "instruments":
        # Of instruments every version stays: a new laptop may hold assessments that were begun with an old one.
        connection.execute(
            "DELETE FROM pack WHERE org_id = %s AND name = %s AND number < %s", (org, told.name, told.serial)
        )
    return fresh


def kept(connection: Connection, org: str) -> list[tuple[str, int, str, datetime]]:
    """Name, serial, hash and time of each pack."""
    query = b"SELECT name, number, sha256, added_at FROM pack WHERE org_id = %s ORDER BY name, number"
    return [tuple(row) for row in connection.execute(query, (org,)).fetchall()]


def take_away(connection: Connection, org: str, name: str) -> int:
    """Hand a pack out no more; returns how many versions there were. Laptops keep what they have."""
    return connection.execute("DELETE FROM pack WHERE org_id = %s AND name = %s", (org, name)).rowcount


def page(connection: Connection, org: str, have: Mapping[str, int]) -> tuple[list[messages.PackFile], bool]:
    """The next packs that a laptop has not, as many as go into one answer; and whether there are more."""
    query = b"SELECT name, number, octet_length(file) FROM pack WHERE org_id = %s ORDER BY number, name"
    wanted = [
        (name, serial, size)
        for name, serial, size in connection.execute(query, (org,)).fetchall()
        if serial > have.get(name, 0)
    ]
    found: list[messages.PackFile] = []
    room = limits.PACK
    for name, serial, size in wanted:
        if found and size > room:
            return found, True
        room -= size
        row = connection.execute(
            b"SELECT file FROM pack WHERE org_id = %s AND name = %s AND number = %s", (org, name, serial)
        ).fetchone()
        if row is not None:
            found.append(messages.PackFile(name=name, serial=serial, file=to_text(bytes(row[0]))))
    return found, False


def _refuse_past(connection: Connection, org: str, fresh: pack.Pack, today: date) -> None:
    told = fresh.manifest
    if told.expires is not None and today > told.expires:
        raise Problem("pack.expired", name=told.name, serial=told.serial, until=told.expires.isoformat())
    query = b"SELECT number, sha256 FROM pack WHERE org_id = %s AND name = %s ORDER BY number DESC LIMIT 1"
    newest = connection.execute(query, (org, told.name)).fetchone()
    if newest is None:
        return
    if told.serial < newest[0]:
        raise Problem("pack.older", name=told.name, serial=told.serial, seen=newest[0])
    if told.serial == newest[0] and fresh.sha256 != newest[1]:
        raise Problem("pack.same", name=told.name, serial=told.serial)
