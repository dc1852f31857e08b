"""A laptop with a clock that can be put anywhere, a server that answers or does not, and six attacks on the clock."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import iso
from app.store.store import Store
from sync.client import lease
from sync.server.statements import Signer
from tests.store.vaults import DEVICE

MET = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
DAYS = 7
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass
class Machine:
    """A laptop with a clock that can be put anywhere, and seconds since its start."""

    wall: datetime = MET
    up: float = 1000.0
    boot: int = 1
    rate: float = 1.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.up

    def passes(self, seconds: float) -> None:
        """Time passes while the machine is on."""
        self.up += seconds
        self.wall += timedelta(seconds=seconds * self.rate)

    def off(self, seconds: float) -> None:
        """Time passes while it is off; its clock goes on."""
        self.wall += timedelta(seconds=seconds * self.rate)
        self.boot, self.up = self.boot + 1, 5.0

    def put(self, moment: datetime) -> None:
        """Somebody puts the clock to another time."""
        self.wall = moment


def meet(store: Store, machine: Machine, server: datetime, days: int = DAYS) -> None:
    """The server answers."""
    lease.keep(store, SIGNER.lease(DEVICE, "o" * 32, days, server), iso(server), machine)
    lease.keep_secret(store, SIGNER.extension_secret(DEVICE).hex())
    look(store, machine)


def look(store: Store, machine: Machine) -> lease.Standing:
    found = lease.note(store, machine, f"boot {machine.boot}")
    assert found is not None
    return found


def state(store: Store, machine: Machine) -> str:
    return look(store, machine).state


def use(store: Store, machine: Machine, hours: float) -> None:
    """The program runs and notes each minute."""
    for _ in range(int(hours * 60)):
        machine.passes(60)
        lease.note(store, machine, f"boot {machine.boot}")


# ---- Attacks on the clock: after each of them more time has run than the lease has -----------------------------------


def put_back(store: Store, machine: Machine, chance: random.Random) -> None:
    """Back by up to two years, once."""
    machine.put(MET - timedelta(days=chance.uniform(0.01, 730)))
    use(store, machine, chance.random())
    machine.passes(DAYS * DAY)


def back_to_2001(store: Store, machine: Machine, chance: random.Random) -> None:
    """As after an empty battery; used a little each day."""
    machine.off(chance.uniform(0, DAY))
    machine.put(datetime(2001, 1, 1, tzinfo=UTC))
    for _ in range(DAYS + 1):
        use(store, machine, chance.uniform(0, 0.4))
        machine.passes(DAY)


def ahead_and_back(store: Store, machine: Machine, chance: random.Random) -> None:
    """Put ahead, seen closed, put back, and seen open: a clock alone closes it only for as long as it stands there."""
    machine.put(MET + timedelta(days=chance.uniform(DAYS + 0.1, 730)))
    assert state(store, machine) == lease.SEALED
    machine.put(MET)
    assert state(store, machine) == lease.OPEN
    machine.passes((DAYS + 0.1) * DAY)
    machine.put(MET + timedelta(days=chance.uniform(-1, 1)))


def frozen(store: Store, machine: Machine, chance: random.Random) -> None:
    """The clock stands still."""
    machine.rate = 0.0
    use(store, machine, chance.random())
    machine.passes(DAYS * DAY)


def put_back_before_each_session(store: Store, machine: Machine, chance: random.Random) -> None:
    """Each session is ended before anything is noted, and the machine is started anew."""
    for _ in range(int(DAYS * DAY / lease.OPENING_S) + 60):
        machine.boot, machine.up = machine.boot + 1, 5.0
        machine.put(MET - timedelta(days=chance.uniform(0, 30)))
        lease.note(store, machine, f"boot {machine.boot}")
        machine.passes(59)
    machine.boot += 1


def slow(store: Store, machine: Machine, chance: random.Random) -> None:
    """The clock runs at a fraction of time."""
    machine.rate = chance.uniform(0.01, 0.9)
    use(store, machine, chance.random())
    machine.passes(DAYS * DAY)


Attack = Callable[[Store, Machine, random.Random], None]
ATTACKS: tuple[Attack, ...] = (put_back, back_to_2001, ahead_and_back, frozen, put_back_before_each_session, slow)
