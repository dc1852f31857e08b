"""A carrier file at the server: its entries judged as if their device had pushed them, and a note for the laptop."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.clock import iso
from app.problems import Problem
from sync.server import authority, config, fleet, push, service, strict, wiping
from sync.server.command_line import Add, say
from sync.server.database import ALL, Connection, Database
from sync.server.door import Door
from sync.server.events import note_event
from sync.server.exchange import Keeping
from sync.server.statements import KNOWS, Signer
from sync.server.wiping import NotBelieved
from sync.wire import carried, limits, messages


@dataclass(frozen=True)
class TakenIn:
    """What a carrier file came to: whose it is, the outcomes of its entries, and the note for the laptop."""

    device: str
    outcomes: list[messages.Outcome]
    note: bytes


def register(add: Add) -> None:
    """Put the command beside the others."""
    one = add("carry-in", _carry_in, "take in what a laptop could not send, from a carrier file")
    one.add_argument("file", metavar="FILE", type=Path, help="as “holdfast vault carry-out” wrote it")
    one.add_argument("--note", metavar="FILE", type=Path, help="write a note there, for “holdfast vault carried”")


def _carry_in(options: argparse.Namespace) -> int:
    if options.note and options.note.exists():
        raise Problem("container.there", file=options.note.name)
    told = config.read(file=options.config)
    made = service.opened(told)
    try:
        keys = authority.signing_keys(told.signing_key)
        done = take_in(made, Signer(keys.now, *keys.former), _read(options.file), datetime.now(UTC))
    finally:
        made.close()
    if options.note:
        _write_note(options.note, done.note)
    counted = Counter(one.outcome for one in done.outcomes)
    say({"device": done.device, "entries": len(done.outcomes), **dict(sorted(counted.items()))})
    return 0


def take_in(database: Database, signer: Signer, file: carried.Carrier, now: datetime) -> TakenIn:
    """Take in all entries of a carrier file in one transaction; done twice, it changes nothing.

    Raises Problem carrier.not_believed: then nothing of it was taken in.
    """
    org = database.belonging(file.device) if strict.is_id(file.device) else None
    if org is None:
        raise Problem("carrier.not_believed")
    door, keeping = Door(database, signer), Keeping()

    def work(connection: Connection) -> tuple[list[messages.Outcome], str]:
        keeping.require(connection)
        KNOWS.set(fleet.knows(connection, org, file.device))
        caller = door.look_up(connection, org, file.device)
        if caller is None:
            raise NotBelieved
        outcomes: list[messages.Outcome] = []
        for box in file.boxes:
            wish = messages.Wiped(protocol=limits.PROTOCOL, device=file.device, box=box)
            entries = push.look_at(wiping.opened(wish, signer.every_sealed_for))
            outcomes += wiping.take_in(connection, caller, entries, signer, now, for_good=caller.revoked)
        note_event(connection, caller, "carried", "", f"{len(outcomes)} entries {iso(now)[:10]}")
        return outcomes, caller.epoch

    try:
        outcomes, epoch = database.run(org, ALL, work)
    except (NotBelieved, ValueError, msgspec.DecodeError) as error:
        raise Problem("carrier.not_believed") from error
    word = signer.carried(file.device, epoch, now, outcomes)
    return TakenIn(file.device, outcomes, msgspec.json.encode(carried.Note(kind=carried.NOTE, word=word)))


def _write_note(file: Path, note: bytes) -> None:
    try:
        authority.write_whole(file, note, mode=0o644)
    except OSError as error:
        raise Problem("carrier.note_not_written", file=file.name, reason=error.strerror or "no access") from error


def _read(file: Path) -> carried.Carrier:
    try:
        if file.stat().st_size > carried.MOST_BYTES:
            raise Problem("carrier.file_wrong", file=file.name)
        found = carried.read_carrier(file.read_bytes())
    except (OSError, carried.NotOne) as error:
        raise Problem("carrier.file_wrong", file=file.name) from error
    if any(len(box) > limits.UNPACKED for box in found.boxes):
        raise Problem("carrier.file_wrong", file=file.name)
    return found
