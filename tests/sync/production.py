"""A server as a force would run it: its own PostgreSQL, an owner who is no superuser, commands, one serving process."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from sync.server import authority, commands, service
from sync.server.cluster import Cluster, find
from sync.server.config import PREFIX
from tests.sync.conftest import SERVER
from tests.sync.identity import CLIENT, IdentityProvider

OWNER, LOGIN = "force_owner", "force_server"
_OURS = ("fsync", "full_page_writes", "synchronous_commit", "data_sync_retry")


class Untold(Cluster):
    """A PostgreSQL whose durability nobody set on the command line, so that a test may change it as people do."""

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        kept: list[str] = []
        for word in command:
            if word.split("=")[0] in _OURS:
                kept.pop()
            else:
                kept.append(word)
        return super()._spawn(kept)


class Site:
    """Where the server stands. `environment` is what its processes are told; `process` is the one that serves."""

    def __init__(self, provider: IdentityProvider) -> None:
        self.provider = provider
        self.folder = Path(tempfile.mkdtemp(prefix="holdfast-site-"))
        self.folder.chmod(0o755)
        self.cluster = Untold(self.folder, find())
        self.cluster.start()
        with self.database("postgres") as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
            connection.execute(f"CREATE DATABASE holdfast OWNER {OWNER}")
        self.port, self.metrics_port = free_port(), free_port()
        self._make_keys()
        self.environment = self._environment()
        self.process: subprocess.Popen[str] | None = None
        self.unit: dict[str, str] = {}

    def _make_keys(self) -> None:
        """A file of the provider's keys of its own, so that a test may put others in their place."""
        authority.make_authority(self.folder)
        authority.make_server(self.folder, "localhost")
        authority.make_signing_key(self.folder)
        shutil.copy(self.provider.keys, self.folder / "provider.json")

    def _environment(self) -> dict[str, str]:
        settings = {
            "certificate": self.folder / "server.crt",
            "certificate_key": self.folder / "server.key",
            "authority": self.folder / "authority.crt",
            "signing_key": self.folder / "signing.key",
            "public_host": "localhost",
            "sign_in_issuer": self.provider.issuer,
            "sign_in_client": CLIENT,
            "sign_in_keys": self.folder / "provider.json",
        }
        lines = [f"{name} = {json.dumps(str(value))}\n" for name, value in settings.items()]
        numbers = f"port = {self.port}\nmetrics_port = {self.metrics_port}\n"
        (self.folder / "server.toml").write_text("".join(lines) + numbers)
        told = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        # How the database is reached comes by the environment, as secrets do.
        return {
            **told,
            PREFIX + "CONFIG": str(self.folder / "server.toml"),
            PREFIX + "DATABASE": self.cluster.conninfo(LOGIN),
            PREFIX + "OWNER_DATABASE": self.cluster.conninfo(OWNER),
        }

    def begin(self) -> None:
        """From an empty database to a force with one unit that is served."""
        self.told("migrate", "--login", LOGIN)
        self.told("init", "--name", "Northmoor")
        (self.unit,) = self.told("unit", "--add", "North")
        self.serve()

    def officer(self, name: str, signs_in_as: str) -> None:
        """A new officer."""
        words = ["--add", name, "--role", "officer", "--unit", self.unit["unit"], "--identity", signs_in_as]
        self.told("officer", *words)

    def code(self, name: str) -> str:
        """An enrolment code for one laptop of an officer."""
        return str(self.told("enrolment-code", name)[0]["code"])

    def command(self, *words: str, **other: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's commands. `other`: settings that differ this once."""
        environment = {**self.environment, **{PREFIX + name.upper(): value for name, value in other.items()}}
        return subprocess.run([*SERVER, *words], capture_output=True, text=True, check=False, env=environment)

    def here(self, *words: str, **other: str) -> subprocess.CompletedProcess[str]:
        """The same within this process, which saves the second that a process needs to begin."""
        environment = {**self.environment, **{PREFIX + name.upper(): value for name, value in other.items()}}
        out, err, hook = io.StringIO(), io.StringIO(), sys.excepthook
        # It must never come to serving, which would not come to an end here.
        ended = mock.patch.object(service.asyncio, "run", side_effect=AssertionError("it serves"))
        with mock.patch.dict(os.environ, environment), redirect_stdout(out), redirect_stderr(err), ended:
            code = commands.main(words)
        sys.excepthook = hook
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def told(self, *words: str, real: bool = False) -> list[dict[str, Any]]:
        """What a command that goes well says, an object a line. `real`: as a process of its own."""
        done = (self.command if real else self.here)(*words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refused(self, *words: str, real: bool = False, **other: str) -> str:
        """The first sentence of a command that does not go well."""
        done = (self.command if real else self.here)(*words, **other)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 3), done.stderr
        return done.stderr.splitlines()[0]

    def serve(self) -> None:
        """Start the serving process; back when it answers."""
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [*SERVER, "serve"], stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log()
        assert json.loads(line)["ready"] is True

    def stop(self) -> int:
        """End it in order; its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def log(self) -> str:
        """What the serving process wrote on standard error."""
        return (self.folder / "server.log").read_text()

    def metrics(self) -> str:
        """The figures, as Prometheus reads them."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=20) as answer:
            return str(answer.read().decode())

    def set(self, setting: str, value: str) -> None:
        """Change how the database is set up, as its administrator does; back when it is so for whoever connects."""
        with self.database() as connection:
            connection.execute(f"ALTER SYSTEM SET {setting} = {value}".encode())
            connection.execute("SELECT pg_reload_conf()")
        waited = threading.Event()
        while True:
            with self.database() as connection:
                row = connection.execute(f"SHOW {setting}".encode()).fetchone()
            if row == (value,):
                return
            waited.wait(0.02)

    def database(self, name: str = "holdfast", user: str | None = None) -> psycopg.Connection[Any]:
        """A connection of the database's superuser, or of somebody else."""
        conninfo = self.cluster.conninfo(database=name) if user is None else self.cluster.conninfo(user, name)
        return psycopg.connect(conninfo, autocommit=True)

    def close(self) -> None:
        if self.process is not None:
            self.stop()
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
