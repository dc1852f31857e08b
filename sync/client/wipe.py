"""The server's order to destroy this vault: believed only with its signature and for this device, then carried out.

What this device wrote is sealed for the server first, together with the receipt; the vault's keys are destroyed by
whoever holds them (`app.vault.wiping`); then both are handed over, now or at a later start, without any key of the
vault.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence

import msgspec

from app.clock import Clock, iso, parse_moment
from app.notebook.entry import SignedEntry
from app.problems import Problem
from app.store import exchange
from app.store.store import ENDING, Store
from sync.client import lease
from sync.client.membership import Membership, membership
from sync.client.transport import Https, Open, Transport
from sync.wire import limits, messages, sealed, signing
from sync.wire.messages import Outcome, SentEntry, Signed, Wiped, WipeNoted

ORDER = "wipe order"
BOX_BYTES = 400_000
"""Bytes of entries after which a box is closed: packed and sealed, it stays well below the limit of a request."""
_KIND = "wipe"


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over once the vault is no more, and where to. `boxes`: sealed, with entries in their order.

    `attested`: the latest time that the server is known to have reached."""

    device: str
    host: str
    port: int
    authority: str
    server_key: str
    order: Signed
    receipt: Signed
    boxes: list[str]
    attested: str = ""


def keep_order(store: Store, member: Membership, order: Signed | None) -> bool:
    """Keep an order that is the server's and means this device, so that it stands until it is carried out; whether it
    is one."""
    if order is None or not _means(store, member, order):
        return False
    store.remember(ORDER, msgspec.json.encode(order).decode())
    return True


def ordered(store: Store) -> bool:
    """Whether an order stands that means this vault."""
    return _order(store) is not None


def carry_out(store: Store, clock: Clock, destroy: Callable[[bytes], None]) -> bytes | None:
    """Carry out the order that stands, if one does: seal what this device wrote, then let `destroy` end the vault.

    From the first step on nothing more is written into the vault, so that nothing can miss the parcel. Where the parcel
    cannot be written the vault stays as it was, and the order stands. Returns the parcel.
    """
    found = _order(store)
    if found is None:
        return None
    member, order = found
    with store.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, 'yes')", (ENDING,))
        # Also what the server acknowledged: put back before or after this, it may have lost that, and it would be the
        # last copy. Without it, what follows could not be told from a chain with a gap.
        every = exchange.of_device(store, store.device)
    parcel = msgspec.json.encode(_parcel(store, member, order, [one.signed for one in every], clock))
    try:
        destroy(parcel)
    except Problem:
        with store.transaction() as connection:
            connection.execute("DELETE FROM meta WHERE name = ?", (ENDING,))
        raise
    return parcel


def hand_over(parcel: bytes, *, reach: Open = Https) -> None:
    """Hand over what was sealed, and the receipt; done twice, it changes nothing.

    Raises Problem sync.unreachable, sync.not_understood, the latter also where the server does not name an outcome for
    each entry: what it does not name it has not got. Then it is tried again at the next start.
    """
    told = msgspec.json.decode(parcel, type=Parcel)
    transport = reach(told.host, told.port, told.authority, parse_moment(told.attested))
    try:
        named = 0
        for box in told.boxes:
            one = Wiped(protocol=limits.PROTOCOL, device=told.device, box=box, order=told.order)
            named += len(_hand_over(told, transport, one))
        if named < int(messages.statement(told.receipt)["entries"]):
            raise Problem("sync.not_understood", what="WipeNoted")
        last = Wiped(protocol=limits.PROTOCOL, device=told.device, receipt=told.receipt, order=told.order)
        _hand_over(told, transport, last)
    finally:
        transport.close()


def _hand_over(told: Parcel, transport: Transport, message: Wiped) -> list[Outcome]:
    path, nonce = "/v1/wiped", secrets.token_hex(16)
    knows = signing.key_name(signing.from_text(told.server_key))
    headers = {
        signing.DEVICE: told.device,
        signing.NONCE: nonce,
        signing.KNOWS: knows,
        "Content-Type": "application/json+zstd",
    }
    answer = transport.ask("POST", path, headers, signing.pack(messages.encode(message)))
    said = signing.answer_bytes(nonce, answer.status, answer.body)
    signature = answer.headers.get(signing.SIGNATURE.lower(), "")
    if not signing.holds(signature, said, signing.from_text(told.server_key)):
        raise Problem("sync.unreachable")
    try:
        if answer.status != 200:
            raise Problem("sync.not_understood", what=str(answer.status))
        return msgspec.json.decode(signing.unpack(answer.body), type=WipeNoted).outcomes
    except (ValueError, msgspec.DecodeError) as error:
        raise Problem("sync.not_understood", what="WipeNoted") from error


def _order(store: Store) -> tuple[Membership, Signed] | None:
    kept, member = store.recall(ORDER), membership(store)
    if not kept or member is None:
        return None
    order = msgspec.json.decode(kept, type=Signed)
    return (member, order) if _means(store, member, order) else None


def _means(store: Store, member: Membership, order: Signed) -> bool:
    """Whether the server has signed this, and it says that this very device is to be destroyed."""
    body = bytes(order.body)
    if not signing.holds(order.signature, signing.statement_bytes(body), signing.from_text(member.server_key)):
        return False
    try:
        said = messages.statement(order)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return (said.get("kind"), said.get("device")) == (_KIND, store.device) and isinstance(said.get("seal"), str)


def _parcel(store: Store, member: Membership, order: Signed, every: Sequence[SignedEntry], clock: Clock) -> Parcel:
    key = signing.from_text(messages.statement(order)["seal"])
    boxes = [sealed.seal(some, store.device, key) for some in boxes_of(every)]
    receipt = {
        "kind": "wiped",
        "device": store.device,
        "order": hashlib.sha256(bytes(order.body)).hexdigest(),
        "at": iso(clock.now()),
        "entries": len(every),
    }
    body = msgspec.json.encode(receipt, order="sorted")
    signature = signing.to_text(store.sign(signing.receipt_bytes(body)))
    attested = lease.attested(store)
    return Parcel(
        device=store.device,
        host=member.host,
        port=member.port,
        authority=member.authority,
        server_key=member.server_key,
        order=order,
        receipt=Signed(body=msgspec.Raw(body), signature=signature),
        boxes=[signing.to_text(box) for box in boxes],
        attested=iso(attested) if attested else "",
    )


def boxes_of(every: Sequence[SignedEntry]) -> list[list[SentEntry]]:
    """Entries in their order, in boxes each of which fits into a request once it is sealed."""
    boxes: list[list[SentEntry]] = []
    room = 0
    for one in every:
        if not boxes or room < len(one.body) or len(boxes[-1]) == limits.ENTRIES:
            boxes.append([])
            room = BOX_BYTES
        room -= len(one.body)
        boxes[-1].append(SentEntry(entry=msgspec.Raw(one.body), signature=signing.to_text(one.signature)))
    return boxes
