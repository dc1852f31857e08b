"""A closed vault database of some size, everything that the program reads from it, and what becomes of that where bits
of its file, its log or its header are turned.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from app.notebook.entry import EntryRefused
from app.store.rewriting import empty_log
from app.store.store import Store
from app.vault import header
from tests.store.vaults import CASE, DEVICE, FILE, KEY, answers, fill, new_store, outcome
from tests.vault import doubles

PAGE = 4096
NO_PROBLEM = (EntryRefused, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""How a program fails that takes for what was written what was not."""
UNREAD = (["store.foreign"], ["store.damaged"])
"""What is read of a file that is not opened at all."""


@dataclass
class Turned:
    """`bits`: that were turned; `unread`: after how many a Problem came; `faults`: after how many something else."""

    bits: int = 0
    unread: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.bits:,} turned, {self.unread:,} noticed, {len(self.faults)} read wrong"


def make_sound(folder: Path) -> list[Any]:
    """Make such a database; returns what is read from it."""
    store = new_store(folder)
    fill(store, 150)
    for number in range(30):
        fill(store, 1, f"{number:032x}")
    assert empty_log(store)
    store.close()
    return readings(folder)


def readings(folder: Path) -> list[Any]:
    """Everything that the program reads, each piece by itself: its value, or the code of its Problem."""
    store = outcome(lambda: Store.open(folder, KEY, DEVICE))
    if isinstance(store, str):
        return [store]
    try:
        return [
            outcome(lambda: sorted(store.cases())),
            outcome(lambda: answers(store)),
            outcome(lambda: [kept.signed.hash for kept in store.entries(CASE)]),
            outcome(lambda: sorted(store.find(["mira"], 100))),
            outcome(lambda: store.find_record(CASE, "p" * 32).get("given_name")),
            outcome(lambda: sorted((line.case_id, line.body) for line in store.lines(lambda view: view.id.encode()))),
            outcome(store.unsent),
            outcome(store.verify),
        ]
    finally:
        store.close()


def turn(folder: Path, target: Path, offset: int, bit: int, file: str = FILE) -> Path:
    """A copy of the folder in which one bit of a file is the other way round."""
    shutil.copytree(folder, target)
    with (target / file).open("r+b") as spoilt:
        spoilt.seek(offset)
        [byte] = spoilt.read(1)
        spoilt.seek(offset)
        spoilt.write(bytes([byte ^ 1 << bit]))
    return target


def in_the_file(place: Path, count: int, seed: int = 7) -> Turned:
    """Turn so many bits, one at a time, evenly over all pages: what is then read is right, or it is a Problem, and a
    look at all pages finds it.
    """
    folder, chance, found = place / "vault", random.Random(seed), Turned()
    right = make_sound(folder)
    if any(isinstance(piece, str) and piece.startswith("store.") for piece in right):
        found.faults.append(f"the sound file reads {right}")
    pages = (folder / FILE).stat().st_size // PAGE
    for number in range(count):
        page = number % pages
        spoilt = turn(folder, place / "spoilt", page * PAGE + chance.randrange(PAGE), chance.randrange(8))
        found.bits += 1
        try:
            got = readings(spoilt)
        except (*NO_PROBLEM, sqlite.Error) as error:
            found.faults.append(f"page {page + 1}: {type(error).__name__}")
            shutil.rmtree(spoilt)
            continue
        found.unread += got in UNREAD or got != right
        if got not in UNREAD:
            both = zip(got, right, strict=True)
            wrong = [one for one, due in both if one not in (due, "store.damaged", "store.foreign")]
            found.faults += [f"page {page + 1}: {str(one)[:100]}" for one in wrong]
            if _pages(spoilt) != "store.damaged":
                found.faults.append(f"page {page + 1}: the look at all pages found nothing")
        shutil.rmtree(spoilt)
    return found


def _pages(folder: Path) -> Any:
    def look() -> None:
        store = Store.open(folder, KEY, DEVICE)
        try:
            store.check_pages()
        finally:
            store.close()

    return outcome(look)


def in_the_log(place: Path, count: int, seed: int = 11) -> Turned:
    """Cut the log so often, empty its end or turn a bit: an earlier state is read whole, and never half an entry."""
    folder, chance, found = place / "logged", random.Random(seed), Turned()
    store = new_store(folder)
    fill(store, 60)
    right = [kept.signed.hash for kept in store.entries(CASE)]
    for number in range(count):
        copy = place / "cut"
        shutil.copytree(folder, copy)
        (copy / f"{FILE}-shm").unlink()
        log = copy / f"{FILE}-wal"
        data = bytearray(log.read_bytes())
        at = chance.randrange(32, len(data))
        if number % 3 == 0:
            del data[at:]
        elif number % 3 == 1:
            data[at:] = bytes(len(data) - at)
        else:
            data[at] ^= 1 << chance.randrange(8)
        log.write_bytes(bytes(data))
        found.bits += 1
        got = outcome(lambda copy=copy: _entries(copy))
        # Where the first pages, with the tables themselves, are not in the file yet, there is nothing to read.
        found.unread += got != right
        if got not in ("store.damaged", "store.foreign") and got != right[: len(got)]:
            found.faults.append(f"log cut at {at}: {str(got)[:100]}")
        shutil.rmtree(copy)
    store.close()
    return found


def _entries(folder: Path) -> list[str]:
    store = Store.open(folder, KEY, DEVICE)
    try:
        kept = [entry.signed.hash for entry in store.entries(CASE)]
        assert len(answers(store)) == max(0, len(kept) - 2)
        store.verify()
        store.check_pages()
        return kept
    finally:
        store.close()


def in_the_header(place: Path, count: int, seed: int = 13) -> Turned:
    """Turn so many bits of a header: it is no header any more, or it says what it said."""
    doubles.make(place / "headed").unlocked.close()
    data, chance, found = (place / "headed" / header.NAME).read_bytes(), random.Random(seed), Turned()
    right = header.decode(data)
    for _ in range(count):
        turned = bytearray(data)
        at = chance.randrange(len(turned))
        turned[at] ^= 1 << chance.randrange(8)
        found.bits += 1
        try:
            if header.decode(bytes(turned)) != right:
                found.faults.append(f"header byte {at}")
        except (header.Damaged, header.Newer, header.Weakened):
            found.unread += 1
    return found
