"""The end of a revoked device as the server hears of it: what it had not sent, and its receipt for the order."""

from __future__ import annotations

from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.server.database import Connection
from sync.server.events import note_event
from sync.server.ledger import Caller
from sync.wire import messages, sealed, signing

_KIND = "wiped"


class NotBelieved(Exception):
    """A box that was sealed for another server or device, or a receipt that is not the device's."""


def opened(wish: messages.Wiped, key: X25519PrivateKey) -> list[messages.SentEntry]:
    """The entries in the box; none where there is no box. Raises NotBelieved."""
    if not wish.box:
        return []
    try:
        return sealed.open_box(signing.from_text(wish.box), wish.device, key)
    except (ValueError, msgspec.DecodeError) as error:
        raise NotBelieved from error


def note_receipt(connection: Connection, caller: Caller, receipt: messages.Signed, now: datetime) -> None:
    """Note that a device has destroyed its keys; said twice, it stays as it was. Raises NotBelieved."""
    body = bytes(receipt.body)
    if not signing.holds(receipt.signature, signing.receipt_bytes(body), caller.key) or not caller.revoked:
        raise NotBelieved
    try:
        said = messages.statement(receipt)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotBelieved from error
    entries = said.get("entries")
    if (said.get("kind"), said.get("device")) != (_KIND, caller.device) or not isinstance(entries, int):
        raise NotBelieved
    connection.execute(
        "UPDATE device SET wiped_at = %s WHERE org_id = %s AND device_id = %s AND wiped_at IS NULL",
        (now, caller.org, caller.device),
    )
    note_event(connection, caller, "wiped", "", f"{entries} entries handed over")
