"""The network between laptops and server breaks, one way, the other way, both, or now and then; and heals."""

from __future__ import annotations

import random

from app.notebook import entry as notebook
from app.store import exchange
from sync.client.schedule import JITTER, LONGEST_WAIT_S
from tests.home import in_memory
from tests.proof.frame import Proved
from tests.sync.ground import Ground, ground
from tests.sync.prove import without
from tests.sync.world import Faults, World, holds, many_requests, rest

PROMISE: str = "Once the network is back, each laptop's first round, within a minute, empties its queue."
GOALS: tuple[str, ...] = ("G15",)
_WAYS = {
    "nothing gets there": Faults(lost=100, killed=0, crash=0),
    "no answer comes back": Faults(lost=0, answer_lost=100, killed=0, crash=0),
    "now and then": Faults(lost=50, answer_lost=50, twice=20, late=20, killed=0, crash=0),
}
_IN_A_WORLD = 25


def gate() -> Proved:
    """Many partitions."""
    return _break(100)


def deep() -> Proved:
    """1,000 of them."""
    return _break(1000)


def control() -> Proved:
    """A laptop takes what it sends as sent, and never asks whether it is there."""
    with without.off("what is not there is sent again"):
        return _break(25)


def _break(partitions: int) -> Proved:
    written, full, faults = 0, 0, []
    latest_s = LONGEST_WAIT_S * (1 + JITTER)
    if latest_s > 60:
        faults.append(f"the next round may come only after {latest_s:.0f} s")
    with ground() as server:
        for seed in range(0, partitions, _IN_A_WORLD):
            try:
                some, still = _world(server, seed, min(_IN_A_WORLD, partitions - seed))
            except AssertionError as error:
                faults.append(f"world {seed}: {error}")
                continue
            written, full = written + some, full + still
    if full:
        faults.append(f"{full} queues were not empty after the first round")
    figure = f"{partitions} partitions, {written:,} entries: {full} queues not empty after the first round, which comes"
    return Proved(f"{figure} within {latest_s:.0f} s", faults)


def _world(server: Ground, seed: int, partitions: int) -> tuple[int, int]:
    chance, full = random.Random(seed), 0
    with in_memory() as place, many_requests():
        world = World(seed, server, place)
        try:
            for officer in range(3):
                world.add_laptop(officer)
            for _ in range(partitions):
                world.calm, world.faults = False, chance.choice(list(_WAYS.values()))
                for laptop in world.laptops:
                    for _ in range(chance.randint(1, 3)):
                        case = world.id()
                        made = notebook.create(case, "case", {"reference": f"NM-{chance.randrange(10_000)}"})
                        world.write(laptop, case, [made])
                    for _ in range(chance.randint(1, 3)):
                        world.sync(laptop)
                world.calm = True
                world.held_back.clear()
                for laptop in world.laptops:
                    world.sync(laptop)
                    full += bool(exchange.outgoing(laptop.store))
            rest(world)
            holds(world)
            return len(world.written), full
        finally:
            world.close()
