"""What the exchange asks of the place where entries are kept: the shapes, and one protocol for each request.

`sync.server.postgres` keeps them in PostgreSQL; a simulation may keep them in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.rules.access import CaseFacts, Officer
from app.rules.police import Police
from sync.server.judge import Chain, Held, Parting
from sync.wire import signing


@dataclass(frozen=True)
class Caller:
    """The device that asks, as it was enrolled."""

    org: str
    device: str
    officer: Officer
    key: bytes
    author: str
    revoked: bool
    epoch: str
    lease_days: int
    recent_days: int
    name: str = ""
    counter: int = 0
    """The highest of its requests, as it was before this one."""
    replaced: bool = False
    """Whether another device took its place: the vault was copied or put back."""

    @property
    def whose(self) -> dict[str, str]:
        """As it stands in the order to destroy it, by which it is known again where a restore has lost it."""
        return {
            "organisation": self.org,
            "officer": self.officer.id,
            "author": self.author or "",
            "key": signing.to_text(self.key),
        }


@dataclass(frozen=True)
class Place:
    """Where the ledger stands: the last number given, and the leaves of its tree."""

    number: int
    leaves: int


@dataclass(frozen=True)
class NewEntry:
    """An accepted entry with its number. `leaf`: its place in the tree; `digest`: of its case up to and with it."""

    number: int
    leaf: int
    device: str
    first: int
    count: int
    case: str
    hash: str
    received_at: str
    digest: bytes
    body: bytes
    signature: bytes
    released: bool = False
    """It was kept apart before, and a person decided that it counts."""


@dataclass(frozen=True)
class Apart:
    """An entry that is kept apart, with its outcome and reason."""

    device: str
    first: int
    count: int
    case: str
    hash: str
    outcome: str
    reason: str
    received_at: str
    body: bytes
    signature: str


@dataclass
class CaseChange:
    """What a push does to one case. `before`: what was known of it, or None for a new one."""

    case: str
    facts: CaseFacts
    before: CaseFacts | None
    number: int
    digest: bytes

    @property
    def charge_moves(self) -> bool:
        """Whether it says something about who has charge of the case that does not go without saying."""
        was = self.before or CaseFacts(self.facts.author, self.facts.owner, self.facts.unit)
        return _of_charge(was) != _of_charge(self.facts)


def _of_charge(facts: CaseFacts) -> tuple[object, ...]:
    who = (facts.author, facts.owner, facts.unit, facts.assigned, facts.named)
    return (*who, facts.offer, facts.employed, facts.restricted)


@dataclass
class Written:
    """All that one push writes, in one transaction."""

    entries: list[NewEntry] = field(default_factory=list)
    apart: list[Apart] = field(default_factory=list)
    cases: dict[str, CaseChange] = field(default_factory=dict)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    chain: Chain = field(default_factory=Chain)
    place: Place = field(default_factory=lambda: Place(0, 0))
    forked: int = 0


class Taking(Protocol):
    """One push, under the lock that gives numbers."""

    def place(self) -> Place:
        """Lock the counter until the end; numbers are given from here on."""
        ...

    def chain(self) -> Chain:
        """Where the device's chain ends."""
        ...

    def held(self, firsts: Collection[int]) -> Mapping[int, Sequence[Held]]:
        """What is kept under these numbers of the device."""
        ...

    def heads(self, devices: Collection[str]) -> Mapping[str, int]:
        """The last number of each of these devices."""
        ...

    def cases(self, cases: Collection[str]) -> Mapping[str, CaseFacts]:
        """What decides about each of these cases that is there."""
        ...

    def digests(self, cases: Collection[str]) -> Mapping[str, bytes]:
        """The digest of each of these cases that is there."""
        ...

    def left(self, cases: Collection[str]) -> Mapping[str, Parting]:
        """Which of these cases have left the device's scope."""
        ...

    def missing(self) -> bool:
        """Whether some other device may have more than is known here: after a restore, until it has been back."""
        ...

    def erased(self, cases: Collection[str]) -> Collection[str]:
        """Those of these cases that a lawful order destroyed."""
        ...

    def people(self, officers: Collection[str]) -> Mapping[str, Officer]:
        """Those of these officers who are in service."""
        ...

    def police(self, case: str) -> Police:
        """What the entries of a case say so far about who in it works for the police."""
        ...

    def units(self) -> Mapping[str, str]:
        """Each unit with the one above it."""
        ...

    def node(self, level: int, place: int) -> bytes:
        """A node of the tree."""
        ...

    def write(self, written: Written) -> None:
        """Keep all of it, and tell the devices whose scope it changes."""
        ...
