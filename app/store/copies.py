"""The copy of a vault's database that is kept before its format changes: made, proven, and removed in time.

It lies beside the database, encrypted with the same key, and bears the number of its format in its name. The program of
before goes back to it (`app.store.going_back`). Whatever must not stay on the laptop goes from it as well.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from app.problems import Problem
from app.store.connection import Connection, connect, file_errors, integrity, pragma, problems, remove_database
from app.store.migrating import COPYING, Told
from app.vault import aside as kept_aside
from app.vault.disk import DISK

DAYS = 30
"""For how many days after a change of format the copy is kept."""
UNFINISHED = (".kept.new", ".back.new")
"""What a copy, and a vault that goes back, are called until they are whole."""
_PAGES = 2048
"""8 MB are copied at once, then it is said how far it is."""
_NAME = re.compile(r"\.kept-([1-9][0-9]*)")


def beside(path: Path) -> dict[int, Path]:
    """The copies beside a database by their formats, newest first."""
    found = {}
    for file in path.parent.glob(f"{path.name}.kept-*"):
        if match := _NAME.fullmatch(file.name.removeprefix(path.name)):
            found[int(match[1])] = file
    return dict(sorted(found.items(), reverse=True))


def keep(connection: Connection, path: Path, key: bytes, found: int, told: Told) -> None:
    """Keep a copy of an open database of the format `found`; an older one of the same name is replaced.

    It has its name only once every page of it was read back and every byte is on the disk. Raises what `problems`
    raises; then no new copy is there.
    """
    fresh = path.with_name(f"{path.name}{UNFINISHED[0]}")
    copy(connection, fresh, key, told)
    try:
        _prove(connection, fresh, key, found)
        put_in_place(fresh, path.with_name(f"{path.name}.kept-{found}"))
    except BaseException:
        remove_database(fresh)
        raise


def copy(connection: Connection, target: Path, key: bytes, told: Told) -> None:
    """Copy an open database as it stands at this moment into a new file: one file, without a log beside it.

    Raises Problem store.damaged where a page has lost its seal: copying would give it a new one over what is not true.
    """
    remove_database(target)
    if not integrity(connection):
        raise Problem("store.damaged", file=target.name)
    with file_errors(target):
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with problems(target), contextlib.closing(connect(target, key)) as made:

            def progress(_status: int, remaining: int, total: int) -> None:
                told(COPYING, 100 * (total - remaining) // max(total, 1))

            connection.backup(made, pages=_PAGES, progress=progress)
            alone(made)
    except BaseException:
        remove_database(target)
        raise


def alone(connection: Connection) -> None:
    """Bring all of a database into its one file, so that it can be given another name."""
    if connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
        raise sqlite.OperationalError("the log could not be brought into the file")


def flush(path: Path) -> None:
    """Bring a closed file onto the disk."""
    with file_errors(path), path.open("rb+") as file:
        os.fsync(file.fileno())


def put_in_place(fresh: Path, target: Path) -> None:
    """Give a finished file its name, by which it replaces what bore it; it is on the disk when this returns."""
    flush(fresh)
    with file_errors(fresh):
        DISK.rename(fresh, target)
        DISK.sync_folder(target.parent)


def forget(path: Path, but: int | None = None) -> None:
    """Remove the copies beside a database, and what was left of one that was never finished; not that of `but`."""
    forget_unfinished(path)
    for found, file in beside(path).items():
        if found != but:
            remove_database(file)


def forget_unfinished(path: Path) -> None:
    """Remove what was left of files that were never finished."""
    for name in UNFINISHED:
        remove_database(path.with_name(f"{path.name}{name}"))


def within(path: Path, key: bytes, work: Callable[[Connection], None], *, aside: bool = False) -> None:
    """Do `work` in a transaction of each copy, so that what goes from the vault goes from them.

    `aside`: also where the whole vault was kept aside. A copy in which it cannot be done is removed as a whole.
    """
    for file in (*beside(path).values(), *(_aside(path) if aside else ())):
        try:
            with contextlib.closing(connect(file, key)) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                work(connection)
                connection.execute("COMMIT")
        except sqlite.Error:
            remove_database(file)


def _aside(path: Path) -> list[Path]:
    """The databases in what was kept aside of the whole vault, with the copies beside them."""
    found = [folder / path.name for folder in kept_aside.of(path.parent)]
    return [file for main in found for file in (main, *beside(main).values()) if file.exists()]


def _prove(connection: Connection, fresh: Path, key: bytes, found: int) -> None:
    """Raise Problem store.disk unless the copy opens, is whole, and holds as many entries up to the same one."""
    with problems(fresh), contextlib.closing(connect(fresh, key, read_only=True)) as made:
        same = made.execute(_LAST).fetchone() == connection.execute(_LAST).fetchone()
        if not same or pragma(made, "user_version") != found or not integrity(made):
            raise Problem("store.disk", file=fresh.name)


_LAST = "SELECT count(*), max(rowid) FROM entry"
