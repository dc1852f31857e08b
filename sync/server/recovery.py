"""The recovery key: what a backup is sealed for. Its public half lies on the server, its private half in a safe.

A file of public keys may hold several (PEM, X25519), each of which opens what is sealed from then on: while one key is
replaced by another, or where two custodians keep one each.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from app.problems import Problem

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)


def make(private: Path, public: Path) -> str:
    """A new pair in two files, the private one for its owner alone; returns the name of the key.

    Raises Problem server.file_there where one of them is there already, server.file_not_written.
    """
    key = X25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    shown = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for file in (private, public):
        if file.exists():
            raise Problem("server.file_there", file=str(file))
    _write_new(private, pem, 0o600)
    _write_new(public, shown, 0o644)
    return name_of(key.public_key())


def public_keys(file: Path | None) -> list[X25519PublicKey]:
    """The keys to seal for. Raises Problem server.recovery_key."""
    if file is None:
        raise Problem("server.recovery_key", file="recovery_key")
    try:
        found = [load_pem_public_key(block) for block in _BLOCK.findall(file.read_bytes())]
    except (OSError, ValueError) as error:
        raise Problem("server.recovery_key", file=str(file)) from error
    keys = [key for key in found if isinstance(key, X25519PublicKey)]
    if not keys or len(keys) != len(found):
        raise Problem("server.recovery_key", file=str(file))
    return keys


def private_keys(file: Path) -> list[X25519PrivateKey]:
    """The keys that somebody brought out of the safe. Raises Problem server.recovery_key."""
    try:
        found = [load_pem_private_key(block, None) for block in _BLOCK.findall(file.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise Problem("server.recovery_key", file=str(file)) from error
    keys = [key for key in found if isinstance(key, X25519PrivateKey)]
    if not keys or len(keys) != len(found):
        raise Problem("server.recovery_key", file=str(file))
    return keys


def name_of(key: X25519PublicKey) -> str:
    """By what a recovery key is known: 16 hexadecimal digits."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def seal(secret: bytes, keys: Sequence[X25519PublicKey], purpose: bytes) -> dict[str, bytes]:
    """A secret for each of the keys, by the name of the key (HPKE, RFC 9180)."""
    return {name_of(key): _SUITE.encrypt(secret, key, purpose) for key in keys}


def unseal(sealed: dict[str, bytes], keys: Sequence[X25519PrivateKey], purpose: bytes) -> bytes:
    """The secret. Raises Problem server.recovery_key_other where none of the keys opens it."""
    for key in keys:
        box = sealed.get(name_of(key.public_key()))
        if box is not None:
            try:
                return _SUITE.decrypt(box, key, purpose)
            except InvalidTag:
                continue
    raise Problem("server.recovery_key_other", wanted=", ".join(sorted(sealed)))


def _write_new(file: Path, data: bytes, mode: int) -> None:
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Problem("server.file_not_written", file=str(file), reason=error.strerror or "no access") from error
