"""The real program at a virtual screen is typed into and killed at any moment; what it called saved is looked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.proof.frame import Proved
from tests.proof_kill import program
from tests.screen import kill_typing
from tests.screen.driver import screen_of_its_own

PROMISE: str = "What the screen called saved survives kill -9, and of what was typed since at most one field is lost."
GOALS: tuple[str, ...] = ("G1", "G5")
_SEED = 20261122


def gate() -> Proved:
    """A few kills by each way of typing."""
    return _kill(4, 4)


def deep() -> Proved:
    """Many of them."""
    return _kill(10, 10)


def control() -> Proved:
    """The vault is put back to what it was before each start."""
    with tempfile.TemporaryDirectory() as place, screen_of_its_own() as screen:
        found = program.run(screen, Path(place), 3, _SEED, put_back=True)
    return Proved(str(found), [f"{found.lost} are lost"] if found.lost else [])


def _kill(keys: int, words: int) -> Proved:
    with tempfile.TemporaryDirectory() as place, screen_of_its_own() as screen:
        found = program.run(screen, Path(place), keys, _SEED)
        typed = kill_typing.run(screen, Path(place) / "typed", words, _SEED)
    figure = (
        f"{found.kills + typed.kills} kills, {len(found.said) + typed.acknowledged:,} values called saved,"
        f" {found.lost + len(typed.lost)} lost; at most {typed.most_unsaved} characters of one field not yet saved"
    )
    lost = [f"{found.lost} of {len(found.said)} are lost"] if found.lost else []
    return Proved(figure, [*lost, *typed.lost, *typed.several])
