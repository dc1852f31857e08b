"""Which device may hold which case: kept as subscriptions, changed with notices in the same order as the entries.

Whoever calls holds the lock of the organisation's counter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.rules import access
from app.rules.access import CaseFacts, Officer
from sync.server.database import Connection
from sync.server.events import note_event
from sync.server.ledger import Caller, CaseChange, Place, Written

JOINED, LEFT = "joined", "left"
_FACTS = (
    "SELECT c.case_id, c.author, c.owner, c.unit_id, c.restricted, c.changed_at > now() - %(days)s,"
    " ARRAY(SELECT i.officer_id FROM involved AS i WHERE i.org_id = c.org_id AND i.case_id = c.case_id"
    " AND i.kind = 'assigned'), ARRAY(SELECT i.officer_id FROM involved AS i WHERE i.org_id = c.org_id"
    " AND i.case_id = c.case_id AND i.kind = 'named'),"
    " c.offer, c.offered, c.offered_unit, c.employed FROM held_case AS c WHERE c.org_id = %(org)s AND "
)
_BY_ID = (_FACTS + "c.case_id = ANY(%(cases)s)").encode()
_BY_OFFICER = (
    _FACTS + "(c.author = %(officer)s OR c.owner = %(officer)s OR c.unit_id = ANY(%(units)s)"
    " OR c.offered = %(officer)s OR (c.offered_unit = %(unit)s AND c.offered_unit <> '') OR EXISTS (SELECT"
    " FROM involved AS mine WHERE mine.org_id = c.org_id AND mine.case_id = c.case_id"
    " AND mine.officer_id = %(officer)s))"
).encode()


def facts(connection: Connection, org: str, days: int, cases: list[str]) -> dict[str, CaseFacts]:
    """What decides about each of these cases that is there."""
    wanted = {"org": org, "days": timedelta(days=days), "cases": cases}
    return {row[0]: _fact(row) for row in connection.execute(_BY_ID, wanted).fetchall()}


def _fact(row: tuple[Any, ...]) -> CaseFacts:
    _case, author, owner, unit, restricted, recent, assigned, named, *rest = row
    return CaseFacts(author, owner, unit, frozenset(assigned), frozenset(named), restricted, recent, *rest)


def units(connection: Connection, org: str) -> dict[str, str]:
    """Each unit with the one above it."""
    return dict(connection.execute("SELECT unit_id, above FROM unit WHERE org_id = %s", (org,)).fetchall())


def after_push(connection: Connection, caller: Caller, written: Written) -> Place:
    """Give each case that a push opened, restricted, handed on or woke to the devices that may hold it."""
    number = written.place.number
    for change in written.cases.values():
        if change.before is not None and not change.before.author and change.facts.author:
            # Whoever wrote in it before its opening came back was let in for that time alone.
            connection.execute(
                "DELETE FROM involved WHERE org_id = %s AND case_id = %s AND kind = 'assigned'",
                (caller.org, change.case),
            )
        if change.charge_moves:
            number = charge(connection, caller.org, change.case, change.facts, number)
            _note(connection, caller, change, number)
    _open(connection, caller, [change for change in written.cases.values() if change.before is None])
    for change in written.cases.values():
        if change.before is not None and _moves(change.before, change.facts):
            number = recompute_case(connection, caller.org, change.case, change.facts, number)
    return Place(number, written.place.leaves)


def _moves(before: CaseFacts, now: CaseFacts) -> bool:
    return not before.recent or replace(before, employed=now.employed) != now


def charge(connection: Connection, org: str, case: str, now: CaseFacts, number: int) -> int:
    """Note who has charge of a case from now on, under a number of its own; returns that."""
    number += 1
    connection.execute(
        "UPDATE held_case SET author = %s, owner = %s, unit_id = %s, offer = %s, offered = %s, offered_unit = %s,"
        " employed = %s, charged = %s WHERE org_id = %s AND case_id = %s",
        (now.author, now.owner, now.unit, now.offer, now.offered, now.offered_unit, now.employed, number, org, case),
    )
    for kind, officers in (("assigned", now.assigned), ("named", now.named)):
        for officer in sorted(officers):
            connection.execute(
                "INSERT INTO involved VALUES (%s, %s, %s, %s, now()) ON CONFLICT DO NOTHING", (org, case, officer, kind)
            )
    return number


def _note(connection: Connection, caller: Caller, change: CaseChange, number: int) -> None:
    """A person should hear that a case was marked, or went from one to another."""
    before, now = change.before, change.facts
    if now.restricted and not (before and before.restricted):
        note_event(connection, caller, "restricted", change.case, str(number))
    if before and (before.owner, before.offer) != (now.owner, now.offer):
        note_event(connection, caller, "in_charge", change.case, f"{before.owner} {now.owner} {number}")


def _open(connection: Connection, caller: Caller, new: list[CaseChange]) -> None:
    """New cases reach everybody entry by entry: all of their entries lie above every cursor, so no notice is needed."""
    if not new:
        return
    tree = units(connection, caller.org)
    alike: dict[CaseFacts, list[str]] = {}
    for change in new:
        alike.setdefault(change.facts, []).append(change.case)
    for example, cases in alike.items():
        devices = holders(connection, caller.org, example, tree)
        connection.execute(
            "INSERT INTO subscription (org_id, device_id, case_id, since) SELECT %s, d, c, 0"
            " FROM unnest(%s::text[]) AS t (c), unnest(%s::text[]) AS s (d) ON CONFLICT DO NOTHING",
            (caller.org, cases, sorted(devices)),
        )


def holders(connection: Connection, org: str, case: CaseFacts, tree: Mapping[str, str]) -> set[str]:
    """The devices that may hold a case."""
    people = {case.author, case.owner, case.offered, *case.assigned, *case.named} - {""}
    near = {*access.above(case.unit, tree), case.offered_unit} - {""}
    rows = connection.execute(
        "SELECT d.device_id, o.officer_id, o.role, o.unit_id FROM device AS d JOIN officer AS o"
        " ON o.org_id = d.org_id AND o.officer_id = d.officer_id"
        " WHERE d.org_id = %s AND d.revoked_at IS NULL AND d.replaced_at IS NULL AND o.active"
        " AND (o.officer_id = ANY(%s) OR o.unit_id = ANY(%s))",
        (org, list(people), list(near)),
    ).fetchall()
    return {
        device
        for device, officer, role, unit in rows
        if access.may(Officer(officer, role, unit), access.HOLD, case, tree)
    }


def recompute_case(connection: Connection, org: str, case: str, now: CaseFacts, number: int) -> int:
    """Bring one case to whom it may go and away from all others; returns the last number given."""
    may = holders(connection, org, now, units(connection, org))
    have = {
        device
        for (device,) in connection.execute(
            "SELECT device_id FROM subscription WHERE org_id = %s AND case_id = %s AND until IS NULL", (org, case)
        ).fetchall()
    }
    number = notify(connection, org, ((device, LEFT, case) for device in sorted(have - may)), number)
    return notify(connection, org, ((device, JOINED, case) for device in sorted(may - have)), number)


def recompute_device(connection: Connection, org: str, device: str, officer: Officer, days: int, number: int) -> int:
    """Bring a device's cases in line with what its officer may hold; returns the last number given."""
    may = may_hold(connection, org, officer, days)
    have = held_by(connection, org, device)
    number = notify(connection, org, ((device, LEFT, case) for case in sorted(have - may)), number)
    return notify(connection, org, ((device, JOINED, case) for case in sorted(may - have)), number)


def held_by(connection: Connection, org: str, device: str) -> set[str]:
    """The cases that a device may hold now."""
    rows = connection.execute(
        "SELECT case_id FROM subscription WHERE org_id = %s AND device_id = %s AND until IS NULL", (org, device)
    ).fetchall()
    return {case for (case,) in rows}


def may_hold(connection: Connection, org: str, officer: Officer, days: int) -> set[str]:
    """The cases that an officer may hold on a laptop."""
    tree = units(connection, org)
    below = [unit for unit in tree if officer.unit and officer.unit in access.above(unit, tree)]
    wanted = {"org": org, "days": timedelta(days=days), "officer": officer.id, "unit": officer.unit, "units": below}
    rows = connection.execute(_BY_OFFICER, wanted).fetchall()
    return {row[0] for row in rows if access.may(officer, access.HOLD, _fact(row), tree)}


def begin(connection: Connection, org: str, device: str, cases: Collection[str]) -> None:
    """The cases of a new device: it reads from the beginning, so no notice is needed."""
    connection.execute(
        "INSERT INTO subscription (org_id, device_id, case_id, since) SELECT %s, %s, c, 0"
        " FROM unnest(%s::text[]) AS t (c)",
        (org, device, sorted(cases)),
    )


def notify(connection: Connection, org: str, moves: Iterable[tuple[str, str, str]], number: int) -> int:
    """Write notices and what they mean for the subscriptions; returns the last number given."""
    for device, kind, case in moves:
        number += 1
        connection.execute("INSERT INTO notice VALUES (%s, %s, %s, %s, %s)", (org, number, device, kind, case))
        if kind == JOINED:
            connection.execute(
                "INSERT INTO subscription (org_id, device_id, case_id, since) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (org_id, device_id, case_id)"
                " DO UPDATE SET since = excluded.since, until = NULL, until_at = NULL",
                (org, device, case, number),
            )
        else:
            connection.execute(
                "UPDATE subscription SET until = %s, until_at = now()"
                " WHERE org_id = %s AND device_id = %s AND case_id = %s",
                (number, org, device, case),
            )
        connection.execute("UPDATE device SET scope = %s WHERE org_id = %s AND device_id = %s", (number, org, device))
    return number


def give(connection: Connection, org: str, number: int) -> None:
    """Note the last number that was given to notices."""
    connection.execute("UPDATE counter SET number = %s WHERE org_id = %s", (number, org))
