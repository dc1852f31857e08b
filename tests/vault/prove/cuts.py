"""A header, a passphrase and a key are changed by a real process, and its power is cut at as many points as wanted."""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.casework import rekey
from app.casework.desk import create_vault, open_desk
from app.clock import SystemClock
from app.notebook import entry as notebook
from app.problems import Problem
from app.store.store import Store
from app.vault import vault
from app.vault.vault import FLOOR_COST, Unlocked
from tests.vault.prove import recorded
from tests.vault.test_custodians import CARDS

OLD, NEW = "ferry lantern under the plum", "seven quiet otters on a raft"
NAME, OTHER_NAME = "R. O.", "Runa"
ENTRIES = 40
_CHANCE = 20261122


@dataclass
class Found:
    """`points`: cuts that were looked at; `old`, `new`: what was in force after them; `faults`: where not exactly one
    of both was, with all entries in the vault."""

    points: int = 0
    steps: int = 0
    old: int = 0
    new: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.points} cuts in {self.steps} steps: {self.old} old, {self.new} new, {len(self.faults)} neither"


def act(kind: str, folder: Path) -> dict[str, str]:
    """Do it, in a process of its own; what is told of it."""
    unlocked = vault.unlock(folder, OLD, clock=SystemClock())
    if kind == "header":
        vault.rename(unlocked, OTHER_NAME)
        return {}
    desk = open_desk(unlocked)
    if kind == "passphrase":
        vault.change_passphrase(unlocked, NEW, cost=FLOOR_COST)
        return {}
    return {"code": rekey.rekey(desk, OLD, cost=FLOOR_COST)}


def run(kind: str, points: int, without: str = "") -> Found:
    """Cut a change of that kind at so many points, spread over all its steps.

    `without`: steps of this kind are left out, as by a program that forgets them: then faults must be found.
    """
    with tempfile.TemporaryDirectory() as place:
        return _run(kind, points, Path(place), without)


def _run(kind: str, points: int, place: Path, without: str) -> Found:
    folder, told = place / "vault", place / "told"
    desk, code = create_vault(
        folder, officer="Runa Okafor", short_name=NAME, passphrase=OLD, cost=FLOOR_COST, cards=CARDS
    )
    case = "c" * 32
    desk.store.write(case, [notebook.create(case, "case", {"reference": "NM-1"})], desk.author, desk.clock)
    for number in range(ENTRIES):
        record = f"{number:032x}"
        desk.store.write(case, [notebook.create(record, "note", {"text": "x" * 200})], desk.author, desk.clock)
    desk.store.close()
    desk.unlocked.close()
    found = recorded.record(folder, ["-m", "tests.vault.prove.cuts", kind, str(folder), str(told)], place / "trace")
    found.steps = [step for step in found.steps if step.kind != without]
    new_code = json.loads(told.read_text()).get("code", "")
    looks: dict[str, Callable[[Path], tuple[bool, bool]]] = {
        "header": _named,
        "passphrase": _by_words,
        "rekey": lambda at: _by_codes(at, code, new_code),
    }
    result, chance = Found(points, len(found.steps)), random.Random(_CHANCE)
    spread = [round(number * len(found.steps) / max(1, points - 1)) for number in range(points)]
    for point, files, _ in recorded.cuts(found, spread, chance):
        at = recorded.lay_out(files, place / "cut")
        try:
            old, new = looks[kind](at)
        except Problem as problem:
            result.faults.append(f"after step {point}: {problem.code}")
            continue
        if old == new:
            result.faults.append(f"after step {point}: {'both' if old else 'neither'}")
        result.old += old and not new
        result.new += new and not old
        shutil.rmtree(at)
    return result


def _named(folder: Path) -> tuple[bool, bool]:
    with vault.unlock(folder, OLD, clock=SystemClock()) as unlocked:
        _whole(unlocked)
        return unlocked.short_name == NAME, unlocked.short_name == OTHER_NAME


def _by_words(folder: Path) -> tuple[bool, bool]:
    return _opens(folder, OLD), _opens(folder, NEW)


def _opens(folder: Path, words: str) -> bool:
    (folder / "vault.attempts").unlink(missing_ok=True)
    try:
        with vault.unlock(folder, words, clock=SystemClock()) as unlocked:
            _whole(unlocked)
    except Problem as problem:
        if problem.code == "vault.wrong_passphrase":
            return False
        raise
    return True


def _by_codes(folder: Path, old: str, new: str) -> tuple[bool, bool]:
    return _recovers(folder, old), _recovers(folder, new)


def _recovers(folder: Path, code: str) -> bool:
    try:
        with vault.recover(folder, code) as unlocked:
            _whole(unlocked)
    except Problem as problem:
        if problem.code == "vault.wrong_recovery_code":
            return False
        raise
    return True


def _whole(unlocked: Unlocked) -> None:
    """The database opens with that key, every page and every entry in it is whole, and none is missing."""
    store = Store.open(unlocked.folder, unlocked.database_key(), unlocked.device_id)
    try:
        store.check_pages()
        store.verify()
        if store.count_entries() < ENTRIES + 2:
            raise Problem("store.rolled_back", after=store.count_entries())
    finally:
        store.close()


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(json.dumps(act(sys.argv[1], Path(sys.argv[2]))))
