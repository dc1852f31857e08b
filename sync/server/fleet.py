"""Every device of a force: whose it is, which program it has, when it was here last, what waits on it, what it had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import iso
from app.problems import Problem
from sync.server import least
from sync.server.database import Connection
from sync.server.events import note_act
from sync.server.ledger import Caller
from sync.server.statements import KNOWS
from sync.wire import limits, messages, programs

STATES = ("lease_over", "too_old", "waits", "lease_ending", "revoked", "well", "wiped", "replaced")
"""The worst first. waits: work lies on it that the server has not got; revoked: it has not confirmed its order yet."""
_NOTE_S = 15 * 60
_TOLD = (
    "UPDATE device SET program = %(program)s, waiting = %(waiting)s, waits_since = %(since)s, server_key = %(key)s,"
    " authority = %(authority)s, told_at = %(now)s, lease_until = %(until)s WHERE org_id = %(org)s"
    " AND device_id = %(device)s AND (told_at IS NULL OR told_at < %(stale)s"
    " OR (program, waiting, waits_since, server_key, authority)"
    " IS DISTINCT FROM (%(program)s, %(waiting)s, %(since)s, %(key)s, %(authority)s))"
)
_ALL = (
    "SELECT d.device_id, d.laptop, d.officer_id, o.name, o.unit_id, coalesce(u.name, ''), d.program, d.enrolled_at,"
    " d.contact_at, coalesce(d.told_at, d.contact_at), d.waiting, d.waits_since,"
    # One that has said nothing of itself yet has the lease of its last contact.
    " coalesce(d.lease_until, d.contact_at + make_interval(days => g.lease_days)), d.revoked_at, d.wiped_at,"
    " d.replaced_at FROM device AS d JOIN officer AS o ON o.org_id = d.org_id AND o.officer_id = d.officer_id"
    " JOIN organisation AS g ON g.org_id = d.org_id"
    " LEFT JOIN unit AS u ON u.org_id = o.org_id AND u.unit_id = o.unit_id WHERE d.org_id = %s"
)
_CASES = (
    "SELECT s.case_id, s.until_at, (SELECT count(*) FROM entry AS e WHERE e.org_id = s.org_id AND e.case_id = s.case_id"
    " AND e.device_id = s.device_id), coalesce(c.restricted, false), x.case_id IS NOT NULL,"
    " EXISTS (SELECT FROM erasure_receipt AS r WHERE r.org_id = s.org_id AND r.case_id = s.case_id"
    " AND r.device_id = s.device_id) FROM subscription AS s LEFT JOIN held_case AS c ON c.org_id = s.org_id"
    " AND c.case_id = s.case_id LEFT JOIN erased AS x ON x.org_id = s.org_id AND x.case_id = s.case_id"
    " WHERE s.org_id = %s AND s.device_id = %s ORDER BY s.until_at DESC NULLS FIRST, s.case_id"
)


@dataclass(frozen=True)
class Device:
    """One device. Times are ISO 8601 or ""; `waiting`: as it said with its last pull."""

    device: str
    laptop: str
    officer: str
    name: str
    unit: str
    unit_name: str
    program: str
    enrolled_at: str
    contact_at: str
    told_at: str
    waiting: int
    waits_since: str
    lease_until: str
    state: str


@dataclass(frozen=True)
class Held:
    """A case that was on a device. `left_at`: when it was taken away, or ""; `written`: entries that came from there;
    `for_few`: a suspect works for the police; `erased`, `destroyed`: ordered, and confirmed by the device."""

    case: str
    left_at: str
    written: int
    for_few: bool
    erased: bool
    destroyed: bool


def note_told(connection: Connection, caller: Caller, wish: messages.Pull, now: datetime) -> None:
    """Note what a device says of itself; where nothing of it is new, every quarter of an hour."""
    connection.execute(
        _TOLD,
        {
            "org": caller.org,
            "device": caller.device,
            "program": _plain(wish.program, 40),
            "waiting": max(0, min(wish.waiting, 1 << 40)),
            "since": _plain(wish.waits_since, 40),
            "key": _plain(KNOWS.get(), 16),
            "authority": _plain(wish.authority, 16),
            "now": now,
            "until": now + timedelta(days=caller.lease_days),
            "stale": now - timedelta(seconds=_NOTE_S),
        },
    )


def _plain(text: str, most: int) -> str:
    return "".join(sign for sign in text[:most] if sign.isprintable())


def knows(connection: Connection, org: str, device: str) -> str:
    """The name of the server key that a device knows, as it said last; "" where it said none."""
    row = connection.execute(
        "SELECT server_key FROM device WHERE org_id = %s AND device_id = %s", (org, device)
    ).fetchone()
    return str(row[0]) if row else ""


def not_told(connection: Connection, org: str, column: str, wanted: str) -> list[str]:
    """The devices in service that have not said yet that they know a key or the authorities of this name."""
    query = (
        f"SELECT device_id FROM device WHERE org_id = %s AND {column} <> %s AND revoked_at IS NULL"  # noqa: S608
        " AND replaced_at IS NULL AND wiped_at IS NULL ORDER BY device_id"
    )
    return [device for (device,) in connection.execute(query.encode(), (org, wanted)).fetchall()]


def to_confirm(connection: Connection, org: str, key: str) -> list[str]:
    """The revoked devices that have not confirmed their order, and seal what they have not sent for another key than
    that of this name."""
    query = (
        "SELECT device_id FROM device WHERE org_id = %s AND server_key <> %s AND revoked_at IS NOT NULL"
        " AND NOT key_only AND replaced_at IS NULL AND wiped_at IS NULL ORDER BY device_id"
    )
    return [device for (device,) in connection.execute(query.encode(), (org, key)).fetchall()]


def devices(connection: Connection, org: str, now: datetime) -> list[Device]:
    """All devices, the worst first, and among equals whoever was here longest ago."""
    wanted = least.wanted(connection, org)
    found = []
    for row in connection.execute(_ALL, (org,)).fetchall():
        device, laptop, who, name, unit, called, program, enrolled, *rest = row
        contact, told, waiting, since, lease, revoked, wiped, replaced = rest
        gone = (revoked, wiped, replaced)
        state = _state(program, waiting, (told, lease), gone, wanted, now)
        times = [iso(at) if at else "" for at in (contact, told, lease)]
        mine = (device, laptop, who, name, unit, called, program, enrolled)
        found.append(Device(*mine, times[0], times[1], waiting, since, times[2], state))
    return sorted(found, key=lambda one: (STATES.index(one.state), one.contact_at, one.device))


def _state(
    program: str,
    waiting: int,
    leased: tuple[datetime | None, datetime | None],
    gone: tuple[datetime | None, datetime | None, datetime | None],
    wanted: least.Wanted,
    now: datetime,
) -> str:
    revoked, wiped, replaced = gone
    told, lease = leased
    if wiped or replaced:
        return "wiped" if wiped else "replaced"
    if revoked:
        return "revoked"
    if lease is not None and lease <= now:
        return "lease_over"
    if programs.is_older(program, wanted.program):
        return "too_old"
    if waiting:
        return "waits"
    if lease is not None and told is not None and lease - now < (lease - told) * (1 - limits.LEASE_WARNING):
        return "lease_ending"
    return "well"


def cases(connection: Connection, org: str, device: str) -> list[Held]:
    """What was on a device, for whoever has to tell people that it is lost; those that it still holds first. Noted.

    Raises Problem server.device_unknown: no list is not the same as an empty one.
    """
    query = "SELECT FROM device WHERE org_id = %s AND device_id = %s"
    if connection.execute(query, (org, device)).fetchone() is None:
        raise Problem("server.device_unknown", device=device)
    rows = connection.execute(_CASES, (org, device)).fetchall()
    note_act(connection, org, "cases_listed", device=device, detail=str(len(rows)))
    return [Held(case, iso(left) if left else "", *rest) for case, left, *rest in rows]
