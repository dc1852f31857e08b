"""The vault's file is written anew after a case was destroyed in it: deleted rows may leave their bytes in its pages.

It is done when the vault is next opened, before anybody writes: at another time an officer would wait for it.
"""

from __future__ import annotations

from app.problems import Problem
from app.store.connection import write_anew
from app.store.store import Store

WANTED = "file to be written anew"
"""Under which name the vault keeps that it has to be done."""


def empty_log(store: Store) -> bool:
    """Bring the log of the file into the file and cut it off, where nobody reads just now; whether that was so."""
    with store.reading() as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def if_wanted(store: Store) -> bool:
    """Write the file anew where that has to be done; whether it was done.

    Without room, or where a page is damaged, it is tried the next time: nobody is kept out by it.
    """
    if not store.recall(WANTED):
        return False
    try:
        store.check_pages()  # met while the file is written anew, a damaged page looks as if memory were used up
        with store.reading() as connection:
            # Row numbers may change; their order, by which entries are read, stays.
            write_anew(connection)
        if not empty_log(store):
            return False
        store.remember(WANTED, "")
    except (Problem, MemoryError):
        return False
    return True
