"""The server is put back to an older backup: the laptops notice, and bring it what it lost.

PostgreSQL's files as they stood, or a backup made while laptops were sending and restored as the guide says.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sync.server import backup, database, recovery, restore
from tests.sync.prove.processes import LOGIN, Server, server
from tests.sync.prove.rest import HEALED_S, Found, heal, problem

NOTICED = ("sync.history_changed", "sync.stuck", "sync.not_understood")
"""What a laptop may be told of a server that was put back and does not say so."""


def run(times: int, seed: int = 0, *, says_so: bool = True, off: str = "", sealed: bool = False) -> Found:
    """So many restores, each with work that the backup does not hold.

    `says_so`: the administrator follows the guide at once; otherwise only after all laptops have met the old state.
    `sealed`: by `backup` and `restore`, with a drill between; otherwise by PostgreSQL's files.
    """
    found, chance = Found(), random.Random(seed)
    with server() as made:
        for _ in range(3):
            made.add_laptop(off=off)
        for _ in range(times):
            work(made, chance, found)
            kept = back_up(made, chance, found) if sealed else keep_backup(made)
            before = len(made.entries())
            work(made, chance, found)
            lost = len(made.entries()) - before
            for laptop in made.laptops:
                laptop.ask("write", chance.randrange(1 << 30), 2)
            (restore_into_an_empty_database if sealed else put_back)(made, kept)
            found.count("entries lost by the server", lost)
            found.count("restores")
            if sealed:
                continue  # the restore itself began another epoch
            if not says_so:
                _meet(made, chance, found)
            said = subprocess.run(
                [*_COMMAND, "init", "--restored", "--config", str(made.folder / "server.toml")],
                capture_output=True,
                text=True,
                check=False,
            )
            if said.returncode != 0:
                found.faults.append(said.stderr)
        heal(made, found, 3.0 if off else HEALED_S)
    return found


_COMMAND = (sys.executable, "-m", "sync.server.commands")


def work(made: Server, chance: random.Random, found: Found) -> None:
    """What all laptops write and send, each twice."""
    for _ in range(2):
        for laptop in made.laptops:
            laptop.ask("write", chance.randrange(1 << 30), 4)
            problem(laptop.ask("round", 0, 0), found)


def _meet(made: Server, chance: random.Random, found: Found) -> None:
    """Nobody says that the server was put back: laptops meet it, and whatever they are told is no silence."""
    for _ in range(2):
        for laptop in made.laptops:
            laptop.ask("write", chance.randrange(1 << 30), 1)
            code = laptop.ask("round", 0, 0)
            if code in NOTICED:
                found.count("times that a laptop noticed")
            else:
                problem(code, found)


def back_up(made: Server, chance: random.Random, found: Found) -> Path:
    """A backup while every laptop writes and sends, and a drill that shows that it can be restored."""
    private = made.folder / "recovery.key"
    if not private.exists():
        recovery.make(private, private.with_suffix(".pub"))
    config = replace(made.config, recovery_key=private.with_suffix(".pub"))
    for laptop in made.laptops:
        laptop.begin("round", chance.randrange(1 << 30), 6)
    file = made.folder / f"{chance.randrange(1 << 30)}.backup"
    kept = backup.make(config, file, datetime.now(UTC))
    for laptop in made.laptops:
        problem(str((laptop.finish() or ("", ""))[1]), found)
    keys = recovery.private_keys(private)
    restore.drill(config, file, kept.keys_file, keys, datetime.now(UTC), lambda done: found.faults.extend(done.faults))
    found.count("entries in backups", kept.rows["entry"])
    return file


def restore_into_an_empty_database(made: Server, kept: Path) -> None:
    """The database is gone, and another one is made from the backup."""
    made.kill()
    with database.owner(made.cluster.conninfo(database="postgres")) as owner:
        owner.execute("DROP DATABASE holdfast WITH (FORCE)")
        owner.execute("CREATE DATABASE holdfast STRATEGY file_copy")
    keys = recovery.private_keys(made.folder / "recovery.key")
    restore.restore(made.config, kept, restore.default_keys(kept), keys, LOGIN)
    made.start()


def keep_backup(made: Server) -> Path:
    """A backup of PostgreSQL's files, taken while it stands still."""
    made.kill()
    made.cluster.stop()
    kept = made.folder / "backup"
    shutil.rmtree(kept, ignore_errors=True)
    _copy(made.cluster.data, kept)
    made.cluster.start()
    made.start()
    return kept


def put_back(made: Server, kept: Path) -> None:
    """PostgreSQL goes on from a backup."""
    made.kill()
    made.cluster.stop()
    shutil.rmtree(made.cluster.data)
    _copy(kept, made.cluster.data)
    made.cluster.start()
    made.start()


def _copy(source: Path, target: Path) -> None:
    # With owners and rights: PostgreSQL looks at both.
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
