"""One file that carries a vault's database with a few words about it: a line that names what it is, a line of JSON, and
the database, encrypted as it lies in a vault.

Told apart from damage by its own sums; whether to believe it is up to whoever holds the key.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec

from app.problems import Problem
from app.vault.disk import DISK, FILE_MODE, Disk, problem_of

_FIRST = b"holdfast vault file 1\n"
_LONGEST_LINE = 1 << 20
_PIECE = 1 << 20


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before the database. `kind`: backup or move; `about`: what belongs to that kind; `sha256`: of the
    database, which has so many bytes."""

    kind: str
    about: msgspec.Raw
    database_bytes: int
    sha256: str


def sum_of(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file. Raises Problem container.damaged where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
            return file.tell(), digest.hexdigest()
    except OSError:
        raise Problem("container.damaged", file=path.name) from None


def write(file: Path, kind: str, about: msgspec.Struct, database: Path, disk: Disk = DISK) -> None:
    """Write a new file, whole or not at all, and read it back once.

    Raises Problem container.there where there is one of that name, container.damaged where it does not read as it was
    written, and those of the disk; then nothing of it is left.
    """
    if file.exists():
        raise Problem("container.there", file=file.name)
    size, own = sum_of(database)
    words = Words(kind, msgspec.Raw(msgspec.json.encode(about)), size, own)
    fresh = file.with_name(file.name + ".new")
    try:
        disk.remove(fresh)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE)
        try:
            _pour(fd, _FIRST + msgspec.json.encode(words) + b"\n", disk)
            with database.open("rb") as source:
                while piece := source.read(_PIECE):
                    _pour(fd, piece, disk)
            disk.sync(fd)
        finally:
            os.close(fd)
        read(fresh, kind, type(about))
        disk.rename(fresh, file)
        disk.sync_folder(file.parent)
    except OSError as error:
        raise problem_of(error) from None
    finally:
        with contextlib.suppress(OSError):
            disk.remove(fresh)


def read(file: Path, kind: str, about: type[Any], database: Path | None = None) -> Any:
    """The words of a file, as `about`; the database is looked at whole, and written into `database` where one is named.

    Raises Problem container.damaged, container.foreign, and those of the disk.
    """
    try:
        with file.open("rb") as source:
            words = _words(source.readline(len(_FIRST)), source.readline(_LONGEST_LINE), file)
            if words.kind != kind:
                raise Problem("container.foreign", file=file.name)
            _take(source, words, file, database)
            return msgspec.json.decode(words.about, type=about)
    except OSError:
        raise Problem("container.damaged", file=file.name) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem("container.damaged", file=file.name) from None


def _words(first: bytes, line: bytes, file: Path) -> Words:
    if first != _FIRST:
        raise Problem("container.foreign", file=file.name)
    return msgspec.json.decode(line, type=Words)


def _take(source: Any, words: Words, file: Path, database: Path | None) -> None:
    digest, left = hashlib.sha256(), words.database_bytes
    with contextlib.ExitStack() as at_end:
        target = None
        if database is not None:
            try:
                fd = os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE)
            except OSError as error:
                raise problem_of(error) from None
            target = at_end.enter_context(os.fdopen(fd, "wb"))
        while left > 0 and (piece := source.read(min(_PIECE, left))):
            digest.update(piece)
            left -= len(piece)
            if target is not None:
                _put(target, piece)
        if left or source.read(1) or digest.hexdigest() != words.sha256:
            raise Problem("container.damaged", file=file.name)
        if target is not None:
            _put(target, b"", at_last=True)


def _put(target: Any, piece: bytes, *, at_last: bool = False) -> None:
    try:
        target.write(piece)
        if at_last:
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise problem_of(error) from None


def _pour(fd: int, data: bytes, disk: Disk) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[disk.write(fd, bytes(rest)) :]
