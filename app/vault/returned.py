"""A word beside a vault whose files were put back from a backup: until it has been opened once, and knows it itself."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.vault.disk import DISK, Disk, read_file, replace_file

NAME = "vault.returned"


class Returned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the backup was made (ISO 8601)."""

    made_at: str


def look(folder: Path) -> Returned | None:
    """What is known of a vault that was put back; None for any other. An unreadable word is one of an unknown time."""
    data = read_file(folder / NAME, 1024)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=Returned)
    except msgspec.DecodeError:
        return Returned("")


def keep(folder: Path, back: Returned, disk: Disk = DISK) -> None:
    """Write it. Raises what `replace_file` raises."""
    replace_file(folder / NAME, msgspec.json.encode(back), disk)


def forget(folder: Path, disk: Disk = DISK) -> None:
    """The vault knows it now."""
    disk.remove(folder / NAME)
