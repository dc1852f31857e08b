"""Kills laptop, server and PostgreSQL in mid-push and mid-pull, at points of progress that a seed chooses.

After each kill: what any laptop believes to be sent is at the server. At the end: everything is everywhere, once.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from typing import Any

import psycopg

from app.problems import Problem
from tests.sync.prove.processes import Client, Server, server
from tests.sync.prove.proxy import Post, Trap, standing
from tests.sync.prove.rest import Found, heal, problem

PUSH, PULL = frozenset({"/v1/push"}), frozenset({"/v1/pull", "/v1/snapshots"})
VICTIMS = ("laptop", "server", "database")
AWAY_DAYS = (0, -366, 9000)
"""By how much the clock of each laptop is wrong."""
REACHED_S = 20
TRIES = 20

# Where each may be hit: while it is asked, while it works (held there by a lock that it waits for, or just let go),
# after it committed and before anybody heard, in the middle of the answer, while the laptop takes it in.
POINTS = {
    "laptop": ("asking", "answering", "told"),
    "server": ("asking", "waiting", "released", "answering"),
    "database": ("asking", "waiting", "released", "answering"),
}


def run(kills: int, seed: int = 0, *, off: str = "", server_off: str = "", only: tuple[str, ...] = VICTIMS) -> Found:
    """Kill each of the three so often, half of it in mid-push and half in mid-pull."""
    found, chance = Found(), random.Random(seed)
    with server(off=server_off) as made:
        post = Post(made.port, made.folder)
        with standing(post):
            for away_days in AWAY_DAYS:
                made.add_laptop(port=post.port, off=off, away_s=away_days * 86_400.0)
            plan = [(who, paths) for who in only for paths in (PUSH, PULL)]
            for victim, paths in itertools.islice(itertools.cycle(plan), kills * len(only)):
                try:
                    _kill(made, post, victim, paths, chance, found)
                except Problem as problem:
                    if not server_off:
                        raise
                    # A database that writes nothing down may not come back at all.
                    found.faults.append(f"{victim}: {problem.code}")
                    return found
                _nothing_acknowledged_is_missing(made, found, victim)
                if (off or server_off) and found.faults:
                    return found
            heal(made, found)
    return found


def _kill(made: Server, post: Post, victim: str, paths: frozenset[str], chance: random.Random, found: Found) -> None:
    aim = chance.choice(made.laptops)
    for laptop in made.laptops:
        _answered(laptop.ask("write", chance.randrange(1 << 30), chance.randrange(1, 6)), found)
    if paths == PULL:
        # It has nothing to send, and the others have sent something.
        for laptop in sorted(made.laptops, key=lambda one: one is not aim):
            _round_that_ends(laptop, found)
    point = chance.choice(POINTS[victim])
    where = {"waiting": "asked", "released": "asked"}.get(point, point)
    trap = post.trap = Trap(aim.vault.device, paths, where, chance.random())
    held = point in ("waiting", "released")
    with _lock(made, paths, aim, held) as lock:
        for laptop in made.laptops:
            # What is written beside the round would be sent before anything is asked for.
            beside = 0 if laptop is aim and held else chance.randrange(3)
            laptop.begin("round", chance.randrange(1 << 30), beside)
        if not trap.reached.wait(REACHED_S):
            found.faults.append(f"{victim}: {point} of {sorted(paths)} was never reached")
        if lock is not None:
            _wait_for_the_lock(made, found)
            if point == "released":
                lock.rollback()
        if victim == "laptop" and point == "told":
            _while_it_takes_in(aim, trap, chance)
        _HANDS[victim](made, aim, chance)
    trap.go_on.set()
    post.trap = None
    for laptop in made.laptops:
        told = laptop.finish()
        if told is not None:
            problem(told[1], found)
    _start_again(made, aim, victim)
    name = f"{victim} in {'push' if paths == PUSH else 'pull'}"
    found.count(f"{name} killed")


_HANDS: dict[str, Any] = {
    "laptop": lambda _made, aim, _chance: aim.kill(),
    "server": lambda made, _aim, _chance: made.kill(),
    "database": lambda made, _aim, chance: made.kill_database(chance),
}


def _start_again(made: Server, aim: Client, victim: str) -> None:
    if victim == "laptop":
        aim.start_again()
    elif victim == "server":
        made.start()
    else:
        made.start_database_again()


@contextlib.contextmanager
def _lock(made: Server, paths: frozenset[str], aim: Client, wanted: bool) -> Any:
    """What the request has to wait for in the middle of its transaction; None where it is not to wait."""
    if not wanted:
        yield None
        return
    with contextlib.suppress(psycopg.OperationalError), made.force.owner() as held:
        held.autocommit = False
        if paths == PUSH:
            held.execute("SELECT number FROM counter WHERE org_id = %s FOR UPDATE", (made.force.org,))
        else:
            held.execute("SELECT counter FROM device WHERE device_id = %s FOR UPDATE", (aim.vault.device,))
        yield held


def _wait_for_the_lock(made: Server, found: Found) -> None:
    until = time.monotonic() + 5
    while not made.force.rows("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
        if time.monotonic() > until:
            found.faults.append("nobody waited for the lock")
            return


def _while_it_takes_in(aim: Client, trap: Trap, chance: random.Random) -> None:
    """Wait until the laptop has written so many bytes of what it was told, or all of them."""
    enough = aim.written() + chance.randrange(200_000)
    trap.go_on.set()
    while aim.written() < enough and not aim.ear.poll():
        pass


def _round_that_ends(laptop: Client, found: Found) -> None:
    """A round to its end; a server that has lost its database may have a few connections that it does not know dead."""
    for _ in range(TRIES):
        if not (code := laptop.ask("round", 0, 0)):
            return
        problem(code, found)
    found.faults.append(f"no round came to its end in {TRIES}")


def _answered(told: Any, found: Found) -> None:
    if not told:
        found.faults.append("a laptop wrote nothing")


def _nothing_acknowledged_is_missing(made: Server, found: Found, after: str) -> None:
    there = {row[4] for row in made.entries()}
    for n, laptop in enumerate(made.laptops):
        missing = set(laptop.ask("acknowledged")) - there
        if missing:
            found.faults.append(f"after the {after} was killed: {len(missing)} entries of laptop {n} are not there")
