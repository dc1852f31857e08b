"""Waiting times after wrong passphrases: doubling from one second to fifteen minutes, never a lock-out.

A courtesy against a colleague's guesses, no more: whoever can delete the small file or set the clock does away with
it, and a copied disk knows nothing of it. The passphrase's strength is the protection.
"""

from __future__ import annotations

import contextlib
import math
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from app.problems import Problem
from app.vault.disk import DISK, Disk, read_file, replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from app.clock import Clock

NAME = "vault.attempts"
LONGEST_S = 15 * 60
_LIMIT_BYTES = 1024


class _Attempts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    failed: int
    since: datetime


def wait_s(folder: Path, clock: Clock, disk: Disk = DISK) -> int:
    """Whole seconds until the next passphrase is looked at; 0 if now.

    Never more than fifteen minutes from now, whatever the clock did: a clock that went back starts the same wait anew
    once, a clock that went ahead ends it; the count stays until the right passphrase is given.
    """
    attempts = _read(folder)
    if attempts is None:
        return 0
    wait, now = _wait(attempts.failed), clock.now()
    if now < attempts.since:
        _write(folder, _Attempts(attempts.failed, now), disk)
        return wait
    return max(0, math.ceil(wait - (now - attempts.since).total_seconds()))


def failed(folder: Path, clock: Clock, disk: Disk = DISK) -> int:
    """Note one wrong passphrase and return the seconds to wait."""
    before = _read(folder)
    attempts = _Attempts(min(before.failed if before else 0, 1000) + 1, clock.now())
    _write(folder, attempts, disk)
    return _wait(attempts.failed)


def forget(folder: Path, disk: Disk = DISK) -> None:
    """The right passphrase was given: the next mistake costs one second again."""
    with contextlib.suppress(OSError):
        disk.remove(folder / NAME)


def _wait(count: int) -> int:
    return min(LONGEST_S, 1 << min(count - 1, 10))


def _read(folder: Path) -> _Attempts | None:
    try:
        attempts = msgspec.json.decode(read_file(folder / NAME, _LIMIT_BYTES) or b"", type=_Attempts)
    except (msgspec.DecodeError, UnicodeDecodeError, Problem):
        return None  # never a lock-out: an unreadable note is no note
    return attempts if attempts.failed > 0 and attempts.since.tzinfo else None


def _write(folder: Path, attempts: _Attempts, disk: Disk) -> None:
    # A full disk must not keep out an officer who then gives the right passphrase.
    with contextlib.suppress(Problem):
        replace_file(folder / NAME, msgspec.json.encode(attempts), disk)
