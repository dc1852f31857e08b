"""Where a vault's folder is kept aside, whole, when another one takes its place: the unlock screen does not look there.

Nobody asks for it again by themselves: what has to be destroyed in a vault is destroyed in what was kept aside of it.
"""

from __future__ import annotations

from pathlib import Path

from app.problems import Problem
from app.vault import header
from app.vault.disk import make_folder

ASIDE = ".kept-aside"
"""The folder beside the vaults."""


def place(folder: Path) -> Path:
    """Where a vault's folder is kept aside next. Raises the Problems of the disk."""
    make_folder(folder.parent / ASIDE)
    number = 1
    while (aside := folder.parent / ASIDE / f"{folder.name}-{number}").exists():
        number += 1
    return aside


def of(folder: Path) -> list[Path]:
    """The folders in which the vault of `folder` is kept aside; none where no header says any more which one it is."""
    own = vault_of(folder)
    if own is None:
        return []
    return [kept for kept in sorted((folder.parent / ASIDE).glob("*")) if vault_of(kept) == own]


def vault_of(folder: Path) -> str | None:
    """The id of the vault in a folder; None where no header of it can be read."""
    try:
        return header.read(folder).headers[0].device_id
    except Problem:
        return None
