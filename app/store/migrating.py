"""The format of a vault's database: the steps that make it, and how a file is brought up to date by them.

The number of the last step done stands in the file (`user_version`). A released step never changes; what a further one
may do to the tables that an earlier program reads when it is put back stands in `migrations/frozen.json`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from app.problems import Problem
from app.store.connection import Connection, pragma

MIGRATIONS = Path(__file__).parent / "migrations"
COPYING, CHANGING = "copying", "changing"
KEPT_SINCE = "copy kept since"
"""Under which name a vault keeps since when a copy of the format before lies beside it."""

Told = Callable[[str, int], None]
"""Hears which part of bringing a vault up to date runs (COPYING, CHANGING) and how much of it is done, in per cent."""


@dataclass(frozen=True)
class Step:
    """One step: the number of the format that it makes, and the file with its statements."""

    number: int
    file: Path


def nobody(_part: str, _percent: int) -> None:
    """Where nobody wants to hear how far it is."""


def steps(folder: Path | None = None) -> list[Step]:
    """The steps in their order; those of this program where no folder is given."""
    return [Step(int(file.name[:4]), file) for file in sorted((folder or MIGRATIONS).glob("*.sql"))]


def newest(folder: Path | None = None) -> int:
    """The newest format that a program with these steps reads."""
    return steps(folder)[-1].number


def check(connection: Connection, known: list[Step]) -> int:
    """The format of a file. Raises Problem store.newer where it is of a later program."""
    found = int(pragma(connection, "user_version"))
    if found > known[-1].number:
        raise Problem("store.newer", found=found, known=known[-1].number)
    return found


def migrate(connection: Connection, known: list[Step]) -> None:
    """Do the steps that are missing, all of them and the new number in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = int(pragma(connection, "user_version"))
        for step in known:
            if step.number > found:
                for statement in statements(step.file.read_text("utf-8")):
                    connection.execute(statement)
        connection.execute("DELETE FROM meta WHERE name = ?", (KEPT_SINCE,))
        connection.execute(f"PRAGMA user_version = {known[-1].number}")
        connection.execute("COMMIT")
    except BaseException:
        # An error of the disk may have rolled it back already; what is said is the error itself.
        with contextlib.suppress(sqlite.Error):
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """The statements of a step, without its comments."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]
