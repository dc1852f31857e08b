"""Worlds from seeds: whatever networks, disks, clocks, copies, restores and people do, everything holds at the end."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync import broken, simulate
from tests.sync.ground import ground
from tests.sync.world import Faults

PROMISE: str = "In every world that a seed makes, everything that must hold of the exchange holds."
GOALS: tuple[str, ...] = ("G16",)
_SHORT_LENGTH = 12


def gate() -> Proved:
    """16 whole worlds and 484 short ones."""
    return _lived(16, 484)


def deep() -> Proved:
    """Whole worlds, as many as there is time for; any number with `python -m tests.sync.simulate`."""
    return _lived(150, 0)


def control() -> Proved:
    """Mechanisms of the exchange switched off one by one: each must be found out."""
    rough, found = Faults(lost=12, answer_lost=15, crash=15), []
    tried = broken.MECHANISMS + broken.OF_PEOPLE
    with ground() as server:
        for mechanism in tried:
            people = mechanism in broken.OF_PEOPLE
            with broken.without(mechanism):
                seen = next((seed for seed in range(40) if broken.fails(server, seed, rough, people=people)), None)
            if seen is None:
                return Proved(f"without “{mechanism}” 40 worlds held", [])
            found.append(f"without “{mechanism}”: seed {seen}")
    return Proved(f"{len(found)} of {len(tried)} mechanisms switched off were found out", found)


def _lived(whole: int, short: int) -> Proved:
    found = simulate.all_of(0, whole) + simulate.all_of(whole, whole + short, _SHORT_LENGTH)
    figure = f"{whole:,} worlds{f' and {short} short ones' if short else ''}: {len(found)} in which something broke"
    return Proved(figure, [f"seed {seed}: {what}" for seed, what in found])
