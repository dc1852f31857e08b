"""A stolen disk opens nothing without the laptop's half of the key, and costs too much to guess with it."""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from app.clock import SystemClock
from app.problems import Problem
from app.vault import header, passphrases, slots, vault
from app.vault.device_secret import SecretsInMemory
from app.vault.slots import Cost
from tests.proof.frame import ROOT, Proved
from tests.vault.doubles import OFFICER, PASSPHRASE
from tests.vault.prove import mutated

PROMISE: str = (
    "A copied disk opens nothing, guessing costs a fortune, nobody can make it cheaper, and the officer waits little."
)
GOALS: tuple[str, ...] = ("G21", "G22", "G23")
BYTES_A_SECOND, DOLLARS_AN_HOUR = 960e9, 0.5
"""What one of the fastest graphics cards moves, and what it costs to rent (security.md 2.4)."""
LEAST_DOLLARS, LEAST_MEDIAN = 1_000, 1e8
"""For 2^32 guesses, and for half of all generated passphrases."""
LONGEST_S, MOST_MIB = 1.5, 300


def gate() -> Proved:
    return _proved(opened=20, wrong=10, changed=1_000)


def deep() -> Proved:
    return _proved(opened=40, wrong=40, changed=10_000)


def control() -> Proved:
    """No laptop's half, a cheap cost, headers that nobody proves: each must be noticed."""
    found = {
        "a passphrase alone": _without_secret(2, kept=False),
        "a cheap cost": _cheap(Cost(memory_mib=8, passes=1, lanes=2)),
        "headers that are not proven": _unproven(),
        "an unlocking that takes memory": _unlocked(1, Cost(memory_mib=512, passes=3, lanes=2))[1],
    }
    unseen = [what for what, faults in found.items() if not faults]
    faults = [fault for some in found.values() for fault in some]
    return Proved(f"{len(found) - len(unseen)} of {len(found)} weaknesses found", [] if unseen else faults)


def _unproven() -> list[str]:
    with mock.patch.object(header, "authentic", return_value=True):
        return mutated.run(200).faults


def _proved(opened: int, wrong: int, changed: int) -> Proved:
    cost = vault.SHIPPED_COST
    headers = mutated.run(changed)
    said, slow = _unlocked(opened, cost)
    faults = [*_without_secret(wrong), *_cheap(cost), *slow, *headers.faults]
    if min(headers.weak, headers.refused, headers.unproven) < changed / 50:
        faults.append(f"hardly any header of one kind: {headers}")
    figure = (
        f"0 of {2 * wrong} opened without the laptop's half; US$ {dollars(cost, 2**32):,.0f} for 2^32 guesses, "
        f"{dollars(cost, 2 ** (passphrases.bits() - 1)):.0e} for half of the generated passphrases; {said}; {headers}"
    )
    return Proved(figure, faults)


def dollars(cost: Cost, guesses: float) -> float:
    """What so many guesses cost at the least, from what each must move through memory.

    The first pass writes each block and reads another; every further one reads the old block as well.
    """
    moved = cost.memory_mib * 2**20 * (2 + 3 * (cost.passes - 1))
    return guesses * moved / BYTES_A_SECOND / 3600 * DOLLARS_AN_HOUR


def _cheap(cost: Cost) -> list[str]:
    found = []
    if not cost.allowed():
        found.append(f"{cost} is below the floor")
    if dollars(cost, 2**32) < LEAST_DOLLARS:
        found.append(f"2^32 guesses cost US$ {dollars(cost, 2**32):,.0f}")
    if dollars(cost, 2 ** (passphrases.bits() - 1)) < LEAST_MEDIAN:
        found.append("half of the generated passphrases cost too little")
    return found


def _without_secret(times: int, *, kept: bool = True) -> list[str]:
    """Copy the disk of a laptop as often and open it with the right passphrase and no secret, and with another one."""
    with _made(kept=kept) as (folder, _secrets):
        faults = []
        name = header.read(folder).headers[0].passphrase.secret_name
        for number in range(times):
            for secrets in (None, SecretsInMemory({name: number.to_bytes(32, "big")})):
                copy = folder.with_name(f"copy-{number}")
                shutil.copytree(folder, copy)
                try:
                    vault.unlock(copy, PASSPHRASE, secrets=secrets, clock=SystemClock()).close()
                    faults.append(f"copy {number} opened with {'no' if secrets is None else 'another'} secret")
                except Problem as problem:
                    if problem.code not in ("vault.device_secret_missing", "vault.wrong_passphrase"):
                        raise
                shutil.rmtree(copy)
        return faults


@contextlib.contextmanager
def _made(cost: Cost = slots.FLOOR_COST, *, kept: bool = True) -> Iterator[tuple[Path, SecretsInMemory]]:
    with tempfile.TemporaryDirectory(prefix="stolen-") as place:
        folder, secrets = Path(place) / "vault", SecretsInMemory()
        made = vault.create(
            folder, officer=OFFICER, passphrase=PASSPHRASE, cost=cost, secrets=secrets if kept else None
        )
        made.unlocked.close()
        yield folder, secrets


def _unlocked(times: int, cost: Cost) -> tuple[str, list[str]]:
    """Unlock as often, in a process of its own; what it took, and whether that was too much."""
    with _made(cost, kept=False) as (folder, _):
        work = [sys.executable, "-m", "tests.vault.unlocking", str(folder), PASSPHRASE, str(times)]
        told = json.loads(subprocess.run(work, cwd=ROOT, capture_output=True, check=True).stdout)
    took, peak = told["took_s"], told["peak_mib"]
    # What others do on the machine meanwhile is not the vault's: judged is the work, shared by the lanes of its cost.
    alone = _p95(told["worked_s"]) / cost.lanes
    said = f"{times} unlockings: p95 {alone:.2f} s of work on each of {cost.lanes} processors, {_p95(took):.2f} s by "
    said += f"the clock, peak {peak:.0f} MiB"
    faults = [f"{peak:.0f} MiB at the peak"] if peak > MOST_MIB else []
    return said, [*faults, *([f"p95 {alone:.2f} s of work"] if alone > LONGEST_S else [])]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
