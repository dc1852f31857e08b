"""Databases of the server whose upgrade is cut off: a further version, a process that migrates, what stands there."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from sync.server import database

FURTHER = ("9001_further.sql", "9002_and_further.sql")
STEPS = 8
"""Into how many moments each of the two further steps is drawn out, so that a kill meets each of them."""
MOMENT_S = 0.03

PROGRAM = """
import sys
from pathlib import Path
from sync.server import database
print("begun", flush=True)
database.migrate(sys.argv[1], folder=Path(sys.argv[2]))
print("done", flush=True)
"""


def further(folder: Path) -> Path:
    """This version's steps and two more, which take a while."""
    folder.mkdir(parents=True)
    for name, text in database.migrations():
        (folder / name).write_text(text, encoding="utf-8")
    for name in FURTHER:
        table = f"later_{name[:4]}"
        lines = [f"CREATE TABLE {table} (org_id text NOT NULL, PRIMARY KEY (org_id));"]
        for number in range(STEPS):
            lines.append(f"ALTER TABLE {table} ADD COLUMN c{number} text; SELECT pg_sleep({MOMENT_S});")
        lines.append("ALTER TABLE device ADD COLUMN " + table + " text;")
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


@contextlib.contextmanager
def new_database(conninfo: str, name: str) -> Iterator[str]:
    """How to connect to an empty database of that name, as its owner; it goes afterwards."""
    quoted = sql.Identifier(name)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        try:
            yield make_conninfo(conninfo, dbname=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))


def stands(conninfo: str) -> tuple[set[str], set[tuple[str, str, str]]]:
    """Which steps are noted as done, and every column of every table."""
    with psycopg.connect(conninfo) as connection:
        steps = {name for (name,) in connection.execute("SELECT name FROM migration")}
        columns: list[Any] = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
    return steps, set(columns)


@dataclass
class Cut:
    """What migrations that were killed left behind."""

    kills: int = 0
    old: int = 0
    new: int = 0
    between: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kills} kills of migrate: {self.old} old, {self.new} new, {len(self.between)} between"


def cut(conninfo: str, place: Path, kills: int, seed: int = 0) -> Cut:
    """Kill a migration at moments that a seed chooses, spread over its time; after each, finish it and begin anew."""
    found, chance, steps = Cut(), random.Random(seed), further(place / "further")
    with new_database(conninfo, "cut_not") as name:
        database.migrate(name)
        whole_s = _kill(name, steps, None)
    for number in range(kills):
        with new_database(conninfo, f"cut_{number}") as name:
            database.migrate(name)
            before = stands(name)
            _kill(name, steps, chance.uniform(number, number + 1) / kills * whole_s * 1.1)
            _wait_until_alone(name)
            after = stands(name)
            found.kills += 1
            try:
                database.migrate(name, folder=steps)
            except psycopg.Error as error:
                found.between.append(f"kill {number}: {type(error).__name__} when it was finished")
                continue
            whole = stands(name)
            if after == before:
                found.old += 1
            elif after == whole:
                found.new += 1
            else:
                found.between.append(f"kill {number}: {sorted(after[0] ^ before[0])}")
            if whole[0] != before[0] | set(FURTHER):
                found.between.append(f"kill {number}: could not be finished")
    return found


def _kill(conninfo: str, steps: Path, after_s: float | None) -> float:
    """Migrate, and kill it so long after it began; without, let it finish. How long it ran."""
    command = [sys.executable, "-c", PROGRAM, conninfo, str(steps)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        begun = time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.send_signal(signal.SIGKILL)
        return time.monotonic() - begun


def _wait_until_alone(conninfo: str) -> None:
    """The server's process learns only when it next speaks that nobody listens any more."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while connection.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        ).fetchall():
            time.sleep(0.01)
