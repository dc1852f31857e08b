"""Disks that fail or stop at a chosen place, and the invented vault that the tests of this folder use."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

from app.clock import FixedClock
from app.vault import vault
from app.vault.disk import Disk

OFFICER = "Rhona Castell-Ó Néill"
PASSPHRASE = "ferry lantern under the plum"
OTHER = "seven quiet otters on a raft"


def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 14, 1, 10, tzinfo=UTC))


def make(folder: Path, **given: object) -> vault.Created:
    """A vault at the least cost that may be read."""
    asked = {"officer": OFFICER, "passphrase": PASSPHRASE, "cost": vault.FLOOR_COST, "clock": clock(), **given}
    return vault.create(folder, **asked)


class FullDisk(Disk):
    """A disk with room for so many bytes and no more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, fd: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "no room")
        written = os.write(fd, data[: self.room])
        self.room -= written
        return written


class BrokenDisk(Disk):
    """A disk on which one kind of step always fails."""

    def __init__(self, step: str, error: int) -> None:
        self.step, self.error = step, error

    def __getattribute__(self, name: str) -> object:
        if name not in {"write", "sync", "rename", "sync_folder"} or name != self.step:
            return super().__getattribute__(name)

        def fail(*_: object) -> None:
            raise OSError(self.error, os.strerror(self.error))

        return fail


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class DyingDisk(Disk):
    """Lets so many steps happen, then nothing any more; a write takes four steps, so that it can be torn."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Killed

    def write(self, fd: int, data: bytes) -> int:
        self._step()
        return os.write(fd, data[: max(200, len(data) // 4)])

    def sync(self, fd: int) -> None:
        self._step()
        super().sync(fd)

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._step()
        super().sync_folder(folder)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)
