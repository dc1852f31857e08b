"""A small model of the exchange: one server that numbers entries, devices that push and pull, a network that fails.

The devices write real, signed entries and fold them with the real code; only network and server are a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.clock import FixedClock, iso
from app.notebook import entry as notebook
from app.notebook import hybrid
from app.notebook.entry import Change, Entry, SignedEntry
from app.notebook.fold import CaseState
from app.notebook.hybrid import LEAD_MS, ZERO, Stamp, tick
from app.store.exchange import Accepted, Arrived
from tests.notebook.writers import key_of


class Crash(BaseException):
    """The machine stops here: what was not committed is gone."""


@dataclass(frozen=True)
class Pushed:
    """The server's answer to a push: an outcome for each entry that it has, nothing for the others."""

    accepted: tuple[Accepted, ...]


@dataclass(frozen=True)
class Pulled:
    """The server's answer to a pull: everything between two of its numbers."""

    after: int
    upto: int
    arrived: tuple[Arrived, ...]
    server_ms: int


@dataclass
class Server:
    """Numbers entries in the order in which it commits them, and checks signature and chain of each."""

    now_ms: int = 1_800_000_000_000
    keys: dict[str, bytes] = field(default_factory=dict)
    log: list[tuple[Entry, Arrived]] = field(default_factory=list)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def push(self, device: str, signed_entries: list[SignedEntry]) -> Pushed:
        outcomes = []
        for signed in signed_entries:
            entry = notebook.verify(signed, Ed25519PublicKey.from_public_bytes(self.keys[device]))
            last, last_hash = self.heads.get(device, (0, notebook.NO_PREVIOUS))
            if entry.first <= last:
                [held] = [a for e, a in self.log if (e.device, e.first) == (device, entry.first)]
                assert held.signed == signed, "one number, two entries"
            elif notebook.follows(entry, last, last_hash):
                self._refuse_unknown_dots(entry)
                held = Arrived(signed, len(self.log) + 1, self.moment())
                self.log.append((entry, held))
                self.heads[device] = (entry.first + entry.count - 1, signed.hash)
            else:
                break
            outcomes.append(Accepted(entry.first, held.number, held.received_at))
        return Pushed(tuple(outcomes))

    def pull(self, after: int, limit: int) -> Pulled:
        found = tuple(arrived for _, arrived in self.log[after : after + limit])
        return Pulled(after, after + len(found), found, self.now_ms)

    def moment(self) -> str:
        return iso(datetime.fromtimestamp(self.now_ms / 1000, UTC))

    def _refuse_unknown_dots(self, entry: Entry) -> None:
        known = {dot for e, _ in self.log for dot in e.dots()} | set(entry.dots())
        for change in entry.changes:
            wishes = [change] if change["op"] == "remove" else (change.get("fields") or {}).values()
            for wish in wishes:
                if isinstance(wish, dict):
                    assert set(wish.get("saw", ())) <= known, "a writer named what the server does not have"


class Device(Protocol):
    """One vault on one laptop."""

    name: str
    clock: FixedClock

    def state(self, case: str) -> CaseState: ...
    def write(self, case: str, changes: list[Change], crash: bool = False) -> Entry | None: ...
    def waiting(self, limit: int) -> list[SignedEntry]: ...
    def deliver(self, answer: Pushed | Pulled, keys: dict[str, bytes], crash: bool = False) -> None: ...
    def position(self) -> int: ...
    def restart(self) -> None: ...
    def public_key(self) -> bytes: ...
    def check_itself(self, cases: tuple[str, ...]) -> None: ...


@dataclass
class PlainDevice:
    """A device without a disk: what one action changes is set in one place, which stands for the commit."""

    name: str
    clock: FixedClock
    new_state: Callable[[str], CaseState] = CaseState
    # Kept apart from the data where a test wants to see that this is found out.
    cursor_first: bool = False
    own: list[SignedEntry] = field(default_factory=list)
    number: int = 0
    acknowledged: int = 0
    cursor: int = 0
    stamp: Stamp = ZERO
    held: set[tuple[str, int]] = field(default_factory=set)
    states: dict[str, CaseState] = field(default_factory=dict)

    def public_key(self) -> bytes:
        return key_of(self.name).public_key().public_bytes_raw()

    def state(self, case: str) -> CaseState:
        return self.states.setdefault(case, self.new_state(case))

    def write(self, case: str, changes: list[Change], crash: bool = False) -> Entry | None:
        if crash:
            return None
        now = self.clock.now()
        self.stamp = tick(self.stamp, int(now.timestamp() * 1000))
        made = Entry(
            format=notebook.FORMAT,
            device=self.name,
            first=self.number + 1,
            count=len(changes),
            author=self.name,
            session="s",
            scope=0,
            case=case,
            hlc=(self.stamp.milliseconds, self.stamp.counter),
            wall=iso(now),
            schema=notebook.SCHEMA,
            previous=self.own[-1].hash if self.own else notebook.NO_PREVIOUS,
            changes=changes,
        )
        self.own.append(notebook.sign(made, key_of(self.name)))
        self.number += len(changes)
        self.held.add((self.name, made.first))
        self.state(case).apply(made)
        return made

    def waiting(self, limit: int) -> list[SignedEntry]:
        return [s for s in self.own if notebook.read(s.body).first > self.acknowledged][:limit]

    def deliver(self, answer: Pushed | Pulled, keys: dict[str, bytes], crash: bool = False) -> None:
        if isinstance(answer, Pushed):
            if not crash:
                self.acknowledged = max([self.acknowledged, *(word.first for word in answer.accepted)])
            return
        if answer.after > self.cursor:
            return
        if self.cursor_first:
            self.cursor = max(self.cursor, answer.upto)
        if crash:
            return
        for one in answer.arrived:
            device = notebook.read(one.signed.body).device
            entry = notebook.verify(one.signed, Ed25519PublicKey.from_public_bytes(keys[device]))
            if (device, entry.first) not in self.held:
                self.held.add((device, entry.first))
                self.state(entry.case).apply(entry, one.received_at)
                self.stamp = hybrid.receive(self.stamp, entry.stamp, answer.server_ms)
        self.cursor = max(self.cursor, answer.upto)

    def position(self) -> int:
        return self.cursor

    def restart(self) -> None:
        pass

    def check_itself(self, cases: tuple[str, ...]) -> None:
        pass


def clock_is_believed_by_nobody_else(made: Entry, furthest_wall_ms: int, server_ms: int) -> None:
    """H3: a device's stamps go no further than its own wall clock ever did, or the server's time and five minutes."""
    assert made.stamp.milliseconds <= max(furthest_wall_ms, server_ms + LEAD_MS), "a wrong clock spread"


def whole_log(server: Server) -> Pulled:
    """Everything that the server has, once more."""
    return server.pull(0, len(server.log))


Answer = Pushed | Pulled
Snapshot = dict[str, Any]
