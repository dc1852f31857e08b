"""A server for trying out, in one folder: its own PostgreSQL, its own authority, one unit of invented officers.

Started again in the same folder it goes on with what is there, with fresh codes.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.notebook.ids import random_id
from app.problems import Problem
from sync.server import administration, authority, database, service
from sync.server.cluster import Cluster, find
from sync.server.config import Config
from sync.server.database import ALL, Connection, Database
from sync.wire import limits

LOGIN = "holdfast_trial"
ORGANISATION, UNIT = "Trial force", "Trial unit"
SUPERVISOR = "Rowan Teale"
PRACTICE = "Practice Officer"
"""Whose name stands in the entries of every practice vault (`app.casework.practice`)."""
_GIVEN = ("Asha", "Bram", "Cleo", "Dara", "Elin", "Farid", "Greta", "Hana", "Ines", "Joren")
_FAMILY = ("Quill", "Marsh", "Vane", "Holm", "Thorne", "Sorrel", "Pike", "Wren", "Ashby", "Lund")


@dataclass(frozen=True)
class Issued:
    """A code for one officer."""

    officer: str
    role: str
    unit: str
    code: str


def officer_name(n: int) -> str:
    """The invented name of the n-th officer, from 0."""
    turn, place = divmod(n, len(_GIVEN))
    return f"{_GIVEN[place]} {_FAMILY[(place + turn) % len(_FAMILY)]}" + (
        f" {turn + 1}" if turn >= len(_FAMILY) else ""
    )


Ready = Callable[[str, list[Issued]], None]


def run(folder: Path, port: int, officers: int, ready: Ready, practice: Path | None = None) -> None:
    """Run until SIGTERM or SIGINT. `ready` is told the address and the codes once requests are answered.

    `practice`: a file into which a code for a practice vault is written then, for as long as the trial runs.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    with contextlib.suppress(_Stopped):
        _run(folder, port, officers, ready, practice)


class _Stopped(BaseException):
    """It was told to stop before it served."""


def _stop(*_: object) -> None:
    raise _Stopped


def _run(folder: Path, port: int, officers: int, ready: Ready, practice: Path | None) -> None:
    with _alone(folder), _listening(folder, port) as listening, _gone_afterwards(practice):
        where = ("127.0.0.1", listening.getsockname()[1])
        cluster = Cluster(folder, find(os.environ.get("HOLDFAST_TRIAL_POSTGRESQL", "")))
        loading = threading.Thread(target=_make_ready, args=(folder,))
        loading.start()
        try:
            cluster.start()
            database.migrate(_database(cluster), LOGIN)
            loading.join()
            made, config = _prepare(cluster, folder, where)
            issued = made.run(_org(made), ALL, lambda c: _codes(c, _org(made), officers, where, config))
            code = made.run(_org(made), ALL, lambda c: _practice_code(c, _org(made), where, config)) if practice else ""

            def answers() -> None:
                if practice is not None:
                    authority.write_whole(practice, f"{code}\n".encode())
                ready(f"https://{where[0]}:{where[1]}", issued)

            service.serve(config, listening, answers, made)
        finally:
            loading.join()
            cluster.stop()


def stop_when_input_ends() -> None:
    """Stop in order once nobody holds the other end of standard input any more."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="input", daemon=True).start()


def _make_ready(folder: Path) -> None:
    """What can be done while the database starts."""
    service.load()
    authority.make_authority(folder)
    authority.make_server(folder, "127.0.0.1")
    authority.make_signing_key(folder)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One trial in one folder; the lock goes with the process, however it ends."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Problem("server.folder", folder=str(folder)) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem("server.folder_in_use", folder=str(folder)) from error
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def _listening(folder: Path, port: int) -> Iterator[socket.socket]:
    """The address: the one that is asked for, else the one of last time, which enrolled laptops know."""
    file = folder / "port"
    kept = int(file.read_text()) if not port and file.exists() else port
    made = service.listen("127.0.0.1", kept)
    try:
        file.write_text(str(made.getsockname()[1]))
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def _gone_afterwards(file: Path | None) -> Iterator[None]:
    """What was written there for the time of the trial is taken away at its end."""
    try:
        yield
    finally:
        if file is not None:
            file.unlink(missing_ok=True)


def _database(cluster: Cluster) -> str:
    """How its owner connects to the trial's database, which is made where there is none."""
    with database.owner(cluster.conninfo(database="postgres")) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = 'holdfast'").fetchone() is None:
            connection.execute("CREATE DATABASE holdfast STRATEGY file_copy")
    return cluster.conninfo()


def _prepare(cluster: Cluster, folder: Path, where: tuple[str, int]) -> tuple[Database, Config]:
    config = Config(
        database=cluster.conninfo(LOGIN),
        owner_database=cluster.conninfo(),
        certificate=folder / "server.crt",
        certificate_key=folder / "server.key",
        authority=folder / "authority.crt",
        signing_key=folder / "signing.key",
        host=where[0],
        port=where[1],
        openapi=True,
        trial=True,
    )
    _write_config(folder, config)
    return service.opened(config), config


def _write_config(folder: Path, config: Config) -> None:
    """The configuration as a file, so that every other command works on the trial: `--config FOLDER/server.toml`."""
    values = {name: getattr(config, name) for name in Config.__dataclass_fields__}
    told = {name: value for name, value in values.items() if value is not None}
    lines = [f"{name} = {json.dumps(str(v) if isinstance(v, Path) else v)}\n" for name, v in told.items()]
    authority.write_whole(folder / "server.toml", "".join(lines).encode())


def _org(made: Database) -> str:
    """The trial's organisation, made where there is none yet."""
    found = made.run("", "", administration.organisations)
    if ORGANISATION in found:
        return found[ORGANISATION]
    org = random_id()
    made.run(org, ALL, lambda c: administration.new_organisation(c, ORGANISATION, org))
    return org


def _codes(connection: Connection, org: str, officers: int, where: tuple[str, int], config: Config) -> list[Issued]:
    unit = _unit(connection, org)
    wanted = [(officer_name(n), "officer") for n in range(officers)] + [(SUPERVISOR, "supervisor")]
    there = {person.name: person for person in administration.people(connection, org)}
    issued = []
    for name, role in wanted:
        officer = there[name].id if name in there else administration.new_officer(connection, org, name, role, unit)
        issued.append(Issued(name, role, UNIT, _code(connection, org, officer, where, config)))
    return issued


def _practice_code(connection: Connection, org: str, where: tuple[str, int], config: Config) -> str:
    """A code for a practice vault: of an officer who may have another device, however many such vaults were made."""
    found = (
        person.id
        for person in administration.people(connection, org)
        if person.name == PRACTICE and person.active and person.devices < limits.DEVICES_PER_OFFICER
    )
    officer = next(found, "") or administration.new_officer(
        connection, org, PRACTICE, "officer", _unit(connection, org)
    )
    return _code(connection, org, officer, where, config)


def _code(connection: Connection, org: str, officer: str, where: tuple[str, int], config: Config) -> str:
    pin = authority.pin(config.authority.read_bytes())
    return administration.code_for(connection, org, officer, where, pin, datetime.now(UTC))


def _unit(connection: Connection, org: str) -> str:
    for unit, name, _above in administration.units(connection, org):
        if name == UNIT:
            return unit
    return administration.new_unit(connection, org, UNIT)
