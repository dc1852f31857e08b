"""The end of a revoked device as the server hears of it: what it had not sent, and its receipt for the order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.clock import iso
from sync.server import heads, push
from sync.server.database import Connection
from sync.server.events import note_event
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


def note_receipt(connection: Connection, caller: Caller, wish: messages.Wiped, server: bytes, now: datetime) -> None:
    """Note that a device has destroyed its keys; said twice, it stays as it was. Raises NotBelieved.

    `server`: this server's public key. Where the device is not revoked, for its officer is in service again, the order
    itself says that there was one; from now on it is revoked, for nobody can use it any more.
    """
    assert wish.receipt is not None
    body = bytes(wish.receipt.body)
    if not signing.holds(wish.receipt.signature, signing.receipt_bytes(body), caller.key):
        raise NotBelieved
    said = _said(wish.receipt)
    entries = said.get("entries")
    if (said.get("kind"), said.get("device")) != (_KIND, caller.device) or not isinstance(entries, int):
        raise NotBelieved
    if not caller.revoked and not _ordered(caller, wish.order, str(said.get("order")), server):
        raise NotBelieved
    connection.execute(
        "UPDATE device SET wiped_at = %(now)s, revoked_at = COALESCE(revoked_at, %(now)s)"
        " WHERE org_id = %(org)s AND device_id = %(device)s AND wiped_at IS NULL",
        {"now": now, "org": caller.org, "device": caller.device},
    )
    note_event(connection, caller, "wiped", "", f"{entries} entries handed over")


def _ordered(caller: Caller, order: messages.Signed | None, named: str, server: bytes) -> bool:
    """Whether this is the order that a receipt names, this server's, for that device."""
    if order is None:
        return False
    body = bytes(order.body)
    if not signing.holds(order.signature, signing.statement_bytes(body), server):
        return False
    said = _said(order)
    return (said.get("kind"), said.get("device")) == (WIPE, caller.device) and (
        hashlib.sha256(body).hexdigest() == named
    )


def _said(signed: messages.Signed) -> dict[str, Any]:
    try:
        return messages.statement(signed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotBelieved from error
