"""Entries sealed so that the server alone can read them: HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM.

Whoever seals needs no secret, and cannot read it again. Who wrote the entries is told by the signatures inside.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync.wire import signing
from sync.wire.messages import SentEntry

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(entries: Sequence[SentEntry], device: str, key: bytes) -> bytes:
    """Entries of a device for the server with this public key (32 bytes)."""
    packed = signing.pack(msgspec.json.encode(list(entries)))
    return _SUITE.encrypt(packed, X25519PublicKey.from_public_bytes(key), _info(device))


def open_box(box: bytes, device: str, key: X25519PrivateKey) -> list[SentEntry]:
    """The entries in a box. Raises ValueError where it was sealed for another server or device, or changed."""
    try:
        packed = _SUITE.decrypt(box, key, _info(device))
    except InvalidTag as error:
        raise ValueError("not sealed for this") from error
    return msgspec.json.decode(signing.unpack(packed), type=list[SentEntry])


def _info(device: str) -> bytes:
    return f"holdfast-unsent/1\n{device}".encode()
