"""Kills a program that writes answers, at random moments, and counts acknowledged answers that are gone afterwards.

By hand: `python -m tests.proof_kill.store 200`. The last line says what was found; exit code 1 if anything was lost.
"""

from __future__ import annotations

import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.store.store import Store
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.proof_kill import writer
from tests.proof_kill.writer import PASSPHRASE

# Each writer comes from one process that has loaded everything, so that a start takes no second.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.proof_kill.writer"])
LONGEST_S = 0.15


@dataclass
class Found:
    """What a series of kills showed."""

    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    kept_unacknowledged: int = 0
    last_shown_wrong: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {len(self.acknowledged)} acknowledged answers, {len(self.lost)} lost, "
            f"{self.last_shown_wrong} shown wrong, {self.kept_unacknowledged} on disk but not yet acknowledged"
        )


@contextmanager
def opened(folder: Path) -> Iterator[Desk]:
    """The vault, as after the next start of the program."""
    clock = SystemClock()
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    try:
        yield desk
    finally:
        close_desk(desk)


def make_vault(folder: Path) -> None:
    """An empty vault at the lowest cost that is read."""
    close_desk(create_vault(folder, officer="Ilse Varga", passphrase=PASSPHRASE, cost=FLOOR_COST)[0])


def notes_in(store: Store) -> list[str]:
    """The names of all answers in the notebook, oldest first."""
    names = []
    for case_id in store.cases():
        for kept in store.entries(case_id):
            for change in kept.entry.changes:
                wish = (change.get("fields") or {}).get("note")
                words = wish["value"] if isinstance(wish, dict) else wish
                found = re.match(r"\d+-[0-9a-f]+", words or "")
                names += [found[0]] if found else []
    return names


def kill_once(folder: Path, chance: random.Random, hasty: bool) -> list[tuple[str, str, str]]:
    """Start a writer, kill it after a random time, and return the (name, factor, value) that it had acknowledged."""
    ear, its = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=writer.main, args=(its, folder, hasty), daemon=True)
    process.start()
    its.close()
    with ear, open(ear.fileno(), encoding="utf-8", closefd=False) as told:
        first = told.readline()
        assert first, "the writer did not start"
        time.sleep(chance.uniform(0.0, LONGEST_S))
        process.kill()
        lines = [first, *told.readlines()]
    process.join()
    # The last line may have been cut off; then it was not acknowledged to anybody.
    return [(a, b, c) for a, b, c in (line.split() for line in lines if line.endswith("\n"))]


def run(folder: Path, kills: int, seed: int | None = None, *, hasty: bool = False) -> Found:
    """Kill as often as asked; after each kill open the vault, verify it, and look for every acknowledged answer.

    `hasty`: the writer acknowledges before it saves.
    """
    chance, found = random.Random(seed), Found()
    make_vault(folder)
    for _ in range(kills):
        said = kill_once(folder, chance, hasty)
        found.kills += 1
        found.acknowledged |= {name for name, _, _ in said}
        with opened(folder) as desk:
            desk.store.verify()
            desk.store.check_pages()
            names = notes_in(desk.store)
            found.lost |= found.acknowledged - set(names)
            found.kept_unacknowledged = len(set(names) - found.acknowledged)
            shown = {
                record.get("factor"): record
                for case in desk.store.cases()
                for record in desk.store.view(case).of("answer")
            }
            # What the screen shows is the last acknowledged answer, or the one after it that was on the disk already.
            last = {factor: (name, value) for name, factor, value in said}
            for factor, (name, value) in last.items():
                kept = str(shown[factor].get("note")).split()[0] if factor in shown else ""
                newer = kept in names and name in names and names.index(kept) > names.index(name)
                if not (newer or (kept == name and shown[factor].get("value") == value)):
                    found.last_shown_wrong += 1
    return found


def main(kills: int) -> int:
    """Run in a folder of its own and say what was found."""
    with tempfile.TemporaryDirectory() as place:
        found = run(Path(place) / "vault", kills)
    print(found)
    return 1 if found.lost or found.last_shown_wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
