"""A lawful order to destroy a case: believed only with the server's signature, carried out here, answered by a receipt.

What the vault itself wrote in the case goes as well; its hashes stay, so that the chain of its entries can be proven.
"""

from __future__ import annotations

import hashlib

import msgspec

from app.clock import iso
from app.problems import Problem
from app.store import rewriting
from app.store.store import Store
from sync.client.talk import Talk
from sync.wire import messages, signing
from sync.wire.messages import Notice, Signed

RECEIPTS = "receipts for erasures"
"""Under which name the vault keeps the receipts that the server has not got yet."""
_ORDER, _DONE = "erasure", "erased"


def check(talk: Talk, notice: Notice) -> Signed:
    """The order that a notice carries. Raises Problem sync.erasure where the server has signed none for this case."""
    order = notice.order
    if order is None or not talk.asking.holds(order):
        raise Problem("sync.erasure")
    try:
        said = messages.statement(order)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("sync.erasure") from error
    if (said.get("kind"), said.get("case")) != (_ORDER, notice.case):
        raise Problem("sync.erasure")
    return order


def done(talk: Talk, case: str, order: Signed) -> dict[str, str]:
    """What the vault keeps in the very transaction in which the case goes: the receipt, and that its file has to be
    written anew."""
    said = {
        "kind": _DONE,
        "device": talk.store.device,
        "case": case,
        "order": hashlib.sha256(bytes(order.body)).hexdigest(),
        "at": iso(talk.clock.now()),
    }
    body = msgspec.json.encode(said, order="sorted")
    receipt = Signed(body=msgspec.Raw(body), signature=signing.to_text(talk.store.sign(signing.receipt_bytes(body))))
    kept = [*receipts(talk.store), receipt]
    return {RECEIPTS: msgspec.json.encode(kept).decode(), rewriting.WANTED: "yes"}


def receipts(store: Store) -> list[Signed]:
    """The receipts that the server has not got yet."""
    return msgspec.json.decode(store.recall(RECEIPTS) or "[]", type=list[Signed])


def handed_over(store: Store, some: list[Signed]) -> None:
    """The server has these now."""
    got = {one.signature for one in some}
    left = [one for one in receipts(store) if one.signature not in got]
    store.remember(RECEIPTS, msgspec.json.encode(left).decode())
