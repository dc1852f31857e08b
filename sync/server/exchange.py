"""What the server does with each message, one method a path: one transaction, and the answer follows its commit."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection

from app.clock import Clock, SystemClock, iso
from app.logs import place_of
from app.problems import Problem
from sync.server import (
    anew,
    charges,
    enrol,
    erasure,
    fleet,
    heads,
    history,
    identity,
    least,
    packs,
    pull,
    push,
    snapshots,
    strict,
    wiping,
)
from sync.server.database import ALL, Busy, Connection, Database, check_keeps
from sync.server.door import Door, Refused
from sync.server.enrol import NotSignedIn
from sync.server.events import REFUSED_ACCESS, note_event
from sync.server.figures import Figures
from sync.server.judge import Sent
from sync.server.ledger import Caller
from sync.server.postgres import PostgresTaking
from sync.server.pull import Page
from sync.server.signatures import NotSigned, Signatures
from sync.server.signed import LOG, Asked
from sync.server.statements import Signer
from sync.wire import limits, messages
from sync.wire.messages import (
    Enrol,
    Enrolled,
    History,
    Identified,
    Leased,
    NewIdentity,
    Packs,
    Proof,
    Pull,
    Pulled,
    Push,
    Pushed,
    Snapshots,
    WantHistory,
    WantLease,
    WantPacks,
    WantProof,
    WantSnapshots,
    Wiped,
    WipeNoted,
)
from sync.wire.signing import key_name, to_text

_QUIET_S, _TURNS = 0.25, 20
_LOOK_S = 2.0
"""How long it is believed that the database keeps what it confirms."""
_MENDED_S = 60
"""How soon it may be tried again where a file of this server has to be mended first."""

Done = tuple[push.Taken, messages.TreeHead | None]
"""What a push came to, and the head of the tree after it."""


class Exchange:
    """The requests of laptops, answered."""

    def __init__(
        self,
        database: Database,
        signer: Signer,
        door: Door,
        clock: Clock | None = None,
        *,
        trial: bool = False,
        provider: identity.Provider | None = None,
        figures: Figures | None = None,
        authorities: Callable[[], str] = str,
    ) -> None:
        self._database, self._signer, self._door, self._trial = database, signer, door, trial
        self._provider, self._figures = provider, figures or Figures()
        self._trusted = authorities
        self._clock = clock or SystemClock()
        self._folder, self._keeping = Folder(database), Keeping()
        self._figures.unfolded.set_function(self._folder.waiting)

    def enrol(self, asked: Asked, wish: Enrol) -> Enrolled:
        """A new device. Whatever is wrong with a secret has one answer."""
        _fits(wish.protocol, limits.OLDEST_PUSH)
        self._door.tries.check(asked.address)
        if wish.trial != self._trial:
            # Said before the code is looked at: what is invented and what is real never meet, and the code still holds.
            raise Refused(403, "trial" if self._trial else "practice")
        try:
            secret, key = enrol.check(wish)
            if asked.device != wish.device or not asked.is_signed_with(key):
                raise Refused(401, "signature")
            org = self._database.belonging(enrol.secret_name(secret))
            if org is None:
                raise enrol.NotEnrolled("code")
            now = self._clock.now()

            def work(connection: Connection) -> Caller:
                self._keeping.require(connection)
                return enrol.enrol(connection, org, wish, asked.counter, now, self._provider)

            caller = self._database.run(org, ALL, work)
        except enrol.SignInWanted as reason:
            self._figures.sign_ins.labels("wanted").inc()
            raise Refused(401, "sign_in", sign_in=self._sign_in_first()) from reason
        except NotSignedIn as reason:
            self._door.tries.note(asked.address)
            self._figures.sign_ins.labels(reason.why).inc()
            self._note_sign_in(reason)
            raise Refused(403, "identity", why=reason.why) from reason
        except Problem as problem:
            LOG.error("%s: %s", problem.code, problem.facts)
            raise Refused(503, "busy", retry_s=_MENDED_S) from problem
        except enrol.NotEnrolled as reason:
            self._door.tries.note(asked.address)
            raise Refused(403, str(reason)) from reason
        if self._provider is not None:
            self._figures.sign_ins.labels("shown").inc()
        return Enrolled(
            organisation=self._name_of(caller.org),
            officer=caller.officer.id,
            name=caller.name,
            role=caller.officer.role,
            unit=caller.officer.unit,
            epoch=caller.epoch,
            server_key=to_text(self._signer.public),
            lease=self._signer.lease(caller.device, caller.officer.id, caller.lease_days, now),
            extension=self._signer.extension_secret(caller.device).hex(),
            server_time=iso(now),
            trial=self._trial,
        )

    def _name_of(self, org: str) -> str:
        """What people call an organisation: the laptop shows it."""
        query = b"SELECT name FROM organisation WHERE org_id = %s"
        row = self._database.run(org, ALL, lambda connection: connection.execute(query, (org,)).fetchone())
        return row[0] if row is not None else org

    def _sign_in_first(self) -> messages.SignInFirst:
        assert self._provider is not None
        return messages.SignInFirst(
            issuer=self._provider.issuer, client=self._provider.client, scope=self._provider.scope
        )

    def _note_sign_in(self, refused: NotSignedIn) -> None:
        """Somebody has an officer's code and is not that officer, or the provider's keys are old: a person hears."""
        caller, day = refused.caller, iso(self._clock.now())[:10]
        self._database.run(
            caller.org, ALL, lambda c: note_event(c, caller, "sign_in_refused", "", f"{refused.why} {day}")
        )

    def push(self, caller: Caller, sent: Push) -> Pushed:
        """Entries of the device that asks."""
        _fits(sent.protocol, limits.OLDEST_PUSH)
        if len(sent.entries) > limits.ENTRIES:
            raise Refused(413, "too_large")
        entries = push.look_at(sent.entries)
        signatures = Signatures(caller.key, entries)
        now = self._clock.now()

        def work(connection: Connection, signed: Callable[[Sent], bool]) -> Done:
            self._keeping.require(connection)
            ledger = PostgresTaking(connection, caller)
            taken = push.take(ledger, caller, entries, signed, iso(now), signatures.begin)
            if taken.numbers:
                return taken, heads.sign(connection, caller.org, caller.epoch, taken.leaves, self._signer)
            return taken, self._shown(caller, heads.latest(connection, caller.org, caller.epoch, 0))

        def hopeful(connection: Connection) -> Done:
            done = work(connection, signatures.hoped)
            signatures.require()
            return done

        try:
            taken, tree_head = self._database.run(caller.org, ALL, hopeful)
        except NotSigned:
            # Nothing of that was committed; now it is known which of them are not signed.
            taken, tree_head = self._database.run(caller.org, ALL, lambda c: work(c, signatures.good))
        self._folder.wants(caller.org, taken.cases)
        outcomes = push.answer(taken, iso(now))
        self._figures.pushed(outcomes)
        return Pushed(
            epoch=caller.epoch,
            head=push.head(taken.judgement.chain),
            outcomes=outcomes,
            server_time=iso(now),
            tree=tree_head,
            order=self._signer.wipe(caller.device, caller.epoch, now, caller.whose) if caller.revoked else None,
        )

    def pull(self, caller: Caller, wish: Pull) -> Pulled:
        """What is new after the cursor; from the beginning where the laptop knew another epoch."""
        _fits(wish.protocol, limits.OLDEST_PULL)
        now = self._clock.now()

        def work(connection: Connection) -> Pulled | Refused:
            wanted = least.wanted(connection, caller.org)
            fleet.note_told(connection, caller, wish, now)
            if wanted.refuses(wish.program, now):
                # What it said of itself stays noted; its work it may send as before.
                return Refused(426, "too_old", least_program=wanted.program)
            end, leaves, covered, people = pull.standing(connection, caller.org)
            same = wish.epoch in ("", caller.epoch)
            # A cursor beyond the end is one of a history that is no more.
            cursor = wish.cursor if same and 0 <= wish.cursor <= end else 0
            done = pull.page(connection, caller, cursor, end, wish.limit)
            for notice in done.notices:
                if notice.order is not None:
                    notice.order = self._signer.stated_again(notice.order)
            head, version = pull.own_head(connection, caller)
            if same:
                pull.settle(connection, caller, wish.head.last)
            if wish.head.last < head.last:
                note_event(connection, caller, "put_back", "", f"{wish.head.last} of {head.last}")
            for case in wish.mended[: limits.PAGE]:
                if strict.is_id(case):
                    note_event(connection, caller, "mended", case, "")
            for receipt in wish.receipts[: limits.PAGE]:
                erasure.note_receipt(connection, caller, receipt, now)
            held = wish.tree_size if same and wish.tree_size <= leaves else 0
            return Pulled(
                epoch=caller.epoch,
                cursor=done.cursor,
                more=done.more,
                entries=done.entries,
                notices=done.notices,
                keys=done.keys,
                digests=done.digests,
                head=head,
                scope=version if not done.more else max((n.number for n in done.notices), default=wish.scope),
                lease=self._signer.lease(caller.device, caller.officer.id, caller.lease_days, now),
                server_time=iso(now),
                tree=self._shown(caller, heads.latest(connection, caller.org, caller.epoch, held)),
                order=self._order(caller, done),
                covered=covered,
                key=self._signer.next_key(),
                authorities=self._authorities(wish.authority),
                least_program=wanted.program,
                least_from=wanted.since,
                charges=done.charges,
                people=None if done.more or wish.people == people else charges.force(connection, caller, people),
            )

        answer = self._database.run(caller.org, caller.device, work, repeatable=True)
        if isinstance(answer, Refused):
            raise answer
        self._figures.pulled(caller.device, len(answer.entries), answer.more)
        return answer

    def _shown(self, caller: Caller, head: messages.TreeHead | None) -> messages.TreeHead | None:
        """A head of the tree as the device can look at it, which may not know the key that signed it."""
        return self._signer.shown(caller.epoch, head)

    def _authorities(self, known: str) -> messages.Signed | None:
        """The authorities to trust, where the device trusts others; an old program that names none is told nothing."""
        ours = self._trusted()
        return self._signer.authorities(ours) if ours and known and known != key_name(ours.encode()) else None

    def _order(self, caller: Caller, done: Page) -> messages.Signed | None:
        """The order for what a page takes away: the laptop adds up pages, so each one has its own."""
        gone = pull.removed(done)
        return self._signer.removal(caller.device, caller.epoch, done.cursor, gone) if gone else None

    def snapshots(self, caller: Caller, wish: WantSnapshots) -> Snapshots:
        """What stands in cases, all of it in one reading."""
        _fits(wish.protocol, limits.OLDEST_PULL)
        if len(wish.cases) > limits.PAGE:
            raise Refused(413, "too_large")

        def work(connection: Connection) -> Snapshots:
            end, *_ = pull.standing(connection, caller.org)
            # What is no id is not there; the database would stumble over some of it.
            wanted = [case for case in wish.cases if strict.is_id(case)]
            scope = None
            if wish.cases:
                found, after, more = snapshots.of_cases(connection, caller, wanted), "", False
            else:
                turn = snapshots.read_turn(wish.after, end)
                found, turn, more = snapshots.next_page(connection, caller, turn, wish.limit, end)
                after = turn.text()
                if not more:
                    held = snapshots.in_scope(connection, caller)
                    scope = self._signer.scope(caller.device, caller.epoch, end, held)
            there = {one.case for one in found}
            if wish.cases:
                more = any(history.is_there(connection, caller, case) for case in wanted if case not in there)
            missing = [] if more else sorted(set(wish.cases) - there)
            return Snapshots(
                epoch=caller.epoch,
                number=end,
                snapshots=found,
                after=after,
                more=more,
                missing=missing,
                server_time=iso(self._clock.now()),
                charges=charges.of_cases(connection, caller, sorted(there)) if there else [],
                scope=scope,
            )

        try:
            answer = self._database.run(caller.org, caller.device, work, repeatable=True)
        except ValueError as error:
            raise Refused(400, "malformed") from error
        self._note_refused(caller, answer.missing)
        self._figures.snapshots.inc(len(answer.snapshots))
        return answer

    def history(self, caller: Caller, wish: WantHistory) -> History:
        """The entries of one case; not there and not yours are one answer."""
        _fits(wish.protocol, limits.OLDEST_PULL)

        def work(connection: Connection) -> History | None:
            end, *_ = pull.standing(connection, caller.org)
            if not strict.is_id(wish.case) or not history.is_there(connection, caller, wish.case):
                return None
            entries, more = history.page(connection, caller, wish.case, max(wish.after, 0))
            return History(
                epoch=caller.epoch,
                case=wish.case,
                number=entries[-1].number if more and entries else end,
                entries=entries,
                keys=pull.keys(connection, caller.org, {entry.device for entry in entries}),
                more=more,
                server_time=iso(self._clock.now()),
            )

        answer = self._database.run(caller.org, caller.device, work, repeatable=True)
        if answer is None:
            self._note_refused(caller, [wish.case])
            raise Refused(404, "not_found")
        return answer

    def proof(self, caller: Caller, wish: WantProof) -> Proof:
        """The proof that an entry of a case in scope, or of the device itself, is in the tree."""
        _fits(wish.protocol, limits.OLDEST_PULL)

        def work(connection: Connection) -> Proof | None:
            row = connection.execute(
                "SELECT e.leaf, e.hash, e.received_at FROM entry AS e WHERE e.org_id = %(org)s"
                " AND e.number = %(number)s"
                " AND (e.device_id = %(device)s OR EXISTS (SELECT FROM subscription AS s WHERE s.org_id = e.org_id"
                " AND s.device_id = %(device)s AND s.case_id = e.case_id AND s.until IS NULL))",
                {"org": caller.org, "number": wish.number, "device": caller.device},
            ).fetchone()
            tree_head = self._shown(caller, heads.latest(connection, caller.org, caller.epoch, 0))
            if row is None:
                self._note_number(connection, caller, wish.number)
            if row is None or tree_head is None or row[0] >= tree_head.size:
                return None
            leaf, own, received = row
            proof = heads.inclusion(connection, caller.org, leaf, tree_head.size)
            return Proof(number=wish.number, leaf=leaf, hash=own, received_at=received, tree=tree_head, inclusion=proof)

        answer = self._database.run(caller.org, ALL, work)
        if answer is None:
            raise Refused(404, "not_found")
        return answer

    def lease(self, caller: Caller, wish: WantLease) -> Leased:
        """A lease from now on."""
        _fits(wish.protocol, limits.OLDEST_PULL)
        now = self._clock.now()
        return Leased(
            lease=self._signer.lease(caller.device, caller.officer.id, caller.lease_days, now),
            extension=self._signer.extension_secret(caller.device).hex(),
            server_time=iso(now),
        )

    def packs(self, caller: Caller, wish: WantPacks) -> Packs:
        """Content packs that the laptop has not."""
        _fits(wish.protocol, limits.OLDEST_PULL)
        found, more = self._database.run(caller.org, caller.device, lambda c: packs.page(c, caller.org, wish.have))
        return Packs(packs=found, more=more, server_time=iso(self._clock.now()))

    def identity(self, caller: Caller, wish: NewIdentity) -> Identified:
        """A vault that was copied or put back goes on as another device."""
        _fits(wish.protocol, limits.OLDEST_PUSH)
        now = self._clock.now()

        def work(connection: Connection) -> bool:
            self._keeping.require(connection)
            return anew.register(connection, caller, wish, now)

        try:
            agrees = self._database.run(caller.org, ALL, work)
        except anew.VouchesForNobody as reason:
            raise Refused(401, "not_enrolled") from reason
        except enrol.NotEnrolled as reason:
            if not caller.revoked:
                raise Refused(403, str(reason)) from reason
        if caller.revoked:
            raise Refused(403, "revoked", order=self._signer.wipe(caller.device, caller.epoch, now, caller.whose))
        secret = self._signer.extension_secret(wish.device).hex()
        return Identified(agrees=agrees, extension=secret, server_time=iso(now))

    def wiped(self, asked: Asked, wish: Wiped) -> WipeNoted:
        """What a destroyed vault had not sent, judged as if its device had pushed it; and the receipt."""
        _fits(wish.protocol, limits.OLDEST_PUSH)
        self._door.tries.check(asked.address)
        now = self._clock.now()
        try:
            org = self._database.belonging(wish.device) if strict.is_id(wish.device) else None
            keys = self._signer.every_public
            org = org or wiping.lost(wish, keys).get("organisation")
            if not isinstance(org, str) or not (wish.box or wish.receipt):
                raise wiping.NotBelieved
            entries = push.look_at(wiping.opened(wish, self._signer.every_sealed_for))
            if len(entries) > limits.ENTRIES:
                raise Refused(413, "too_large")

            def work(connection: Connection) -> list[messages.Outcome]:
                self._keeping.require(connection)
                caller = self._door.look_up(connection, org, wish.device)
                if caller is None:
                    wiping.know_again(connection, org, wish, keys, now)
                    caller = self._door.look_up(connection, org, wish.device)
                if caller is None:
                    raise wiping.NotBelieved
                outcomes = wiping.take_in(connection, caller, entries, self._signer, now, for_good=True)
                if wish.receipt is not None:
                    wiping.note_receipt(connection, caller, wish, keys, now)
                return outcomes

            return WipeNoted(outcomes=self._database.run(org, ALL, work), server_time=iso(now))
        except wiping.NotBelieved as error:
            self._door.tries.note(asked.address)
            raise Refused(403, "not_enrolled") from error

    def _note_number(self, connection: Connection, caller: Caller, number: int) -> None:
        row = connection.execute(
            "SELECT case_id FROM entry WHERE org_id = %s AND number = %s", (caller.org, number)
        ).fetchone()
        if row is not None:
            note_event(connection, caller, REFUSED_ACCESS, row[0], iso(self._clock.now())[:10])

    def _note_refused(self, caller: Caller, cases: Collection[str]) -> None:
        """A question about a case that is there and not theirs: somebody should hear of it, the asker should not."""
        wanted = [case for case in cases if strict.is_id(case)]
        if not wanted:
            return

        def work(connection: Connection) -> None:
            rows = connection.execute(
                "SELECT case_id FROM held_case WHERE org_id = %s AND case_id = ANY(%s)", (caller.org, wanted)
            ).fetchall()
            for (case,) in rows:
                note_event(connection, caller, REFUSED_ACCESS, case, iso(self._clock.now())[:10])

        self._database.run(caller.org, ALL, work)

    def close(self) -> None:
        """Stop what runs beside the requests."""
        self._folder.close()


class Keeping:
    """Whether the database keeps what it confirms: looked at anew every two seconds, by whoever is about to confirm."""

    def __init__(self) -> None:
        self._wrong, self._at = False, float("-inf")

    def require(self, connection: Connection) -> None:
        """Raise Refused where what is committed now could be lost: then nothing may be acknowledged."""
        if time.monotonic() - self._at >= _LOOK_S:
            wrong = False
            try:
                check_keeps(connection)
            except Problem as problem:
                wrong = True
                if not self._wrong:
                    LOG.error("nothing is taken from laptops: %s %s", problem.code, problem.facts)
            self._wrong, self._at = wrong, time.monotonic()
        if self._wrong:
            raise Refused(503, "busy", retry_s=_MENDED_S, why="not_kept")


class Folder:
    """Folds cases into their snapshots after a push was answered, so that nobody waits for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted: queue.Queue[tuple[str, frozenset[str]] | None] = queue.Queue(1000)
        self._latest = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="folding", daemon=True)
        self._thread.start()

    def wants(self, org: str, cases: frozenset[str]) -> None:
        """Cases that have changed. Where there is too much to do they are folded when they are asked for."""
        self._latest = time.monotonic()
        if cases and not self._wanted.full():
            self._wanted.put_nowait((org, cases))

    def waiting(self) -> int:
        """How many pushes have changed cases that are not folded yet."""
        return self._wanted.qsize()

    def close(self) -> None:
        """Finish what is being done."""
        self._closing.set()
        self._wanted.put(None)
        self._thread.join(10)

    def _work(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            org, cases = wanted
            some = sorted(cases)
            for start in range(0, len(some), 100):
                self._wait_for_quiet()
                if self._closing.is_set():
                    return
                self._fold(org, some[start : start + 100])

    def _wait_for_quiet(self) -> None:
        """Let a laptop that sends much be done first: what is folded now and changed at once was folded in vain."""
        for _ in range(_TURNS):
            if time.monotonic() - self._latest > _QUIET_S or self._closing.wait(_QUIET_S):
                return

    def _fold(self, org: str, cases: list[str]) -> None:
        try:
            # In one reading: what is folded must hold nothing beyond the number that it is kept under.
            self._database.run(org, ALL, lambda c: snapshots.keep(c, org, cases), repeatable=True)
        except Busy:
            return  # folded when they are asked for
        except Exception as error:  # noqa: BLE001 - one case that cannot be folded must not end the thread
            LOG.error("bug: %s", place_of(error))


def _fits(protocol: int, oldest: int) -> None:
    if protocol < oldest:
        raise Refused(426, "too_old", least=oldest)
