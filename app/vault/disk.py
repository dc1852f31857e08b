"""How the vault's small files reach the disk: whole or not at all, for the officer's account only.

Knows nothing about keys. The encrypted database is not written here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform == "win32":
    import ctypes
    import msvcrt

    _REPLACE_EXISTING, _WRITE_THROUGH = 0x1, 0x8
else:
    import fcntl

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# O_NOFOLLOW: a link planted in the folder must not lead a write elsewhere.
_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Disk:
    """The five things that writing a file asks of the operating system. Tests replace it by one that fails or stops."""

    def write(self, fd: int, data: bytes) -> int:
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        os.fsync(fd)

    def rename(self, source: Path, target: Path) -> None:
        if sys.platform == "win32":
            # The plain rename may sit in memory for a while, and there is no folder to flush: this one comes back when
            # it is on the disk.
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            if not kernel.MoveFileExW(str(source), str(target), _REPLACE_EXISTING | _WRITE_THROUGH):
                raise ctypes.WinError(ctypes.get_last_error())
        else:
            os.replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        # Windows has no handle to flush for a folder; the rename above is written through.
        if sys.platform == "win32":
            return
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)


DISK = Disk()


def replace_file(path: Path, data: bytes, disk: Disk = DISK) -> None:
    """Write `data` as the file `path`, mode 0600: temporary file, flush, rename, flush of the folder.

    Whoever stops at any moment leaves the old file or the new one, never a mixture.
    Raises Problem vault.disk_full, vault.read_only or vault.disk: then the old file stands; vault.not_flushed: the new
    file stands, but a power cut may bring the old one back.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        disk.remove(fresh)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, FILE_MODE)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[disk.write(fd, bytes(rest)) :]
            disk.sync(fd)
        finally:
            os.close(fd)
        disk.rename(fresh, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            disk.remove(fresh)
        raise problem_of(error) from None
    try:
        disk.sync_folder(path.parent)
    except OSError:
        raise Problem("vault.not_flushed") from None


def read_file(path: Path, limit: int) -> bytes | None:
    """The first `limit` bytes of a file, or None where there is none. Raises Problem vault.cannot_read."""
    try:
        fd = os.open(path, os.O_RDONLY | _SAFE)
        with os.fdopen(fd, "rb") as file:
            return file.read(limit)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link stands where a file of ours should: treated as damage, not followed
            return b""
        raise Problem("vault.cannot_read", file=path.name) from None


def make_folder(folder: Path, disk: Disk = DISK) -> None:
    """Make the folder and what is missing above it, each for the officer's account only (0700).

    They are on the disk when this returns: what is flushed into a folder that a power cut takes away is gone with it.
    """
    try:
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        for part in reversed(missing):
            part.mkdir(mode=FOLDER_MODE, exist_ok=True)
            with contextlib.suppress(PermissionError):  # one may make folders in a folder that one may not read
                disk.sync_folder(part.parent)
    except (FileExistsError, NotADirectoryError):
        raise Problem("vault.not_empty", folder=folder.name) from None
    except OSError as error:
        raise problem_of(error) from None


def close_to_others(path: Path, mode: int) -> None:
    """Take away what other accounts may do with a file or folder. Raises Problem vault.open_to_others if refused."""
    if sys.platform == "win32":
        return  # the user's profile folder carries a list for its owner alone
    try:
        if stat.S_IMODE(path.lstat().st_mode) & 0o077:
            path.chmod(mode)
    except FileNotFoundError:
        return
    except OSError:
        raise Problem("vault.open_to_others", file=path.name) from None


def problem_of(error: OSError) -> Problem:
    """The Problem that an error of the disk means for the vault."""
    if error.errno in _FULL:
        return Problem("vault.disk_full")
    if error.errno in _DENIED:
        return Problem("vault.read_only")
    return Problem("vault.disk", error=errno.errorcode.get(error.errno or 0, "unknown"))


class OneProgram:
    """The lock that lets one program at a time use a vault; the system drops it whenever the process ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises Problem vault.in_use, or what stands in the way of writing to the folder."""
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | _SAFE, FILE_MODE)
        except OSError as error:
            raise problem_of(error) from None
        try:
            if sys.platform == "win32":
                msvcrt.locking(self._fd, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            if error.errno in {errno.EAGAIN, errno.EACCES, errno.EDEADLK}:
                raise Problem("vault.in_use") from None
            raise problem_of(error) from None

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


@contextlib.contextmanager
def released_on_failure(lock: OneProgram) -> Iterator[OneProgram]:
    """Give the lock back where the work under it fails; where it succeeds, the caller keeps the lock."""
    try:
        yield lock
    except BaseException:
        lock.release()
        raise
