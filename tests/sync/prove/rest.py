"""What must hold once nothing goes wrong any more: everything is everywhere, equal, and there once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from app.notebook import entry as notebook
from app.notebook.fold import CaseState
from tests.sync.prove import deeds
from tests.sync.prove.processes import AWAY, Server

HEALED_S = 60
"""Seconds after which, at the latest, nothing waits any more."""

QUIET = 3
"""Rounds of all at once without a problem after which all have what the others sent."""


@dataclass
class Found:
    """What a series showed. `faults` is empty where everything held."""

    counted: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    acknowledged: int = 0
    healed_s: float = 0.0
    rounds_to_heal: int = 0
    grown: int = 0
    """Bytes by which the server's process became larger."""
    faults: list[str] = field(default_factory=list)

    def count(self, what: str, more: int = 1) -> None:
        self.counted[what] = self.counted.get(what, 0) + more

    def __str__(self) -> str:
        done = ", ".join(f"{name} {count}" for name, count in sorted(self.counted.items()))
        return (
            f"{done or 'nothing done'}; {self.entries} entries, {self.acknowledged} acknowledged, healed in"
            f" {self.healed_s:.1f} s and {self.rounds_to_heal} rounds; {len(self.faults)} faults"
            + "".join(f"\n  {fault}" for fault in self.faults[:20])
        )


def problem(code: str, found: Found) -> None:
    """A round may have been told that nobody was there; anything else is a fault."""
    if code and code not in AWAY:
        found.faults.append(f"a laptop was told {code}")


def heal(made: Server, found: Found, within_s: float = HEALED_S) -> None:
    """Nothing goes wrong any more: rounds until all laptops are at rest, and then everything that must hold."""
    begun, quiet = time.monotonic(), 0
    while quiet < QUIET:
        for laptop in made.laptops:
            laptop.begin("round", 0, 0)
        told = [laptop.finish() for laptop in made.laptops]
        for one in told:
            problem(one[1] if one else "the laptop ended", found)
        quiet = quiet + 1 if all(one is not None and not one[1] for one in told) else 0
        found.rounds_to_heal += 1
        if time.monotonic() - begun > within_s:
            found.faults.append(f"not at rest after {within_s:.0f} s")
            break
    found.healed_s = time.monotonic() - begun
    holds(made, found)


def holds(made: Server, found: Found) -> None:
    """Rows and standing values are equal on all, nothing acknowledged is missing, nothing is there twice."""
    rows = made.entries()
    there = {row[4] for row in rows}
    states: dict[str, CaseState] = {}
    for _, _, _, case, _, body, received, _ in rows:
        states.setdefault(case, CaseState(case)).apply(notebook.read(bytes(body)), received)
    shown = {case: deeds.said(state.snapshot()) for case, state in states.items()}
    stand = [laptop.ask("stands") for laptop in made.laptops]
    found.entries = len(rows)
    found.acknowledged = sum(len(one["own"]) for one in stand)
    _tell(found, len(rows) == len(there), "an entry is at the server twice")
    for device in {row[0] for row in rows}:
        mine = sorted((row[1], row[2]) for row in rows if row[0] == device)
        _tell(found, _contiguous(mine), f"the chain of {device[:6]} has a gap or an overlap")
    for n, (laptop, one) in enumerate(zip(made.laptops, stand, strict=True)):
        saved, own = laptop.saved - there, set(one["own"]) - there
        _tell(found, not saved, f"laptop {n}: {len(saved)} entries that were saved are not at the server")
        _tell(found, not own, f"laptop {n}: {len(own)} entries that were acknowledged are not at the server")
        _tell(found, one["waiting"] == 0, f"laptop {n}: {one['waiting']} entries wait")
        _tell(found, not one["aside"], f"laptop {n}: set aside: {one['aside'][:3]}")
        _tell(found, not one["twice"], f"laptop {n}: an entry is there twice")
        _tell(found, one["cases"] == shown, f"laptop {n}: {_different(one['cases'], shown)} cases differ")
        _tell(found, one["rebuilt"] == one["cases"], f"laptop {n}: rows do not follow from entries")
        _tell(found, one["words"] == stand[0]["words"], f"laptop {n}: the words differ")
    apart = made.force.rows("SELECT outcome, reason, count(*) FROM quarantine GROUP BY 1, 2 ORDER BY 1, 2")
    _tell(found, not apart, f"the server set apart: {apart}")
    verified = made.verified()
    _tell(found, verified == "", f"holdfast-server verify: {verified}")


def _tell(found: Found, holds: bool, otherwise: str) -> None:
    if not holds:
        found.faults.append(otherwise)


def _contiguous(mine: list[tuple[int, int]]) -> bool:
    last = 0
    for first, count in mine:
        if first != last + 1:
            return False
        last = first + count - 1
    return True


def _different(some: dict[str, str], others: dict[str, str]) -> int:
    return sum(some.get(case) != others.get(case) for case in set(some) | set(others))
