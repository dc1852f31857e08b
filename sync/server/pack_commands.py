"""The command about content packs: which laptops get, one more, or one no more."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from app import signed
from app.problems import Problem
from sync.server import packs
from sync.server.command_line import Add, in_org, say
from sync.wire import limits


def register(add: Add) -> None:
    """Put the command beside the others."""
    one = add("pack", _pack, "list the packs that laptops get, add one, or take one away")
    one.add_argument("--add", metavar="FILE", type=Path)
    one.add_argument("--keys", metavar="FILE", type=Path, help="with --add: the public keys that may have signed it")
    one.add_argument("--remove", metavar="NAME")


def _pack(options: argparse.Namespace) -> int:
    if options.add:
        file, keys = _read(options.add), _keys(options.keys)
        fresh = in_org(options, lambda c, org: packs.take_in(c, org, file, keys, datetime.now(UTC)))
        say({"pack": fresh.manifest.name, "serial": fresh.manifest.serial, "kind": fresh.manifest.kind})
    elif options.remove:
        if not in_org(options, lambda c, org: packs.take_away(c, org, options.remove)):
            raise Problem("server.pack_unknown", name=options.remove)
        say({"pack": options.remove, "removed": True})
    else:
        for name, serial, sha256, added in in_org(options, packs.kept):
            say({"pack": name, "serial": serial, "sha256": sha256, "added_at": added.isoformat()})
    return 0


def _keys(file: Path | None) -> tuple[bytes, ...]:
    if file is None:
        raise Problem("server.pack_keys")
    try:
        return signed.read_public(_read(file).decode("utf-8", "replace"))
    except signed.NotAKey as error:
        raise Problem("server.pack_keys") from error


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(limits.PACK + 1)
    except OSError as error:
        raise Problem("pack.no_file", file=str(file), reason=error.strerror or "no access") from error
