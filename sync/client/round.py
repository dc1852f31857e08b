"""One round with the server: push what waits, then pull what is new, until nothing more is there.

It owns its connection to the vault and is run in the pool. Each step is one transaction; cut off anywhere, the next
round goes on from what was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from app.clock import Clock, iso, parse_moment
from app.problems import Problem
from app.store import exchange, mending, rewriting, snapshots
from app.store import identity as identities
from app.store.charges import people_version
from app.store.exchange import PULLED_AT, PUSHED_AT, Arrived, Outgoing
from app.store.store import SCOPE, Store
from app.version import program_version
from sync.client import (
    charges,
    erasure,
    first,
    histories,
    identity,
    lease,
    membership,
    packs,
    removal,
    trust,
    version,
    watch,
    witness,
)
from sync.client import mending as mend
from sync.client.asking import RefusedByServer
from sync.client.talk import AT_ONCE, CURSOR, Round, Talk, arrived, batch, breathe, judged, parts, push_of
from sync.client.transport import Https, Open
from sync.client.wipe import keep_order
from sync.wire import limits, messages, signing
from sync.wire.messages import Head, Outcome, Pull, Pulled, PulledEntry, Pushed

_NOT_KEPT = "not_kept"
RENEWALS = 3
"""How often a round goes on as another device before it ends and says that the vault was copied."""
_PROBLEMS = {
    "too_old": "sync.too_old",
    "not_enrolled": "sync.not_enrolled",
    "revoked": "sync.revoked",
    "signature": "sync.not_enrolled",
    "replaced": "sync.copied",
    "devices": "sync.copied",
    "busy": "sync.busy",
    # A copy asks with the same numbers, or a request came late.
    "counter": "sync.busy",
    "too_many": "sync.busy",
}


def run(
    store: Store,
    clock: Clock,
    *,
    reach: Open = Https,
    told: Callable[[set[str]], None] | None = None,
    most: int = 0,
    wanted: Sequence[str] = (),
    shelf: packs.Shelf | None = None,
) -> Round:
    """Do one round for the vault behind `store`. `told` hears of cases as soon as they changed.

    `most`: of how many cases that came as snapshots the history is fetched afterwards, of those `wanted` first.
    `shelf`: where content packs of the server are kept; None: they are not asked for.

    Raises Problem sync.not_enrolled, sync.unreachable, sync.busy, sync.not_kept, sync.too_old, sync.revoked,
    sync.copied, sync.history_changed, sync.not_the_server, sync.not_understood, sync.stuck, sync.removal,
    sync.erasure. What was done before it stays done.
    """
    member = membership.membership(store)
    if member is None:
        raise Problem("sync.not_enrolled")
    transport = reach(member.host, member.port, member.authority, lease.attested(store))
    try:
        this = _Exchange(store, clock, member, transport, told or (lambda _cases: None))
        try:
            done = this.run_as_this_device()
            histories.fetch(this, most, wanted, this.receive_beside)
            if shelf is not None:
                packs.fetch(this, shelf)
            return done
        finally:
            watch.note(store, iso(clock.now()), this.asking.heard)
    except RefusedByServer as refused:
        keep_order(store, member, refused.refusal.order)
        code = _PROBLEMS.get(refused.refusal.code, "sync.not_understood")
        code = "sync.not_kept" if refused.refusal.why == _NOT_KEPT else code
        facts = {"what": refused.refusal.code} if code == "sync.not_understood" else {}
        raise Problem(code, **facts, retry_s=refused.refusal.retry_s) from refused
    finally:
        transport.close()


class _Exchange(Talk):
    """One round while it goes on."""

    def run_as_this_device(self) -> Round:
        """The round, once more as another device where this one's vault was copied or put back; as one from the first
        word on where the vault knows that it was.

        And again, where that one was copied as well: of two copies made while it was being asked for, both take it.
        """
        if identities.wanted(self.store):
            identity.renew(self, self.told_apart)
        for _ in range(RENEWALS):
            try:
                return self.run()
            except Problem as problem:
                if problem.code != "sync.copied":
                    raise
                identity.renew(self, self.told_apart)
            except RefusedByServer as refused:
                if refused.refusal.code == "too_old":
                    version.refused(self, refused.refusal)
                    raise
                if refused.refusal.code == "replaced":
                    identity.renew(self, self.told_apart)
                elif refused.refusal.code != "not_enrolled" or not identity.introduce_again(self):
                    raise
        return self.run()

    def told_apart(self, waiting: Sequence[Outgoing]) -> Sequence[Outcome]:
        """What becomes of entries of a device whose place another one takes; those that are forked stay as they are."""
        answer = self.ask("/v1/push", push_of(batch(waiting)), Pushed)
        self.settled(answer.outcomes)
        return answer.outcomes

    def run(self) -> Round:
        self.push()
        first.take_in(self)
        self.held, self.leaving = len(self.store.cases()), 0
        while self.pull():
            pass
        self.learn_codes()
        self.done.waiting = self.store.unsent()[0]
        self.done.bytes_sent, self.done.bytes_received = self.asking.bytes_sent, self.asking.bytes_received
        return self.done

    def learn_codes(self) -> None:
        """What extension codes are made from, where this vault was enrolled before there were any."""
        if not lease.knows_codes(self.store):
            answer = self.ask("/v1/lease", messages.WantLease(protocol=limits.PROTOCOL), messages.Leased)
            lease.keep_secret(self.store, answer.extension)

    # -- push

    def push(self) -> None:
        """Send what waits, in order. A part that brings nothing forward twice is stuck, not repeated for ever."""
        idle = 0
        while waiting := batch(exchange.outgoing(self.store, limits.ENTRIES)):
            answer = self.ask("/v1/push", push_of(waiting, self.member.epoch), Pushed)
            self.met_epoch(answer.epoch, answer.head)
            moved = self.noted(answer.outcomes) or self.put_back(answer.head)
            witness.met(self, answer.epoch, answer.tree)
            idle = 0 if moved else idle + 1
            if idle == 2:
                raise Problem("sync.stuck")
        self.store.remember(PUSHED_AT, iso(self.clock.now()))

    def noted(self, outcomes: Sequence[Outcome]) -> bool:
        """Note what became of each entry; whether any was settled. What is not named was not accepted."""
        settled = self.settled(outcomes)
        if any(one.outcome == "forked" for one in outcomes):
            raise Problem("sync.copied")
        return settled

    def settled(self, outcomes: Sequence[Outcome]) -> bool:
        """Note what the server has and what it refused; whether there was any such."""
        accepted, refused = judged(outcomes)
        for some in parts(accepted, AT_ONCE * 4):
            exchange.acknowledge(self.store, some)
            breathe()
        if refused:
            self.tell(exchange.refuse(self.store, refused))
        self.done.sent += len(accepted)
        self.done.refused += len(refused)
        return bool(accepted or refused)

    def put_back(self, head: Head) -> bool:
        """Where the server has less of this device than it acknowledged, send the rest again; whether that was so.

        Where it has more, or something else, this file was put back or copied, and must not go on. Neither can it where
        the server lost what is destroyed here: what came after that is made anew under another device.
        """
        last, _ = exchange.head(self.store)
        if head.last > last or exchange.head(self.store, head.last)[1] != head.hash:
            raise Problem("sync.copied")
        if exchange.is_destroyed(self.store, head.last):
            raise Problem("sync.copied")
        return exchange.send_again(self.store, head.last) > 0

    # -- pull

    def pull(self) -> bool:
        """Take in one page; whether there is more to do."""
        last, last_hash = exchange.head(self.store)
        untold = mending.untold(self.store)[: limits.PAGE]
        waiting, since = self.store.unsent()
        receipts = erasure.receipts(self.store)[: limits.PAGE]
        answer = self.ask(
            "/v1/pull",
            Pull(
                protocol=limits.PROTOCOL,
                epoch=self.member.epoch,
                cursor=self.cursor(),
                head=Head(last=last, hash=last_hash),
                scope=int(self.store.recall(SCOPE) or 0),
                tree_size=witness.kept(self.store)[0],
                mended=untold,
                people=people_version(self.store),
                authority=signing.key_name(self.member.authority.encode()),
                program=program_version(),
                waiting=waiting,
                waits_since=since or "",
                receipts=receipts,
            ),
            Pulled,
        )
        if self.met_epoch(answer.epoch, answer.head):
            self.push()
            first.take_in(self)
            return True
        witness.met(self, answer.epoch, answer.tree, asked=True)
        if answer.head.last < self.acknowledged() and self.put_back(answer.head):
            self.push()
        elif answer.head.last > last:
            raise Problem("sync.copied")
        if untold:
            mending.told(self.store, untold)
        version.note(self.store, answer.least_program, answer.least_from)
        if receipts:
            erasure.handed_over(self.store, receipts)
        removal.check(self, answer)
        self.take(answer)
        mend.compare(self, answer, self.receive_beside)
        self.store.remember(SCOPE, str(answer.scope))
        if answer.lease is not None and self.asking.holds(answer.lease):
            lease.keep(self.store, answer.lease, answer.server_time, self.clock)
        # Last: everything of this answer bears the signature of the key that was known when it was asked for.
        trust.renew(self, answer)
        self.done.number = self.cursor()
        if answer.more:
            return True
        snapshots.forget_covered(self.store, answer.covered)
        self.store.remember(PULLED_AT, iso(self.clock.now()))
        return False

    def take(self, page: Pulled) -> None:
        """Entries and notices in the server's order, a few at a time, each with the cursor up to it."""
        keys = {device: signing.from_text(key) for device, key in page.keys.items()}
        server = parse_moment(page.server_time) or self.clock.now()
        charges.keep_people(self.store, page.people)
        self.tell(charges.keep(self.store, page.charges))
        for kind, some in _runs(page):
            if kind == "entry":
                for part in parts(some, AT_ONCE):
                    self.receive([arrived(one) for one in part], keys, int(server.timestamp() * 1000))
            elif kind == "joined":
                self.join([one.case for one in some], some[-1].number)
            else:
                for one in some:
                    self.leave(one)
        self.set_cursor(page.cursor)

    def receive(self, some: list[Arrived], keys: dict[str, bytes], server_ms: int, place: str = "") -> None:
        """Take in entries, with the place after the last of them where no other is given."""
        place = place or self.place(some[-1].number)[CURSOR]
        taken = exchange.receive(self.store, some, keys, place, server_ms)
        self.done.received += len(some) - len(taken.refused)
        self.tell({case for case in taken.touched if case != self.store.device})
        breathe()

    def receive_beside(self, some: list[Arrived], keys: dict[str, bytes], server_ms: int) -> None:
        """Take in entries of a history that is read beside the pull, whose place stays."""
        self.receive(some, keys, server_ms, self.place(self.cursor())[CURSOR])

    def join(self, cases: list[str], number: int) -> None:
        """Cases that are now this laptop's to hold: what stands in them comes as snapshots, with the last of them the
        place after them."""
        while cases:
            wish = messages.WantSnapshots(protocol=limits.PROTOCOL, epoch=self.member.epoch, cases=cases[: limits.PAGE])
            answer = self.ask("/v1/snapshots", wish, messages.Snapshots)
            got = {one.case for one in answer.snapshots} | set(answer.missing)
            if not got & set(wish.cases):
                raise Problem("sync.not_understood", what="Snapshots")
            cases = [case for case in cases if case not in got]
            first.take_page(self, answer, {} if cases else self.place(number))

    def leave(self, notice: messages.Notice) -> None:
        """A case that is no longer this laptop's to hold goes, once everything of it is sent."""
        at, place = iso(self.clock.now()), self.place(notice.number)
        if notice.kind == snapshots.ERASED:
            place |= erasure.done(self, notice.case, erasure.check(self, notice))
        if not snapshots.remove(self.store, notice.case, notice.kind, notice.number, at, place):
            self.push()
            if not snapshots.remove(self.store, notice.case, notice.kind, notice.number, at, place):
                # The officer wrote in it this very moment: the cursor stays, and the next round meets the notice again.
                raise Problem("sync.stuck")
        if notice.kind == snapshots.ERASED:
            rewriting.empty_log(self.store)
        self.done.removed.add(notice.case)
        self.tell({notice.case})

    # -- the server itself

    def met_epoch(self, epoch: str, head: Head) -> bool:
        """Whether the server began another history: it was restored. Then everything after its head goes out again,
        and reading begins anew."""
        if not self.met_another(epoch):
            return False
        # First of all: where this vault was copied it goes on as another device, which has all of this before it.
        self.put_back(head)
        self.member = msgspec.structs.replace(self.member, epoch=epoch)
        snapshots.new_history(self.store)
        for name, value in ((witness.TREE, ""), (first.FIRST, first.AGAIN), (CURSOR, ""), (mend.TO_MEND, "")):
            self.store.remember(name, value)
        membership.keep(self.store, self.member)
        return True

    def acknowledged(self) -> int:
        """The last number of this device that the server once acknowledged."""
        return exchange.acknowledged(self.store)


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
