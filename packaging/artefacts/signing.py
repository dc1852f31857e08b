"""Checksums of what was built, and their detached signature: 64 raw bytes of Ed25519 over SHA256SUMS.

Anybody checks them with what a system brings: `sha256sum -c SHA256SUMS` and
`openssl pkeyutl -verify -rawin -pubin -inkey KEY.pem -in SHA256SUMS -sigfile SHA256SUMS.sig`.
"""

from __future__ import annotations

import getpass
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = "HOLDFAST_SIGNING_KEY"
SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.sig"
PUBLIC = "signing-key.pem"


@dataclass(frozen=True)
class Key:
    """A key to sign with, and how it is spoken of."""

    private: Ed25519PrivateKey
    says: str


def find_key(file: Path | None) -> Key:
    """The key in a file, or in the file that the environment names; otherwise a trial key, used once."""
    named = file or (Path(os.environ[KEY]) if os.environ.get(KEY) else None)
    if named is None:
        print(
            f"NO SIGNING KEY: a trial key signs and is thrown away. It proves nothing; give --key or set {KEY}.",
            flush=True,
        )
        return Key(Ed25519PrivateKey.generate(), "a trial key that proves nothing")
    try:
        private = _load(named.read_bytes(), named)
    except OSError as error:
        raise machine.GroundMissingError(f"The signing key {named} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise machine.GroundMissingError(f"The signing key {named} is none, or its passphrase is wrong.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise machine.GroundMissingError(f"The signing key {named} is no Ed25519 key.")
    return Key(private, f"the key of {named}, fingerprint {fingerprint(private)}")


def _load(pem: bytes, file: Path) -> object:
    try:
        return serialization.load_pem_private_key(pem, None)
    except TypeError:  # it is kept under a passphrase
        return serialization.load_pem_private_key(pem, getpass.getpass(f"Passphrase of {file}: ").encode())


def fingerprint(private: Ed25519PrivateKey) -> str:
    """The SHA-256 of the public key's 32 bytes, in hex: to be compared by telephone or on paper."""
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def checksums(folder: Path) -> Path:
    """Write SHA256SUMS of all files of a folder, in the form of sha256sum, sorted by name."""
    own = {SUMS, SIGNATURE, PUBLIC}
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name not in own)
    lines = [f"{digest(file)}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return folder / SUMS


def sign(sums: Path, key: Key) -> None:
    """Write the signature beside the checksums, and the public key for whoever has not got it yet."""
    (sums.parent / SIGNATURE).write_bytes(key.private.sign(sums.read_bytes()))
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (sums.parent / PUBLIC).write_bytes(pem)


def digest(file: Path) -> str:
    """The SHA-256 of a file in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
