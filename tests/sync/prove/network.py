"""A network that cuts answers after each of their bytes, and one that loses, delays, repeats and reorders requests."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.sync.prove.processes import Client, Server, server
from tests.sync.prove.proxy import Cutter, Faults, Post, standing
from tests.sync.prove.rest import Found, heal, problem

BAD = Faults(lost=30, answer_lost=10, twice=20, late=15, delayed=100)
_SPARE = 64
"""So many bytes past an uncut answer are tried too: what the server says is not of one length each time."""


def cut(sample: int = 0, *, seed: int = 0, off: str = "") -> Found:
    """Cut what the server says in a round after each byte; after `sample` of them where that is not nothing."""
    found = Found()
    with server() as made:
        cutter = Cutter(made.port)
        with standing(cutter):
            aim, other = made.add_laptop(port=cutter.port, off=off), made.add_laptop()
            chance = random.Random(seed)
            # What a round costs where nothing is cut, once both know each other's keys.
            for _ in range(2):
                _something_to_say(aim, other, chance, found)
                problem(aim.ask("round", 0, 0), found)
            for place in _places(cutter.passed + _SPARE, sample, chance):
                _something_to_say(aim, other, chance, found)
                cutter.most = place
                problem(aim.ask("round", 0, 0), found)
                cutter.most = 1 << 62
                found.count("places cut at")
                _acknowledged_is_there(made, found, place)
                problem(aim.ask("round", 0, 0), found)
                if off and found.faults:
                    return found
            heal(made, found)
    return found


def _places(total: int, sample: int, chance: random.Random) -> Sequence[int]:
    if not sample:
        return range(total)
    return [0, 1, *sorted(chance.sample(range(2, total), sample - 2))]


def _something_to_say(aim: Client, other: Client, chance: random.Random, found: Found) -> None:
    for laptop in (other, aim):
        laptop.ask("small", chance.randrange(1 << 30))
    problem(other.ask("round", 0, 0), found)


def _acknowledged_is_there(made: Server, found: Found, place: int) -> None:
    aim = made.laptops[0]
    ((there,),) = made.force.rows("SELECT count(*) FROM entry WHERE device_id = %s", aim.vault.device)
    if aim.ask("sent") > there:
        found.faults.append(f"cut after {place} bytes: something is taken as sent that is not at the server")


def storm(rounds: int, delay_s: float, *, seed: int = 0, laptops: int = 3, off: str = "") -> Found:
    """Rounds of all laptops at once through a bad network, while their officers go on writing; then it heals."""
    found = Found()
    with server() as made:
        post = Post(made.port, made.folder)
        with standing(post):
            for _ in range(laptops):
                made.add_laptop(port=post.port, off=off)
            post.set(Faults(**{**vars(BAD), "delay_s": delay_s, "seed": seed}))
            chance = random.Random(seed)
            for _ in range(rounds):
                for laptop in made.laptops:
                    laptop.ask("write", chance.randrange(1 << 30), 2)
                    laptop.begin("round", chance.randrange(1 << 30), 2)
                for laptop in made.laptops:
                    told = laptop.finish()
                    problem(told[1] if told else "the laptop ended", found)
            for what, count in post.counted.items():
                found.count(f"requests {what}", count)
            post.set(Faults())
            heal(made, found)
    return found
