"""A world of laptops and one server from a seed: what officers do, what networks, disks, clocks and servers do to them.

The real client and the real server in one process, single-threaded: the seed decides what happens and in which order.
"""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import FixedClock
from app.notebook import entry as notebook
from app.notebook.fold import CaseState
from app.problems import Problem
from app.rules.access import Officer
from app.store import exchange, identity, mending
from app.store.store import Author, Store
from sync.client import enrolment, talk
from sync.client import round as rounds
from sync.client.transport import Answer
from sync.server import administration, enrol, scope, snapshots
from sync.server.database import ALL, Busy
from sync.server.door import Door, Refused
from sync.server.exchange import Exchange
from sync.server.signed import Asked, unpacked
from sync.wire import code as codes
from sync.wire import limits, messages, signing
from tests.sync.ground import Ground
from tests.sync.people import People

KEY = bytes(range(32))
START = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)
PIN = bytes(32)
ASKED = {
    "/v1/push": messages.Push,
    "/v1/pull": messages.Pull,
    "/v1/snapshots": messages.WantSnapshots,
    "/v1/history": messages.WantHistory,
    "/v1/identity": messages.NewIdentity,
}
FIELDS = {"answer": ("value", "note"), "case": ("grade", "reference"), "person": ("given_name", "custody")}
VALUES = ("yes", "no", "unknown", "high", "medium", "Mira", "Jon", "in_custody", "at_large", "")


LENGTH = 60
"""Steps in a world before it comes to rest."""


class Crash(Exception):
    """The laptop's program ends here."""


class Fragile(Store):
    """A vault whose program may end at any write: before its transaction is on the disk, or right after."""

    ends: str = ""

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as connection:
            yield connection
            self._end("before")
        self._end("after")

    def remember(self, name: str, value: str) -> None:
        self._end("before")
        super().remember(name, value)
        self._end("after")

    def _end(self, place: str) -> None:
        when, _, left = self.ends.partition(":")
        if when != place:
            return
        self.ends = f"{when}:{int(left) - 1}" if int(left) else ""
        if not self.ends:
            raise Crash


@dataclass
class Laptop:
    """One vault of one officer. `vault`: its id for ever; its device is another one once it was copied or put back."""

    name: str
    folder: Path
    vault: str
    store: Fragile
    author: Author
    clock: FixedClock
    officer: str
    online: bool = True
    rounds: int = 0
    frozen: bool = False


@dataclass
class Faults:
    """How often what goes wrong, in a hundred."""

    lost: int = 8
    answer_lost: int = 8
    twice: int = 6
    late: int = 4
    killed: int = 4
    crash: int = 8
    clock: int = 4
    offline: int = 15
    put_back: int = 2


@dataclass
class World:
    """Everything that a seed makes."""

    seed: int
    ground: Ground
    folder: Path
    faults: Faults = field(default_factory=Faults)
    laptops: list[Laptop] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    """The session of every action: each has one of its own, by which it is known under whatever device it goes."""
    held_back: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    calm: bool = False
    people: People | None = None
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.beside = random.Random(f"beside {self.seed}")
        """For what came into the world later: it must not change what the seed decides otherwise."""
        self.server_clock = FixedClock(START)
        self.door = Door(self.ground, self.ground.signer)
        self.exchange = Exchange(self.ground, self.ground.signer, self.door, self.server_clock)
        self.exchange._folder.close()
        self.exchange._folder = Folding(self)
        self.org = self.id()
        self.ground.killed = lambda: not self.calm and self.hits(self.faults.killed)
        self.kept: Any = None
        self._organisation()

    def close(self) -> None:
        """Let go of every vault."""
        self.exchange.close()
        for laptop in self.laptops:
            laptop.store.close()
        self.ground.forget(self.org)
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- chance

    def hits(self, percent: int) -> bool:
        """Whether something happens that happens so often in a hundred."""
        return self.chance.random() * 100 < percent

    def id(self) -> str:
        """An id that the seed decides."""
        return self.chance.randbytes(16).hex()

    # -- the force

    def _organisation(self) -> None:
        self.calm = True

        def made(connection: Any) -> tuple[list[str], list[str]]:
            administration.new_organisation(connection, f"force {self.org}", self.org)
            top = administration.new_unit(connection, self.org, "Top")
            units = [administration.new_unit(connection, self.org, name, top) for name in ("East", "West")]
            return units, [
                administration.new_officer(connection, self.org, f"Officer {n}", "officer", units[n // 2 % 2])
                for n in range(4)
            ]

        with mock.patch.object(administration, "random_id", self.id):
            self.units, self.officers = self.ground.run(self.org, ALL, made)
        self.calm = False

    def as_administrator(self, work: Any) -> Any:
        """Something that an administrator does; it is done whole."""
        calm, self.calm = self.calm, True
        try:
            return self.ground.run(self.org, ALL, work)
        finally:
            self.calm = calm

    def add_laptop(self, officer: int) -> Laptop:
        """A new vault, enrolled at once."""
        n = len(self.laptops)
        folder = self.folder / f"laptop{n}"
        folder.mkdir(parents=True, mode=0o700)
        with mock.patch("app.store.store.Ed25519PrivateKey", self._seeded(self.chance)):
            store = Fragile.create(folder, KEY, self.id())
        assert isinstance(store, Fragile)
        author = Author(f"Officer {officer}", "5" * 32)
        laptop = Laptop(f"laptop{n}", folder, store.device, store, author, FixedClock(START), self.officers[officer])
        secret = self.as_administrator(
            lambda c: enrol.make_code(c, self.org, laptop.officer, self.server_clock.now(), 10_000_000)
        )
        text = codes.write(codes.Code("server", 443, PIN, secret))
        calm, self.calm = self.calm, True
        with mock.patch.object(enrolment, "authority_of", return_value=""):
            enrolment.enrol(
                store, text, laptop="1" * 32, author=author.name, clock=laptop.clock, reach=lambda *_: Wire(self)
            )
        self.calm = calm
        self.laptops.append(laptop)
        return laptop

    def _seeded(self, chance: random.Random) -> Any:
        """Keys that the seed decides."""
        seeded = mock.Mock(generate=lambda: Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)))
        seeded.from_private_bytes = Ed25519PrivateKey.from_private_bytes
        return seeded

    # -- what officers do

    def act(self, laptop: Laptop) -> None:
        """One action of an officer on what this laptop shows."""
        with self.fragile(laptop):
            case = self._case(laptop)
            state = laptop.store.case(case)
            record = self._record(laptop, state)
            if record is None:
                return
            fields = FIELDS.get(record.type, ("archived",))
            name = self.chance.choice(fields)
            change = notebook.assign(record.id, {name: (self.chance.choice(VALUES), record.seen(name))})
            if self.hits(10):
                change = notebook.assign(record.id, {"archived": ("yes", record.seen("archived"))}, record.known())
            self.write(laptop, case, [change])

    def _case(self, laptop: Laptop) -> str:
        cases = sorted(laptop.store.cases())
        if cases and not self.hits(12):
            return self.chance.choice(cases)
        case = self.id()
        self.write(
            laptop,
            case,
            [
                notebook.create(case, "case", {"reference": f"NM-{self.chance.randrange(10_000)}"}),
                notebook.create(self.id(), "person", {"given_name": "Mira"}),
            ],
        )
        return case

    def _record(self, laptop: Laptop, state: CaseState) -> Any:
        if self.hits(30) or not state.records:
            # Answers meet: two laptops may make the same one.
            factor = f"F{self.chance.randrange(3):02d}" + state.id[:8]
            if factor not in state.records:
                known = {d: n for d, n in state.known().items() if d != laptop.store.device}
                value = {"factor": "F01", "value": self.chance.choice(("yes", "no"))}
                made = notebook.knowing(notebook.create(factor, "answer", value), known)
                self.write(laptop, state.id, [made])
                return None
        found = [record for _, record in sorted(state.records.items()) if not record.immutable]
        return self.chance.choice(found) if found else None

    def write(self, laptop: Laptop, case: str, changes: list[Any]) -> None:
        """One entry, or several in one."""
        laptop.clock.advance(self.chance.randrange(1, 300))
        session = self.beside.randbytes(16).hex()
        laptop.store.write(case, changes, Author(laptop.author.name, session), laptop.clock)
        self.written.add(session)

    # -- rounds

    def sync(self, laptop: Laptop) -> str:
        """One round of a laptop; returns the code of what kept it from its end, or nothing."""
        if not (laptop.online or self.calm):
            return ""
        self.server_clock.advance(self.chance.randrange(1, 60))
        laptop.rounds += 1
        problem, why = "", {}
        with self.fragile(laptop), mock.patch.object(talk, "BREATH_S", 0), self.seeded_identities():
            try:
                # In one world of five laptops fetch what lies behind snapshots.
                most = 2 if self.seed % 5 == 4 else 0
                rounds.run(laptop.store, laptop.clock, reach=lambda *_: Wire(self), most=most)
            except Problem as told:
                problem, why = told.code, told.facts
        if problem and (self.calm or problem not in ("sync.unreachable", "sync.busy", "sync.stuck")):
            raise AssertionError(f"seed {self.seed}: {laptop.name} was told {problem} {why}")
        return problem

    @contextlib.contextmanager
    def fragile(self, laptop: Laptop) -> Iterator[None]:
        """The program may end at some write in here; it is started again."""
        if not self.calm and self.hits(self.faults.crash):
            laptop.store.ends = f"{self.chance.choice(('before', 'after'))}:{self.chance.randrange(12)}"
        try:
            yield
        except Crash:
            self.restart(laptop)
        laptop.store.ends = ""

    @contextlib.contextmanager
    def seeded_identities(self) -> Iterator[None]:
        """What a vault that was copied makes for its new identity, the seed decides."""
        keys = mock.patch.object(identity, "Ed25519PrivateKey", self._seeded(self.beside))
        ids = mock.patch.object(identity, "random_id", side_effect=lambda: self.beside.randbytes(16).hex())
        with keys, ids:
            yield

    def restart(self, laptop: Laptop) -> None:
        """Start the laptop's program again: what it has is what is on its disk."""
        laptop.store.close()
        again = Fragile.open(laptop.folder, KEY, laptop.vault)
        assert isinstance(again, Fragile)
        laptop.store = again

    def clone(self, laptop: Laptop) -> Laptop:
        """A copy of a vault's folder, opened beside the original."""
        name = f"{laptop.name}-copy{len(self.laptops)}"
        laptop.store.close()
        shutil.copytree(laptop.folder, self.folder / name)
        self.restart(laptop)
        store = Fragile.open(self.folder / name, KEY, laptop.vault)
        assert isinstance(store, Fragile)
        clock = FixedClock(laptop.clock.now())
        copy = Laptop(name, self.folder / name, laptop.vault, store, laptop.author, clock, laptop.officer)
        self.laptops.append(copy)
        return copy

    def put_back(self, laptop: Laptop) -> None:
        """A laptop's file is put back to what a copy of it holds, which is made the first time."""
        kept = laptop.folder.with_name(f"{laptop.folder.name}-kept")
        laptop.store.close()
        if kept.exists():
            shutil.rmtree(laptop.folder)
            kept.rename(laptop.folder)
        else:
            shutil.copytree(laptop.folder, kept)
        self.restart(laptop)
        self.forget_what_is_nowhere()

    def forget_what_is_nowhere(self) -> None:
        """What is neither on the server nor on the disk of whoever did it is gone, and nobody can bring it back."""
        there = _sessions(self, _server(self)[0])
        for laptop in self.laptops:
            devices = [laptop.store.device, *(one.device for one in identity.former(laptop.store))]
            bodies = [one.signed.body for device in devices for one in exchange.of_device(laptop.store, device)]
            there |= {notebook.read(body).session for body in bodies}
        self.written &= there

    # -- time and servers

    def jump(self, laptop: Laptop) -> None:
        """A laptop's clock goes anywhere within decades."""
        laptop.clock.advance(self.chance.choice((-1, 1)) * timedelta(days=self.chance.randrange(9000)).total_seconds())

    def keep_backup(self) -> None:
        """A backup of the server."""
        self.kept = self.ground.backup(self.org)

    def restore_backup(self) -> None:
        """The server is put back to the backup, and begins another epoch, as its guide says."""
        if self.kept is not None:
            self.ground.restore(self.org, self.kept)
            with mock.patch.object(administration, "random_id", self.id):
                self.as_administrator(lambda c: administration.new_epoch(c, self.org))
            self.forget_what_is_nowhere()

    # -- the network

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What the server says to a request that reached it."""
        scope = {
            "method": method,
            "path": path,
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "client": ("127.0.0.1", 0),
        }
        asked = Asked(scope, headers[signing.NONCE], body)
        try:
            status, said = 200, self._reply(asked)
        except Refused as refused:
            status, said = refused.status, refused.refusal
        except Busy:
            status, said = 503, messages.Refusal(code="busy", retry_s=5)
        packed = signing.pack(messages.encode(said))
        signature = self.ground.signer.answer(asked.nonce, status, packed)
        return Answer(status, {signing.SIGNATURE.lower(): signature}, packed)

    def _reply(self, asked: Asked) -> Any:
        body = unpacked(asked.packed)
        if asked.path == "/v1/enrol":
            return self.exchange.enrol(asked, msgspec.json.decode(body, type=messages.Enrol))
        caller = self.door.admit(asked)
        message = msgspec.json.decode(body, type=ASKED[asked.path])
        reply = getattr(self.exchange, asked.path.removeprefix("/v1/"))(caller, message)
        if self.people is not None:
            self.people.witness(caller, reply)
        return reply


class Folding:
    """Folds cases into snapshots when the seed says so, and not when a thread happens to get its turn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waiting: list[tuple[str, frozenset[str]]] = []

    def wants(self, org: str, cases: frozenset[str]) -> None:
        self.waiting.append((org, cases))
        if self.world.hits(50):
            for some, wanted in self.waiting:
                self.world.as_administrator(lambda c, some=some, wanted=wanted: snapshots.keep(c, some, wanted))
            self.waiting.clear()

    def close(self) -> None:
        pass


class Wire:
    """The network between a laptop and the server: loses, repeats and delays."""

    def __init__(self, world: World) -> None:
        self.world = world

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        world, faults = self.world, self.world.faults
        if world.calm:
            return world.answer(method, path, headers, body)
        if world.held_back and world.hits(30):
            world.answer(*world.held_back.pop(world.chance.randrange(len(world.held_back))))
        if world.hits(faults.lost):
            if world.hits(50):
                world.held_back.append((method, path, headers, body))
            raise Problem("sync.unreachable")
        answer = world.answer(method, path, headers, body)
        if world.hits(faults.twice):
            world.answer(method, path, headers, body)
        if world.hits(faults.late):
            world.held_back.append((method, path, headers, body))
        if world.hits(faults.answer_lost):
            raise Problem("sync.unreachable")
        return answer

    def close(self) -> None:
        pass


# ---- A whole story, and what must hold at its end -----------------------------------------------------------------


def story(
    seed: int,
    ground: Ground,
    folder: Path,
    length: int = LENGTH,
    faults: Faults | None = None,
    *,
    people: bool | None = None,
) -> World:
    """Live through a seed, then heal everything and let all laptops come to rest.

    `people`: whether they also change who has a case; in every other seed where nothing is said.
    """
    with many_requests():
        world = World(seed, ground, folder, faults or Faults())
        try:
            for officer in range(world.chance.choice((2, 3, 3, 4))):
                world.add_laptop(officer)
            if seed % 2 if people is None else people:
                world.people = People(world)
            for _ in range(length):
                _step(world)
                if world.people is not None:
                    world.people.act()
            rest(world)
            holds(world)
        except BaseException:
            world.close()
            raise
    return world


@contextlib.contextmanager
def many_requests() -> Iterator[None]:
    """A world lives in seconds what takes days: no limit by the minute."""
    with (
        mock.patch.object(limits, "PUSHES_PER_MINUTE", 1 << 30),
        mock.patch.object(limits, "REQUESTS_PER_MINUTE", 1 << 30),
        mock.patch.object(limits, "TRIES_PER_MINUTE", 1 << 30),
        mock.patch.object(limits, "DEVICES_PER_OFFICER", 1 << 30),
    ):
        yield


def _step(world: World) -> None:
    laptop = world.chance.choice(world.laptops)
    happening = world.chance.random() * 100
    if world.beside.random() * 100 < world.faults.put_back:
        world.put_back(world.beside.choice(world.laptops))
    if happening < 55:
        world.act(laptop)
    elif happening < 88:
        world.sync(laptop)
    elif happening < 91:
        laptop.online = world.hits(100 - world.faults.offline)
    elif happening < 91 + world.faults.clock:
        world.jump(laptop)
    elif happening < 96:
        world.keep_backup() if world.kept is None or world.hits(40) else world.restore_backup()
    elif happening < 97 and len(world.laptops) < 6:
        world.clone(laptop)
    else:
        _reassign(world)


def _reassign(world: World) -> None:
    def work(connection: Any) -> None:
        rows = connection.execute(
            "SELECT case_id FROM held_case WHERE org_id = %s ORDER BY case_id", (world.org,)
        ).fetchall()
        if rows:
            case = world.chance.choice(rows)[0]
            administration.transfer(connection, world.org, case, world.chance.choice(world.officers))

    world.as_administrator(work)


def rest(world: World) -> None:
    """No fault any more; rounds until nothing moves."""
    world.calm = True
    world.held_back.clear()
    for laptop in world.laptops:
        laptop.online = True
    for _ in range(12):
        moved = False
        for laptop in world.laptops:
            before = _seen(laptop)
            world.sync(laptop)
            moved |= bool(exchange.outgoing(laptop.store)) or _seen(laptop) != before
        if not moved:
            return
    raise AssertionError(f"seed {world.seed}: no rest")


def _seen(laptop: Laptop) -> Any:
    return exchange.cursor(laptop.store), sorted(laptop.store.cases()), laptop.store.unsent()


def holds(world: World) -> None:
    """What must hold once all is quiet."""
    server, scopes = _server(world)
    if world.people is not None:
        world.people.hold(server, {device: found - {device} for device, found in scopes.items()})
    lost = world.written - _sessions(world, server)
    assert not lost, f"seed {world.seed}: {len(lost)} actions are nowhere"
    states: dict[str, CaseState] = {}
    for _, _, case, body, received in server:
        states.setdefault(case, CaseState(case)).apply(notebook.read(body), received)
    for laptop in world.laptops:
        store, device = laptop.store, laptop.store.device
        where = f"seed {world.seed}: {laptop.name}"
        assert exchange.outgoing(store) == [], where
        mine = set(store.cases())
        assert mine == {case for case in scopes[device] if case != device}, where
        for case in sorted(mine):
            assert store.case(case).snapshot() == states[case].snapshot(), f"{where} {case}"
        # Nothing in these worlds damages a vault: a digest that differed would be a mistake of one of the ends.
        assert mending.mended(store) == [], where
        _rows_follow(store, where)
        store.verify()


def _sessions(world: World, server: list[Any]) -> set[str]:
    """The actions that the server has taken in, or refused and kept apart. A fork alone is no place for one.

    But where a server that was put back took a copy's chain first, the other copy's laptop keeps them and says so.
    """
    bodies = [body for _, _, _, body, _ in server] + world.as_administrator(
        lambda c: [
            bytes(body)
            for (body,) in c.execute(
                "SELECT body FROM quarantine WHERE org_id = %s AND outcome = 'refused'", (world.org,)
            ).fetchall()
        ]
    )
    bodies += [
        one.signed.body for laptop in world.laptops for one in exchange.refused(laptop.store) if one.reason == "forked"
    ]
    return {notebook.read(bytes(body)).session for body in bodies}


def _rows_follow(store: Store, where: str) -> None:
    before = {case: store.load(case).snapshot() for case in store.cases()}
    store.rebuild()
    assert {case: store.load(case).snapshot() for case in store.cases()} == before, where


def _server(world: World) -> tuple[list[Any], dict[str, set[str]]]:
    def work(connection: Any) -> tuple[list[Any], dict[str, set[str]]]:
        entries = connection.execute(
            "SELECT device_id, first, case_id, body, received_at FROM entry WHERE org_id = %s ORDER BY number",
            (world.org,),
        ).fetchall()
        return entries, {
            one.store.device: scope.held_by(connection, world.org, one.store.device) for one in world.laptops
        }

    return world.as_administrator(work)


__all__ = ["Faults", "Officer", "World", "story"]
