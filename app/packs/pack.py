"""One pack: a line with its signature, then a zip. The signature is checked before anything of the zip is read."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app import signed
from app.packs import archive, manifest
from app.packs.manifest import FORMAT, MANIFEST, Manifest
from app.problems import Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOST_BYTES = archive.MOST_PACKED + 1_000
LONGEST_LINE = 300
AUTHORS_FILE = "pack.toml"
"""What an author writes: the manifest without its files."""


@dataclass(frozen=True)
class Pack:
    """A pack whose signature held. `files`: everything but the manifest, by name; `sha256`: of the whole pack file."""

    manifest: Manifest
    files: Mapping[str, bytes] = field(repr=False)
    signed_by: str
    sha256: str

    def brought(self) -> dict[Path, bytes]:
        """The files under places that tell whose they are."""
        return {Path(f"{self.manifest.name}-{self.manifest.serial}", name): data for name, data in self.files.items()}


def sha256_of(data: bytes) -> str:
    """How a pack file is known."""
    return hashlib.sha256(data).hexdigest()


def read(data: bytes, keys: Iterable[bytes], *, believed: str = "") -> Pack:
    """The pack in a file. `believed`: the hash of one that was checked before, when its key was still known.

    Raises Problem pack.not_signed, pack.unknown_key, pack.archive, pack.broken.
    """
    line, _, zipped = data.partition(b"\n") if len(data) <= MOST_BYTES else (b"", b"", b"")
    own = sha256_of(data)
    try:
        key = signed.check(zipped, line[:LONGEST_LINE].decode("ascii", "replace"), signed.PACK, keys)
    except signed.UnknownKey as error:
        if own != believed:
            raise Problem("pack.unknown_key", key=str(error)[:16]) from error
        key = str(error)[:16]
    except signed.NotSigned as error:
        raise Problem("pack.not_signed") from error
    files = archive.unpack(zipped)
    if MANIFEST not in files:
        raise manifest.broken(MANIFEST, "$", "it is missing")
    told = manifest.read(files[MANIFEST])
    manifest.check_files(told, files)
    return Pack(told, {name: text for name, text in files.items() if name != MANIFEST}, key, own)


def write(told: Manifest, files: Mapping[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """The pack file of these contents. Raises Problem pack.broken, pack.archive."""
    whole = msgspec.structs.replace(told, files=manifest.hashes(files))
    inside = {**files, MANIFEST: manifest.written(whole)}
    zipped = archive.pack(inside)
    manifest.check_files(manifest.read(inside[MANIFEST]), archive.unpack(zipped))
    return signed.sign(zipped, signed.PACK, key).encode("ascii") + zipped


def of_folder(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """What an author has made: `pack.toml` and the folders beside it. Raises Problem pack.broken, pack.no_file."""
    try:
        head = tomllib.loads((folder / AUTHORS_FILE).read_text(encoding="utf-8"))
        told = manifest.of_values({**head, "format": FORMAT})
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for inside in manifest.FOLDERS[told.kind]
            for file in sorted((folder / inside).rglob("*"))
            if file.is_file()
        }
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise manifest.broken(AUTHORS_FILE, "$", str(error)) from error
    except OSError as error:
        raise Problem("pack.no_file", file=AUTHORS_FILE, reason=error.strerror or "no access") from error
    return told, files
