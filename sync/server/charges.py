"""What a laptop is told of who has charge of its cases, and of the officers and units to whom one may hand over."""

from __future__ import annotations

from typing import Any

from app.rules.access import ROLES, holds_cases
from sync.server.database import Connection
from sync.server.ledger import Caller
from sync.wire import limits, messages

# Of officers who were assigned or named, a laptop is told whether its own is among them, and nobody else.
_COLUMNS = (
    "SELECT c.charged, c.case_id, c.author, c.owner, c.unit_id, c.offer, c.offered, c.offered_unit, c.restricted,"
    " ARRAY(SELECT i.kind FROM involved AS i WHERE i.org_id = c.org_id AND i.case_id = c.case_id"
    " AND i.officer_id = %(officer)s) FROM held_case AS c WHERE c.org_id = %(org)s AND c.charged IS NOT NULL"
)
_IN_SCOPE = (
    " AND (SELECT s.until IS NULL FROM subscription AS s WHERE s.org_id = c.org_id AND s.device_id = %(device)s"
    " AND s.case_id = c.case_id)"
)
_CHANGED = (
    _COLUMNS + " AND c.charged > %(cursor)s AND c.charged <= %(end)s" + _IN_SCOPE + " ORDER BY c.charged LIMIT %(most)s"
)
_OF_CASES = _COLUMNS + " AND c.case_id = ANY(%(cases)s)" + _IN_SCOPE


def changed(connection: Connection, caller: Caller, cursor: int, end: int, most: int) -> list[tuple[Any, ...]]:
    """Who has charge of cases in scope where that changed after the cursor, in the order of the numbers."""
    wanted = {"cursor": cursor, "end": end, "most": most}
    return connection.execute(_CHANGED.encode(), {**_who(caller), **wanted}).fetchall()


def of_cases(connection: Connection, caller: Caller, cases: list[str]) -> list[messages.Charge]:
    """Who has charge of these cases, where it is not simply whoever opened them."""
    rows = connection.execute(_OF_CASES.encode(), {**_who(caller), "cases": cases}).fetchall()
    return [told(row) for row in rows]


def told(row: tuple[Any, ...]) -> messages.Charge:
    """A row as it is told."""
    _, case, author, owner, unit, offer, offered, offered_unit, restricted, kinds = row
    return messages.Charge(
        case=case,
        author=author,
        owner=owner,
        unit=unit,
        offer=offer,
        offered=offered,
        offered_unit=offered_unit,
        restricted=restricted,
        assigned="assigned" in kinds,
        named="named" in kinds,
    )


def force(connection: Connection, caller: Caller, version: int) -> messages.Force:
    """The officers in service who may have cases, nearest first, and all units."""
    roles = [role for role in ROLES if holds_cases(role)]
    officers = connection.execute(
        "SELECT officer_id, name, role, unit_id FROM officer WHERE org_id = %s AND active AND role = ANY(%s)"
        " ORDER BY unit_id <> %s, name, officer_id LIMIT %s",
        (caller.org, roles, caller.officer.unit, limits.COLLEAGUES),
    ).fetchall()
    units = connection.execute(
        "SELECT unit_id, name, above FROM unit WHERE org_id = %s ORDER BY name, unit_id", (caller.org,)
    ).fetchall()
    return messages.Force(
        version=version,
        role=caller.officer.role,
        unit=caller.officer.unit,
        officers=[messages.Colleague(id=i, name=n, role=r, unit=u) for i, n, r, u in officers],
        units=[messages.Unit(id=i, name=n, above=a) for i, n, a in units],
    )


def _who(caller: Caller) -> dict[str, Any]:
    return {"org": caller.org, "device": caller.device, "officer": caller.officer.id}
