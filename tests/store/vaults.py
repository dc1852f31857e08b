"""Databases for tests of the store, without the vault's key derivation around them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from app.clock import FixedClock
from app.notebook import entry as notebook
from app.problems import Problem
from app.store import store as store_module
from app.store.store import Author, Store

KEY = bytes(range(32))
DEVICE = "a" * 32
CASE = "c" * 32
AUTHOR = Author("Ilse Varga", "5" * 32)
START = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)
FILE = store_module.FILE
TABLES = ("record", "word", "spelling", "case_line", "entry", "meta", "secret")


def clock() -> FixedClock:
    return FixedClock(START)


def new_store(folder: Path, key: bytes = KEY, device: str = DEVICE) -> Store:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store.create(folder, key, device)


def fill(store: Store, answers: int = 20, case: str = CASE) -> None:
    """One case with a person and some answers, an entry each."""
    now = clock()
    person = {"given_name": "Mira", "family_name": "Havel"}
    store.write(case, [notebook.create(case, "case", {"reference": "NM-2026-0417"})], AUTHOR, now)
    store.write(case, [notebook.create("p" * 32, "person", person)], AUTHOR, now)
    for number in range(answers):
        put(store, f"F{number:02d}", "yes", case)


def put(store: Store, factor: str, value: str, case: str = CASE, note: str = "") -> None:
    """Answer a factor as the screen does."""
    record = store.case(case).records.get(factor)
    if record is None:
        changes = [notebook.create(factor, "answer", {"factor": factor, "value": value, "note": note})]
    else:
        changes = [
            notebook.assign(factor, {"value": (value, record.seen("value")), "note": (note, record.seen("note"))})
        ]
    store.write(case, changes, AUTHOR, clock())


def answers(store: Store, case: str = CASE) -> dict[str, Any]:
    """Answers by factor, as they are read."""
    return {record.id: record.get("value") for record in store.view(case).of("answer")}


def raw(folder: Path, key: bytes = KEY) -> Any:
    """A connection past the store, to look at the file or to spoil it."""
    connection = sqlite.connect(str(folder / FILE), isolation_level=None)
    connection.set_key(f"x'{key.hex()}'")
    return connection


def tables(folder: Path, names: tuple[str, ...] = TABLES, key: bytes = KEY) -> dict[str, set[tuple[Any, ...]]]:
    """Everything in the named tables, byte for byte."""
    connection = raw(folder, key)
    found = {name: set(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in names}
    connection.close()
    return found


def settle(folder: Path, key: bytes = KEY) -> None:
    """Bring everything from the write-ahead log into the file itself."""
    connection = raw(folder, key)
    assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    connection.close()


@contextlib.contextmanager
def problem(*codes: str) -> Iterator[list[str]]:
    """The block ends in a Problem with one of these codes; yields a list that then holds the code."""
    found: list[str] = []
    try:
        yield found
    except Problem as caught:
        found.append(caught.code)
    assert found, f"no Problem; expected {codes}"
    assert found[0] in codes, f"{found[0]} is none of {codes}"


def outcome(work: Callable[[], Any]) -> Any:
    """What the work returns, or the code of the Problem in which it ends."""
    try:
        return work()
    except Problem as caught:
        return caught.code
