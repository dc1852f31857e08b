"""Devices are revoked, officers leave or move while their laptops ask and ask: what is asked later is not answered.

And the program itself, connected and with nobody at it: by when it hears of its revocation, and what is left then.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from app.casework import cases
from app.casework.desk import Desk
from app.clock import SystemClock
from app.problems import Problem
from app.vault import vault, wiping
from sync.client import wipe
from sync.client.schedule import Schedule
from sync.server import administration, enrol
from tests.proof.frame import Proved
from tests.sync.laptops import Force, Laptop, RefusedError
from tests.sync.police import PASSPHRASE, Police, sync
from tests.sync.prove.processes import server

PROMISE: str = (
    "Whoever is revoked, out of service or moved reads nothing any more from that moment on, whatever is under way;"
    " a connected laptop hears of it within a minute, and its vault is destroyed."
)
GOALS: tuple[str, ...] = ("G35",)
MOST_S = 60.0
"""So long after its revocation at the latest, a connected laptop has to hear of it."""
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
    return _run(100, 10)


def deep() -> Proved:
    """A thousand."""
    return _run(1000, 100)


def control() -> Proved:
    """A revocation that is only noted: what says so in the tables stays as it was."""
    with mock.patch.object(enrol, "revoke"), mock.patch.object(administration, "move_officer"):
        return _run(4, 2)


def _run(times: int, laptops: int) -> Proved:
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
        latest, destroyed, unheard = _heard(force, laptops)
        faults += unheard
    told = ", ".join(f"{way} {count}" for way, count in sorted(before.items()))
    figure = (
        f"{times} in the midst of {before.total():,} answers ({told}); {len(faults) - len(unheard)} answered after it"
    )
    heard = f"{destroyed} of {laptops} connected laptops destroyed their vault, within {latest:.0f} s"
    return Proved(f"{figure}; {heard}", faults)


def _heard(force: Force, laptops: int) -> tuple[float, int, list[str]]:
    """The longest time in seconds until a connected laptop's next round, how many were destroyed, and what was wrong.

    What is waited for is reckoned from the schedule of the program, and not waited.
    """
    faults: list[str] = []
    chance, latest, destroyed = random.Random(1), 0.0, 0
    with tempfile.TemporaryDirectory() as name:
        police = Police(force, Path(name))
        for n in range(laptops):
            desk = police.enrolled()
            cases.new_case(desk, f"NM-{n}")
            sync(desk)
            due = Schedule().after_success(0.0, chance.random()).due
            revoked = chance.uniform(0.0, due)
            force.do(lambda c, org, device=desk.device_id: enrol.revoke(c, org, [device]))
            latest = max(latest, due - revoked)
            left = _left(desk)
            destroyed += not left
            faults += [f"laptop {n}: {one}" for one in left]
        police.close()
    if latest > MOST_S:
        faults.append(f"a laptop hears of it only after {latest:.0f} s")
    return latest, destroyed, faults


def _left(desk: Desk) -> list[str]:
    """What is not as it is to be after the next round and what the window does then."""
    try:
        sync(desk)
        return ["its next round is answered"]
    except Problem as problem:
        if problem.code != "sync.revoked":
            return [f"its next round ends with {problem.code}"]
    folder = desk.unlocked.folder
    wipe.carry_out(desk.store, SystemClock(), lambda parcel: wiping.destroy(desk.unlocked, parcel))
    left = [f"{file.name} is still there" for file in folder.glob("vault.db*")]
    try:
        vault.unlock(folder, PASSPHRASE, clock=SystemClock()).close()
        return [*left, "the passphrase still opens it"]
    except Problem as problem:
        return left if problem.code == "vault.wiped" else [*left, f"it says {problem.code}"]


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
