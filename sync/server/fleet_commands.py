"""Commands about laptops: all at a glance, one that was lost, codes for new ones, the version that is wanted."""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path

from app.clock import iso, parse_moment
from app.problems import Problem
from app.rules.access import holds_cases
from sync.server import administration, authority, bulk, config, fleet, least
from sync.server.command_line import Add, in_org, officer, say
from sync.server.database import Connection
from sync.server.fleet import Device


def register(add: Add) -> None:
    """Put the commands beside the others."""
    one = add("fleet", _fleet, "every device with its officer, version, last contact, backlog and lease; worst first")
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="an object a line")
    form.add_argument("--csv", action="store_true", help="a table for a spreadsheet")
    one = add("device", _device, "list devices; with cases and a device: what was on one that is lost")
    one.add_argument("what", nargs="?", choices=("cases",))
    one.add_argument("device", nargs="?", metavar="DEVICE")
    one = add("least-version", _least, "the oldest version that is handed anything; older ones may still send")
    one.add_argument("version", metavar="VERSION", nargs="?", help="as 0.2.0, or none")
    one.add_argument("--from", dest="since", metavar="DAY", help="YYYY-MM-DD; until then laptops only say so")
    one = add("enrolment-code", _code, "a code with which one officer enrols one laptop; or one for each of a list")
    one.add_argument("officer", metavar="OFFICER", nargs="?", help="id, or name where only one has it")
    one.add_argument("--from", dest="list", metavar="FILE.csv", type=Path, help="name, role, unit, identity a line")
    one.add_argument("--codes", metavar="FILE.csv", type=Path, help="where the codes of the list are written")


def _fleet(options: argparse.Namespace) -> int:
    found = in_org(options, lambda c, org: fleet.devices(c, org, datetime.now(UTC)))
    if options.json:
        for one in found:
            say(asdict(one))
        return 0
    columns = [field.name for field in fields(Device)]
    if options.csv:
        table = csv.writer(sys.stdout)
        table.writerow(columns)
        table.writerows([_inert(str(getattr(one, name))) for name in columns] for one in found)
        return 0
    for row in _table(
        [(o.state, o.name, o.unit_name, o.program, o.contact_at, o.waiting, o.lease_until) for o in found]
    ):
        sys.stdout.write(row + "\n")
    return 0


def _inert(text: str) -> str:
    """Whatever a spreadsheet would take for a formula becomes a text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _table(rows: list[tuple[object, ...]]) -> list[str]:
    head: tuple[object, ...] = ("state", "officer", "unit", "version", "last contact", "waiting", "lease until")
    told = [[str(field) for field in row] for row in (head, *rows)]
    widths = [max(len(row[n]) for row in told) for n in range(len(head))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in told]


def _device(options: argparse.Namespace) -> int:
    if options.what:
        for held in in_org(options, lambda c, org: fleet.cases(c, org, options.device or "")):
            say(asdict(held))
        return 0
    for device, who, laptop, enrolled, *times in in_org(options, administration.devices):
        contact, revoked, wiped, replaced = (iso(at) if at else None for at in times)
        say(
            {
                "device": device,
                "officer": who,
                "laptop": laptop,
                "enrolled_at": enrolled,
                "contact_at": contact,
                "revoked_at": revoked,
                "wiped_at": wiped,
                "replaced_at": replaced,
            }
        )
    return 0


def _least(options: argparse.Namespace) -> int:
    if options.version:
        since = parse_moment(f"{options.since}T00:00:00+00:00") if options.since else None
        if options.since and since is None:
            raise Problem("server.version", version=options.since)
        program = "" if options.version == "none" else options.version
        in_org(options, lambda c, org: least.want(c, org, program, since))
    wanted = in_org(options, least.wanted)
    say({"least_version": wanted.program or None, "from": wanted.since or None})
    return 0


def _code(options: argparse.Namespace) -> int:
    if options.list:
        return _codes(options)
    told = config.read(file=options.config)
    pin, where = authority.pin(told.authority.read_bytes()), told.reached

    def work(connection: Connection, org: str) -> dict[str, object]:
        person = officer(connection, org, options.officer or "")
        if not holds_cases(person.role):
            raise Problem("server.officer_without_cases", role=person.role)
        code = administration.code_for(connection, org, person.id, where, pin, datetime.now(UTC))
        name = next(p.name for p in administration.people(connection, org) if p.id == person.id)
        return {"officer": person.id, "name": name, "code": code}

    say(in_org(options, work))
    return 0


def _codes(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    pin, where = authority.pin(told.authority.read_bytes()), told.reached
    wishes = bulk.read(options.list)
    file = options.codes or options.list.with_name(f"{options.list.stem}-codes.csv")
    written: list[Path] = []

    def work(connection: Connection, org: str) -> list[bulk.Issued]:
        issued = bulk.issue(connection, org, wishes, where, pin, datetime.now(UTC))
        # Tried again where two transactions met: other codes, in the same file.
        for one in written:
            one.unlink(missing_ok=True)
        bulk.write(file, issued)
        written.append(file)
        return issued

    try:
        issued = in_org(options, work)
    except BaseException:
        for one in written:
            one.unlink(missing_ok=True)
        raise
    say({"codes": len(issued), "made": sum(one.made for one in issued), "file": str(file)})
    return 0
