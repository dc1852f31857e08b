"""Detached Ed25519 signatures of files that an organisation hands out: its policy and its packs.

A key is 32 bytes; its name is the beginning of its hash. What a signature is for is part of what is signed, so that
none made for one kind of file holds for another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

POLICY, PACK = "holdfast-policy/1", "holdfast-pack/1"
KEY_LINE, SIGNATURE_LINE = "holdfast-key/1", "holdfast-signature/1"
MOST_KEYS = 16
MOST_BYTES = 64_000
"""Most bytes of a file of keys or of a signature."""


class NotAKey(ValueError):
    """Text that holds no key, or one that is broken."""


class NotSigned(ValueError):
    """The signature is none, or not of this file."""


class UnknownKey(ValueError):
    """The signature names a key that is not trusted here."""


def name_of(key: bytes) -> str:
    """What a public key is called: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(key).hexdigest()[:16]


def public_line(key: bytes, about: str = "") -> str:
    """A public key as a line of a file: `holdfast-key/1 BASE64 words`."""
    return f"{KEY_LINE} {base64.b64encode(key).decode('ascii')} {' '.join(about.split())}".rstrip()


def read_key(text: str) -> bytes:
    """The 32 bytes of a public key in base64. Raises NotAKey."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NotAKey(text) from error
    if len(raw) != 32 or base64.b64encode(raw).decode("ascii") != text:
        raise NotAKey(text)
    return raw


def read_public(text: str) -> tuple[bytes, ...]:
    """The keys of a file, one a line; empty lines and lines that begin with # are passed over. Raises NotAKey."""
    lines = [line.strip() for line in text.splitlines()]
    parts = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
    if not parts or len(parts) > MOST_KEYS or any(len(one) < 2 or one[0] != KEY_LINE for one in parts):
        raise NotAKey(KEY_LINE)
    return tuple(read_key(one[1]) for one in parts)


def sign(body: bytes, purpose: str, key: Ed25519PrivateKey) -> str:
    """The signature of a body, as it stands in a file: `holdfast-signature/1 KEY BASE64`."""
    public = key.public_key().public_bytes_raw()
    return f"{SIGNATURE_LINE} {name_of(public)} {base64.b64encode(key.sign(_said(body, purpose))).decode('ascii')}\n"


def check(body: bytes, signature: str, purpose: str, keys: Iterable[bytes]) -> str:
    """The name of the trusted key that signed a body. Raises NotSigned, UnknownKey."""
    parts = signature.split()
    if len(parts) != 3 or parts[0] != SIGNATURE_LINE:
        raise NotSigned("no signature")
    key = next((one for one in keys if name_of(one) == parts[1]), None)
    if key is None:
        raise UnknownKey(parts[1])
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(parts[2], validate=True), _said(body, purpose))
    except (InvalidSignature, ValueError) as error:
        raise NotSigned(parts[1]) from error
    return parts[1]


def new_private(passphrase: str = "") -> bytes:
    """A new private key as PEM (PKCS #8), closed by a passphrase where one is given."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    closed: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        closed = serialization.BestAvailableEncryption(passphrase.encode())
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed
    )


def read_private(pem: bytes, passphrase: str = "") -> Ed25519PrivateKey:
    """The private key of a PEM file. Raises NotAKey, also where it is closed by another passphrase."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, passphrase.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotAKey("no private key, or another passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotAKey("no Ed25519 key")
    return key


def is_closed(pem: bytes) -> bool:
    """Whether a private key asks for a passphrase."""
    return b"ENCRYPTED PRIVATE KEY" in pem


def _said(body: bytes, purpose: str) -> bytes:
    return f"{purpose}\n{hashlib.sha256(body).hexdigest()}".encode("ascii")
