"""Bits of a vault that somebody or the disk has turned are noticed: what is read is right, or it is a Problem."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from app.store import database
from app.store.connection import connect
from tests.proof.frame import Proved
from tests.store import damaged
from tests.store.damaged import Turned

PROMISE: str = "Whatever bit of a vault is turned, nothing wrong is read: it is right, or it is a Problem."
GOALS: tuple[str, ...] = ("G24",)


def gate() -> Proved:
    return _turned(400, 90, 2_000)


def deep() -> Proved:
    return _turned(4_000, 400, 10_000)


def control() -> Proved:
    """Pages without a seal."""
    with mock.patch.object(database, "connect", _unsealed), tempfile.TemporaryDirectory() as place:
        found = damaged.in_the_file(Path(place), 60)
    return Proved(f"pages without a seal: {found}", found.faults)


def _unsealed(*given: Any, **more: Any) -> Any:
    connection = connect(*given, **more)
    connection.execute("PRAGMA cipher_use_hmac = OFF")
    return connection


def _turned(in_file: int, in_log: int, in_header: int) -> Proved:
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        found = {
            "file": damaged.in_the_file(place, in_file),
            "log": damaged.in_the_log(place, in_log),
            "header": damaged.in_the_header(place, in_header),
        }
    faults = [fault for one in found.values() for fault in [*one.faults, *_hardly(one)]]
    return Proved("; ".join(f"bits of the {where}: {one}" for where, one in found.items()), faults)


def _hardly(found: Turned) -> list[str]:
    return [f"of {found.bits} turned bits only {found.unread} were noticed"] if found.unread < found.bits / 2 else []
