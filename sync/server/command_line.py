"""What the administrator's commands share: where they work, as whom, and how they answer."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from app.problems import Problem
from app.rules.access import Officer
from sync.server import administration, config, service
from sync.server.database import ALL, Connection

T = TypeVar("T")
Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
"""Makes a command with the options that all of them have: name, what it does, what it says of itself."""


def say(answer: Mapping[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def in_org(options: argparse.Namespace, work: Callable[[Connection, str], T]) -> T:
    """Do `work` in one transaction of the organisation that is meant, with the serving program's rights."""
    made = service.opened(config.read(file=options.config))
    try:
        org = _meant(options, made.run("", "", administration.organisations))
        return made.run(org, ALL, lambda connection: work(connection, org))
    finally:
        made.close()


def as_owner(options: argparse.Namespace, connection: Connection, work: Callable[[Connection, str], T]) -> T:
    """The same with the rights of the tables' owner, for what the serving program must not be able to do."""
    org = _meant(options, administration.organisations(connection))
    with connection.transaction():
        patiently(connection)
        return work(connection, org)


def owner_of(told: config.Config) -> str:
    """How the owner of the tables connects."""
    return told.owner_database or told.database


def patiently(connection: Connection) -> None:
    """Reading everything may take longer than a laptop may ask for."""
    connection.execute("SET LOCAL statement_timeout = '1h'")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def officer(connection: Connection, org: str, wanted: str) -> Officer:
    """The officer in service of that id or name. Raises Problem server.officer_unknown."""
    found = [p for p in administration.people(connection, org) if wanted and wanted in (p.id, p.name) and p.active]
    if len(found) != 1:
        raise Problem("server.officer_unknown", officer=wanted)
    return Officer(found[0].id, found[0].role, found[0].unit)


def _meant(options: argparse.Namespace, there: Mapping[str, str]) -> str:
    names = [options.organisation] if options.organisation else list(there)
    if len(names) != 1 or names[0] not in there:
        raise Problem("server.organisation_unknown", known=", ".join(sorted(there)))
    return there[names[0]]
