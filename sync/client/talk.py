"""A round with the server while it goes on: what every part of it needs, and what it has done so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from app.clock import Clock, parse_moment
from app.notebook.entry import SignedEntry
from app.problems import Problem
from app.store import exchange, standing
from app.store.exchange import Accepted, Arrived, Outgoing, Refused
from app.store.snapshots import Snapshot
from app.store.store import Store
from sync.client.asking import Asking
from sync.client.membership import Membership
from sync.client.transport import Transport
from sync.wire import limits, messages, signing
from sync.wire.messages import Message, PulledEntry

CURSOR = "cursor"
BATCH_BYTES = 700_000
"""Bytes of entries after which a push is sent: packed, they stay well below the limit."""
CASES_AT_ONCE = 50
"""As many cases of which nothing was here yet are taken in about the same time."""
AT_ONCE = 25
"""Entries or snapshots taken in by one transaction, so that a writer at the screen never waits long for its turn."""
BREATH_S = 0.002
"""A moment between two transactions in which the screen gets its turn."""

T = TypeVar("T")
Reply = TypeVar("Reply", bound=Message)


@dataclass
class Round:
    """What a round did. `mended`: cases that differed from the server's; `differing`: those that still do. `packs`:
    content packs that were taken; `not_taken`: why others were not."""

    sent: int = 0
    received: int = 0
    refused: int = 0
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    mended: set[str] = field(default_factory=set)
    differing: set[str] = field(default_factory=set)
    number: int = 0
    waiting: int = 0
    packs: int = 0
    not_taken: list[Problem] = field(default_factory=list)
    bytes_sent: int = 0
    bytes_received: int = 0


class Talk:
    """The vault, the server's word for it, and the line to the server, within one round.

    `held`: how many cases the laptop had when the round began to pull; `leaving`: how many of them went since.
    """

    def __init__(
        self, store: Store, clock: Clock, member: Membership, transport: Transport, told: Callable[[set[str]], None]
    ) -> None:
        self.store, self.clock, self.member, self.told = store, clock, member, told
        self.transport = transport
        self.asking = Asking(store, self.server_key, transport)
        self.done = Round()
        self.held = self.leaving = 0

    @property
    def server_key(self) -> bytes:
        """The key with which the server signs, 32 bytes."""
        return signing.from_text(self.member.server_key)

    def ask(self, path: str, message: Message, reply: type[Reply]) -> Reply:
        """The answer to a question; by its time it is measured how far the two clocks are apart (a label, no more)."""
        asked = self.clock.now()
        answer = self.asking.ask(path, message, reply)
        server = parse_moment(getattr(answer, "server_time", ""))
        if server is not None:
            standing.note_offset(self.store, (server - asked - (self.clock.now() - asked) / 2).total_seconds())
        return answer

    def met_another(self, epoch: str) -> bool:
        """Whether that is not the history which this laptop knows."""
        return epoch != self.member.epoch

    def cursor(self) -> int:
        """The number from which on is read."""
        epoch, _, number = (exchange.cursor(self.store) or "").rpartition(":")
        return int(number) if number and epoch == self.member.epoch else 0

    def place(self, number: int) -> dict[str, str]:
        """The number from which on is read, under the name and in the words in which the vault keeps it."""
        return {CURSOR: f"{self.member.epoch}:{number}"}

    def set_cursor(self, number: int) -> None:
        """Read on from a number, where nothing of what it covers had to be taken in."""
        if number != self.cursor() or not exchange.cursor(self.store):
            self.store.remember(CURSOR, self.place(number)[CURSOR])

    def tell(self, cases: set[str]) -> None:
        """Cases changed here."""
        if cases:
            self.done.changed |= cases
            self.told(cases)


def breathe() -> None:
    """Let somebody who waits to write have their turn."""
    time.sleep(BREATH_S)


def parts(some: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """A sequence in pieces of at most `size`."""
    for start in range(0, len(some), size):
        yield some[start : start + size]


def batch(waiting: Sequence[Outgoing]) -> Sequence[Outgoing]:
    """As many as fit into one push, at least one."""
    size = 0
    for n, one in enumerate(waiting[: limits.ENTRIES]):
        size += len(one.signed.body)
        if n and size > BATCH_BYTES:
            return waiting[:n]
    return waiting[: limits.ENTRIES]


def push_of(some: Sequence[Outgoing], epoch: str = "") -> messages.Push:
    """A push of these entries."""
    entries = [
        messages.SentEntry(entry=msgspec.Raw(one.signed.body), signature=signing.to_text(one.signed.signature))
        for one in some
    ]
    return messages.Push(protocol=limits.PROTOCOL, epoch=epoch, entries=entries)


def judged(outcomes: Sequence[messages.Outcome]) -> tuple[list[Accepted], list[Refused]]:
    """What the server has of some entries, and what it refused."""
    there = [one for one in outcomes if one.outcome in ("accepted", "already")]
    accepted = [Accepted(one.first, one.number, one.received_at) for one in there]
    return accepted, [Refused(one.first, one.reason) for one in outcomes if one.outcome == "refused"]


def arrived(one: PulledEntry) -> Arrived:
    """An entry as the store takes it in."""
    return Arrived(SignedEntry(bytes(one.entry), signing.from_text(one.signature)), one.number, one.received_at)


def kept(one: messages.Snapshot) -> Snapshot:
    """A snapshot as the store takes it in."""
    records = {key: bytes(state) for key, state in one.records.items()}
    return Snapshot(one.case, one.number, one.digest, one.changed_at, records)
