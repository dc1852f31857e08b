"""The migration of a server's tables is killed at moments spread over its time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from tests.proof.frame import Proved
from tests.sync import migrating
from tests.sync.prove.processes import server

PROMISE: str = "A killed migration leaves the server's old tables or the new ones, and can be done again."
GOALS: tuple[str, ...] = ("G7",)
_ALONE = "import contextlib, psycopg\npsycopg.Connection.transaction = lambda self: contextlib.nullcontext()\n"


def gate() -> Proved:
    """A few kills."""
    return _kill(6)


def deep() -> Proved:
    """Many."""
    return _kill(60)


def control() -> Proved:
    """Each step stands by itself, without one transaction around all."""
    with without_one_transaction():
        return _kill(4)


@contextmanager
def without_one_transaction() -> Iterator[None]:
    """Each step of a migration stands by itself."""
    program = migrating.PROGRAM.replace("database.migrate(", _ALONE + "database.migrate(")
    with mock.patch.object(migrating, "PROGRAM", program):
        yield


def _kill(kills: int) -> Proved:
    with tempfile.TemporaryDirectory() as place, server() as made:
        found = migrating.cut(made.force.config.owner_database, Path(place), kills, seed=1)
    return Proved(str(found), found.between)
