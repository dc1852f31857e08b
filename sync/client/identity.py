"""A vault that was copied or put back takes a new device identity; what the server has not got is made anew under it.

The key of the device that it was so far vouches for the new one; the server stops the old one and tells somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.store import exchange, identity
from app.store.exchange import Outgoing, Refused
from app.store.identity import Identity
from app.store.store import Store
from sync.client import first, lease, mending
from sync.client.asking import Asking, RefusedByServer
from sync.client.talk import CURSOR, Talk, batch, judged, push_of
from sync.wire import limits, signing
from sync.wire.messages import Head, Identified, NewIdentity, Outcome, Pushed

Push = Callable[[Sequence[Outgoing]], Sequence[Outcome]]
"""Sends some entries and notes what became of them."""


def renew(talk: Talk, push: Push) -> None:
    """Go on under another device. Cut off anywhere, the next round begins with it again, for the same new device.

    Raises RefusedByServer where the server knows this device no more, or takes no further one for the officer.
    """
    store = talk.store
    new = identity.prepare(store)
    last, own = exchange.acknowledged_head(store)
    answer = talk.ask("/v1/identity", _wish(store.device, new, Head(last=last, hash=own), _laptop(store)), Identified)
    if not answer.agrees:
        # The server was put back as well: it may have lost what it once acknowledged, and taken in a copy's instead.
        exchange.send_again(store, 0)
    _settle(talk, push)
    place = {CURSOR: "", first.FIRST: first.AGAIN, mending.TO_MEND: "", lease.SECRET: answer.extension}
    talk.tell(identity.take_on(store, place))


def introduce_again(talk: Talk) -> bool:
    """Where the server lost this device by being put back: one that this vault was before, which it still knows, sends
    again what was lost of it and vouches for the one after it, up to the present one. Whether there was such a one.

    Where that one is revoked, each one after it is registered as revoked in its turn, and so the server's order reaches
    the present one. Raises RefusedByServer where the server takes no further one, and knows no order for this vault.
    """
    line = [identity.now(talk.store), *identity.former(talk.store)]
    known = next((n for n in range(1, len(line)) if _as(talk, line[n]).is_known()), 0)
    for n in range(known, 0, -1):
        asking = _as(talk, line[n])
        _send_again(talk, asking, line[n].device)
        try:
            wish = _wish(line[n].device, line[n - 1], Head(last=0, hash=""), _laptop(talk.store))
            asking.ask("/v1/identity", wish, Identified)
        except RefusedByServer as refused:
            if refused.refusal.code != "revoked" or not _as(talk, line[n - 1]).is_known():
                raise
    return known > 0


def _send_again(talk: Talk, asking: Asking, device: str) -> None:
    """Send all that is kept here of a former device's chain, and note what became of it."""
    waiting: Sequence[Outgoing] = exchange.of_device(talk.store, device)
    while waiting:
        some = batch(waiting)
        outcomes = asking.ask("/v1/push", push_of(some), Pushed).outcomes
        named = {one.first: one.outcome for one in outcomes}
        # A copy of this vault was first: its chain is another one from there on. Or something is destroyed here that
        # the server lost, too. None of the rest can follow then.
        ends = next((one.first for one in some if named.get(one.first, "forked") == "forked"), None)
        why = "forked" if ends in named else "gap"
        lost = [Refused(one.first, why) for one in waiting if ends is not None and one.first >= ends]
        accepted, refused = judged(outcomes)
        talk.done.refused += len(refused) + len(lost)
        talk.tell(exchange.judged_again(talk.store, device, accepted, [*refused, *lost]))
        waiting = waiting[len(some) :] if ends is None else []


def _as(talk: Talk, before: Identity) -> Asking:
    return Asking(talk.store, talk.server_key, talk.transport, before)


def _settle(talk: Talk, push: Push) -> None:
    """Learn of each entry that waits whether the server has it under the old name, up to the first that it has not."""
    waiting = exchange.outgoing(talk.store, 1 << 40)
    while waiting:
        some = waiting[: limits.ENTRIES]
        told = {one.first for one in push(some) if one.outcome != "forked"}
        if not told:
            return
        waiting = [one for one in waiting if one.first not in told]


def _laptop(store: Store) -> str:
    """The laptop that the vault is on now, where it was moved; "" where it stayed."""
    return store.recall(identity.LAPTOP) or ""


def _wish(old: str, new: Identity, head: Head, laptop: str) -> NewIdentity:
    proof = new.signer.sign(signing.identity_bytes(old, new.device))
    return NewIdentity(
        laptop=laptop,
        protocol=limits.PROTOCOL,
        device=new.device,
        key=signing.to_text(new.public_key),
        proof=signing.to_text(proof),
        head=head,
    )
