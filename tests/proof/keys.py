"""A header, a passphrase and a key are changed by a real process, and its power is cut at each of its steps."""

from __future__ import annotations

from tests.proof.frame import Proved
from tests.vault.prove import cuts

PROMISE: str = "A power cut while header, passphrase or key is changed leaves the old or the new, and all entries."
GOALS: tuple[str, ...] = ("G8",)


def gate() -> Proved:
    """A few cuts of each."""
    return _cut({"header": 60, "passphrase": 60, "rekey": 60})


def deep() -> Proved:
    """500, 500 and 1,000 of them."""
    return _cut({"header": 500, "passphrase": 500, "rekey": 1000})


def control() -> Proved:
    """A program that flushes nothing before it goes on."""
    found = cuts.run("rekey", 40, without="flush")
    return Proved(str(found), found.faults)


def _cut(points: dict[str, int]) -> Proved:
    found = {kind: cuts.run(kind, count) for kind, count in points.items()}
    figure = "; ".join(f"{kind}: {one}" for kind, one in found.items())
    return Proved(figure, [f"{kind}: {fault}" for kind, one in found.items() for fault in one.faults])
