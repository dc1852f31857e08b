"""What is signed of a request, an answer and a statement; how bodies are packed stands in `sync.wire.packing`.

A request is signed as it is sent, packed, so that nothing of a stranger's is ever unpacked.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.wire.packing import TooLarge as TooLarge
from sync.wire.packing import pack as pack
from sync.wire.packing import unpack as unpack

DEVICE = "Holdfast-Device"
COUNTER = "Holdfast-Counter"
NONCE = "Holdfast-Nonce"
SIGNATURE = "Holdfast-Signature"
KNOWS = "Holdfast-Knows"
"""The name of the server's key that the laptop knows: answers are signed with it as long as the server has it."""
NEWEST = "newest"
"""Stands there before it knows any."""


def request_bytes(method: str, path: str, device: str, counter: int, nonce: str, body: bytes) -> bytes:
    """What a device signs of a request. `body`: as it is sent."""
    return _lines("holdfast-request/1", method, path, device, str(counter), nonce, hashlib.sha256(body).hexdigest())


def answer_bytes(nonce: str, status: int, body: bytes) -> bytes:
    """What the server signs of an answer: it belongs to the one request that carried the nonce."""
    return _lines("holdfast-answer/1", nonce, str(status), hashlib.sha256(body).hexdigest())


def statement_bytes(body: bytes) -> bytes:
    """What the server signs of a statement that outlives its answer."""
    return _lines("holdfast-statement/1", hashlib.sha256(body).hexdigest())


def identity_bytes(old: str, new: str) -> bytes:
    """What a new device signs to show that it has its key, and in whose place it comes."""
    return _lines("holdfast-identity/1", old, new)


def receipt_bytes(body: bytes) -> bytes:
    """What a device signs of its receipt for an order that it carries out."""
    return _lines("holdfast-receipt/1", hashlib.sha256(body).hexdigest())


def tree_head_bytes(epoch: str, size: int, root: bytes) -> bytes:
    """What the server signs of the head of its tree."""
    return _lines("holdfast-tree/1", epoch, str(size), root.hex())


def leaf_bytes(number: int, entry_hash: str, received_at: str) -> bytes:
    """What a leaf of the tree stands for: an accepted entry with its number and the time of its receipt."""
    return _lines("holdfast-leaf/1", str(number), entry_hash, received_at)


def event_bytes(*columns: str) -> bytes:
    """What the server hashes of one of its own events: all columns. As JSON, for a text may hold any line break."""
    return json.dumps(["holdfast-event/1", *columns], ensure_ascii=False, separators=(",", ":")).encode()


def event_seal_bytes(org: str, number: int, until: str, before: bytes, events: bytes) -> bytes:
    """What the server signs of a seal over its own events. `before`: the root of the seal before; `events`: the SHA-256
    of the hashes of those under it, in the order of their ids."""
    return _lines("holdfast-events/1", org, str(number), until, before.hex(), events.hex())


def sign_in_nonce(device: str, key: str, secret: str, salt: str) -> str:
    """The nonce of a sign-in: who signs in does so for this device, with this key and this code, and for no other."""
    return hashlib.sha256(_lines("holdfast-sign-in/1", device, key, secret, salt)).hexdigest()


def state(body: dict[str, Any], key: Ed25519PrivateKey) -> tuple[bytes, str]:
    """A statement as canonical JSON, with its signature."""
    packed = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return packed, to_text(key.sign(statement_bytes(packed)))


def holds(signature: str, signed: bytes, key: bytes) -> bool:
    """Whether a signature of `signed` is that of the public key (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(from_text(signature), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_name(key: bytes) -> str:
    """By what a key, or an authority's certificates, are known: the first 16 hexadecimal digits of their SHA-256."""
    return hashlib.sha256(key).hexdigest()[:16]


def to_text(raw: bytes) -> str:
    """Bytes as they stand in a message."""
    return base64.b64encode(raw).decode("ascii")


def from_text(text: str) -> bytes:
    """The bytes of a text in a message. Raises ValueError."""
    return base64.b64decode(text, validate=True)


def _lines(*parts: str) -> bytes:
    return "\n".join(parts).encode()
