"""What an administrator does: organisations, units, officers, codes, who is named for a case, revocation, export.

Each function is one transaction and says what it did in ids; names of officers are the only personal data here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.notebook.ids import random_id
from app.problems import Problem
from app.rules.access import RECENT_DAYS, ROLES, Officer, holds_cases
from sync.server import acts, enrol, scope
from sync.server.database import Connection
from sync.server.events import note_act
from sync.server.postgres import lock
from sync.wire import limits
from sync.wire.code import Code, write

_VERSIONS = (1 << 53) - 1
"""As many whole numbers every reader of JSON keeps exactly."""
_MOST_RECENT = 3650
"""Days; ten years is for ever on a laptop."""


@dataclass(frozen=True)
class Person:
    """An officer as the administrator sees them."""

    id: str
    name: str
    role: str
    unit: str
    active: bool
    devices: int
    identity: str


def new_organisation(connection: Connection, name: str, org: str = "", lease_days: int = limits.LEASE_DAYS) -> str:
    """An organisation with its counter; returns its id. `org`: the id that the transaction was begun with.

    Raises Problem server.lease_days.
    """
    org = org or random_id()
    _check_lease(lease_days)
    connection.execute(
        "INSERT INTO organisation (org_id, name, epoch, recent_days, lease_days) VALUES (%s, %s, %s, %s, %s)",
        (org, name, random_id(), RECENT_DAYS, lease_days),
    )
    connection.execute("INSERT INTO counter VALUES (%s, 0, 0)", (org,))
    connection.execute("INSERT INTO belonging VALUES (%s, %s)", ("organisation:" + name, org))
    return org


def set_recent(connection: Connection, org: str, days: int) -> None:
    """For how many days after its last change a case is one of its unit's recent cases; laptops follow by and by.

    Raises Problem server.recent_days.
    """
    if not 0 <= days <= _MOST_RECENT:
        raise Problem("server.recent_days", most=_MOST_RECENT)
    connection.execute("UPDATE organisation SET recent_days = %s WHERE org_id = %s", (days, org))


def set_lease(connection: Connection, org: str, days: int) -> None:
    """For how many days laptops may be read without meeting the server, from their next contact on.

    Raises Problem server.lease_days.
    """
    _check_lease(days)
    connection.execute("UPDATE organisation SET lease_days = %s WHERE org_id = %s", (days, org))


def _check_lease(days: int) -> None:
    if days not in limits.LEASE_RANGE:
        raise Problem("server.lease_days", least=limits.LEASE_RANGE[0], most=limits.LEASE_RANGE[-1])


def extended(connection: Connection, org: str, officer: str, device: str = "") -> str:
    """The device of an officer for which a code is read out, which is noted. Raises Problem server.device_unclear."""
    rows = connection.execute(
        "SELECT device_id FROM device WHERE org_id = %s AND officer_id = %s AND revoked_at IS NULL"
        " AND replaced_at IS NULL AND %s IN ('', device_id) ORDER BY device_id",
        (org, officer, device),
    ).fetchall()
    devices: list[str] = [one for (one,) in rows]
    if len(devices) != 1:
        raise Problem("server.device_unclear", known=", ".join(devices))
    note_act(connection, org, "extension_code", officer=officer, device=devices[0])
    return devices[0]


def organisations(connection: Connection) -> dict[str, str]:
    """Name and id of every organisation, from the table that names no more than that."""
    rows = connection.execute("SELECT what, org_id FROM belonging WHERE what LIKE 'organisation:%'").fetchall()
    return {what.removeprefix("organisation:"): org for what, org in rows}


def epoch(connection: Connection, org: str) -> str:
    """The present incarnation of the history."""
    row = connection.execute("SELECT epoch FROM organisation WHERE org_id = %s", (org,)).fetchone()
    assert row is not None
    return str(row[0])


def new_epoch(connection: Connection, org: str) -> str:
    """Another incarnation of the history: after a restore, so that laptops push again what it lost."""
    epoch = random_id()
    connection.execute("UPDATE organisation SET epoch = %s WHERE org_id = %s", (epoch, org))
    note_act(connection, org, "restored", detail=epoch)
    return epoch


def new_unit(connection: Connection, org: str, name: str, above: str = "") -> str:
    """A unit, below another one or at the top; returns its id. Raises Problem server.unit_unknown."""
    if above:
        _check_unit(connection, org, above)
    unit = random_id()
    connection.execute("INSERT INTO unit VALUES (%s, %s, %s, %s)", (org, unit, name, above))
    note_act(connection, org, acts.UNIT_ADDED, detail=acts.of_unit(unit, above))
    _people_changed(connection, org)
    return unit


def new_officer(connection: Connection, org: str, name: str, role: str, unit: str, identity: str = "") -> str:
    """An officer; returns the id. `identity`: as in `identify`.

    Raises Problem server.role_unknown, server.unit_unknown, server.identity_taken.
    """
    if role not in ROLES:
        raise Problem("server.role_unknown", role=role, known=", ".join(ROLES))
    _check_unit(connection, org, unit)
    officer = random_id()
    connection.execute("INSERT INTO officer VALUES (%s, %s, %s, %s, %s)", (org, officer, name, role, unit))
    note_act(connection, org, acts.ADDED, officer=officer, detail=acts.of_officer(role, unit))
    _people_changed(connection, org)
    if identity:
        identify(connection, org, officer, identity)
    return officer


def identify(connection: Connection, org: str, officer: str, identity: str) -> None:
    """As what an officer signs in at the identity provider. Raises Problem server.identity_taken."""
    taken = connection.execute(
        "SELECT FROM officer WHERE org_id = %s AND signs_in_as = %s AND officer_id <> %s", (org, identity, officer)
    ).fetchone()
    if taken is not None or not identity.strip():
        raise Problem("server.identity_taken")
    connection.execute(
        "UPDATE officer SET signs_in_as = %s WHERE org_id = %s AND officer_id = %s", (identity, org, officer)
    )
    note_act(connection, org, "identified", officer=officer)


def move_officer(connection: Connection, org: str, officer: str, role: str, unit: str, active: bool = True) -> None:
    """Another role or unit, or out of service; the officer's laptops get and lose cases accordingly."""
    if role not in ROLES:
        raise Problem("server.role_unknown", role=role, known=", ".join(ROLES))
    _check_unit(connection, org, unit)
    place = lock(connection, org)
    done = connection.execute(
        "UPDATE officer SET role = %s, unit_id = %s, active = %s WHERE org_id = %s AND officer_id = %s",
        (role, unit, active, org, officer),
    )
    if done.rowcount != 1:
        raise Problem("server.officer_unknown", officer=officer)
    note_act(connection, org, acts.CHANGED, officer=officer, detail=acts.of_officer(role, unit, active))
    _people_changed(connection, org)
    # Of cases that are simply whoever opened them, laptops took the unit to be the officer's: from now on it is told.
    # Each under a number of its own: a page of a pull ends with a number, however many cases there are.
    told = connection.execute(
        "UPDATE held_case AS c SET charged = %(last)s + m.n FROM (SELECT case_id, row_number() OVER (ORDER BY case_id)"
        " AS n FROM held_case WHERE org_id = %(org)s AND owner = %(officer)s AND charged IS NULL"
        " AND unit_id <> %(unit)s) AS m WHERE c.org_id = %(org)s AND c.case_id = m.case_id",
        {"last": place.number, "org": org, "officer": officer, "unit": unit},
    )
    number, now = place.number + told.rowcount, Officer(officer, role if active else "", unit)
    for device in devices_of(connection, org, officer):
        number = scope.recompute_device(connection, org, device, now, _days(connection, org), number)
    scope.give(connection, org, number)


def involve(connection: Connection, org: str, case: str, officer: str, kind: str, involved: bool = True) -> None:
    """Assign a case to an officer, name the officer for it, or end that; the laptops follow."""
    place = lock(connection, org)
    there = connection.execute("SELECT FROM officer WHERE org_id = %s AND officer_id = %s", (org, officer))
    if there.fetchone() is None:
        raise Problem("server.officer_unknown", officer=officer)
    facts = scope.facts(connection, org, _days(connection, org), [case])
    if case not in facts:
        raise Problem("server.case_unknown", case=case)
    if involved:
        connection.execute(
            "INSERT INTO involved VALUES (%s, %s, %s, %s, now()) ON CONFLICT DO NOTHING", (org, case, officer, kind)
        )
    else:
        connection.execute(
            "DELETE FROM involved WHERE org_id = %s AND case_id = %s AND officer_id = %s AND kind = %s",
            (org, case, officer, kind),
        )
    note_act(connection, org, kind if involved else f"not_{kind}", officer=officer, case=case)
    _follow(connection, org, case, place.number)


def transfer(connection: Connection, org: str, case: str, officer: str) -> None:
    """Give a case to another officer, and to that officer's unit.

    Raises Problem server.officer_unknown, server.no_receiver, server.case_unknown.
    """
    place = lock(connection, org)
    row = connection.execute(
        "SELECT active, role FROM officer WHERE org_id = %s AND officer_id = %s", (org, officer)
    ).fetchone()
    if row is None:
        raise Problem("server.officer_unknown", officer=officer)
    if not row[0] or not holds_cases(row[1]):
        raise Problem("server.no_receiver")
    done = connection.execute(
        "UPDATE held_case AS c SET owner = o.officer_id, unit_id = o.unit_id, offer = '', offered = '',"
        " offered_unit = '' FROM officer AS o"
        " WHERE c.org_id = %s AND c.case_id = %s AND o.org_id = c.org_id AND o.officer_id = %s",
        (org, case, officer),
    )
    if done.rowcount != 1:
        raise Problem("server.case_unknown", case=case)
    note_act(connection, org, "transferred", officer=officer, case=case)
    _follow(connection, org, case, place.number)


def _follow(connection: Connection, org: str, case: str, number: int) -> None:
    facts = scope.facts(connection, org, _days(connection, org), [case])[case]
    number = scope.charge(connection, org, case, facts, number)
    scope.give(connection, org, scope.recompute_case(connection, org, case, facts, number))


def _people_changed(connection: Connection, org: str) -> None:
    """Laptops are told of officers and units again.

    The version is drawn by lot and not counted: after a restore, a number could come again and mean others.
    """
    connection.execute("UPDATE organisation SET people = %s WHERE org_id = %s", (secrets.randbelow(_VERSIONS) + 1, org))


def age(connection: Connection, org: str) -> int:
    """Take cases that are no longer recent from laptops that had them only for that; returns how many moved."""
    return sum(age_device(connection, org, device) for device in in_service(connection, org))


def age_device(connection: Connection, org: str, device: str) -> int:
    """The same for one laptop. Where nothing has grown old, nobody waits for the counter."""
    officer, days = _at(connection, org, device), _days(connection, org)
    if officer is None or scope.may_hold(connection, org, officer, days) == scope.held_by(connection, org, device):
        return 0
    place = lock(connection, org)
    # While this waited for its turn, the officer may have been given another unit, or the device have been stopped.
    officer = _at(connection, org, device)
    if officer is None:
        return 0
    number = scope.recompute_device(connection, org, device, officer, days, place.number)
    scope.give(connection, org, number)
    return number - place.number


def _at(connection: Connection, org: str, device: str) -> Officer | None:
    """The officer in service whose device this is; None where either is not in service."""
    row = connection.execute(
        "SELECT o.officer_id, o.role, o.unit_id FROM device AS d JOIN officer AS o ON o.org_id = d.org_id"
        " AND o.officer_id = d.officer_id WHERE d.org_id = %s AND d.device_id = %s AND d.revoked_at IS NULL"
        " AND d.replaced_at IS NULL AND o.active",
        (org, device),
    ).fetchone()
    return Officer(*row) if row is not None else None


def in_service(connection: Connection, org: str) -> list[str]:
    """All devices that are neither revoked nor replaced by another one."""
    rows = connection.execute(
        "SELECT device_id FROM device WHERE org_id = %s AND revoked_at IS NULL AND replaced_at IS NULL"
        " ORDER BY device_id",
        (org,),
    ).fetchall()
    return [device for (device,) in rows]


def people(connection: Connection, org: str) -> list[Person]:
    """All officers."""
    rows = connection.execute(
        "SELECT o.officer_id, o.name, o.role, o.unit_id, o.active, count(d.device_id),"
        " coalesce(o.signs_in_as, '') FROM officer AS o LEFT JOIN"
        " device AS d ON d.org_id = o.org_id AND d.officer_id = o.officer_id AND d.revoked_at IS NULL"
        " WHERE o.org_id = %s GROUP BY o.org_id, o.officer_id ORDER BY o.name, o.officer_id",
        (org,),
    ).fetchall()
    return [Person(*row) for row in rows]


def units(connection: Connection, org: str) -> list[tuple[str, str, str]]:
    """Id, name and the unit above, of all units."""
    return connection.execute(
        "SELECT unit_id, name, above FROM unit WHERE org_id = %s ORDER BY name, unit_id", (org,)
    ).fetchall()


def devices(connection: Connection, org: str) -> list[tuple[Any, ...]]:
    """Id, officer, laptop, enrolled at, last contact, revoked, wiped, replaced at, of all devices."""
    return connection.execute(
        "SELECT device_id, officer_id, laptop, enrolled_at, contact_at, revoked_at, wiped_at, replaced_at FROM device"
        " WHERE org_id = %s ORDER BY enrolled_at, device_id",
        (org,),
    ).fetchall()


def devices_of(connection: Connection, org: str, officer: str) -> list[str]:
    """The devices of an officer that are not revoked."""
    rows = connection.execute(
        "SELECT device_id FROM device WHERE org_id = %s AND officer_id = %s AND revoked_at IS NULL ORDER BY device_id",
        (org, officer),
    ).fetchall()
    return [device for (device,) in rows]


def to_revoke(connection: Connection, org: str, *, officer: str = "", laptop: str = "") -> list[str]:
    """The devices of an officer, or on one laptop, that are to be revoked with it: what a stolen one takes with it."""
    rows = connection.execute(
        "SELECT device_id FROM device WHERE org_id = %s AND %s IN (officer_id, '') AND %s IN (laptop, '')"
        " AND (revoked_at IS NULL OR key_only) ORDER BY device_id",
        (org, officer, laptop),
    ).fetchall()
    return [device for (device,) in rows]


def code_for(connection: Connection, org: str, officer: str, where: tuple[str, int], pin: bytes, now: datetime) -> str:
    """An enrolment code as a person reads it."""
    secret = enrol.make_code(connection, org, officer, now)
    return write(Code(*where, pin, secret))


def audit(connection: Connection, org: str) -> Iterator[dict[str, str]]:
    """What a person should hear of, oldest first: ids and times, no content."""
    rows = connection.execute(
        "SELECT happened_at, kind, officer_id, device_id, case_id, detail FROM event WHERE org_id = %s"
        " ORDER BY happened_at, event_id",
        (org,),
    ).fetchall()
    for at, kind, officer, device, case, detail in rows:
        yield {
            "at": at.isoformat(timespec="seconds"),
            "kind": kind,
            "officer": officer,
            "device": device,
            "case": case,
            "detail": detail,
        }


def _check_unit(connection: Connection, org: str, unit: str) -> None:
    if connection.execute("SELECT FROM unit WHERE org_id = %s AND unit_id = %s", (org, unit)).fetchone() is None:
        raise Problem("server.unit_unknown", unit=unit)


def _days(connection: Connection, org: str) -> int:
    row = connection.execute("SELECT recent_days FROM organisation WHERE org_id = %s", (org,)).fetchone()
    assert row is not None
    return int(row[0])
