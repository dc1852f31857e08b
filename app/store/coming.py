"""A database that is to take the place of a vault's: written beside it, and put in its place whole or not at all.

Which of the two belongs to the vault is told by the key alone: the one that the vault's key opens. So a new key comes
into force with the header that holds it, in one rename, and stopped anywhere the next opening goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from app.problems import Problem
from app.store.connection import remove_database
from app.store.database import opens
from app.vault.disk import DISK, Disk, problem_of

NEXT = "vault.db.next"
_WRITING = "vault.db.writing"


def write(folder: Path, make: Callable[[Path], None], disk: Disk = DISK) -> None:
    """Let `make` write the database that is coming, and name it so once all of it is on the disk.

    `make` leaves it closed and flushed. Raises what it raises, and the Problems of the disk; then nothing is coming.
    """
    writing = folder / _WRITING
    remove_database(writing)
    try:
        make(writing)
        disk.rename(writing, folder / NEXT)
        disk.sync_folder(folder)
    except OSError as error:
        raise problem_of(error) from None
    finally:
        remove_database(writing)


def settle(folder: Path, name: str, key: bytes, disk: Disk = DISK) -> None:
    """Put what is coming in the place of the database `name`, or take it away: whichever this key opens stays.

    Where it opens neither, both stay as they are. Raises the Problems of the disk.
    """
    coming, path = folder / NEXT, folder / name
    if not os.path.exists(coming):  # also where nobody may look: opening the vault says that
        return
    try:
        ours = opens(coming, key)
        for beside in (f"{NEXT}-wal", f"{NEXT}-shm"):
            disk.remove(folder / beside)  # left by looking at it; it was closed and flushed before it got its name
        if ours:
            for beside in (f"{name}-wal", f"{name}-shm"):
                # What is in the log belongs to the database that goes: on the other one it would be damage.
                disk.remove(folder / beside)
            disk.rename(coming, path)
            disk.sync_folder(folder)
        elif path.exists() and opens(path, key):
            disk.remove(coming)
    except OSError as error:
        raise problem_of(error) from None


def take_away(folder: Path) -> None:
    """Nothing is coming after all."""
    try:
        os.unlink(folder / NEXT)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Problem("store.read_only", file=NEXT) from error
