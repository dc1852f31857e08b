"""A pull: what is new for a device after its cursor, in the order of the numbers, and only of cases in its scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.server import charges, erasure
from sync.server.database import Connection
from sync.server.ledger import Caller
from sync.wire import limits, messages, signing

# Each row looks its subscription up by its whole key: a join may be planned as a walk over all of a device's cases.
# A device's own entries do not come back to it: its push was told their numbers. Their digests do, and what counts
# though it was refused first.
_ENTRIES = (
    "SELECT e.number, e.received_at, e.device_id, e.signature, e.body, e.case_id, e.digest FROM entry AS e"
    " WHERE e.org_id = %(org)s AND e.number > %(cursor)s AND e.number <= %(end)s"
    " AND (e.device_id <> %(device)s OR e.released) AND (SELECT s.since FROM subscription AS s"
    " WHERE s.org_id = e.org_id AND s.device_id = %(device)s AND s.case_id = e.case_id AND s.until IS NULL)"
    " < e.number ORDER BY e.number LIMIT %(most)s"
)
_NOTICES = (
    "SELECT n.number, n.kind, n.case_id FROM notice AS n WHERE n.org_id = %(org)s AND n.device_id = %(device)s"
    " AND n.number > %(cursor)s AND n.number <= %(end)s AND n.number = (SELECT COALESCE(s.until, s.since)"
    " FROM subscription AS s WHERE s.org_id = n.org_id AND s.device_id = n.device_id AND s.case_id = n.case_id)"
    " ORDER BY n.number LIMIT %(most)s"
)
_OWN = (
    "SELECT DISTINCT ON (e.case_id) e.case_id, e.number, e.digest FROM entry AS e WHERE e.org_id = %(org)s"
    " AND e.number > %(cursor)s AND e.number <= %(end)s AND e.device_id = %(device)s"
    " AND (SELECT s.since FROM subscription AS s WHERE s.org_id = e.org_id AND s.device_id = %(device)s"
    " AND s.case_id = e.case_id AND s.until IS NULL) < e.number ORDER BY e.case_id, e.number DESC"
)


@dataclass
class Page:
    """What one answer carries, before times, lease and heads."""

    cursor: int
    more: bool = False
    entries: list[messages.PulledEntry] = field(default_factory=list)
    notices: list[messages.Notice] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    charges: list[messages.Charge] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)


def page(connection: Connection, caller: Caller, cursor: int, end: int, limit: int) -> Page:
    """The next page after `cursor`, up to the last number `end` of this reading."""
    most = min(limit, limits.PULLED) if limit > 0 else limits.PULLED
    wanted = {"org": caller.org, "device": caller.device, "cursor": cursor, "end": end, "most": most + 1}
    entries = connection.execute(_ENTRIES, wanted).fetchall()
    notices = connection.execute(_NOTICES, wanted).fetchall()
    charged = charges.changed(connection, caller, cursor, end, most + 1)
    stop = _stop(entries, (notices, charged), most, end)
    done = Page(stop, more=stop < end)
    last: dict[str, tuple[int, bytes]] = {}
    for number, received, device, signature, body, case, digest in entries:
        if number > stop:
            break
        done.entries.append(pulled(number, received, device, signature, body))
        last[case] = (number, digest)
    done.charges = [charges.told(row) for row in charged if row[0] <= stop]
    orders = erasure.orders_of(connection, caller.org, [case for _, kind, case in notices if kind == erasure.ERASED])
    done.notices = [
        messages.Notice(number=n, kind=kind, case=case, order=orders.get(case) if kind == erasure.ERASED else None)
        for n, kind, case in notices
        if n <= stop
    ]
    for case, number, digest in connection.execute(_OWN, {**wanted, "end": stop}).fetchall():
        last[case] = max(last.get(case, (0, b"")), (number, digest))
    done.digests = {case: bytes(digest).hex() for case, (_, digest) in last.items()}
    done.keys = keys(connection, caller.org, {entry.device for entry in done.entries})
    return done


def _stop(entries: list[tuple[Any, ...]], others: tuple[list[tuple[Any, ...]], ...], most: int, end: int) -> int:
    """The number after which the page ends: where there are enough things, or enough bytes."""
    sizes = {row[0]: len(row[4]) for row in entries} | {row[0]: 100 for rows in others for row in rows}
    taken = 0
    for count, number in enumerate(sorted(sizes), start=1):
        taken += sizes[number]
        if (count == most or taken >= limits.PULLED_BYTES) and count < len(sizes):
            return int(number)
    # Each list may have been cut by the database; what lies beyond its end is not known here.
    cut = [rows[-1][0] for rows in (entries, *others) if len(rows) > most]
    return min([end, *(int(number) - 1 for number in cut)])


def pulled(number: int, received: str, device: str, signature: bytes, body: bytes) -> messages.PulledEntry:
    """An entry as it is handed out."""
    return messages.PulledEntry(
        number=number,
        received_at=received,
        device=device,
        signature=signing.to_text(bytes(signature)),
        entry=msgspec.Raw(bytes(body)),
    )


def keys(connection: Connection, org: str, devices: set[str]) -> dict[str, str]:
    """The public keys of devices."""
    if not devices:
        return {}
    rows = connection.execute(
        "SELECT device_id, key FROM device WHERE org_id = %s AND device_id = ANY(%s)", (org, list(devices))
    ).fetchall()
    return {device: signing.to_text(bytes(key)) for device, key in rows}


def standing(connection: Connection, org: str) -> tuple[int, int, int, int]:
    """The last number that was given, the leaves of the tree, up to where a verified backup covers the history, and
    the version of the officers and units."""
    row = connection.execute(
        "SELECT c.number, c.leaves, o.covered, o.people FROM counter AS c JOIN organisation AS o ON o.org_id = c.org_id"
        " WHERE c.org_id = %s",
        (org,),
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def own_head(connection: Connection, caller: Caller) -> tuple[messages.Head, int]:
    """What the server has of this device, and the version of its scope."""
    row = connection.execute(
        "SELECT last, hash, scope FROM device WHERE org_id = %s AND device_id = %s", (caller.org, caller.device)
    ).fetchone()
    assert row is not None
    return messages.Head(last=row[0], hash=row[1]), int(row[2])


def settle(connection: Connection, caller: Caller, last: int) -> None:
    """Note that the device has nothing that is missing here, in this epoch."""
    connection.execute(
        "UPDATE device SET settled = %s WHERE org_id = %s AND device_id = %s AND settled <> %s AND last >= %s",
        (caller.epoch, caller.org, caller.device, caller.epoch, last),
    )


def removed(done: Page) -> int:
    """How many cases a page takes away."""
    return sum(notice.kind != "joined" for notice in done.notices)
