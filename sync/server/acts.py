"""Rows that say what people may do and have decided, against what the server's events say of them.

Officers change, so nothing signs their rows; but each change is noted, and what is noted is sealed. Whoever changes the
row alone is found out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from sync.server.database import Connection

FOUND, ADDED, CHANGED = "officer_found", "officer_added", "officer_changed"
"""What is noted of officers: as they were when this began, made, and given another role or unit."""
UNIT_FOUND, UNIT_ADDED = "unit_found", "unit_added"
"""The same of units, which are never changed."""
COUNTS, STAYS_APART = "counts", "stays_apart"
"""What a person decides about an entry that was kept apart, and what is noted of it."""

# The last one by the seals, whose order no clock decides; what is not sealed yet is later still.
_OFFICERS = """
SELECT officer_id, o.role, o.unit_id, o.active, e.detail FROM (SELECT * FROM officer WHERE org_id = %(org)s) AS o
FULL JOIN (
    SELECT DISTINCT ON (n.officer_id) n.officer_id COLLATE "C" AS officer_id, n.detail FROM event AS n
    LEFT JOIN sealed_event AS s ON s.org_id = n.org_id AND s.event_id = n.event_id
    WHERE n.org_id = %(org)s AND n.kind = ANY(%(kinds)s)
    ORDER BY n.officer_id, s.number DESC NULLS FIRST, n.happened_at DESC
) AS e USING (officer_id) ORDER BY officer_id
"""


_UNITS = """
SELECT n.detail FROM event AS n LEFT JOIN sealed_event AS s ON s.org_id = n.org_id AND s.event_id = n.event_id
WHERE n.org_id = %s AND n.kind IN (%s, %s) ORDER BY s.number NULLS LAST, n.happened_at
"""


def of_officer(role: str, unit: str, active: bool = True) -> str:
    """What an event says of an officer."""
    return f"{role if active else 'retired'} {unit}"


def of_unit(unit: str, above: str) -> str:
    """What an event says of a unit."""
    return f"{unit} {above}"


def of_decision(first: int, officer: str, entry: str = "", reason: str = "") -> str:
    """What an event says of a decision. `entry`: the hash of what it is about; of the reason no more is told than what
    it can be compared with."""
    if not entry:
        return f"{first} by {officer}"
    told = json.dumps([entry, reason], ensure_ascii=False).encode()
    return f"{first} by {officer} {hashlib.sha256(told).hexdigest()[:32]}"


def verify(connection: Connection, org: str) -> Iterator[str]:
    """Each officer, unit and decision that is not as it was noted, as `sync.server.verify` does."""
    yield from _officers(connection, org)
    yield from _units(connection, org)
    yield from _decisions(connection, org)


def _officers(connection: Connection, org: str) -> Iterator[str]:
    rows = connection.execute(_OFFICERS, {"org": org, "kinds": [FOUND, ADDED, CHANGED]}).fetchall()
    for officer, role, unit, active, noted in rows:
        if role is None:
            yield f"officer {officer}: is missing"
        elif noted is None:
            yield f"officer {officer}: nothing says who added them"
        elif noted != of_officer(role, unit, active):
            yield f"officer {officer}: role, unit or being in service is not what was noted last"


def _units(connection: Connection, org: str) -> Iterator[str]:
    noted: dict[str, str] = {}
    for (detail,) in connection.execute(_UNITS, (org, UNIT_FOUND, UNIT_ADDED)).fetchall():
        # What somebody says of a unit later counts for nothing.
        noted.setdefault(detail.partition(" ")[0], detail)
    there: dict[str, str] = dict(
        connection.execute("SELECT unit_id, above FROM unit WHERE org_id = %s", (org,)).fetchall()
    )
    for unit in sorted(noted.keys() | there.keys()):
        if unit not in there:
            yield f"unit {unit}: is missing"
        elif unit not in noted:
            yield f"unit {unit}: nothing says who added it"
        elif noted[unit] != of_unit(unit, there[unit]):
            yield f"unit {unit}: stands below another one than was noted"


def _decisions(connection: Connection, org: str) -> Iterator[str]:
    """What was decided before events said more of it is compared with what they say."""
    noted = set(
        connection.execute(
            "SELECT device_id, kind, detail FROM event WHERE org_id = %s AND kind IN (%s, %s)",
            (org, COUNTS, STAYS_APART),
        ).fetchall()
    )
    rows = connection.execute(
        "SELECT device_id, first, hash, verdict, officer_id, reason FROM decision WHERE org_id = %s"
        " ORDER BY device_id, first, hash",
        (org,),
    ).fetchall()
    there = set()
    for device, first, entry, verdict, officer, reason in rows:
        said = (device, verdict, of_decision(first, officer, entry, reason))
        before = (device, verdict, of_decision(first, officer))
        if said not in noted and before not in noted:
            yield f"decision {device}:{first}: is not what was noted"
        there |= {said, before}
    for device, _, detail in sorted(noted - there):
        yield f"decision {device}:{detail.partition(' ')[0]}: is missing, or not what was noted"
