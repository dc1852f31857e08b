"""A lawful order to erase a case: what was written in it is destroyed here, and every laptop that had it is told to.

Numbers, hashes, signatures and times stay, so that the history can be verified as before; the order stays, too, and an
erased id is refused for ever. It is done as the owner of the tables: the serving program can only hand orders on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from app.clock import parse_moment
from app.problems import Problem
from app.rules import access
from app.rules.access import CaseFacts, Officer
from sync.server import enrol, scope
from sync.server.case_keys import Order
from sync.server.database import Connection
from sync.server.events import note_act, note_event
from sync.server.ledger import Caller
from sync.server.postgres import lock
from sync.server.statements import ERASURE, Signer
from sync.wire import messages, signing

ERASED = "erased"
"""The kind of notice that carries an order, and the reason with which later entries about the case are kept apart."""
_TABLES = ("entry", "quarantine", "snapshot", "held_case", "involved", "case_key")
_EMPTY = "UPDATE {} SET body = ''::bytea WHERE org_id = %s AND case_id = %s AND body <> ''::bytea"
_HAD = (
    "SELECT device_id FROM subscription WHERE org_id = %(org)s AND case_id = %(case)s"
    " UNION SELECT device_id FROM entry WHERE org_id = %(org)s AND case_id = %(case)s"
    " UNION SELECT device_id FROM quarantine WHERE org_id = %(org)s AND case_id = %(case)s"
)
_TOLD = "SELECT device_id FROM notice WHERE org_id = %s AND case_id = %s AND kind = %s"


@dataclass(frozen=True)
class Told:
    """How far an order has come. `waits`: devices that had the case and have not said yet that they destroyed it."""

    case: str
    ordered_at: datetime
    by: str
    second: str
    reason: str
    devices: int
    done: int
    waits: list[str]


def order(
    connection: Connection,
    org: str,
    case: str,
    both: tuple[Officer, Officer],
    reason: str,
    signer: Signer,
    now: datetime,
) -> int:
    """Order a case to be erased and erase it here; returns how many entries were emptied.

    Ordered again, it empties what laptops sent about the case since, and tells those that were not told yet.

    Raises Problem server.reason_missing, server.case_unknown, server.legal_hold, server.erase_two_people.
    """
    if not reason.strip():
        raise Problem("server.reason_missing")
    place = lock(connection, org)
    facts = scope.facts(connection, org, 0, [case]).get(case)
    again = facts is None and _is_erased(connection, org, case)
    if facts is None and not again:
        raise Problem("server.case_unknown", case=case)
    held = connection.execute(
        "SELECT reason FROM legal_hold WHERE org_id = %s AND case_id = %s", (org, case)
    ).fetchone()
    if held is not None:
        raise Problem("server.legal_hold", case=case)
    _check_people(both, facts, scope.units(connection, org))
    by, second = both
    if not again:
        signed = signer.erasure(org, case, by.id, second.id, now)
        connection.execute(
            "INSERT INTO erased VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (org, case, place.number + 1, now, by.id, second.id, reason.strip(), bytes(signed.body), signed.signature),
        )
    scope.give(connection, org, _tell(connection, org, case, place.number))
    note_act(connection, org, ERASED, officer=by.id, case=case, detail=f"with {second.id}")
    return _destroy(connection, org, case)


def _check_people(both: tuple[Officer, Officer], facts: CaseFacts | None, tree: Mapping[str, str]) -> None:
    """Two people: one who decides about the case, and somebody else of rank or oversight; where a suspect works for the
    police, both are named for it. Raises Problem server.erase_two_people."""
    by, second = both
    # A case whose time is over has long left its unit's recent ones, and its supervisor is responsible all the same.
    case = replace(facts, recent=True) if facts is not None else None
    decides = case is None or access.may(by, access.DECIDE, case, tree)
    agrees = second.role in ("supervisor", "professional_standards", "auditor", "administrator")
    if case is not None and case.restricted:
        agrees = access.may(second, access.LIFT, case, tree)
    if by.id == second.id or not decides or not agrees:
        raise Problem("server.erase_two_people")


def _is_erased(connection: Connection, org: str, case: str) -> bool:
    query = "SELECT FROM erased WHERE org_id = %s AND case_id = %s"
    return connection.execute(query, (org, case)).fetchone() is not None


def _tell(connection: Connection, org: str, case: str, number: int) -> int:
    """A notice for every device that may have anything of the case, also for those that took the place of one, and was
    not told yet; returns the last number given."""
    had = [device for (device,) in connection.execute(_HAD, {"org": org, "case": case}).fetchall()]
    told = {device for (device,) in connection.execute(_TOLD, (org, case, ERASED)).fetchall()}
    for device in sorted({*had, *enrol.later(connection, org, had)} - told):
        number = tell(connection, org, device, case, number)
    return number


def tell(connection: Connection, org: str, device: str, case: str, number: int) -> int:
    """A notice for one device, which may have written in the case without ever holding it; returns the number given."""
    connection.execute(
        "INSERT INTO subscription (org_id, device_id, case_id, since) VALUES (%s, %s, %s, 0) ON CONFLICT DO NOTHING",
        (org, device, case),
    )
    return scope.notify(connection, org, [(device, ERASED, case)], number)


def _destroy(connection: Connection, org: str, case: str) -> int:
    wanted, emptied = (org, case), 0
    for table in ("entry", "quarantine"):
        emptied += connection.execute(_EMPTY.format(table).encode(), wanted).rowcount
    for table in _TABLES[2:]:
        connection.execute(f"DELETE FROM {table} WHERE org_id = %s AND case_id = %s".encode(), wanted)  # noqa: S608
    return emptied


def rewrite(connection: Connection) -> None:
    """Write the tables anew, so that nothing of what was emptied is left in their files; laptops wait meanwhile."""
    for table in _TABLES:
        connection.execute(f"VACUUM (FULL, ANALYZE) {table}".encode())


# ---- after a restore ---------------------------------------------------------------------------------------------


def keep_orders(connection: Connection, orders: Mapping[tuple[str, str], Order]) -> None:
    """Put orders of a later time beside what an older backup holds; who signed them is looked at by `verify`."""
    for (org, case), one in sorted(orders.items()):
        said = _said(one.body)
        connection.execute(
            "INSERT INTO erased SELECT %s, %s, 0, %s, %s, %s, '', %s, %s FROM organisation WHERE org_id = %s"
            " ON CONFLICT DO NOTHING",
            (
                org,
                case,
                parse_moment(str(said.get("ordered_at"))),
                str(said.get("by")),
                str(said.get("second")),
                one.body,
                one.signature,
                org,
            ),
        )


def apply_orders(connection: Connection, orders: Mapping[tuple[str, str], Order]) -> int:
    """Carry orders out that are younger than the backup that was restored; returns how many there were."""
    done = 0
    for org, case in sorted(orders):
        there = connection.execute("SELECT FROM held_case WHERE org_id = %s AND case_id = %s", (org, case)).fetchone()
        if there is None:
            continue
        number = lock(connection, org).number
        scope.give(connection, org, _tell(connection, org, case, number))
        _destroy(connection, org, case)
        done += 1
    return done


# ---- what laptops hear and say -----------------------------------------------------------------------------------


def orders_of(connection: Connection, org: str, cases: list[str]) -> dict[str, messages.Signed]:
    """The orders about these cases, as they are handed out."""
    if not cases:
        return {}
    rows = connection.execute(
        "SELECT case_id, body, signature FROM erased WHERE org_id = %s AND case_id = ANY(%s)", (org, cases)
    ).fetchall()
    return {case: messages.Signed(body=msgspec.Raw(bytes(body)), signature=sig) for case, body, sig in rows}


def tell_another(connection: Connection, org: str, old: str, new: str, number: int) -> int:
    """A vault that was copied or put back may hold again what its former device was told to erase: it is told anew."""
    rows = connection.execute(
        "SELECT s.case_id FROM subscription AS s JOIN erased AS e ON e.org_id = s.org_id AND e.case_id = s.case_id"
        " WHERE s.org_id = %s AND s.device_id = %s ORDER BY s.case_id",
        (org, old),
    ).fetchall()
    for (case,) in rows:
        number = tell(connection, org, new, case, number)
    return number


def note_receipt(connection: Connection, caller: Caller, receipt: messages.Signed, now: datetime) -> bool:
    """Note that a device has destroyed a case; said twice, it stays as it was. Whether it is believed."""
    body = bytes(receipt.body)
    if not signing.holds(receipt.signature, signing.receipt_bytes(body), caller.key):
        return False
    said = _said(body)
    case = said.get("case")
    if (said.get("kind"), said.get("device")) != (ERASED, caller.device) or not isinstance(case, str):
        return False
    if not _is_erased(connection, caller.org, case):
        return False
    connection.execute(
        "INSERT INTO erasure_receipt VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (caller.org, case, caller.device, now, body, receipt.signature),
    )
    note_event(connection, caller, "case_destroyed", case, "")
    return True


def told(connection: Connection, org: str) -> list[Told]:
    """Every order, the oldest first, and which laptops have not answered it; nobody waits for one out of service."""
    rows = connection.execute(
        "SELECT e.case_id, e.ordered_at, e.officer_id, e.second_id, e.reason, ARRAY(SELECT n.device_id FROM notice AS n"
        " JOIN device AS d ON d.org_id = n.org_id AND d.device_id = n.device_id WHERE n.org_id = e.org_id"
        " AND n.case_id = e.case_id AND n.kind = 'erased' AND d.wiped_at IS NULL AND d.replaced_at IS NULL"
        " GROUP BY n.device_id), ARRAY(SELECT r.device_id FROM erasure_receipt AS r WHERE r.org_id = e.org_id"
        " AND r.case_id = e.case_id) FROM erased AS e WHERE e.org_id = %s ORDER BY e.ordered_at, e.case_id",
        (org,),
    ).fetchall()
    return [
        Told(case, at, by, second, reason, len(told), len(set(told) & set(done)), sorted(set(told) - set(done)))
        for case, at, by, second, reason, told, done in rows
    ]


def is_order(body: bytes, signature: str, case: str, keys: Any) -> bool:
    """Whether one of these keys of a server signed that this case is to be erased."""
    if not any(signing.holds(signature, signing.statement_bytes(body), key) for key in keys):
        return False
    said = _said(body)
    return (said.get("kind"), said.get("case")) == (ERASURE, case)


def ordered_by(body: bytes) -> list[str]:
    """The ids of the two officers who gave an order, as it was signed."""
    said = _said(body)
    return [str(said.get("by", "")), str(said.get("second", ""))]


def _said(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
