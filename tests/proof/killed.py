"""A process that answers risk questions without end, through the use cases of the program, is killed at any moment."""

from __future__ import annotations

from tests.home import in_memory
from tests.proof.frame import Proved
from tests.proof_kill import store

PROMISE: str = "An answer that was called saved survives kill -9, and is the one that is shown."
GOALS: tuple[str, ...] = ("G1",)
_SEED = 20261122
_OF_ONE_VAULT = 20
"""After so many kills a new vault begins: each is verified whole after each kill."""


def gate() -> Proved:
    """Some kills."""
    return _kill(50)


def deep() -> Proved:
    """Many."""
    return _kill(150)


def control() -> Proved:
    """Each answer is called saved before it is written."""
    return _kill(8, hasty=True)


def _kill(kills: int, *, hasty: bool = False) -> Proved:
    done, answers, faults = 0, 0, []
    for number in range(0, kills, _OF_ONE_VAULT):
        with in_memory() as place:
            found = store.run(place / "vault", min(_OF_ONE_VAULT, kills - number), _SEED + number, hasty=hasty)
        done, answers = done + found.kills, answers + len(found.acknowledged)
        faults += [f"{name} is lost" for name in sorted(found.lost)]
        faults += [f"{found.last_shown_wrong} answers are shown as they were before"] if found.last_shown_wrong else []
    return Proved(f"{done:,} kills, {answers:,} answers called saved, {len(faults)} lost or shown wrong", faults)
