"""Attacks on a laptop’s clock while it is away from its server: after the lease’s days nothing opens, all is begun."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

from app.notebook import entry as notebook
from app.problems import Problem
from app.store.store import Store
from sync.client import lease
from tests.proof.frame import Proved
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, fill, new_store
from tests.sync.machine import ATTACKS, DAYS, MET, Attack, Machine, meet, timedelta

PROMISE: str = "No clock stretches the lease: after its days nothing can be read, and a new report can always be begun."
GOALS: tuple[str, ...] = ("G36",)
SESSIONS_S = 6000.0
"""What a short session counts for here: a hundredth of the sessions, all else alike."""
BEGUN = "e" * 32


def gate() -> Proved:
    """Each attack ten times."""
    return _run(10)


def deep() -> Proved:
    """Each a hundred times."""
    return _run(100)


def control() -> Proved:
    """A lease that asks the laptop's clock."""
    real = lease.standing

    def by_wall_clock(store: Store, clock: Any, _machine: str = "") -> lease.Standing | None:
        return real(store, clock)

    with mock.patch.object(lease, "note", by_wall_clock):
        return _run(1)


def _run(times: int) -> Proved:
    faults: list[str] = []
    opened: Counter[str] = Counter()
    written = 0
    with tempfile.TemporaryDirectory() as name, mock.patch.object(lease, "OPENING_S", SESSIONS_S):
        template = Path(name) / "template"
        made = new_store(template)
        fill(made)
        meet(made, Machine(), MET)
        made.close()
        for attack in ATTACKS:
            for n in range(times):
                folder = Path(name) / "vault"
                shutil.copytree(template, folder)
                found = _attacked(folder, attack, random.Random(f"{attack.__name__} {n}"))
                opened[attack.__name__] += bool(found)
                faults += [f"{attack.__name__} {n}: {one}" for one in found]
                written += not any("begun" in one for one in found)
                shutil.rmtree(folder)
    figure = (
        f"{len(ATTACKS)} attacks × {times}: {opened.total()} opened or stopped anything,"
        f" {written} of {len(ATTACKS) * times} new reports begun"
    )
    return Proved(figure, faults)


def _attacked(folder: Path, attack: Attack, chance: random.Random) -> list[str]:
    """What does not hold once the attack is over."""
    store, machine = Store.open(folder, KEY, DEVICE), Machine()
    try:
        with mock.patch.object(lease, "boot", side_effect=lambda: f"boot {machine.boot}"):
            if store.cases() != [CASE]:
                return ["nothing could be read before"]
            try:
                attack(store, machine, chance)
            except AssertionError:
                return ["a clock that is put ahead did not close it, or one put back did not open it"]
            lease.heed(store, machine)
            found = [f"{what} could be read" for what in _readable(store)]
            store.write(BEGUN, [notebook.create(BEGUN, "case", {"reference": "NM-2"})], AUTHOR, machine)
            if store.view(BEGUN).case.get("reference") != "NM-2" or store.unsent()[0] == 0:
                found.append("what was begun is not there")
            meet(store, machine, MET + timedelta(days=DAYS + 1))
            lease.heed(store, machine)
            if sorted(store.cases()) != [CASE, BEGUN]:
                found.append("after the server answered, not all is open, or what was begun is gone")
            return found
    finally:
        store.close()


def _readable(store: Store) -> list[str]:
    """The ways by which a case can still be read."""
    ways = {
        "list": store.cases,
        "lines": lambda: store.lines(lambda _view: b"x", made_by="proof"),
        "case": lambda: store.case(CASE).records,
        "view": lambda: list(store.view(CASE)),
        "entries": lambda: list(store.entries(CASE)),
        "words": lambda: store.find(["mira"], 10),
        "words nearly": lambda: store.find_nearly(["mira"], 10),
        "records": lambda: store.records(CASE, ["person"]),
        "a record": lambda: store.find_record(CASE, "p" * 32),
    }
    return [way for way, read in ways.items() if _told(read)]


def _told(read: Any) -> bool:
    try:
        return bool(read())
    except Problem as problem:
        if problem.code != "lease.sealed":
            raise
        return False
