"""Devices are revoked, officers leave or move while their laptops ask and ask: what is asked later is not answered."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from unittest import mock

from sync.server import administration, enrol
from tests.proof.frame import Proved
from tests.sync.laptops import Force, Laptop, RefusedError
from tests.sync.prove.processes import server

PROMISE: str = (
    "Whoever is revoked, out of service or moved reads nothing any more from that moment on, whatever is under way."
)
GOALS: tuple[str, ...] = ("G35",)
WAYS = ("revoked", "retired", "moved")


@dataclass
class Asking:
    """A laptop that asks without a pause, and when each answer that told it something was asked for, in seconds."""

    laptop: Laptop
    case: str
    number: int
    told: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        chance = random.Random(self.laptop.device)
        try:
            while not self.stop.is_set():
                asked = time.monotonic()
                if chance.choice((self._history, self._snapshot, self._page))():
                    self.told.append(asked)
        except Exception as error:  # noqa: BLE001 - told to the proof
            self.faults.append(f"{type(error).__name__}: {error}")
        finally:
            self.laptop.close()

    def _history(self) -> bool:
        try:
            return bool(self.laptop.history(self.case).entries)
        except RefusedError as refused:
            return self._none(refused)

    def _snapshot(self) -> bool:
        try:
            return bool(self.laptop.snapshots(self.case).snapshots)
        except RefusedError as refused:
            return self._none(refused)

    def _page(self) -> bool:
        try:
            return any(one.number == self.number for one in self.laptop.pull_page(cursor=0).entries)
        except RefusedError as refused:
            return self._none(refused)

    def _none(self, refused: RefusedError) -> bool:
        if refused.code not in ("revoked", "not_found"):
            self.faults.append(f"answered {refused.status} {refused.code}")
        return False


def gate() -> Proved:
    """A tenth."""
    return _run(100)


def deep() -> Proved:
    """A thousand."""
    return _run(1000)


def control() -> Proved:
    """A revocation that is only noted: what says so in the tables stays as it was."""
    with mock.patch.object(enrol, "revoke"), mock.patch.object(administration, "move_officer"):
        return _run(4)


def _run(times: int) -> Proved:
    faults: list[str] = []
    before: Counter[str] = Counter()
    with server() as made:
        force = made.force
        away = force.do(lambda c, org: administration.new_unit(c, org, "Away"))
        writer = force.laptop()
        case = writer.new_case()
        number = writer.push().outcomes[0].number
        chance = random.Random(0)
        for n in range(times):
            way = WAYS[n % len(WAYS)]
            asking = Asking(force.laptop(), case, number)
            thread = threading.Thread(target=asking.run)
            thread.start()
            while not asking.told and thread.is_alive():
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.02))
            _end(force, asking.laptop, way, away)
            ended = time.monotonic()
            # It goes on asking for a while.
            time.sleep(0.05)
            asking.stop.set()
            thread.join()
            faults += [f"{way}: {one}" for one in asking.faults]
            after = [asked for asked in asking.told if asked > ended]
            if after:
                faults.append(f"{way}: {len(after)} answers that were asked for {after[0] - ended:.3f} s later")
            before[way] += len(asking.told) - len(after)
        writer.close()
    told = ", ".join(f"{way} {count}" for way, count in sorted(before.items()))
    return Proved(
        f"{times} in the midst of {before.total():,} answers ({told}); {len(faults)} answered after it", faults
    )


def _end(force: Force, laptop: Laptop, way: str, away: str) -> None:
    """One transaction, after which it holds."""
    if way == "revoked":
        force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    elif way == "retired":
        force.do(
            lambda c, org: administration.move_officer(c, org, laptop.officer, "officer", force.unit, active=False)
        )
    else:
        force.do(lambda c, org: administration.move_officer(c, org, laptop.officer, "officer", away))
