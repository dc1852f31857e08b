"""PostgreSQL is put back to an older backup, files and all: the laptops notice, and bring the server what it lost."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

from tests.sync.prove.processes import Server, server
from tests.sync.prove.rest import HEALED_S, Found, heal, problem

NOTICED = ("sync.history_changed", "sync.stuck", "sync.not_understood")
"""What a laptop may be told of a server that was put back and does not say so."""


def run(times: int, seed: int = 0, *, says_so: bool = True, off: str = "") -> Found:
    """So many restores, each with work that the backup does not hold.

    `says_so`: the administrator follows the guide at once; otherwise only after all laptops have met the old state.
    """
    found, chance = Found(), random.Random(seed)
    with server() as made:
        for _ in range(3):
            made.add_laptop(off=off)
        for _ in range(times):
            work(made, chance, found)
            kept = keep_backup(made)
            before = len(made.entries())
            work(made, chance, found)
            lost = len(made.entries()) - before
            for laptop in made.laptops:
                laptop.ask("write", chance.randrange(1 << 30), 2)
            put_back(made, kept)
            found.count("entries lost by the server", lost)
            found.count("restores")
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
