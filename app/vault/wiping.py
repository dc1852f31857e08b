"""A vault that is destroyed by order: first what was not sent lies sealed beside it, then its keys go, then its files.

Stopped anywhere, either the vault is whole, or it is destroyed and the sealed work is there; the next start goes on.
What the order says and what is sealed, `sync.client.wipe` knows. Overwriting a file does not reach every copy that a
disk may have kept: without the passphrase, and the device secret where there is one, those open nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets as random
from pathlib import Path

import msgspec

from app.vault import attempts, device_secret, header
from app.vault.device_secret import SecretStore
from app.vault.disk import DISK, Disk, read_file, replace_file
from app.vault.header import LIMIT_BYTES, WIPED
from app.vault.vault import DATABASE, Unlocked

_LIMIT = 256 << 20


class Wiped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stays of a vault: the name on the unlock screen, which secret of the system goes, the sealed work."""

    short_name: str
    secret_name: str
    parcel: bytes
    delivered: bool = False


def destroy(unlocked: Unlocked, parcel: bytes, *, disk: Disk = DISK) -> None:
    """Destroy an open vault. The caller writes nothing into it any more, from before `parcel` was made.

    Raises what `replace_file` raises; then nothing was destroyed.
    """
    left = Wiped(unlocked.short_name, unlocked.secret_name, parcel)
    replace_file(unlocked.folder / WIPED, msgspec.json.encode(left), disk)
    finish(unlocked.folder, unlocked.secrets, disk=disk)


def finish(folder: Path, secrets: SecretStore | None, *, disk: Disk = DISK) -> Wiped | None:
    """Destroy what is still there of a vault whose end was decided; what stays of it, or None for any other folder."""
    left = look(folder)
    if left is None:
        return None
    for name in (header.NAME, header.PREVIOUS):
        _overwrite(folder / name, disk)
        disk.remove(folder / name)
    device_secret.drop(secrets, left.secret_name)
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", attempts.NAME):
        # The program that had it open may hold it still: the next start removes it. Its key is gone already.
        with contextlib.suppress(OSError):
            disk.remove(folder / name)
    return left


def look(folder: Path) -> Wiped | None:
    """What stays of a vault that is to be destroyed or was; None for any other folder, and where it cannot be read."""
    data = read_file(folder / WIPED, _LIMIT)
    try:
        return msgspec.json.decode(data, type=Wiped) if data else None
    except msgspec.DecodeError:
        return None


def delivered(folder: Path, *, disk: Disk = DISK) -> None:
    """The server has what was sealed: only the word that there was a vault stays."""
    left = look(folder)
    if left is not None:
        told = Wiped(left.short_name, left.secret_name, b"", delivered=True)
        replace_file(folder / WIPED, msgspec.json.encode(told), disk)


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
