"""Enrolment: a single-use secret makes a new device the officer's; codes are made here, and devices revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from app.clock import iso
from app.notebook import entry as notebook
from app.problems import Problem
from app.rules.access import Officer
from sync.server import identity, scope, strict
from sync.server.database import Connection
from sync.server.events import note_act, note_event
from sync.server.ledger import Caller
from sync.server.postgres import lock
from sync.wire import limits, messages, signing


class NotEnrolled(Exception):
    """The reason, as a Refusal's code: code (unknown, used, expired), too_many, author or malformed."""


class SignInWanted(Exception):
    """The code holds, and whoever has it has not shown yet to be its officer."""


class NotSignedIn(Exception):
    """What came as the officer's sign-in does not show that. `caller`: who the device would have been."""

    def __init__(self, why: str, caller: Caller) -> None:
        super().__init__(why)
        self.why, self.caller = why, caller


def secret_name(secret: bytes) -> str:
    """Under what a secret is kept: its hash, never itself."""
    return hashlib.sha256(b"holdfast-secret/1" + secret).hexdigest()


def make_code(
    connection: Connection, org: str, officer: str, now: datetime, minutes: int = limits.CODE_MINUTES
) -> bytes:
    """A new secret for one device of an officer. Raises Problem server.officer_unknown."""
    row = connection.execute(
        "SELECT FROM officer WHERE org_id = %s AND officer_id = %s AND active", (org, officer)
    ).fetchone()
    if row is None:
        raise Problem("server.officer_unknown", officer=officer)
    secret = secrets.token_bytes(16)
    connection.execute(
        "INSERT INTO code (org_id, secret, officer_id, expires_at) VALUES (%s, %s, %s, %s)",
        (org, secret_name(secret), officer, now + timedelta(minutes=minutes)),
    )
    connection.execute("INSERT INTO belonging VALUES (%s, %s)", (secret_name(secret), org))
    note_act(connection, org, "code_made", officer=officer)
    return secret


def check(wish: messages.Enrol) -> tuple[bytes, bytes]:
    """Secret and key of a wish. Raises NotEnrolled."""
    try:
        secret, key = bytes.fromhex(wish.secret), signing.from_text(wish.key)
    except ValueError as error:
        raise NotEnrolled("malformed") from error
    fits = len(key) == 32 and strict.is_id(wish.device) and strict.is_id(wish.laptop)
    texts = 0 < len(wish.author) <= 200 and len(wish.program) <= 100
    if not fits or not texts or any(not sign.isprintable() for sign in wish.author + wish.program):
        raise NotEnrolled("malformed")
    return secret, key


def enrol(
    connection: Connection,
    org: str,
    wish: messages.Enrol,
    counter: int,
    now: datetime,
    provider: identity.Provider | None = None,
) -> Caller:
    """Make the device the officer's, give it the cases in scope. `provider`: where officers show who they are.

    Raises NotEnrolled, SignInWanted, NotSignedIn; then nothing has changed, and the code still holds.
    """
    secret, key = check(wish)
    lock(connection, org)  # no push may open a case between here and the end
    code = connection.execute(
        "SELECT officer_id FROM code WHERE org_id = %s AND secret = %s AND used_at IS NULL AND expires_at > %s"
        " FOR UPDATE",
        (org, secret_name(secret), now),
    ).fetchone()
    if code is None:
        raise NotEnrolled("code")
    officer, name, days, lease_days, epoch = _officer(connection, org, code[0])
    caller = Caller(org, wish.device, officer, key, wish.author, False, epoch, lease_days, days, name)
    if provider is not None:
        _has_signed_in(connection, caller, wish, provider, now)
    may_have_another(connection, org, officer.id)
    _is_no_other(connection, org, officer.id, wish.author)
    if connection.execute("SELECT FROM belonging WHERE what = %s", (wish.device,)).fetchone() is not None:
        # An id is never used again, not even by the same vault: what is below it on the server would be in question.
        raise NotEnrolled("device")
    insert(connection, org, officer.id, wish, key, counter, now)
    connection.execute(
        "UPDATE code SET used_at = %s, device_id = %s WHERE org_id = %s AND secret = %s",
        (now, wish.device, org, secret_name(secret)),
    )
    scope.begin(connection, org, wish.device, scope.may_hold(connection, org, officer, days))
    note_event(connection, caller, "enrolled", "", wish.laptop)
    return caller


def _officer(connection: Connection, org: str, officer: str) -> tuple[Officer, str, int, int, str]:
    row = connection.execute(
        "SELECT o.role, o.unit_id, o.name, g.recent_days, g.lease_days, g.epoch FROM officer AS o"
        " JOIN organisation AS g ON g.org_id = o.org_id WHERE o.org_id = %s AND o.officer_id = %s AND o.active",
        (org, officer),
    ).fetchone()
    if row is None:
        raise NotEnrolled("code")
    role, unit, name, days, lease_days, epoch = row
    return Officer(officer, role, unit), name, days, lease_days, epoch


def _has_signed_in(
    connection: Connection, caller: Caller, wish: messages.Enrol, provider: identity.Provider, now: datetime
) -> None:
    """The code says which officer may have a device; the sign-in says that it is this officer who sits there."""
    if not wish.identity or not strict.is_id(wish.salt):
        raise SignInWanted
    nonce = signing.sign_in_nonce(wish.device, wish.key, wish.secret, wish.salt)
    try:
        shown = identity.shown(provider, wish.identity, nonce, now)
    except identity.NotShown as reason:
        raise NotSignedIn(str(reason), caller) from reason
    row = connection.execute(
        "SELECT signs_in_as FROM officer WHERE org_id = %s AND officer_id = %s", (caller.org, caller.officer.id)
    ).fetchone()
    if row is None or not row[0] or row[0] != shown:
        raise NotSignedIn("other_officer", caller)


def may_have_another(connection: Connection, org: str, officer: str, without: str = "") -> None:
    """Raise NotEnrolled where the officer has as many devices as are allowed; `without`: one that goes."""
    row = connection.execute(
        "SELECT count(*) FROM device WHERE org_id = %s AND officer_id = %s AND revoked_at IS NULL"
        " AND replaced_at IS NULL AND device_id <> %s",
        (org, officer, without),
    ).fetchone()
    if row is None or row[0] >= limits.DEVICES_PER_OFFICER:
        raise NotEnrolled("devices")


def _is_no_other(connection: Connection, org: str, officer: str, author: str) -> None:
    """Nobody writes under the name of somebody else of the force."""
    row = connection.execute(
        "SELECT FROM officer AS o WHERE o.org_id = %(org)s AND o.officer_id <> %(officer)s"
        " AND lower(o.name) = lower(%(name)s)"
        " AND NOT EXISTS (SELECT FROM officer AS me WHERE me.org_id = o.org_id AND me.officer_id = %(officer)s"
        " AND lower(me.name) = lower(%(name)s))",
        {"org": org, "officer": officer, "name": author},
    ).fetchone()
    if row is not None:
        raise NotEnrolled("author")


def insert(
    connection: Connection, org: str, officer: str, wish: messages.Enrol, key: bytes, counter: int, now: datetime
) -> None:
    """Keep a new device, whose chain begins. Raises NotEnrolled where a case bears its id.

    What a device writes under its own id is its own alone and judged by no rights.
    """
    query = "SELECT FROM held_case WHERE org_id = %s AND case_id = %s"
    if connection.execute(query, (org, wish.device)).fetchone() is not None:
        raise NotEnrolled("device")
    connection.execute(
        "INSERT INTO device (org_id, device_id, officer_id, laptop, key, author, program, enrolled_at, counter, last,"
        " hash, scope, contact_at, settled) SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s, 0, %s, epoch"
        " FROM organisation WHERE org_id = %s",
        (
            org,
            wish.device,
            officer,
            wish.laptop,
            key,
            wish.author,
            wish.program,
            iso(now),
            counter,
            notebook.NO_PREVIOUS,
            now,
            org,
        ),
    )
    # After a restore the table of what belongs where may know more than the rest.
    connection.execute("INSERT INTO belonging VALUES (%s, %s) ON CONFLICT DO NOTHING", (wish.device, org))


_LATER = (
    'WITH RECURSIVE later (device_id) AS (SELECT unnest(%(devices)s::text[]) COLLATE "C" UNION SELECT d.device_id'
    " FROM device AS d JOIN later AS a ON d.in_place_of = a.device_id WHERE d.org_id = %(org)s)"
    " SELECT device_id FROM later"
)
_EARLIER = (
    'WITH RECURSIVE earlier (device_id) AS (SELECT unnest(%(devices)s::text[]) COLLATE "C" UNION SELECT d.in_place_of'
    " FROM device AS d JOIN earlier AS b ON d.device_id = b.device_id WHERE d.org_id = %(org)s"
    " AND d.in_place_of <> '') SELECT device_id FROM earlier"
)


def later(connection: Connection, org: str, devices: list[str]) -> list[str]:
    """These devices and all that took the place of one of them."""
    return [one for (one,) in connection.execute(_LATER, {"devices": devices, "org": org}).fetchall()]


def revoke(connection: Connection, org: str, devices: list[str]) -> int:
    """Revoke devices: from the commit on they get nothing but their order. Returns how many there were.

    Those that took the place of one of them, after its vault was copied or put back, are revoked with it. So are those
    whose place it took: their keys lie in the same vault and could vouch for yet another device. But these are revoked
    for their key alone: other vaults that have it, such as the one that was copied, stay.
    """
    place, wanted = lock(connection, org), {"devices": devices, "org": org}
    whole = later(connection, org, devices)
    earlier = [device for (device,) in connection.execute(_EARLIER, wanted).fetchall()]
    rows = connection.execute(
        "UPDATE device SET revoked_at = COALESCE(revoked_at, now()), key_only = device_id <> ALL(%(whole)s)"
        " WHERE org_id = %(org)s AND device_id = ANY(%(all)s)"
        " AND (revoked_at IS NULL OR key_only AND device_id = ANY(%(whole)s)) RETURNING device_id, officer_id",
        {"org": org, "whole": whole, "all": [*whole, *earlier]},
    ).fetchall()
    number = place.number
    for device, officer in rows:
        note_act(connection, org, "revoked", officer=officer, device=device)
        left = ((device, scope.LEFT, case) for case in sorted(scope.held_by(connection, org, device)))
        number = scope.notify(connection, org, left, number)
    scope.give(connection, org, number)
    return len(rows)
