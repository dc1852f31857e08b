"""Commands about the end of cases: what is due, what is kept all the same, and the order of two people to erase one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from app.clock import iso
from app.problems import Problem
from sync.server import authority, backup, case_keys, config, erasure, recovery, retention
from sync.server.command_line import Add, as_owner, in_org, officer, owner_of, say
from sync.server.database import Connection
from sync.server.statements import Signer


def register(add: Add) -> None:
    """Put the commands beside the others."""
    one = add("retention", _retention, "list the cases whose time is over; keep one all the same, or end that")
    one.add_argument("--within", metavar="DAYS", type=int, default=0, help="also what is due so many days from now")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--hold", metavar="CASE", help="keep a case whatever its time says")
    which.add_argument("--release", metavar="CASE", help="end that")
    one.add_argument("--by", metavar="OFFICER", default="", help="who decides")
    one.add_argument("--reason", default="")
    one = add("erase", _erase, "order a case to be erased here, in every backup and on every laptop; or list orders")
    one.add_argument("case", metavar="CASE", nargs="?")
    one.add_argument("--by", metavar="OFFICER", default="", help="a supervisor of the case's unit")
    one.add_argument("--second", metavar="OFFICER", default="", help="somebody else of rank or oversight")
    one.add_argument("--reason", default="")
    one.add_argument("--rewrite", action="store_true", help="write the tables anew at once; laptops wait meanwhile")


def _retention(options: argparse.Namespace) -> int:
    case = options.hold or options.release
    if case:

        def decide(connection: Connection, org: str) -> None:
            by = officer(connection, org, options.by)
            if options.hold:
                retention.hold(connection, org, case, by, options.reason)
            else:
                retention.release(connection, org, case, by)

        in_org(options, decide)
        say({"case": case, "done": "hold" if options.hold else "release"})
        return 0
    rules = retention.periods(config.read(file=options.config).retention)
    until = datetime.now(UTC) + timedelta(days=options.within)
    for one in in_org(options, lambda c, org: retention.due(c, org, rules, until)):
        say(
            {
                "case": one.case,
                "period": one.period,
                "changed_at": iso(one.changed_at),
                "due_at": iso(one.due_at),
                "hold": one.hold or None,
            }
        )
    return 0


def _erase(options: argparse.Namespace) -> int:
    if not options.case:
        for known in in_org(options, erasure.told):
            say(
                {
                    "case": known.case,
                    "ordered_at": iso(known.ordered_at),
                    "by": known.by,
                    "second": known.second,
                    "reason": known.reason,
                    "devices": known.devices,
                    "destroyed": known.done,
                    "waits_for": known.waits,
                }
            )
        return 0
    told, now = config.read(file=options.config), datetime.now(UTC)
    signer = Signer(authority.signing_key(told.signing_key))

    def work(connection: Connection, org: str) -> int:
        both = officer(connection, org, options.by), officer(connection, org, options.second)
        return erasure.order(connection, org, options.case, both, options.reason, signer, now)

    with backup.alone(owner_of(told)) as connection:
        files = _keys_files(connection)
        # Before anything is erased: without the key, the file of case keys could not be written anew.
        sealed_for = recovery.public_keys(told.recovery_key) if files else []
        emptied = as_owner(options, connection, work)
        written, missing = _write_keys(connection, files, sealed_for, now)
        if options.rewrite:
            erasure.rewrite(connection)
    say({"case": options.case, "entries": emptied, "case_keys": written, "replace_by_hand": missing})
    return 0


def _keys_files(connection: Connection) -> list[Path]:
    rows = connection.execute("SELECT DISTINCT keys_file FROM backup_file ORDER BY keys_file").fetchall()
    return [Path(file) for (file,) in rows]


def _write_keys(
    connection: Connection, files: Sequence[Path], sealed_for: Sequence[X25519PublicKey], now: datetime
) -> tuple[list[str], list[str]]:
    """The files of case keys without the key that was destroyed; and those that are not there to be written."""
    keys = case_keys.of_database(connection)
    written, missing = [], []
    for file in files:
        try:
            if not file.exists():
                raise FileNotFoundError
            case_keys.write(file, keys, sealed_for, now)
            written.append(str(file))
        except (OSError, Problem):
            missing.append(str(file))
    return written, missing
