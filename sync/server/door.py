"""The door: which device asks, whether it may, and how often. Its signature, its counter and the database decide."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from app.clock import SystemClock
from app.rules.access import Officer
from sync.server import strict
from sync.server.database import ALL, Connection, Database
from sync.server.ledger import Caller
from sync.server.statements import Signer
from sync.wire import limits, messages

if TYPE_CHECKING:
    from sync.server.signed import Asked

_DEVICE = (
    "SELECT d.key, d.author, d.revoked_at IS NOT NULL OR NOT o.active, d.counter, o.officer_id, o.role, o.unit_id,"
    " o.name, g.epoch, g.lease_days, g.recent_days, d.replaced_at IS NOT NULL FROM device AS d"
    " JOIN officer AS o ON o.org_id = d.org_id AND o.officer_id = d.officer_id"
    " JOIN organisation AS g ON g.org_id = d.org_id WHERE d.org_id = %s AND d.device_id = %s"
)
_MINUTE = 60.0
_OF_A_COPY = frozenset({"/v1/push", "/v1/identity"})
"""What a device may ask that is revoked, or whose place another one took: what the server has of it, and for a new
identity; a revoked one is only told then that the new one is revoked as well."""


class Refused(Exception):
    """A request that is not answered: with which status, and why."""

    def __init__(self, status: int, code: str, **facts: object) -> None:
        self.status, self.refusal = status, messages.Refusal(code=code, **facts)  # type: ignore[arg-type]
        super().__init__(code)


class Often:
    """How often something was done within the last minute, by whom. Forgets by itself."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def note(self, who: str) -> None:
        """Count one more."""
        with self._lock:
            self._times[who].append(time.monotonic())

    def check(self, who: str) -> None:
        """Raise Refused where it was too often."""
        now = time.monotonic()
        with self._lock:
            times = self._times[who]
            while times and times[0] <= now - _MINUTE:
                times.popleft()
            if len(times) >= self._most:
                raise Refused(429, "too_many", retry_s=int(times[0] + _MINUTE - now) + 1)
            if not times:
                del self._times[who]


class Door:
    """Lets requests in. `belonging` of a device never changes, so it is remembered."""

    def __init__(self, database: Database, signer: Signer) -> None:
        self._database, self._signer = database, signer
        self._clock = SystemClock()
        self._orgs: dict[str, str] = {}
        self._requests, self._pushes = Often(limits.REQUESTS_PER_MINUTE), Often(limits.PUSHES_PER_MINUTE)
        self.tries = Often(limits.TRIES_PER_MINUTE)

    def admit(self, asked: Asked) -> Caller:
        """The device that asks. Raises Refused, in the same way for a strange device and for a strange signature."""
        org = self._org(asked.device) if strict.is_id(asked.device) else None
        if org is None:
            raise Refused(401, "not_enrolled")
        caller = self._database.run(org, ALL, lambda connection: self._look(connection, org, asked))
        often = self._pushes if asked.path == "/v1/push" else self._requests
        often.check(caller.device)
        often.note(caller.device)
        if caller.revoked and asked.path not in _OF_A_COPY:
            # What it still has to send is taken in and kept apart; it is handed nothing.
            order = self._signer.wipe(caller.device, caller.epoch, self._clock.now(), caller.whose)
            raise Refused(403, "revoked", order=order)
        if caller.replaced and asked.path not in _OF_A_COPY:
            raise Refused(409, "replaced")
        return caller

    def _org(self, device: str) -> str | None:
        if device not in self._orgs:
            found = self._database.belonging(device)
            if found is None:
                return None
            self._orgs[device] = found
        return self._orgs[device]

    def _look(self, connection: Connection, org: str, asked: Asked) -> Caller:
        caller = self.look_up(connection, org, asked.device)
        if caller is None:
            raise Refused(401, "not_enrolled")
        if not asked.is_signed_with(caller.key):
            raise Refused(401, "signature")
        moved = connection.execute(
            "UPDATE device SET counter = %s, contact_at = now() WHERE org_id = %s AND device_id = %s AND counter < %s",
            (asked.counter, org, asked.device, asked.counter),
        )
        if moved.rowcount != 1:
            raise Refused(409, "counter", last=caller.counter)
        return caller

    def look_up(self, connection: Connection, org: str, device: str) -> Caller | None:
        """A device as it was enrolled, whoever asks for it."""
        row = connection.execute(_DEVICE, (org, device)).fetchone()
        if row is None:
            return None
        key, author, revoked, counter, officer, role, unit, name, epoch, lease_days, recent_days, replaced = row
        who = Officer(officer, role, unit)
        return Caller(
            org, device, who, bytes(key), author, revoked, epoch, lease_days, recent_days, name, counter, replaced
        )
