"""Seals over the server's own events: whoever changes, deletes or back-dates one in the database is found out.

Events are sealed some seconds after they were noted, in a transaction of its own: an order among them while they are
noted would let pushes and revocations wait for each other. Each seal is signed and goes on from the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from sync.server.database import Connection
from sync.server.statements import Signer
from sync.wire import signing

MOST = 5000
"""As many events are put under one seal; where there are more, further seals follow."""
FIRST = bytes(32)
"""Stands for the root of the seal before the first one."""
_ONE_AT_A_TIME = 41822
_PAGE = 1000
# A time in seconds, to the microsecond: the same whatever the session's zone and style are, and no year is too late.
_COLUMNS = "e.event_id, extract(epoch FROM e.happened_at)::text, e.kind, e.officer_id, e.device_id, e.case_id, e.detail"
# No transaction that notes an event lasts an hour. A clock that was put back must not leave out what is noted then.
_LAST = (
    "SELECT number, root, (least(until, now()) - interval '1 hour')::text FROM event_seal WHERE org_id = %s"
    " ORDER BY number DESC LIMIT 1"
)
_UNSEALED = "NOT EXISTS (SELECT FROM sealed_event AS s WHERE s.org_id = e.org_id AND s.event_id = e.event_id)"
_NEW = (
    f"SELECT {_COLUMNS}, e.happened_at::text FROM event AS e WHERE e.org_id = %s AND e.happened_at >= %s"  # noqa: S608
    f" AND {_UNSEALED} ORDER BY e.happened_at, e.event_id LIMIT %s"
)
_PUT_IN = (
    "SELECT e.event_id FROM event AS e WHERE e.org_id = %s AND e.happened_at < %s"  # noqa: S608 - no value in it
    f" AND {_UNSEALED} ORDER BY e.event_id"
)
_UNDER = (
    f"SELECT s.number, s.event_id, s.hash, extract(epoch FROM n.until)::text, n.root, n.signature, {_COLUMNS}"  # noqa: S608
    " FROM sealed_event AS s LEFT JOIN event AS e ON e.org_id = s.org_id AND e.event_id = s.event_id"
    " LEFT JOIN event_seal AS n ON n.org_id = s.org_id AND n.number = s.number"
    " WHERE s.org_id = %s AND (s.number, s.event_id) > (%s, %s) ORDER BY s.number, s.event_id LIMIT %s"
)
_EMPTY = (
    "SELECT n.number FROM event_seal AS n WHERE n.org_id = %s AND NOT EXISTS"
    " (SELECT FROM sealed_event AS s WHERE s.org_id = n.org_id AND s.number = n.number) ORDER BY n.number"
)
_LATE_S = 3600


@dataclass(frozen=True)
class Seal:
    """A seal as somebody notes it elsewhere. `until`: when it was made, in UTC."""

    number: int
    root: str
    until: str

    def __str__(self) -> str:
        return f"{self.number}:{self.root}"


def lock(connection: Connection, org: str) -> None:
    """Until the commit nobody else seals: of two servers, the second finds done what the first one did."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_ONE_AT_A_TIME, org))


def seal(connection: Connection, org: str, signer: Signer) -> int:
    """Seal the events that are not sealed yet, the oldest first and `MOST` at once; returns how many those were."""
    lock(connection, org)
    last, before, since = _last(connection, org)
    rows = connection.execute(_NEW.encode(), (org, since, MOST)).fetchall()
    if not rows:
        return 0
    now = connection.execute("SELECT extract(epoch FROM now())::text, now()::text").fetchone()
    assert now is not None
    # Where more are to follow, the seal reaches no further than the last one that is under it.
    until, moment = now if len(rows) < MOST else (rows[-1][1], rows[-1][-1])
    hashes = {row[0]: _hash(org, row[:-1]) for row in sorted(rows)}
    number, digest = last + 1, hashlib.sha256(b"".join(hashes.values())).digest()
    said = signing.event_seal_bytes(org, number, until, before, digest)
    connection.execute(
        "INSERT INTO sealed_event SELECT %s, e, %s, h FROM unnest(%s::text[], %s::bytea[]) AS t (e, h)",
        (org, number, list(hashes), list(hashes.values())),
    )
    connection.execute(
        "INSERT INTO event_seal VALUES (%s, %s, %s, %s, %s)",
        (org, number, moment, hashlib.sha256(said).digest(), signer.event_seal(said)),
    )
    return len(rows)


def _last(connection: Connection, org: str) -> tuple[int, bytes, str]:
    """Number and root of the newest seal, and since when events are still to be sealed."""
    row = connection.execute(_LAST, (org,)).fetchone()
    return (row[0], bytes(row[1]), row[2]) if row is not None else (0, FIRST, "-infinity")


def newest(connection: Connection, org: str) -> Seal | None:
    """The newest seal, for whoever notes it elsewhere."""
    row = connection.execute(
        "SELECT number, encode(root, 'hex'), to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"')"
        " FROM event_seal WHERE org_id = %s ORDER BY number DESC LIMIT 1",
        (org,),
    ).fetchone()
    return Seal(*row) if row is not None else None


def verify(
    connection: Connection, org: str, public: Sequence[bytes], noted: tuple[int, str] | None = None
) -> Iterator[str]:
    """Each event that is not as it was sealed, and each seal that is not the server's, as `sync.server.verify` does.

    `noted`: number and root of a seal that somebody noted elsewhere. What is younger than the newest seal is not looked
    at; nor is it found, but by such a note, that the newest seals were taken away with their events.
    """
    yield from _sealed(connection, org, public)
    for (number,) in connection.execute(_EMPTY, (org,)).fetchall():
        yield f"event_seal {number}: what was under it is missing"
    since = _last(connection, org)[2]
    for (event,) in connection.execute(_PUT_IN.encode(), (org, since)).fetchall():
        yield f"event {event}: was put in afterwards, with a time before"
    if noted is not None:
        yield from _noted(connection, org, *noted)


def _sealed(connection: Connection, org: str, public: Sequence[bytes]) -> Iterator[str]:
    """Every seal in its order, and every event under it."""
    last, before, reached = 0, FIRST, Decimal("-Infinity")
    for number, rows in groupby(_under(connection, org), itemgetter(0)):
        if number != last + 1:
            yield f"event_seal {last + 1}: is missing"
        digest, until, root, signature = hashlib.sha256(), "", b"", ""
        for _, event, own, *made, name, at, kind, officer, device, case, detail in rows:
            until, root, signature = made[0] or "", bytes(made[1] or b""), made[2] or ""
            digest.update(bytes(own))
            if name is None:
                yield f"event {event}: is missing"
            elif _hash(org, (name, at, kind, officer, device, case, detail)) != bytes(own):
                yield f"event {event}: is not what was sealed"
            elif until and Decimal(at) < min(reached, Decimal(until)) - _LATE_S:
                yield f"event {event}: was put in afterwards, with a time before"
        said = signing.event_seal_bytes(org, number, until, before, digest.digest())
        if not until:
            yield f"event_seal {number}: is missing"
        elif hashlib.sha256(said).digest() != root:
            yield f"event_seal {number}: does not follow from its events and the seal before it"
        elif not any(signing.holds(signature, said, key) for key in public):
            yield f"event_seal {number}: its signature is not this server's"
        last, before, reached = max(last, number), root, Decimal(until or "-Infinity")


def _under(connection: Connection, org: str) -> Iterator[tuple[Any, ...]]:
    """Each event that was sealed, with its seal, in the order of the seals."""
    number, event = -(1 << 63), ""
    while rows := connection.execute(_UNDER.encode(), (org, number, event, _PAGE)).fetchall():
        yield from rows
        number, event = rows[-1][:2]


def _noted(connection: Connection, org: str, number: int, root: str) -> Iterator[str]:
    row = connection.execute("SELECT root FROM event_seal WHERE org_id = %s AND number = %s", (org, number)).fetchone()
    if row is None:
        yield f"event_seal {number}: was noted and is not there any more"
    elif bytes(row[0]).hex() != root:
        yield f"event_seal {number}: is another one than was noted"


def _hash(org: str, columns: Sequence[str]) -> bytes:
    return hashlib.sha256(signing.event_bytes(org, *columns)).digest()
