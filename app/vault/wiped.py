"""What stays of a vault that was destroyed by order, or is about to be: one file, in which no key of the vault lies."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.problems import Problem
from app.vault import header
from app.vault.disk import DISK, Disk, read_file, replace_file

NAME = "vault.wiped"
_LIMIT = 256 << 20


class Wiped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name that the unlock screen showed, which secret of the system goes, and the work that was sealed.

    `delivered`: the server has it; only the word that there was a vault stays.
    """

    short_name: str
    secret_name: str
    parcel: bytes
    delivered: bool = False


def look(folder: Path) -> Wiped | None:
    """What stays of a vault; None for any other folder, and where it cannot be read."""
    data = read_file(folder / NAME, _LIMIT)
    try:
        return msgspec.json.decode(data, type=Wiped) if data else None
    except msgspec.DecodeError:
        return None


def keep(folder: Path, left: Wiped, disk: Disk = DISK) -> None:
    """Write it, whole or not at all. Raises what `replace_file` raises."""
    replace_file(folder / NAME, msgspec.json.encode(left), disk)


def delivered(folder: Path, disk: Disk = DISK) -> None:
    """The server has what was sealed."""
    left = look(folder)
    if left is not None:
        keep(folder, Wiped(left.short_name, left.secret_name, b"", delivered=True), disk)


def refuse(folder: Path) -> None:
    """Raise Problem vault.wiped, vault.wiped_over or vault.wiped_unreadable where there is no vault any more."""
    left = look(folder)
    if left is not None:
        raise Problem("vault.wiped_over" if left.delivered else "vault.wiped")
    # Beside a vault that still has a header, a file that nobody can read decides nothing.
    if read_file(folder / NAME, 1) is not None and not any(
        read_file(folder / name, 1) for name in (header.NAME, header.PREVIOUS)
    ):
        raise Problem("vault.wiped_unreadable", folder=folder.name)
