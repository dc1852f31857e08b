"""An order to erase as its command carries it out, and the places on the server where a text still stands."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from app.casework.desk import Desk, close_desk, open_desk
from app.clock import SystemClock
from app.rules.access import Officer
from app.vault import vault
from sync.server import administration, authority, backup, erasure
from sync.server.config import Config
from sync.server.statements import Signer
from sync.server.verify import verify
from tests.sync.police import PASSPHRASE, Police


def order(police: Police, config: Config, case: str, by: str, second: str, reason: str = "its time is over") -> int:
    """As the command does it, without the files of keys."""
    signer = Signer(authority.signing_key(config.signing_key))
    force = police.force
    there = {person.id: Officer(person.id, person.role, person.unit) for person in force.do(administration.people)}
    with backup.alone(config.owner_database) as owner, owner.transaction():
        now = datetime.now(UTC)
        return erasure.order(owner, force.org, case, (there[by], there[second]), reason, signer, now)


def faults(police: Police) -> list[str]:
    signer = Signer(authority.signing_key(police.force.config.signing_key))
    return list(police.force.do(lambda c, org: list(verify(c, org, signer.public))))


def where_on_the_server(conninfo: str, wanted: str) -> list[str]:
    """The tables in whose rows a text stands."""
    with psycopg.connect(conninfo) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = []
        for (table,) in tables:
            for (row,) in connection.execute(f"SELECT t::text FROM {table} AS t".encode()):
                raw = b"".join(_from_hex(part) for part in row.replace('"', "").replace(")", "").split(","))
                if wanted in row or wanted.encode() in raw:
                    found.append(table)
        return sorted(set(found))


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.lstrip("(").lstrip("\\").removeprefix("x"))
    except ValueError:
        return b""


def open_again(police: Police, desk: Desk) -> Desk:
    """The vault as the next start of the program opens it."""
    folder = desk.unlocked.folder
    close_desk(desk)
    made = open_desk(vault.unlock(folder, PASSPHRASE, clock=SystemClock()))
    police.desks[police.desks.index(desk)] = made
    return made
