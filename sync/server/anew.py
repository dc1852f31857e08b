"""A vault that was copied or put back goes on as another device: registered, vouched for by the key of the old one.

The old one is stopped at once, whoever still has its key: what it pushes is no longer taken in, only told apart.
Where the old one is revoked, so is the new one, which thereby learns of the order that is meant for its vault.
"""

from __future__ import annotations

from datetime import datetime

from sync.server import enrol, erasure, scope, strict
from sync.server.database import Connection
from sync.server.enrol import NotEnrolled
from sync.server.events import note_event
from sync.server.ledger import Caller
from sync.server.postgres import lock
from sync.wire import messages, signing

_ENDED = (
    "INSERT INTO subscription (org_id, device_id, case_id, since, until, until_at)"
    " SELECT org_id, %s, case_id, since, until, until_at FROM subscription"
    " WHERE org_id = %s AND device_id = %s AND until IS NOT NULL AND case_id <> ALL(%s)"
)
_HAS = (
    "SELECT hash FROM entry WHERE org_id = %(org)s AND device_id = %(device)s AND first + count - 1 = %(last)s"
    " UNION ALL SELECT hash FROM quarantine WHERE org_id = %(org)s AND device_id = %(device)s"
    " AND first + count - 1 = %(last)s AND outcome = 'refused'"
)


class VouchesForNobody(NotEnrolled):
    """The old device is revoked for its key alone: of the vault that asks, nobody ordered the end."""


def register(connection: Connection, caller: Caller, wish: messages.NewIdentity, now: datetime) -> bool:
    """Register the new device and stop the old one; whether the server has the old one's chain as the laptop has it.

    Asked twice it is the same. For a revoked device, the new one is registered as revoked: after a restore the server
    may know a stolen vault only by a device that this vault was before. Only whoever has both keys comes this far, so
    nobody else's vault is hit. Raises NotEnrolled, VouchesForNobody; then nothing has changed.
    """
    key = _checked(caller, wish)
    number = lock(connection, caller.org).number
    there = connection.execute(
        "SELECT officer_id, key FROM device WHERE org_id = %s AND device_id = %s", (caller.org, wish.device)
    ).fetchone()
    if there is None:
        if caller.revoked and _key_only(connection, caller):
            # It is another vault with this key that is to be destroyed; the key vouches for none any more.
            raise VouchesForNobody("device")
        _insert(connection, caller, wish, key, now)
    elif (there[0], bytes(there[1])) != (caller.officer.id, key):
        raise NotEnrolled("device")
    connection.execute(
        "UPDATE device SET replaced_at = %s WHERE org_id = %s AND device_id = %s AND replaced_at IS NULL",
        (now, caller.org, caller.device),
    )
    left = ((caller.device, scope.LEFT, case) for case in sorted(scope.held_by(connection, caller.org, caller.device)))
    number = scope.notify(connection, caller.org, left, number)
    if there is None:
        number = erasure.tell_another(connection, caller.org, caller.device, wish.device, number)
    scope.give(connection, caller.org, number)
    note_event(connection, caller, "copied", "", wish.device)
    return _agrees(connection, caller, wish.head)


def _checked(caller: Caller, wish: messages.NewIdentity) -> bytes:
    try:
        key = signing.from_text(wish.key)
    except ValueError as error:
        raise NotEnrolled("malformed") from error
    if len(key) != 32 or not strict.is_id(wish.device) or wish.device == caller.device:
        raise NotEnrolled("malformed")
    if wish.laptop and not strict.is_id(wish.laptop):
        raise NotEnrolled("malformed")
    if not signing.holds(wish.proof, signing.identity_bytes(caller.device, wish.device), key):
        raise NotEnrolled("signature")
    return key


def _insert(connection: Connection, caller: Caller, wish: messages.NewIdentity, key: bytes, now: datetime) -> None:
    if not caller.revoked:
        enrol.may_have_another(connection, caller.org, caller.officer.id, without=caller.device)
    row = connection.execute(
        "SELECT laptop, program, revoked_at FROM device WHERE org_id = %s AND device_id = %s",
        (caller.org, caller.device),
    ).fetchone()
    assert row is not None
    made = messages.Enrol(
        protocol=wish.protocol,
        secret="",
        device=wish.device,
        laptop=wish.laptop or row[0],
        key=wish.key,
        author=caller.author,
        program=row[1],
    )
    enrol.insert(connection, caller.org, caller.officer.id, made, key, 0, now)
    connection.execute(
        "UPDATE device SET in_place_of = %s, revoked_at = %s WHERE org_id = %s AND device_id = %s",
        (caller.device, row[2], caller.org, wish.device),
    )
    if caller.revoked:
        return
    held = scope.may_hold(connection, caller.org, caller.officer, caller.recent_days)
    # What had left the old one's scope has left the new one's: its work from before is still in good faith.
    connection.execute(_ENDED, (wish.device, caller.org, caller.device, sorted(held)))
    scope.begin(connection, caller.org, wish.device, held)


def _key_only(connection: Connection, caller: Caller) -> bool:
    """Whether it is revoked for its key alone; of an officer out of service, every vault is to go."""
    row = connection.execute(
        "SELECT d.key_only AND o.active FROM device AS d JOIN officer AS o ON o.org_id = d.org_id"
        " AND o.officer_id = d.officer_id WHERE d.org_id = %s AND d.device_id = %s",
        (caller.org, caller.device),
    ).fetchone()
    return row is not None and bool(row[0])


def _agrees(connection: Connection, caller: Caller, head: messages.Head) -> bool:
    wanted = {"org": caller.org, "device": caller.device, "last": head.last}
    return head.last == 0 or (head.hash,) in connection.execute(_HAS, wanted).fetchall()
