"""Commands for the bad day: a recovery key, backups, a restore, and the drill that shows that it works."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from app.clock import iso
from sync.server import backup, config, recovery, restore
from sync.server.command_line import Add, in_org, say
from sync.server.database import Connection
from sync.server.restore import Restored

_LIST = (
    "SELECT file, made_at, bytes, number, keys, drilled_at, EXISTS (SELECT FROM backup AS v WHERE v.org_id = b.org_id"
    " AND v.backup_id = b.backup_id) FROM backup_file AS b WHERE org_id = %s ORDER BY made_at"
)


def register(add: Add) -> None:
    """Put the commands beside the others."""
    one = add("recovery-key", _recovery_key, "make the pair of keys that backups are sealed for and opened with")
    one.add_argument("file", metavar="FILE", type=Path, help="the private key: carry it to a safe, leave no copy here")
    one.add_argument("--public", metavar="FILE", type=Path, help="the public key (default: FILE.pub)")
    one = add("backup", _backup, "back everything up into a file that the recovery key alone opens; or list backups")
    one.add_argument("file", metavar="FILE", type=Path, nargs="?")
    one.add_argument("--case-keys", metavar="FILE", type=Path, help="default: case-keys.sealed in the same folder")
    for name, work, says in (
        ("restore", _restore, "put a backup into an empty database, and begin a new epoch"),
        ("restore-drill", _drill, "restore a backup beside what is there, verify it, tell, and take it away again"),
    ):
        one = add(name, work, says)
        one.add_argument("file", metavar="FILE", type=Path)
        one.add_argument("--key", metavar="FILE", type=Path, required=True, help="the private recovery key")
        one.add_argument("--case-keys", metavar="FILE", type=Path, help="default: case-keys.sealed beside FILE")
        if name == "restore":
            one.add_argument(
                "--files", metavar="DIR", type=Path, help="only take the server's keys and certificates out"
            )
            one.add_argument("--anyway", action="store_true", help="also where the history in it had been changed")
            one.add_argument("--login", default="", help="a role to make, if missing, for the serving program")


def _recovery_key(options: argparse.Namespace) -> int:
    public = options.public or options.file.with_name(f"{options.file.name}.pub")
    say({"key": recovery.make(options.file, public), "private": str(options.file), "public": str(public)})
    return 0


def _backup(options: argparse.Namespace) -> int:
    if options.file is None:
        for row in in_org(options, _listed):
            say(row)
        return 0
    made = backup.make(config.read(file=options.config), options.file, datetime.now(UTC), options.case_keys)
    say(
        {
            "file": str(made.file),
            "case_keys": str(made.keys_file),
            "bytes": made.bytes,
            "rows": sum(made.rows.values()),
            "entries": made.rows["entry"],
            "verified": made.verified,
        }
    )
    return 0


def _listed(connection: Connection, org: str) -> list[dict[str, object]]:
    return [
        {
            "file": file,
            "made_at": iso(made),
            "bytes": size,
            "number": number,
            "keys": keys.split(),
            "drilled_at": iso(drilled) if drilled else None,
            "verified": verified,
        }
        for file, made, size, number, keys, drilled, verified in connection.execute(_LIST, (org,)).fetchall()
    ]


def _restore(options: argparse.Namespace) -> int:
    keys = recovery.private_keys(options.key)
    if options.files is not None:
        say({"folder": str(options.files), "files": restore.files(options.file, keys, options.files)})
        return 0
    told = config.read(file=options.config)
    done = restore.restore(told, options.file, _case_keys(options), keys, options.login, anyway=options.anyway)
    say({**_counts(done), "erased": done.erased, "epochs": done.epochs, "faults": done.faults})
    return 0


def _drill(options: argparse.Namespace) -> int:
    told, keys = config.read(file=options.config), recovery.private_keys(options.key)
    now = datetime.now(UTC)

    def tell(done: Restored) -> None:
        age = int((now - done.made_at).total_seconds())
        say({**_counts(done), "age_s": age, "faults": done.faults})

    restore.drill(told, options.file, _case_keys(options), keys, now, tell)
    return 0


def _counts(done: Restored) -> dict[str, object]:
    shown = ("entry", "quarantine", "held_case", "officer", "device")
    rows = {name: done.rows.get(name, 0) for name in shown}
    return {"made_at": iso(done.made_at), "rows": sum(done.rows.values()), **rows}


def _case_keys(options: argparse.Namespace) -> Path:
    return options.case_keys or restore.default_keys(options.file)
