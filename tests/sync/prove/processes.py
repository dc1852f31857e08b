"""A server, its PostgreSQL and laptops as processes of their own, each of which may be killed at any moment.

They come from one process that has loaded everything, so that a start takes no second; each is a whole process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from app.clock import SystemClock
from app.notebook.ids import random_id
from app.problems import Problem
from app.store.store import Author, Store
from sync.client import enrolment
from sync.client import round as rounds
from sync.client.membership import keep, membership
from sync.server import authority, commands, database, trial
from sync.server.cluster import Cluster, find
from sync.server.config import Config
from sync.wire import code as codes
from tests.sync.laptops import Force
from tests.sync.prove import deeds, without

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.sync.prove.processes", "sync.server.app", "uvicorn", "httpx2"])
LOGIN = "holdfast_proven"
AWAY = ("sync.unreachable", "sync.busy")
"""What a round may be told while something is being killed. Everything else is a finding."""


class Away(SystemClock):
    """A clock that is wrong by some seconds, as a laptop's may be."""

    def __init__(self, seconds: float) -> None:
        self._away = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._away


# ---- The laptop's process -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vault:
    """Where a laptop's vault is, whose it is, how wrong its clock is, and what is switched off in its program."""

    folder: Path
    key: bytes
    device: str
    author: str
    away_s: float = 0.0
    off: str = ""

    def open(self) -> Store:
        return Store.open(self.folder, self.key, self.device)


def live(ear: Connection, vault: Vault) -> None:
    """A laptop: does what it is told, and says each entry as soon as its write has returned."""
    with contextlib.suppress(EOFError, BrokenPipeError), without.off(vault.off):
        store = vault.open()
        ear.send(("ready",))
        while True:
            what, *more = ear.recv()
            ear.send((what, _ORDERS[what](ear, vault, store, *more)))


def _write(ear: Connection, vault: Vault, store: Store, seed: int, count: int) -> int:
    chance, clock, author = random.Random(seed), Away(vault.away_s), Author(vault.author, "5" * 32)
    for _ in range(count):
        ear.send(("saved", deeds.one(store, author, clock, chance)))
    return count


def _small(ear: Connection, vault: Vault, store: Store, seed: int) -> None:
    """One small entry on one case that is the same for all."""
    ear.send(("saved", deeds.small(store, Author(vault.author, "5" * 32), Away(vault.away_s), random.Random(seed))))


def _round(ear: Connection, vault: Vault, store: Store, seed: int, beside: int) -> str:
    """One round, while the officer goes on writing on another connection; the code of what ended it, or nothing."""
    other = vault.open()
    writing = threading.Thread(target=_write, args=(ear, vault, other, seed, beside))
    writing.start()
    try:
        rounds.run(store, Away(vault.away_s))
    except Problem as problem:
        return problem.code
    finally:
        writing.join()
        other.close()
    return ""


_ORDERS: dict[str, Any] = {
    "write": _write,
    "small": _small,
    "round": _round,
    "sent": lambda _ear, _vault, store: len(deeds.hashes(store, "sent")),
    "acknowledged": lambda _ear, _vault, store: deeds.hashes(store, "sent"),
    "stands": lambda _ear, _vault, store: deeds.what_stands(store),
}


@dataclass
class Client:
    """The hold on a laptop's process. `saved`: hashes of the entries whose writes returned, in whatever life."""

    vault: Vault
    saved: set[str] = field(default_factory=set)
    lives: int = 0
    process: Any = None
    ear: Any = None

    def start(self) -> None:
        self.ear, its = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=live, args=(its, self.vault), daemon=True)
        self.process.start()
        its.close()
        self.lives += 1
        assert self.finish() == ("ready",), "the laptop did not start"

    def begin(self, *order: Any) -> None:
        """Give an order, and do not wait for what comes of it."""
        self.ear.send(order)

    def finish(self) -> tuple[Any, ...] | None:
        """What came of the last order; None where the process ended first."""
        try:
            while (told := self.ear.recv())[0] == "saved":
                self.saved.add(told[1])
        except (EOFError, OSError):
            return None
        return tuple(told)

    def ask(self, *order: Any) -> Any:
        """Give an order and wait."""
        self.begin(*order)
        told = self.finish()
        assert told is not None, f"the laptop ended at {order[0]}"
        return told[1]

    def kill(self) -> None:
        """End it as a flat battery does."""
        self.process.kill()
        self.process.join()

    def start_again(self) -> None:
        if self.process.is_alive():
            self.kill()
        self.finish()
        self.ear.close()
        self.start()

    def written(self) -> int:
        """Bytes that the process has written to disks so far."""
        with contextlib.suppress(OSError, ValueError):
            return int(Path(f"/proc/{self.process.pid}/io").read_text().split("wchar: ")[1].split()[0])
        return 1 << 62


# ---- The server's processes -----------------------------------------------------------------------------------------


def serve(file: Path, off: str, limits: dict[str, int]) -> None:
    """The server as `holdfast-server serve` starts it."""
    log = os.open(file.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # A proof asks more within a minute than a laptop ever should.
    with without.limits(limits), without.off(off):
        commands.main(["serve", "--config", str(file)])


class Server:
    """One force: PostgreSQL and the server, each with processes of its own, in a folder that goes with them."""

    def __init__(self, off: str = "", limits: dict[str, int] | None = None, **settings: Any) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="holdfast-proof-", dir=memory if memory.is_dir() else None))
        self.folder.chmod(0o755)
        self.off, self.limits, self.process = off, limits or {}, None
        self.cluster = Cluster(self.folder, find())
        self.cluster.start()
        with database.owner(self.cluster.conninfo(database="postgres")) as connection:
            connection.execute("CREATE DATABASE holdfast STRATEGY file_copy")
        database.migrate(self.cluster.conninfo(), LOGIN)
        self.port = free_port()
        self.config = self._configured(settings)
        self.force = Force(self.folder, self.port)
        self.laptops: list[Client] = []

    def _configured(self, settings: dict[str, Any]) -> Config:
        authority.make_authority(self.folder)
        authority.make_server(self.folder, "127.0.0.1")
        authority.make_signing_key(self.folder)
        files = {"certificate": "server.crt", "certificate_key": "server.key", "authority": "authority.crt"}
        config = Config(
            database=self.cluster.conninfo(LOGIN),
            owner_database=self.cluster.conninfo(),
            signing_key=self.folder / "signing.key",
            port=self.port,
            trial=True,
            openapi=True,
            **{name: self.folder / file for name, file in files.items()},
            **settings,
        )
        trial._write_config(self.folder, config)
        return config

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self.process = CONTEXT.Process(
            target=serve, args=(self.folder / "server.toml", self.off, self.limits), daemon=True
        )
        self.process.start()
        while not self.answers():
            assert self.process.is_alive(), self.log.read_text()
            time.sleep(0.005)

    def answers(self) -> bool:
        """Whether somebody answers at the server's address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(str(self.folder / "authority.crt"))
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as plain:
                context.wrap_socket(plain, server_hostname="127.0.0.1").close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def kill_database(self, chance: random.Random) -> None:
        """Kill PostgreSQL: all of its processes at once, or the one that works for somebody, which ends the others."""
        process = self.cluster._process
        assert process is not None
        children = dict(processes_below(process.pid))
        working = [pid for pid, told in children.items() if "holdfast_proven" in told]
        if working and chance.random() < 0.5:
            os.kill(chance.choice(working), signal.SIGKILL)
            return
        for pid in (process.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def start_database_again(self) -> None:
        process = self.cluster._process
        assert process is not None
        if process.poll() is not None:
            self.cluster.start()
        while True:
            with contextlib.suppress(database.psycopg.OperationalError), self.force.owner() as connection:
                connection.execute("SELECT 1")
                return
            time.sleep(0.005)

    def invite(self, unit: str = "", away_s: float = 0.0, off: str = "") -> tuple[Vault, str]:
        """Where a new officer's vault will be, and the code with which it is enrolled."""
        name = f"Officer {secrets.token_hex(3)}"
        secret = self.force.secret(self.force.officer("officer", unit, name))
        pin = authority.pin((self.folder / "authority.crt").read_bytes())
        folder = self.folder / f"laptop{len(self.laptops)}"
        folder.mkdir(mode=0o700)
        vault = Vault(folder, secrets.token_bytes(32), random_id(), name, away_s, off)
        return vault, codes.write(codes.Code("127.0.0.1", self.port, pin, secret))

    def add_laptop(
        self, *, unit: str = "", port: int = 0, away_s: float = 0.0, off: str = "", role: str = "officer"
    ) -> Client:
        """A new vault, enrolled over the network, and its process. `port`: of what stands before the server."""
        vault, text = self.invite(unit, away_s, off)
        store = Store.create(vault.folder, vault.key, vault.device)
        enrolment.enrol(store, text, laptop=random_id(), author=vault.author, clock=Away(away_s), trial=True)
        member = membership(store)
        assert member is not None
        keep(store, _at(member, port or self.port))
        store.close()
        made = Client(vault)
        made.start()
        self.laptops.append(made)
        return made

    def entries(self) -> list[tuple[Any, ...]]:
        """Device, first, count, case, hash, body and time of receipt of each entry, in the order of their numbers."""
        return self.force.rows(
            "SELECT device_id, first, count, case_id, hash, body, received_at, number FROM entry WHERE org_id = %s"
            " ORDER BY number",
            self.force.org,
        )

    def verified(self) -> str:
        """What `holdfast-server verify` finds; nothing where all is well."""
        words = [sys.executable, "-m", "sync.server.commands", "verify", "--config", str(self.folder / "server.toml")]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else (done.stdout + done.stderr)[:500]

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.kill()
            laptop.ear.close()
        self.force.close()
        if self.process is not None:
            self.kill()
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _at(member: Any, port: int) -> Any:
    return msgspec.structs.replace(member, port=port)


@contextlib.contextmanager
def server(**more: Any) -> Iterator[Server]:
    """A running server, gone with all that belongs to it."""
    made = Server(**more)
    try:
        made.start()
        yield made
    finally:
        made.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


def processes_below(parent: int) -> list[tuple[int, str]]:
    """The children of a process, with their command lines."""
    found = []
    for place in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int((place / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append((int(place.name), (place / "cmdline").read_bytes().decode(errors="replace")))
    return found
