"""The oldest version of the program that is handed anything. Whatever is older may still send its work, for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.clock import iso, parse_moment
from app.problems import Problem
from sync.server.database import Connection
from sync.server.events import note_act
from sync.wire import programs


@dataclass(frozen=True)
class Wanted:
    """The least version, or "", and from when on (ISO 8601, or "" for at once)."""

    program: str
    since: str = ""

    def refuses(self, program: str, now: datetime) -> bool:
        """Whether a program is handed nothing any more."""
        begins = parse_moment(self.since)
        return programs.is_older(program, self.program) and (begins is None or begins <= now)


def wanted(connection: Connection, org: str) -> Wanted:
    """What an organisation wants of its laptops."""
    row = connection.execute("SELECT least_program, least_from FROM organisation WHERE org_id = %s", (org,)).fetchone()
    assert row is not None
    return Wanted(row[0], iso(row[1]) if row[1] else "")


def want(connection: Connection, org: str, program: str, since: datetime | None) -> None:
    """Want a version from a moment on, or none. Raises Problem server.version."""
    if program and programs.number(program) is None:
        raise Problem("server.version", version=program)
    connection.execute(
        "UPDATE organisation SET least_program = %s, least_from = %s WHERE org_id = %s", (program, since, org)
    )
    note_act(connection, org, "least_version", detail=f"{program or 'none'} {iso(since) if since else ''}".strip())
