"""A vault backed up into one file, and put back from it.

The file holds the header with all its slots and a copy of the database, encrypted as in the vault: whatever opens the
vault opens the backup. A vault that was put back goes on as another device, because the numbers after those in the
backup may have been used (sync/README.md).
"""

from __future__ import annotations

import contextlib
import hmac
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.casework import operations
from app.clock import iso
from app.problems import Problem
from app.store.store import FILE, Store
from app.vault import aside as kept_aside
from app.vault import container, header, returned
from app.vault.disk import DISK, OneProgram, make_folder, problem_of, read_file, replace_file
from app.vault.returned import Returned
from app.vault.vault import LOCK, Unlocked

if TYPE_CHECKING:
    from app.casework.desk import Desk

BACKUP = "backup"
_COPY, _COMING = f"{FILE}.copy", ".coming-back"


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself. `vault`: the vault's id; `sum`: of the database; `mac`: of all the rest, under a
    key that only the vault has."""

    vault: str
    made_at: str
    header: bytes
    sum: str
    mac: bytes = b""


@dataclass(frozen=True)
class Saved:
    """A backup that was made: its size, and how many cases and entries are in it."""

    bytes: int
    cases: int
    entries: int


@dataclass(frozen=True)
class PutBack:
    """A vault that was put back: when its backup was made, and where what was there before is kept, if anything was."""

    made_at: str
    aside: Path | None


def back_up(desk: Desk, file: Path) -> Saved:
    """Write a backup of the open vault into a new file; logged, in the backup as well.

    Raises Problem container.there, container.damaged, those of the store and of the disk; then there is no backup.
    """
    if file.exists():
        raise Problem("container.there", file=file.name)
    operations.log(desk, desk.device_id, "disclosure", "vault backed up")
    copy = desk.unlocked.folder / _COPY
    _take_away(copy)
    try:
        desk.store.copy(copy, desk.unlocked.database_key())
        counted = _checked(desk.unlocked, copy)
        now = iso(desk.clock.now())
        own = read_file(desk.unlocked.folder / header.NAME, header.LIMIT_BYTES) or b""
        _, database = container.sum_of(copy)
        about = Backup(desk.unlocked.device_id, now, own, database)
        container.write(file, BACKUP, msgspec.structs.replace(about, mac=_mac(about, desk.unlocked)), copy)
    finally:
        _take_away(copy)
    return Saved(file.stat().st_size, *counted)


def put_back(file: Path, folder: Path, unlock: Callable[[Path], Unlocked] | None, *, replace: bool = False) -> PutBack:
    """Put the vault of a backup back into `folder`, where no vault is, or, with `replace`, one that is kept aside.

    `unlock` opens the vault in the folder that it is given: header, pages and the whole notebook are looked at before
    anything is put in its place. None: it is put back unlooked at, for custodians to open. Raises Problem backup.there,
    backup.other_vault, vault.in_use, container.damaged, container.foreign, backup.forged, what `unlock` and the store
    raise, and those of the disk; then what was there is there as before.
    """
    there = header.NAME in _inside(folder) or header.PREVIOUS in _inside(folder)
    if _inside(folder) and not (there and replace):
        raise Problem("backup.there" if there else "vault.not_empty", folder=folder.name)
    coming = folder.with_name(folder.name + _COMING)
    shutil.rmtree(coming, ignore_errors=True)
    make_folder(coming)
    try:
        about: Backup = container.read(file, BACKUP, Backup, coming / FILE)
        if container.sum_of(coming / FILE)[1] != about.sum:
            raise Problem("backup.forged", file=file.name)
        _put_header(about, coming, file)
        # No id: damaged, which is why somebody brings a backup.
        if there and kept_aside.vault_of(folder) not in (about.vault, None):
            raise Problem("backup.other_vault")
        returned.keep(coming, Returned(about.made_at))
        if unlock is not None:
            with unlock(coming) as unlocked:
                if not hmac.compare_digest(about.mac, _mac(about, unlocked)):
                    raise Problem("backup.forged", file=file.name)
                _checked(unlocked, coming / FILE)
        aside = _kept_aside(folder) if there else None
        try:
            with contextlib.suppress(FileNotFoundError):
                folder.rmdir()
            coming.rename(folder)
        except OSError:
            if aside is not None:
                aside.rename(folder)
            raise
        DISK.sync_folder(folder.parent)
    except OSError as error:
        raise problem_of(error) from None
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    return PutBack(about.made_at, aside)


def _checked(unlocked: Unlocked, copy: Path) -> tuple[int, int]:
    """Cases and entries of a copy whose every page and entry was looked at. Raises the Problems of the store."""
    store = Store.at(copy, unlocked.database_key(), unlocked.device_id)
    try:
        store.check_pages()
        store.verify()
        return len(store.cases()), store.count_entries()
    finally:
        store.close()
        for name in (f"{copy.name}-wal", f"{copy.name}-shm"):
            _take_away(copy.with_name(name))


def _put_header(about: Backup, folder: Path, file: Path) -> None:
    try:
        found = header.decode(about.header)
    except header.Newer:
        raise Problem("vault.newer", known=header.VERSION) from None
    except header.Weakened:
        raise Problem("vault.weakened") from None
    except header.Damaged:
        raise Problem("container.damaged", file=file.name) from None
    if found.device_id != about.vault:
        raise Problem("backup.forged", file=file.name)
    for name in (header.NAME, header.PREVIOUS):
        replace_file(folder / name, about.header)


def _kept_aside(folder: Path) -> Path:
    """Move a vault's folder to where the unlock screen does not look; nothing in it is touched.

    Raises Problem vault.in_use: a program that has it open would go on writing where nobody reads it.
    """
    OneProgram(folder / LOCK).release()
    aside = kept_aside.place(folder)
    folder.rename(aside)
    DISK.sync_folder(aside.parent)
    return aside


def _inside(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in folder.iterdir()}
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise problem_of(error) from None


def _take_away(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _mac(about: Backup, unlocked: Unlocked) -> bytes:
    told = msgspec.json.encode(msgspec.structs.replace(about, mac=b""))
    return hmac.digest(unlocked.derive("backup"), told, "sha256")
