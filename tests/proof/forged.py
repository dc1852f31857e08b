"""Ids swapped across units, entries and requests forged, back-dated, mutated or said again: none is accepted."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.sync.prove import forged

PROMISE: str = "Nothing is accepted that is not one’s own to send, and “not yours” says what “not there” says."
GOALS: tuple[str, ...] = ("G29", "G38")
SWITCHES = (
    "a change is within its author's scope",
    "an entry is signed by its device",
    "a request is signed by its device",
    "what is not theirs is not there",
)


def gate() -> Proved:
    """A tenth."""
    return _proved(10_000)


def deep() -> Proved:
    """The whole number."""
    return _proved(100_000)


def control() -> Proved:
    """With each of four mechanisms switched off in turn; one that nobody misses is said as the only fault."""
    found = {switch: forged.run(1000, off=switch).faults for switch in SWITCHES}
    missed = [switch for switch, faults in found.items() if not faults]
    faults = [] if missed else [f"without “{switch}”: {faults[0]}" for switch, faults in found.items()]
    return Proved(f"{len(SWITCHES)} mechanisms switched off, {len(missed)} unnoticed: {missed}", faults)


def _proved(count: int) -> Proved:
    found = forged.run(count)
    kinds = {what: number for what, number in found.counted.items() if not what.startswith("one answer")}
    seldom = [f"only {number} of {what}" for what, number in kinds.items() if number <= 20]
    figure = (
        f"{sum(kinds.values()):,} attempts of {len(kinds)} kinds by 4 who may not: {len(found.faults)} accepted or told"
    )
    return Proved(figure, [*found.faults, *seldom])
