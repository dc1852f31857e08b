"""The end of a revoked device as the server hears of it: what it had not sent, and its receipt for the order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.clock import iso
from sync.server import acts, enrol, heads, push, strict
from sync.server.database import Connection
from sync.server.events import note_act, note_event
from sync.server.judge import GAP, REFUSED, Sent
from sync.server.ledger import Apart, Caller, Written
from sync.server.postgres import PostgresTaking
from sync.server.signatures import Signatures
from sync.server.statements import WIPE, Signer
from sync.wire import messages, sealed, signing

_KIND = "wiped"


class NotBelieved(Exception):
    """A box that was sealed for another server or device, or a receipt that is not the device's."""


def opened(wish: messages.Wiped, keys: Sequence[X25519PrivateKey]) -> list[messages.SentEntry]:
    """The entries in the box; none where there is no box. `keys`: of the server, now and before.

    Raises NotBelieved.
    """
    if not wish.box:
        return []
    for key in keys:
        try:
            return sealed.open_box(signing.from_text(wish.box), wish.device, key)
        except (ValueError, msgspec.DecodeError):
            continue
    raise NotBelieved


def take_in(
    connection: Connection, caller: Caller, entries: list[Sent], signer: Signer, now: datetime, *, for_good: bool
) -> list[messages.Outcome]:
    """Take in opened entries as if their device had pushed them. `for_good`: it will send none of them again.

    Raises NotBelieved where one of them is not the device's: whoever seals needs no secret, so it must not take a place
    in its chain.
    """
    signed = Signatures(caller.key, entries).good
    if not all(signed(one) for one in entries):
        raise NotBelieved
    ledger = PostgresTaking(connection, caller)
    taken = push.take(ledger, caller, entries, signed, iso(now))
    if taken.numbers:
        heads.sign(connection, caller.org, caller.epoch, taken.leaves, signer)
    outcomes = push.answer(taken, iso(now))
    if for_good:
        outcomes += keep_apart(ledger, caller, entries[len(outcomes) :], iso(now))
    return outcomes


def keep_apart(ledger: PostgresTaking, caller: Caller, rest: Sequence[Sent], now: str) -> list[messages.Outcome]:
    """Keep apart what cannot be judged because something before it in the chain is missing here: nobody will send that
    any more, and these are the only copies. `now`: the time of receipt. Raises NotBelieved for another device's."""
    apart: list[Apart] = []
    for one in rest:
        place = one.envelope
        if place is None or place.device != caller.device:
            raise NotBelieved
        told = (place.device, place.first, place.count, place.case[:64], one.hash, REFUSED, GAP, now)
        apart.append(Apart(*told, one.body, one.signature))
    if apart:
        ledger.write(Written(apart=apart, chain=ledger.chain(), place=ledger.place()))
    return [messages.Outcome(first=one.first, outcome=one.outcome, reason=one.reason) for one in apart]


def lost(wish: messages.Wiped, keys: Sequence[bytes]) -> dict[str, Any]:
    """What the order in a message says of a device that is not known here. `keys`: with which this server signs or has
    signed. Raises NotBelieved where none of them signed it, or it is another device's."""
    if wish.order is None:
        raise NotBelieved
    said = _said(wish.order)
    if not _is_order(wish.order, said, wish.device, keys):
        raise NotBelieved
    return said


def know_again(connection: Connection, org: str, wish: messages.Wiped, keys: Sequence[bytes], now: datetime) -> None:
    """Register a device that was lost by putting the server back, as revoked: its order says whose it was. An officer
    who was lost with it comes back out of service, without a unit. Raises NotBelieved."""
    said = lost(wish, keys)
    officer, author = said.get("officer"), said.get("author")
    try:
        key = signing.from_text(str(said.get("key")))
    except ValueError as error:
        raise NotBelieved from error
    there = connection.execute("SELECT FROM organisation WHERE org_id = %s", (org,)).fetchone()
    if there is None or said.get("organisation") != org or len(key) != 32:
        raise NotBelieved
    if not isinstance(officer, str) or not strict.is_id(officer) or not isinstance(author, str):
        raise NotBelieved
    added = connection.execute(
        "INSERT INTO officer (org_id, officer_id, name, role, unit_id, active)"
        " VALUES (%s, %s, %s, 'officer', '', false) ON CONFLICT DO NOTHING",
        (org, officer, author),
    )
    made = messages.Enrol(
        protocol=wish.protocol, secret="", device=wish.device, laptop="", key="", author=author, program=""
    )
    try:
        enrol.insert(connection, org, officer, made, key, 0, now)
    except enrol.NotEnrolled as error:
        raise NotBelieved from error
    connection.execute(
        "UPDATE device SET revoked_at = %s WHERE org_id = %s AND device_id = %s", (now, org, wish.device)
    )
    note_act(connection, org, "revoked", officer=officer, device=wish.device, detail="known again by its order")
    if added.rowcount:
        note_act(connection, org, acts.ADDED, officer=officer, detail=acts.of_officer("officer", "", active=False))


def note_receipt(
    connection: Connection, caller: Caller, wish: messages.Wiped, keys: Sequence[bytes], now: datetime
) -> None:
    """Note that a device has destroyed its keys; said twice, it stays as it was. Raises NotBelieved.

    `keys`: with which this server signs or has signed. Where the device is not revoked, for its officer is in service
    again, the order itself says that there was one; from now on it is revoked, for nobody can use it any more.
    """
    assert wish.receipt is not None
    body = bytes(wish.receipt.body)
    if not signing.holds(wish.receipt.signature, signing.receipt_bytes(body), caller.key):
        raise NotBelieved
    said = _said(wish.receipt)
    entries = said.get("entries")
    if (said.get("kind"), said.get("device")) != (_KIND, caller.device) or not isinstance(entries, int):
        raise NotBelieved
    if not caller.revoked and not _ordered(caller, wish.order, str(said.get("order")), keys):
        raise NotBelieved
    connection.execute(
        "UPDATE device SET wiped_at = %(now)s, revoked_at = COALESCE(revoked_at, %(now)s)"
        " WHERE org_id = %(org)s AND device_id = %(device)s AND wiped_at IS NULL",
        {"now": now, "org": caller.org, "device": caller.device},
    )
    note_event(connection, caller, "wiped", "", f"{entries} entries handed over")


def _ordered(caller: Caller, order: messages.Signed | None, named: str, keys: Sequence[bytes]) -> bool:
    """Whether this is the order that a receipt names, this server's, for that device."""
    if order is None or hashlib.sha256(bytes(order.body)).hexdigest() != named:
        return False
    return _is_order(order, _said(order), caller.device, keys)


def _is_order(order: messages.Signed, said: dict[str, Any], device: str, keys: Sequence[bytes]) -> bool:
    signed = signing.statement_bytes(bytes(order.body))
    if not any(signing.holds(order.signature, signed, key) for key in keys):
        return False
    return (said.get("kind"), said.get("device")) == (WIPE, device)


def _said(signed: messages.Signed) -> dict[str, Any]:
    try:
        return messages.statement(signed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotBelieved from error
