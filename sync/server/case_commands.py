"""Commands about single cases: what was kept apart and is decided by a supervisor, and a mark that two people lift."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime

from app.problems import Problem
from sync.server import administration, authority, config, deciding, heads, marks
from sync.server.command_line import Add, in_org, officer, say
from sync.server.database import Connection
from sync.server.statements import Signer


def register(add: Add) -> None:
    """Put the commands beside the others."""
    one = add("apart", _apart, "list entries that were kept apart, or decide about one")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--read", metavar="DEVICE:FIRST", help="show its content to the officer of --by")
    which.add_argument("--count", metavar="DEVICE:FIRST", help="let it count from now on")
    which.add_argument("--leave", metavar="DEVICE:FIRST", help="leave it apart for good")
    one.add_argument("--by", metavar="OFFICER", default="", help="who decides: a supervisor of the case's unit")
    one.add_argument("--reason", default="")
    one = add("lift", _lift, "no suspect of --case works for the police after all")
    one.add_argument("--case", required=True, metavar="CASE")
    one.add_argument("--by", required=True, metavar="OFFICER", help="of professional standards, named for the case")
    one.add_argument("--second", required=True, metavar="OFFICER", help="somebody else who was named for the case")
    one.add_argument("--reason", required=True)


def _apart(options: argparse.Namespace) -> int:
    chosen = options.read or options.count or options.leave
    if not chosen:
        for kept in in_org(options, deciding.waiting):
            say({**asdict(kept), "decidable": kept.decidable})
        return 0
    device, _, number = chosen.partition(":")
    if not number.isdecimal():
        raise Problem("server.not_waiting")
    first = int(number)
    if options.read:
        body = in_org(options, lambda c, org: deciding.read(c, org, device, first, officer(c, org, options.by)))
        say({"entry": chosen, "content": json.loads(body)})
    elif options.leave:
        in_org(
            options,
            lambda c, org: deciding.leave_apart(c, org, device, first, officer(c, org, options.by), options.reason),
        )
        say({"entry": chosen, "verdict": deciding.STAYS_APART})
    else:
        in_org(options, lambda c, org: _count(c, org, device, first, options))
        say({"entry": chosen, "verdict": deciding.COUNTS})
    return 0


def _count(connection: Connection, org: str, device: str, first: int, options: argparse.Namespace) -> None:
    signer = Signer(authority.signing_key(config.read(file=options.config).signing_key))
    by, now = officer(connection, org, options.by), datetime.now(UTC)
    leaves = deciding.let_count(connection, org, device, first, by, options.reason, now)
    heads.sign(connection, org, administration.epoch(connection, org), leaves, signer)


def _lift(options: argparse.Namespace) -> int:
    def work(connection: Connection, org: str) -> None:
        by, second = officer(connection, org, options.by), officer(connection, org, options.second)
        marks.lift(connection, org, options.case, by, second, options.reason)

    in_org(options, work)
    say({"case": options.case, "done": "lift"})
    return 0
