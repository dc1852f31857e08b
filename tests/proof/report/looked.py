"""What is in a vault after something went wrong: whether the program opens it, and whether all is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.clock import SystemClock
from app.notebook import entry as notebook
from app.problems import Problem
from app.store.connection import sqlite
from app.store.store import Author, Store

Entries = dict[str, tuple[bytes, bytes]]
"""Entries by their hash: their bytes and their signatures."""


@dataclass(frozen=True)
class Looked:
    """`lost`: how many of those that were called saved are not there; `unreadable`: why it cannot be read, or nothing;
    `there`: how many entries there are."""

    lost: int = 0
    unreadable: str = ""
    there: int = 0


def look(
    folder: Path, key: bytes, device: str, said: Iterable[str], known: Entries | None = None, *, thorough: bool = True
) -> Looked:
    """Open the vault's database as the program does, check every page, and look for what was called saved.

    `known`: all entries that were ever written, where that is known: nothing else may be there. `thorough`: every
    signature is verified as well, everything is folded anew, and one more is written.
    """
    try:
        store = Store.open(folder, key, device)
        try:
            there = entries(store)
            store.check_pages()
            if thorough:
                _go_on(store)
        finally:
            store.close()
    except (Problem, sqlite.Error) as error:
        return Looked(unreadable=getattr(error, "code", "") or repr(error))
    strange = known is not None and not there.items() <= known.items()
    return Looked(len(set(said) - there.keys()), "something was never written" if strange else "", len(there))


def entries(store: Store) -> Entries:
    """All entries of a vault."""
    with store.reading() as connection:
        rows = connection.execute("SELECT hash, body, signature FROM entry").fetchall()
    return {name: (bytes(body), bytes(signature)) for name, body, signature in rows}


def _go_on(store: Store) -> None:
    store.verify()
    shown = {case: store.load(case).snapshot() for case in store.cases()}
    store.rebuild()
    if shown != {case: store.load(case).snapshot() for case in store.cases()}:
        raise Problem("store.damaged", file=store.path.name)
    made = notebook.create("c" * 32, "case", {"reference": "NM-2026-0001"})
    store.write("c" * 32, [made], Author("Ilse Varga", "5" * 32), SystemClock())
    store.verify()
