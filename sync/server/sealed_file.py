"""A file that the recovery key alone opens: messages, packed and sealed in parts, written and read as a stream.

Layout: MAGIC, a line of JSON (the head), parts. Each part is its length (4 bytes, big-endian) and AES-256-GCM over at
most a megabyte of the packed stream; its nonce is its number and whether it is the last (as STREAM does), and the head
goes in as additional data. So no part can be changed, moved, left out or cut off without being found; no plaintext and
no key touches the disk. The file's key is new for each file and sealed for every recovery key (HPKE).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.problems import Problem
from sync.server import recovery

MAGIC = b"HOLDFAST SEALED 1\n"
PART = 1 << 20
_HEAD_MOST = 1 << 16
_MESSAGE_MOST = 64 << 20
_TAG = 16


class Writer:
    """Messages into a sealed file. `key`: of this file alone, for reading it back."""

    def __init__(self, out: BinaryIO, head: dict[str, Any], keys: Sequence[X25519PublicKey]) -> None:
        self.key = secrets.token_bytes(32)
        sealed = recovery.seal(self.key, keys, _purpose(head))
        told = {**head, "keys": {name: base64.b64encode(box).decode() for name, box in sealed.items()}}
        line = MAGIC + json.dumps(told, sort_keys=True).encode() + b"\n"
        self._out, self._cipher, self._bound = out, AESGCM(self.key), hashlib.sha256(line).digest()
        self._packer = zstandard.ZstdCompressor(level=3).compressobj()
        self._waiting, self._number = bytearray(), 0
        out.write(line)

    def write(self, message: Any) -> None:
        """One more message: anything that JSON knows, and bytes."""
        packed = msgspec.msgpack.encode(message)
        self._take(self._packer.compress(len(packed).to_bytes(4, "big") + packed))

    def finish(self) -> None:
        """The last part. Without it nobody believes the file."""
        self._take(self._packer.flush())
        self._seal(last=True)

    def _take(self, some: bytes) -> None:
        self._waiting += some
        while len(self._waiting) > PART:
            self._seal(last=False)

    def _seal(self, last: bool) -> None:
        part = bytes(self._waiting[:PART])
        del self._waiting[:PART]
        sealed = self._cipher.encrypt(_nonce(self._number, last), part, self._bound)
        self._number += 1
        self._out.write(len(sealed).to_bytes(4, "big") + sealed)


class _Parts(io.RawIOBase):
    """The packed stream of a sealed file, part after part. Raises ValueError where a part is not as it was sealed."""

    def __init__(self, source: BinaryIO, key: bytes, bound: bytes) -> None:
        self._source, self._cipher, self._bound = source, AESGCM(key), bound
        self._ready, self._number, self._ended = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._ready and not self._ended:
            self._next()
        taken = self._ready[: len(into)]
        self._ready = self._ready[len(taken) :]
        into[: len(taken)] = taken
        return len(taken)

    def _next(self) -> None:
        size = self._source.read(4)
        length = int.from_bytes(size, "big")
        sealed = self._source.read(length) if len(size) == 4 and _TAG <= length <= PART + _TAG else b""
        if len(sealed) != length or not sealed:
            raise ValueError("cut off")
        # What comes after the last part shows that this one is not it.
        ahead = self._source.read(1)
        self._ended = not ahead
        if ahead:
            self._source.seek(-1, os.SEEK_CUR)
        try:
            self._ready = self._cipher.decrypt(_nonce(self._number, self._ended), sealed, self._bound)
        except InvalidTag as error:
            raise ValueError("changed or cut off") from error
        self._number += 1


def head(file: Path) -> dict[str, Any]:
    """What stands readable at the beginning of a sealed file: kind, time, for which keys; believed by nobody yet.

    Raises Problem server.sealed_file.
    """
    with _opened(file) as source:
        return _head(source)[0]


@contextmanager
def reading(file: Path, kind: str, keys: Sequence[X25519PrivateKey] | bytes) -> Iterator[Iterator[Any]]:
    """The messages of a sealed file, once its beginning holds. `keys`: private recovery keys, or the file's own key.

    Each message is verified before it is handed out, but only the end shows that the file is whole: whoever reads must
    read on to the end before anything counts. Raises Problem server.sealed_file, server.recovery_key_other.
    """
    with _opened(file) as source:
        told, bound = _head(source)
        if told.get("kind") != kind:
            raise Problem("server.sealed_file", file=str(file), reason=f"it is no {kind}")
        try:
            boxes = {name: base64.b64decode(box) for name, box in told["keys"].items()}
        except (KeyError, AttributeError, ValueError, binascii.Error) as error:
            raise Problem("server.sealed_file", file=str(file), reason="its beginning cannot be read") from error
        key = keys if isinstance(keys, bytes) else recovery.unseal(boxes, keys, _purpose(told))
        yield _messages(file, io.BufferedReader(_Parts(source, key, bound), 1 << 16))


def _messages(file: Path, packed: io.BufferedReader) -> Iterator[Any]:
    try:
        stream = zstandard.ZstdDecompressor(max_window_size=128 << 20).stream_reader(packed)
        while size := _exactly(stream, 4, ends=True):
            length = int.from_bytes(size, "big")
            if length > _MESSAGE_MOST:
                raise ValueError("a message is too long")
            yield msgspec.msgpack.decode(_exactly(stream, length))
        if packed.read(1):
            raise ValueError("something follows its end")
    except (ValueError, zstandard.ZstdError, msgspec.DecodeError) as error:
        raise Problem("server.sealed_file", file=str(file), reason="it was changed or cut off") from error


def _exactly(stream: Any, size: int, *, ends: bool = False) -> bytes:
    found = bytearray()
    while len(found) < size:
        more = stream.read(size - len(found))
        if not more:
            if ends and not found:
                return b""
            raise ValueError("cut off")
        found += more
    return bytes(found)


@contextmanager
def writing(
    file: Path, head: dict[str, Any], keys: Sequence[X25519PublicKey], check: Callable[[Any], None] | None = None
) -> Iterator[Writer]:
    """A sealed file that is there whole, under its name, for its owner alone, or not at all.

    `check` is told each message once more, read back from the disk, before the file gets its name.
    Raises Problem server.file_not_written, and what `check` raises.
    """
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    try:
        try:
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                writer = Writer(out, head, keys)
                yield writer
                writer.finish()
                out.flush()
                os.fsync(out.fileno())
            if check is not None:
                _read_back(beside, str(head["kind"]), writer.key, check)
            beside.replace(file)
            _sync_folder(file.parent)
        except OSError as error:
            raise Problem("server.file_not_written", file=str(file), reason=error.strerror or "no access") from error
    finally:
        beside.unlink(missing_ok=True)


def _read_back(file: Path, kind: str, key: bytes, look: Callable[[Any], None]) -> None:
    """Read what was just written as it lies on the disk, to its end. Raises Problem server.sealed_file."""
    _forget_cache(file)
    with reading(file, kind, key) as messages:
        for message in messages:
            look(message)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise Problem("server.sealed_file", file=str(file), reason=error.strerror or "no access") from error
    with source:
        yield source


def _head(source: BinaryIO) -> tuple[dict[str, Any], bytes]:
    name = getattr(source, "name", "")
    if source.read(len(MAGIC)) != MAGIC:
        raise Problem("server.sealed_file", file=str(name), reason="it is no sealed file of this program")
    line = source.readline(_HEAD_MOST)
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Problem("server.sealed_file", file=str(name), reason="its beginning cannot be read") from error
    if not isinstance(told, dict) or not line.endswith(b"\n"):
        raise Problem("server.sealed_file", file=str(name), reason="its beginning cannot be read")
    return told, hashlib.sha256(MAGIC + line).digest()


def _purpose(head: dict[str, Any]) -> bytes:
    return f"holdfast-sealed/1\n{head.get('kind')}\n{head.get('made_at')}".encode()


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _forget_cache(file: Path) -> None:
    """Let the next reading come from the disk where the system can be asked for that."""
    if hasattr(os, "posix_fadvise"):
        with file.open("rb") as one:
            os.posix_fadvise(one.fileno(), 0, os.fstat(one.fileno()).st_size, os.POSIX_FADV_DONTNEED)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
