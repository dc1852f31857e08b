"""One round with the server: push what waits, then pull what is new, until nothing more is there.

It owns its connection to the vault and is run in the pool. Each step is one transaction; cut off anywhere, the next
round goes on from what was committed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from app.clock import Clock, iso, parse_moment
from app.notebook import tree
from app.notebook.entry import SignedEntry
from app.problems import Problem
from app.store import exchange, snapshots
from app.store.exchange import PULLED_AT, PUSHED_AT, Accepted, Arrived, Outgoing, Refused
from app.store.snapshots import Snapshot
from app.store.store import SCOPE, Store
from sync.client import lease, membership
from sync.client.asking import Asking, RefusedByServer
from sync.client.membership import Membership
from sync.client.transport import Https, Transport
from sync.wire import limits, messages, signing
from sync.wire.messages import Head, Outcome, Pull, Pulled, PulledEntry, Push, Pushed, SentEntry

TREE, FIRST = "tree head", "first synchronisation"
DONE, AGAIN = "done", "again"
BATCH_BYTES = 700_000
"""Bytes of entries after which a push is sent: packed, they stay well below the limit."""
AT_ONCE = 25
"""Entries taken in by one transaction, so that a writer at the screen never waits long for its turn."""
BREATH_S = 0.002
"""A moment between two transactions in which the screen gets its turn."""

T = TypeVar("T")


@dataclass
class Round:
    """What a round did. `mended`: cases that differed from the server's and were put right."""

    sent: int = 0
    received: int = 0
    refused: int = 0
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    mended: set[str] = field(default_factory=set)
    number: int = 0
    waiting: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0


_PROBLEMS = {
    "too_old": "sync.too_old",
    "not_enrolled": "sync.not_enrolled",
    "revoked": "sync.revoked",
    "signature": "sync.not_enrolled",
    "busy": "sync.busy",
    # A copy asks with the same numbers, or a request came late.
    "counter": "sync.busy",
    "too_many": "sync.busy",
}


def run(
    store: Store,
    clock: Clock,
    *,
    reach: Callable[[str, int, str], Transport] = Https,
    told: Callable[[set[str]], None] | None = None,
) -> Round:
    """Do one round for the vault behind `store`. `told` hears of cases as soon as they changed.

    Raises Problem sync.not_enrolled, sync.unreachable, sync.busy, sync.too_old, sync.revoked, sync.copied,
    sync.history_changed, sync.not_the_server, sync.not_understood, sync.stuck. What was done before it stays done.
    """
    member = membership.membership(store)
    if member is None:
        raise Problem("sync.not_enrolled")
    transport = reach(member.host, member.port, member.authority)
    try:
        return _Exchange(store, clock, member, transport, told or (lambda _cases: None)).run()
    except RefusedByServer as refused:
        code = _PROBLEMS.get(refused.refusal.code, "sync.not_understood")
        facts = {"what": refused.refusal.code} if code == "sync.not_understood" else {}
        raise Problem(code, **facts, retry_s=refused.refusal.retry_s) from refused
    finally:
        transport.close()


class _Exchange:
    """One round while it goes on."""

    def __init__(
        self, store: Store, clock: Clock, member: Membership, transport: Transport, told: Callable[[set[str]], None]
    ) -> None:
        self.store, self.clock, self.member, self.told = store, clock, member, told
        self.asking = Asking(store, signing.from_text(member.server_key), transport)
        self.done = Round()

    def run(self) -> Round:
        self.push()
        self.begin()
        while self.pull():
            pass
        self.done.waiting = self.store.unsent()[0]
        self.done.bytes_sent, self.done.bytes_received = self.asking.bytes_sent, self.asking.bytes_received
        return self.done

    # -- push

    def push(self) -> None:
        """Send what waits, in order. A part that brings nothing forward twice is stuck, not repeated for ever."""
        idle = 0
        while waiting := _batch(exchange.outgoing(self.store, limits.ENTRIES)):
            message = Push(protocol=limits.PROTOCOL, epoch=self.member.epoch, entries=[_sent(one) for one in waiting])
            answer = self.asking.ask("/v1/push", message, Pushed)
            self.met_epoch(answer.epoch, answer.head)
            moved = self.noted(answer.outcomes) or self.put_back(answer.head)
            self.met_tree(answer.epoch, answer.tree)
            idle = 0 if moved else idle + 1
            if idle == 2:
                raise Problem("sync.stuck")
        self.store.remember(PUSHED_AT, iso(self.clock.now()))

    def noted(self, outcomes: Sequence[Outcome]) -> bool:
        """Note what became of each entry; whether any was settled. What is not named was not accepted."""
        if any(one.outcome == "forked" for one in outcomes):
            raise Problem("sync.copied")
        accepted = [
            Accepted(one.first, one.number, one.received_at)
            for one in outcomes
            if one.outcome in ("accepted", "already")
        ]
        refused = [Refused(one.first, one.reason) for one in outcomes if one.outcome == "refused"]
        for some in _parts(accepted, AT_ONCE * 4):
            exchange.acknowledge(self.store, some)
            time.sleep(BREATH_S)
        if refused:
            self.tell(exchange.refuse(self.store, refused))
        self.done.sent += len(accepted)
        self.done.refused += len(refused)
        return bool(accepted or refused)

    def put_back(self, head: Head) -> bool:
        """Where the server has less of this device than it acknowledged, send the rest again; whether that was so.

        Where it has more, or something else, this file was put back or copied, and must not go on.
        """
        last, _ = exchange.head(self.store)
        if head.last > last or exchange.head(self.store, head.last)[1] != head.hash:
            raise Problem("sync.copied")
        return exchange.send_again(self.store, head.last) > 0

    # -- the first time

    def begin(self) -> None:
        """A vault that holds nothing of the server yet takes in what stands, newest activity first.

        Each page can be used at once, and a first synchronisation that was cut off goes on after its last page. What
        is written meanwhile comes with the entries after the first page's number.
        """
        place = self.store.recall(FIRST) or ""
        if exchange.cursor(self.store) or place == DONE:
            return
        again = place.startswith(AGAIN)
        number, after = _first(place.removeprefix(AGAIN))
        more = True
        while more:
            wanted = messages.WantSnapshots(protocol=limits.PROTOCOL, epoch=self.member.epoch, after=after)
            answer = self.asking.ask("/v1/snapshots", wanted, messages.Snapshots)
            if self.met_another(answer.epoch):
                return
            number = number if after else answer.number
            for some in _parts(answer.snapshots, AT_ONCE):
                self.tell(snapshots.take(self.store, [_kept(one) for one in some]))
                time.sleep(BREATH_S)
            after, more = answer.after, answer.more
            if more:
                self.store.remember(FIRST, f"{AGAIN if again else ''}{number}:{after}")
        if again:
            self.set_aside_lost(number)
        self.set_cursor(number)
        self.store.remember(FIRST, DONE)

    def set_aside_lost(self, number: int) -> None:
        """Cases that a server which was put back does not know as this laptop's any more: kept whole, shown nowhere."""
        for case in snapshots.not_confirmed(self.store):
            if snapshots.remove(self.store, case, snapshots.LOST, number, iso(self.clock.now())):
                self.done.removed.add(case)
                self.tell({case})

    # -- pull

    def pull(self) -> bool:
        """Take in one page; whether there is more to do."""
        last, last_hash = exchange.head(self.store)
        answer = self.asking.ask(
            "/v1/pull",
            Pull(
                protocol=limits.PROTOCOL,
                epoch=self.member.epoch,
                cursor=self.cursor(),
                head=Head(last=last, hash=last_hash),
                scope=int(self.store.recall(SCOPE) or 0),
                tree_size=self.tree_head()[0],
            ),
            Pulled,
        )
        if self.met_epoch(answer.epoch, answer.head):
            self.push()
            self.begin()
            return True
        self.met_tree(answer.epoch, answer.tree)
        if answer.head.last < self.acknowledged() and self.put_back(answer.head):
            self.push()
        elif answer.head.last > last:
            raise Problem("sync.copied")
        self.take(answer)
        self.store.remember(SCOPE, str(answer.scope))
        if answer.lease is not None and self.asking.holds(answer.lease):
            lease.keep(self.store, answer.lease, answer.server_time, self.clock)
        self.done.number = self.cursor()
        if answer.more:
            return True
        self.compare(answer)
        self.store.remember(PULLED_AT, iso(self.clock.now()))
        return False

    def take(self, page: Pulled) -> None:
        """Entries and notices in the server's order, a few at a time, each with the cursor up to it."""
        keys = {device: signing.from_text(key) for device, key in page.keys.items()}
        server = parse_moment(page.server_time) or self.clock.now()
        for kind, some in _runs(page):
            if kind == "entry":
                for part in _parts(some, AT_ONCE):
                    self.receive([_arrived(one) for one in part], keys, int(server.timestamp() * 1000))
            elif kind == "joined":
                self.join([one.case for one in some], some[-1].number)
            else:
                for one in some:
                    self.leave(one)
        self.set_cursor(page.cursor)

    def receive(self, arrived: list[Arrived], keys: dict[str, bytes], server_ms: int, at: int | None = None) -> None:
        place = _place(self.member.epoch, arrived[-1].number if at is None else at)
        taken = exchange.receive(self.store, arrived, keys, place, server_ms)
        self.done.received += len(arrived) - len(taken.refused)
        self.tell({case for case in taken.touched if case != self.store.device})
        time.sleep(BREATH_S)

    def join(self, cases: list[str], number: int) -> None:
        """Cases that are now this laptop's to hold: what stands in them comes as snapshots."""
        for part in _parts(cases, limits.PAGE):
            wanted = list(part)
            while wanted:
                answer = self.asking.ask(
                    "/v1/snapshots",
                    messages.WantSnapshots(protocol=limits.PROTOCOL, epoch=self.member.epoch, cases=wanted),
                    messages.Snapshots,
                )
                for some in _parts(answer.snapshots, AT_ONCE):
                    self.tell(snapshots.take(self.store, [_kept(one) for one in some]))
                    time.sleep(BREATH_S)
                got = {one.case for one in answer.snapshots} | set(answer.missing)
                if not got & set(wanted):
                    raise Problem("sync.not_understood", what="Snapshots")
                wanted = [case for case in wanted if case not in got]
        self.set_cursor(number)

    def leave(self, notice: messages.Notice) -> None:
        """A case that is no longer this laptop's to hold goes, once everything of it is sent."""
        at = iso(self.clock.now())
        if not snapshots.remove(self.store, notice.case, notice.kind, notice.number, at):
            self.push()
            if not snapshots.remove(self.store, notice.case, notice.kind, notice.number, at):
                # The officer wrote in it this very moment: the cursor stays, and the next round meets the notice again.
                raise Problem("sync.stuck")
        self.done.removed.add(notice.case)
        self.tell({notice.case})
        self.set_cursor(notice.number)

    # -- comparing

    def compare(self, page: Pulled) -> None:
        """The digest of each case that changed; one that differs is mended, and only that one."""
        for case, digest in page.digests.items():
            if exchange.digest(self.store, case, page.cursor) == digest:
                continue
            self.mend(case)
            self.done.mended.add(case)

    def mend(self, case: str) -> None:
        """Fetch all entries of a case and take in those that were missing."""
        after, more = 0, True
        while more:
            answer = self.asking.ask(
                "/v1/history",
                messages.WantHistory(protocol=limits.PROTOCOL, epoch=self.member.epoch, case=case, after=after),
                messages.History,
            )
            keys = {device: signing.from_text(key) for device, key in answer.keys.items()}
            server = parse_moment(answer.server_time) or self.clock.now()
            for part in _parts(answer.entries, AT_ONCE):
                self.receive([_arrived(o) for o in part], keys, int(server.timestamp() * 1000), self.cursor())
            after, more = (answer.entries[-1].number if answer.entries else answer.number), answer.more

    # -- the server itself

    def met_epoch(self, epoch: str, head: Head) -> bool:
        """Whether the server began another history: it was restored. Then everything after its head goes out again,
        and reading begins anew."""
        if not self.met_another(epoch):
            return False
        self.member = msgspec.structs.replace(self.member, epoch=epoch)
        self.put_back(head)
        snapshots.new_history(self.store)
        for name, value in ((TREE, ""), (FIRST, AGAIN), ("cursor", "")):
            self.store.remember(name, value)
        membership.keep(self.store, self.member)
        return True

    def met_another(self, epoch: str) -> bool:
        """Whether that is not the history which this laptop knows."""
        return epoch != self.member.epoch

    def met_tree(self, epoch: str, head: messages.TreeHead | None) -> None:
        """Keep the newest head of the server's tree, once it is shown that the one before is its beginning."""
        if head is None:
            return
        size, known = self.tree_head()
        raw = signing.from_text(head.root)
        signed = signing.tree_head_bytes(epoch, head.size, raw)
        if not signing.holds(head.signature, signed, signing.from_text(self.member.server_key)):
            raise Problem("sync.not_the_server")
        if head.size < size or (not head.consistency and head.size > size > 0):
            return  # an answer that proves nothing yet: the next pull names the size that is known here
        proof = [signing.from_text(one) for one in head.consistency]
        if not tree.grew(size, known, head.size, raw, proof):
            raise Problem("sync.history_changed")
        self.store.remember(TREE, f"{head.size}:{raw.hex()}")

    def tree_head(self) -> tuple[int, bytes]:
        """Size and root of the newest head that was shown to hold."""
        kept = self.store.recall(TREE)
        if not kept:
            return 0, tree.EMPTY
        size, _, root = kept.partition(":")
        return int(size), bytes.fromhex(root)

    # -- small things

    def acknowledged(self) -> int:
        """The last number of this device that the server once acknowledged."""
        return exchange.acknowledged(self.store)

    def cursor(self) -> int:
        epoch, _, number = (exchange.cursor(self.store) or "").rpartition(":")
        return int(number) if number and epoch == self.member.epoch else 0

    def set_cursor(self, number: int) -> None:
        if number != self.cursor() or not exchange.cursor(self.store):
            self.store.remember("cursor", _place(self.member.epoch, number))

    def tell(self, cases: set[str]) -> None:
        """Cases changed here."""
        if cases:
            self.done.changed |= cases
            self.told(cases)


def _first(place: str) -> tuple[int, str]:
    """Where a first synchronisation stands: the number from which entries are read afterwards, and its last page."""
    number, _, after = place.partition(":")
    return (int(number), after) if after else (0, "")


def _place(epoch: str, number: int) -> str:
    return f"{epoch}:{number}"


def _batch(waiting: list[Outgoing]) -> list[Outgoing]:
    """As many as fit into one push, at least one."""
    size = 0
    batch: list[Outgoing] = []
    for one in waiting:
        size += len(one.signed.body)
        if batch and size > BATCH_BYTES:
            break
        batch.append(one)
    return batch


def _sent(one: Outgoing) -> SentEntry:
    return SentEntry(entry=msgspec.Raw(one.signed.body), signature=signing.to_text(one.signed.signature))


def _arrived(one: PulledEntry) -> Arrived:
    return Arrived(SignedEntry(bytes(one.entry), signing.from_text(one.signature)), one.number, one.received_at)


def _kept(one: messages.Snapshot) -> Snapshot:
    records = {key: bytes(state) for key, state in one.records.items()}
    return Snapshot(one.case, one.number, one.digest, one.changed_at, records)


def _parts(some: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(some), size):
        yield some[start : start + size]


def _runs(page: Pulled) -> list[tuple[str, list[Any]]]:
    """Entries and notices in the order of their numbers, in stretches of one kind."""
    every: list[PulledEntry | messages.Notice] = [*page.entries, *page.notices]
    every.sort(key=lambda one: one.number)
    runs: list[tuple[str, list[Any]]] = []
    for one in every:
        kind = "entry" if isinstance(one, PulledEntry) else one.kind
        if not runs or runs[-1][0] != kind:
            runs.append((kind, []))
        runs[-1][1].append(one)
    return runs
