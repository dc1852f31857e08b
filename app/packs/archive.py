"""The files inside a pack: a zip of small files with plain names, read within limits. Nothing is written to a disk.

What a pack brings is only looked at after its signature held; these limits are for an author's mistakes, and for a key
that fell into wrong hands.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from app.problems import Problem

MOST_PACKED = 4 << 20
MOST_UNPACKED = 16 << 20
MOST_FILE = 4 << 20
MOST_FILES = 200
RATIO = 100
"""Most times that a file may grow when it is unpacked."""
NAME = re.compile(r"[a-z0-9_]+(?:[/.-][A-Za-z0-9_]+)*")
"""Names without a way up, a root, a drive, a blank or anything that two systems read apart."""
_DAY = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644


def unpack(data: bytes) -> dict[str, bytes]:
    """The files by name. Raises Problem pack.archive(mistake)."""
    if len(data) > MOST_PACKED:
        raise refused(f"it is larger than {MOST_PACKED} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = archive.infolist()
            _check(inside)
            return {one.filename: _whole(archive, one) for one in inside}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise refused("it is no whole zip") from error


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip: the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            told = zipfile.ZipInfo(name, _DAY)
            told.compress_type, told.create_system, told.external_attr = zipfile.ZIP_DEFLATED, 3, _PLAIN_FILE << 16
            archive.writestr(told, files[name])
    return whole.getvalue()


def _check(inside: list[zipfile.ZipInfo]) -> None:
    if not 1 <= len(inside) <= MOST_FILES:
        raise refused(f"1 to {MOST_FILES} files stand in a pack")
    if len({one.filename.casefold() for one in inside}) != len(inside):
        raise refused("a name stands there twice")
    for one in inside:
        # orig_filename: what stands in the file, before Python cuts it at a NUL or turns its slashes.
        if NAME.fullmatch(one.orig_filename) is None or one.filename != one.orig_filename:
            raise refused(f"{one.orig_filename[:80]!r} is no name for a file of a pack")
        kind = one.external_attr >> 28
        if (
            kind not in (0, 8)
            or one.flag_bits & 0x1
            or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        ):
            raise refused(f"{one.filename} is no plain file")
        if one.file_size > MOST_FILE or one.file_size > RATIO * max(one.compress_size, 100):
            raise refused(f"{one.filename} grows beyond what is allowed")
    if sum(one.file_size for one in inside) > MOST_UNPACKED:
        raise refused(f"its files are larger than {MOST_UNPACKED} bytes")


def _whole(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    with archive.open(one) as opened:
        # The size in the list is only what the list says: no more than that is read.
        data = opened.read(one.file_size + 1)
    if len(data) != one.file_size:
        raise refused(f"{one.filename} is not as long as it says")
    return data


def refused(mistake: str) -> Problem:
    """The Problem of a pack whose archive is not taken."""
    return Problem("pack.archive", mistake=mistake)
