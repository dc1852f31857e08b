"""One report as an officer writes it, in a process of its own that may be killed, cut off or refused a disk.

`python -m tests.proof.report.written FOLDER TOLD [NAME=VALUE …]` opens an existing vault and saves one thing after the
other. After each save it adds the hash of the entry to the file TOLD: that is what the screen would call saved. Where a
save ends in a Problem it adds the Problem's code with a mark before it, and the officer saves again.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.casework import edit, risk
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.notebook.entry import Entry, SignedEntry
from app.notebook.ids import random_id
from app.problems import Problem
from app.vault import vault
from app.vault.vault import FLOOR_COST

PASSPHRASE = "mosslamp tinkettle barnfog"
OFFICER = "Ilse Varga"
REFUSED = "! "
MADE = "made"
Done = TypeVar("Done")
FACTORS = [f"F{number:02d}" for number in range(1, 44)]
VALUES = ("yes", "no", "unknown")
WORDS = ("door", "kitchen", "hall", "cup", "stairs", "neighbour", "light", "window", "phone", "coat")


@dataclass(frozen=True)
class How:
    """How it is written.

    `saves`: how many things are saved; `seed`: which; `closings`: how often the vault is closed and opened again within
    the report; `log_pages`: after how many pages the log is brought into the file, 0 for as many as the program takes;
    `making`: 1 where the vault is made first, which is said as MADE. For the controls, `synchronous`: another one than
    the program's own; `hasty`: 1 where something is called saved as soon as it is written, before that is on the disk.
    """

    saves: int = 60
    seed: int = 0
    closings: int = 0
    log_pages: int = 0
    synchronous: str = ""
    hasty: int = 0
    making: int = 0

    def words(self) -> list[str]:
        """The same for a command line."""
        return [f"{name}={value}" for name, value in vars(self).items()]

    @classmethod
    def read(cls, words: list[str]) -> How:
        """What a command line says of it."""
        told = dict(word.split("=", 1) for word in words)
        return cls(**{name: type(value)(told.get(name, value)) for name, value in vars(cls()).items()})


def make_vault(folder: Path) -> tuple[bytes, str]:
    """An empty vault at the lowest cost that is read: the key of its database, and its id."""
    desk, _ = create_vault(folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST)
    with contextlib.closing(desk.unlocked):
        key, device = desk.unlocked.database_key(), desk.unlocked.device_id
        desk.store.close()
    return key, device


def main(folder: Path, told: Path, how: How) -> None:
    """Open the vault and write the report."""
    out = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(words: str) -> None:
        os.write(out, words.encode() + b"\n")

    if how.making:
        make_vault(folder)
        say(MADE)
    desk, report = _opened(folder, how, say), _Report(random.Random(how.seed))
    closing = how.saves // (how.closings + 1)
    for number in range(how.saves):
        if how.closings and number and number % closing == 0:
            close_desk(desk)
            desk = _opened(folder, how, say)
        report.save(desk, say)
        if not how.hasty:
            say(_last(desk))
    with contextlib.suppress(Problem):
        close_desk(desk)


def _opened(folder: Path, how: How, say: Callable[[str], None]) -> Desk:
    clock = SystemClock()
    unlocked = _until_done(lambda: vault.unlock(folder, PASSPHRASE, clock=clock), say)
    desk = _until_done(lambda: open_desk(unlocked, clock=clock), say)
    with desk.store.reading() as connection:
        if how.log_pages:
            connection.execute(f"PRAGMA wal_autocheckpoint = {how.log_pages}")
        if how.synchronous:
            connection.execute(f"PRAGMA synchronous = {how.synchronous}")
    if how.hasty:
        insert = desk.store.insert

        def hasty(entry: Entry, signed: SignedEntry, state: str) -> None:
            insert(entry, signed, state)
            say(signed.hash)

        desk.store.insert = hasty
    return desk


def _until_done(work: Callable[[], Done], say: Callable[[str], None]) -> Done:
    """What the officer does again until nothing is in its way any more."""
    while True:
        try:
            return work()
        except Problem as problem:
            say(REFUSED + problem.code)


def _last(desk: Desk) -> str:
    """The hash of the entry that was written last."""
    with desk.store.reading() as connection:
        row = connection.execute(
            "SELECT hash FROM entry WHERE device = ? ORDER BY first DESC LIMIT 1", (desk.store.device,)
        ).fetchone()
    return str(row[0])


class _Report:
    """What is saved next: first the case and who and what belongs to it, then answers, and words that grow."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._case, self._words = chance, random_id(), ""
        self._deeds = self._all()

    def save(self, desk: Desk, say: Callable[[str], None]) -> None:
        """One thing, in one entry."""
        deed = next(self._deeds)
        _until_done(lambda: deed(desk), say)

    def _all(self) -> Iterator[Callable[[Desk], object]]:
        case, incident = self._case, random_id()
        ids: list[str] = []

        def assess(desk: Desk) -> None:
            ids.append(risk.start_assessment(desk, case)[0])

        yield lambda desk: edit.create(desk, case, "case", {"reference": "NM-2026-0417"}, case)
        yield lambda desk: edit.create(desk, case, "person", {"given_name": "Mira", "roles": ["victim"]})
        yield lambda desk: edit.create(desk, case, "person", {"given_name": "Jon", "roles": ["perpetrator"]})
        yield lambda desk: edit.create(desk, case, "incident", {"narrative": "begun"}, incident)
        yield assess
        while True:
            how = self._chance.random()
            if how < 0.25:
                yield self._typed(case, incident)
            elif how < 0.3:
                yield lambda desk: risk.set_view(desk, case, ids[0], words=self._sentence(5))
            elif how < 0.35:
                yield lambda desk: edit.create(desk, case, "note", {"words": self._sentence(2000)})
            else:
                yield self._answered(case, ids[0])

    def _answered(self, case: str, assessment: str) -> Callable[[Desk], object]:
        factor, value = self._chance.choice(FACTORS), self._chance.choice(VALUES)
        return lambda desk: risk.answer(desk, case, assessment, factor, value=value, note=self._sentence(8))

    def _typed(self, case: str, incident: str) -> Callable[[Desk], object]:
        self._words = f"{self._words} {self._sentence(9)}."[-4000:]
        return lambda desk: edit.set_field(desk, case, incident, "narrative", self._words)

    def _sentence(self, most: int) -> str:
        return " ".join(self._chance.choices(WORDS, k=self._chance.randint(1, most)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), How.read(sys.argv[3:]))
