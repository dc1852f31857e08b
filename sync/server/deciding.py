"""Entries that were kept apart: a supervisor reads them and lets them count from now on, or leaves them apart for good.

An entry that counts is put into the log under a new number with its own bytes; the row that kept it apart stays.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.clock import iso
from app.notebook import entry as notebook
from app.notebook.entry import Entry
from app.problems import Problem
from app.rules import access
from app.rules.access import CaseFacts, Officer
from sync.server import acts, erasure, judge, push, scope, strict
from sync.server.acts import COUNTS as COUNTS
from sync.server.acts import STAYS_APART as STAYS_APART
from sync.server.database import Connection
from sync.server.events import note_event
from sync.server.judge import ACCEPTED, Grounds, Sent, Verdict
from sync.server.ledger import Caller, Written
from sync.server.postgres import PostgresTaking, lock
from sync.server.signatures import Signatures

DECIDABLE = ("scope", "role", "receiver", "revoked", judge.GAP)
"""Reasons that are about rights, or with which it was not judged. What is broken, forged or names what is not there can
never count."""

_WAITING = (
    "SELECT q.device_id, q.first, q.count, q.case_id, q.hash, q.reason, q.received_at, d.officer_id, o.name, o.unit_id"
    " FROM quarantine AS q JOIN device AS d ON d.org_id = q.org_id AND d.device_id = q.device_id"
    " JOIN officer AS o ON o.org_id = d.org_id AND o.officer_id = d.officer_id"
    " WHERE q.org_id = %s AND q.outcome = 'refused' AND q.body <> ''::bytea"
    " AND NOT EXISTS (SELECT FROM decision AS v WHERE v.org_id = q.org_id"
    " AND v.device_id = q.device_id AND v.first = q.first AND v.hash = q.hash)"
    " ORDER BY q.received_at, q.device_id, q.first"
)


@dataclass(frozen=True)
class Kept:
    """An entry that was kept apart and waits for a decision. `name`, `unit`: of the officer whose device wrote it."""

    device: str
    first: int
    count: int
    case: str
    hash: str
    reason: str
    received_at: str
    officer: str
    name: str
    unit: str

    @property
    def decidable(self) -> bool:
        """Whether a person may let it count."""
        return self.reason in DECIDABLE


def waiting(connection: Connection, org: str) -> list[Kept]:
    """What nobody has decided about yet, oldest first; ids and reasons, no content."""
    return [Kept(*row) for row in connection.execute(_WAITING, (org,)).fetchall()]


def read(connection: Connection, org: str, device: str, first: int, by: Officer) -> bytes:
    """The bytes of an entry that waits, for whoever decides about it; noted as a consultation.

    Raises Problem server.not_waiting, server.not_to_decide.
    """
    kept = _find(connection, org, device, first)
    _check(connection, org, kept, by)
    caller = _caller(connection, org, kept)
    note_event(connection, caller, "apart_read", kept.case, f"{first} by {by.id}")
    return _row(connection, org, kept)[0]


def leave_apart(connection: Connection, org: str, device: str, first: int, by: Officer, reason: str) -> None:
    """Leave it apart for good. Raises Problem server.not_waiting, server.not_to_decide, server.reason_missing."""
    lock(connection, org)
    kept = _find(connection, org, device, first)
    _check(connection, org, kept, by)
    _note(connection, org, kept, by, STAYS_APART, reason)


def let_count(
    connection: Connection, org: str, device: str, first: int, by: Officer, reason: str, now: datetime
) -> int:
    """Let it count from now on; returns the leaves of the tree then, whose head is to be signed.

    What it says about who has charge of the case has no effect any more; that a suspect works for the police has.
    Raises Problem server.not_waiting, server.not_to_decide, server.cannot_count, server.earlier_first,
    server.reason_missing.
    """
    lock(connection, org)
    kept = _find(connection, org, device, first)
    _check(connection, org, kept, by)
    if not kept.decidable:
        raise Problem("server.cannot_count", reason=kept.reason)
    if any(o.device == device and o.case == kept.case and o.first < first for o in waiting(connection, org)):
        raise Problem("server.earlier_first")
    caller, (body, signature) = _caller(connection, org, kept), _row(connection, org, kept)
    taking = PostgresTaking(connection, caller)
    if taking.erased([kept.case]):
        raise Problem("server.cannot_count", reason=erasure.ERASED)  # its id is refused for ever
    sent = Sent(body, signature, hashlib.sha256(body).hexdigest(), strict.envelope(body))
    if not Signatures(caller.key, [sent]).good(sent):
        raise Problem("server.cannot_count", reason="signature")
    written = Written(chain=taking.chain(), place=taking.place())
    entry = notebook.read(body)
    grounds = _grounds(taking, caller, entry)
    verdict = Verdict(sent, ACCEPTED, entry=entry, facts=_facts(entry, grounds, caller))
    push.number(taking, caller, [verdict], grounds, written, iso(now), released=True)
    taking.write(written)
    _note(connection, org, kept, by, COUNTS, reason)
    return written.place.leaves


def _find(connection: Connection, org: str, device: str, first: int) -> Kept:
    found = [one for one in waiting(connection, org) if (one.device, one.first) == (device, first)]
    if len(found) != 1:
        raise Problem("server.not_waiting")
    return found[0]


def _row(connection: Connection, org: str, kept: Kept) -> tuple[bytes, str]:
    row = connection.execute(
        "SELECT body, signature FROM quarantine WHERE org_id = %s AND device_id = %s AND first = %s AND hash = %s",
        (org, kept.device, kept.first, kept.hash),
    ).fetchone()
    assert row is not None
    return bytes(row[0]), str(row[1])


def _check(connection: Connection, org: str, kept: Kept, by: Officer) -> None:
    """Whoever decides must have the right to, by the one table; about a case that is not there, in their own units."""
    tree = scope.units(connection, org)
    facts = scope.facts(connection, org, _days(connection, org), [kept.case]).get(kept.case)
    if facts is None:
        facts = CaseFacts(kept.officer, kept.officer, kept.unit)
    if by.id == kept.officer or not access.may(by, access.DECIDE, facts, tree):
        raise Problem("server.not_to_decide")


def _grounds(taking: PostgresTaking, caller: Caller, entry: Entry) -> Grounds:
    return Grounds(
        device=caller.device,
        officer=caller.officer,
        authors=frozenset({caller.author}),
        chain=taking.chain(),
        held={},
        heads={},
        cases=taking.cases([entry.case]),
        units=taking.units(),
        police={entry.case: taking.police(entry.case)},
    )


def _facts(entry: Entry, grounds: Grounds, caller: Caller) -> CaseFacts | None:
    before = grounds.cases.get(entry.case)
    if entry.case == entry.device:
        return None
    facts = before or CaseFacts(caller.officer.id, caller.officer.id, caller.officer.unit)
    return judge.after_police(entry, grounds, facts)


def _caller(connection: Connection, org: str, kept: Kept) -> Caller:
    """The device that wrote it, as it was enrolled."""
    row: Any = connection.execute(
        "SELECT d.key, d.author, d.revoked_at IS NOT NULL, o.role, o.unit_id, o.name, g.epoch, g.lease_days,"
        " g.recent_days FROM device AS d JOIN officer AS o ON o.org_id = d.org_id AND o.officer_id = d.officer_id"
        " JOIN organisation AS g ON g.org_id = d.org_id WHERE d.org_id = %s AND d.device_id = %s",
        (org, kept.device),
    ).fetchone()
    key, author, revoked, role, unit, name, epoch, lease_days, days = row
    officer = Officer(kept.officer, role, unit)
    return Caller(org, kept.device, officer, bytes(key), author, revoked, epoch, lease_days, days, name)


def _note(connection: Connection, org: str, kept: Kept, by: Officer, verdict: str, reason: str) -> None:
    if not reason.strip():
        raise Problem("server.reason_missing")
    connection.execute(
        "INSERT INTO decision VALUES (%s, %s, %s, %s, %s, %s, %s, now())",
        (org, kept.device, kept.first, kept.hash, verdict, by.id, reason.strip()),
    )
    said = acts.of_decision(kept.first, by.id, kept.hash, reason.strip())
    note_event(connection, _caller(connection, org, kept), verdict, kept.case, said)


def _days(connection: Connection, org: str) -> int:
    row = connection.execute("SELECT recent_days FROM organisation WHERE org_id = %s", (org,)).fetchone()
    assert row is not None
    return int(row[0])
