"""What was not sent, written into a carrier file for the server; and the server's note about it, taken in.

For a laptop that reaches no network, a vault whose cases are closed, and one that was destroyed by order before it
could hand over what was sealed.
"""

from __future__ import annotations

import msgspec

from app.problems import Problem
from app.store import exchange
from app.store.exchange import Accepted, Refused
from app.store.store import Store
from sync.client import lease
from sync.client.membership import membership
from sync.client.wipe import Parcel, boxes_of
from sync.wire import carried, messages, sealed, signing


def of_store(store: Store) -> tuple[bytes, int]:
    """A carrier file with everything that this vault has not sent, and how many entries that is; nothing changes here.

    Raises Problem carrier.no_server where it belongs to no server or never heard the server's key, carrier.nothing.
    """
    key = lease.seal_key(store)
    if key is None:
        raise Problem("carrier.no_server")
    waiting = [one.signed for one in exchange.outgoing(store, 1 << 40)]
    if not waiting:
        raise Problem("carrier.nothing")
    boxes = [signing.to_text(sealed.seal(some, store.device, key)) for some in boxes_of(waiting)]
    return _written(store.device, boxes), len(waiting)


def of_parcel(parcel: bytes) -> tuple[bytes, int]:
    """The same of a vault that was destroyed by order, from what was sealed then."""
    told = msgspec.json.decode(parcel, type=Parcel)
    return _written(told.device, told.boxes), int(messages.statement(told.receipt)["entries"])


def take_note(store: Store, data: bytes) -> tuple[int, int]:
    """Take in the server's note about a carrier file: how many entries it has now, and how many it keeps apart.

    Taken in twice, it changes nothing. Raises Problem carrier.note_wrong where it is not the server's, or means another
    device.
    """
    member = membership(store)
    try:
        note = carried.read_note(data)
        body = bytes(note.word.body)
        if member is None or not signing.holds(
            note.word.signature, signing.statement_bytes(body), signing.from_text(member.server_key)
        ):
            raise Problem("carrier.note_wrong")
        said = messages.statement(note.word)
        if (said.get("kind"), said.get("device"), said.get("epoch")) != ("carried", store.device, member.epoch):
            raise Problem("carrier.note_wrong")
        found = carried.outcomes(said)
    except (ValueError, msgspec.DecodeError) as error:
        raise Problem("carrier.note_wrong") from error
    has = [Accepted(one.first, one.number, one.received_at) for one in found if one.outcome in ("accepted", "already")]
    apart = [Refused(one.first, one.reason) for one in found if one.outcome == "refused"]
    exchange.acknowledge(store, has)
    exchange.refuse(store, apart)
    return len(has), len(apart)


def _written(device: str, boxes: list[str]) -> bytes:
    return msgspec.json.encode(carried.Carrier(kind=carried.CARRIER, device=device, boxes=boxes))
