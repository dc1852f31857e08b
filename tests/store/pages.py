"""What the pages of a vault's file hold once they are decrypted, whatever SQLite says is in them: deleted rows, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, SALT = 4096, 80, 16
_WAL_HEAD, _FRAME_HEAD = 32, 24


def places(folder: Path, key: bytes, wanted: str) -> list[str]:
    """Where a text stands, in any of the usual encodings: file and page."""
    forms = {wanted.encode(), wanted.lower().encode(), wanted.encode("utf-16-le")}
    return [where for where, page in pages(folder, key) if any(form in page for form in forms)]


def pages(folder: Path, key: bytes) -> Iterator[tuple[str, bytes]]:
    """Every page of the file and of its log, decrypted, each with its place."""
    file = (folder / "vault.db").read_bytes()
    for n in range(len(file) // PAGE):
        page = file[n * PAGE : (n + 1) * PAGE]
        yield f"vault.db page {n + 1}", _opened(page, key, SALT if n == 0 else 0)
    log = folder / "vault.db-wal"
    frames = log.read_bytes()[_WAL_HEAD:] if log.exists() else b""
    for n in range(len(frames) // (_FRAME_HEAD + PAGE)):
        frame = frames[n * (_FRAME_HEAD + PAGE) : (n + 1) * (_FRAME_HEAD + PAGE)]
        number = int.from_bytes(frame[:4], "big")
        yield f"vault.db-wal frame {n + 1}", _opened(frame[_FRAME_HEAD:], key, SALT if number == 1 else 0)


def _opened(page: bytes, key: bytes, begin: int) -> bytes:
    iv = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return opener.update(page[begin : PAGE - RESERVED]) + opener.finalize()
