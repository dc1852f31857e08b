"""A vault that is destroyed by order: first what was not sent lies sealed beside it, then its keys go, then its files.

Stopped anywhere, either the vault is whole, or it is destroyed and the sealed work is there; the next start goes on.
What the order says and what is sealed, `sync.client.wipe` knows. Overwriting a file does not reach every copy that a
disk may have kept: without the passphrase, and the device secret where there is one, those open nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets as random
import shutil
from pathlib import Path

from app.problems import Problem
from app.vault import aside, attempts, device_secret, header, wiped
from app.vault.device_secret import SecretStore
from app.vault.disk import DISK, Disk
from app.vault.header import LIMIT_BYTES
from app.vault.vault import DATABASE, Unlocked
from app.vault.wiped import Wiped


def destroy(unlocked: Unlocked, parcel: bytes, *, disk: Disk = DISK) -> None:
    """Destroy an open vault. The caller writes nothing into it any more, from before `parcel` was made.

    Raises what `replace_file` raises; then nothing was destroyed.
    """
    try:
        wiped.keep(unlocked.folder, Wiped(unlocked.short_name, unlocked.secret_name, parcel), disk)
    except Problem:
        # It may lie there all the same: the next start would destroy the vault with all that is written until then.
        disk.remove(unlocked.folder / wiped.NAME)
        raise
    finish(unlocked.folder, unlocked.secrets, disk=disk)


def finish(folder: Path, secrets: SecretStore | None, *, disk: Disk = DISK) -> Wiped | None:
    """Destroy what is still there of a vault whose end was decided; what stays of it, or None for any other folder."""
    left = wiped.look(folder)
    if left is not None:
        _destroy_all(folder, left.secret_name, secrets, disk)
    return left


def leave(unlocked: Unlocked, *, disk: Disk = DISK) -> None:
    """Destroy an open vault that goes on elsewhere, with what was kept aside of it."""
    _destroy_all(unlocked.folder, unlocked.secret_name, unlocked.secrets, disk)


def remove(unlocked: Unlocked, *, disk: Disk = DISK) -> None:
    """Destroy an open vault that was never whole."""
    _destroy(unlocked.folder, unlocked.secret_name, unlocked.secrets, disk)


def _destroy_all(folder: Path, secret_name: str, secrets: SecretStore | None, disk: Disk) -> None:
    # What was kept aside goes first: which it is, the vault's own header tells.
    for kept in aside.of(folder):
        with contextlib.suppress(OSError):  # the vault itself goes all the same
            for name in {found.passphrase.secret_name for found in header.read(kept).headers}:
                _destroy(kept, name, secrets, disk)
            shutil.rmtree(kept)
    _destroy(folder, secret_name, secrets, disk)


def _destroy(folder: Path, secret_name: str, secrets: SecretStore | None, disk: Disk) -> None:
    for name in (header.NAME, header.PREVIOUS):
        _overwrite(folder / name, disk)
        disk.remove(folder / name)
    device_secret.drop(secrets, secret_name)
    # The database with all that lies beside it under its name: log, copies that were kept, what was never finished.
    for file in (*folder.glob(f"{DATABASE}*"), folder / attempts.NAME):
        # The program that had it open may hold it still: the next start removes it. Its key is gone already.
        with contextlib.suppress(OSError):
            disk.remove(file)


def _overwrite(path: Path, disk: Disk) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return  # it is gone already, or it cannot be written and is removed all the same
    try:
        disk.write(fd, random.token_bytes(min(os.fstat(fd).st_size, LIMIT_BYTES)))
        disk.sync(fd)
    finally:
        os.close(fd)
