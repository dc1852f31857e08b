"""What the server signs beyond its answers: leases, orders, heads of the tree. Each holds without its answer."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.clock import iso
from sync.wire import messages, signing

LEASE, WIPE, REMOVAL, SCOPE = "lease", "wipe", "removal", "scope"
CARRIED = "carried"


class Signer:
    """The server's signing key at work."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._extensions = self._derived("holdfast extension codes v1")
        self.sealed_for = X25519PrivateKey.from_private_bytes(self._derived("holdfast sealing key v1"))
        self.seal_key = signing.to_text(self.sealed_for.public_key().public_bytes_raw())

    def answer(self, nonce: str, status: int, body: bytes) -> str:
        """The signature of an answer, as its header says it."""
        return signing.to_text(self._key.sign(signing.answer_bytes(nonce, status, body)))

    def lease(self, device: str, officer: str, days: int, now: datetime) -> messages.Signed:
        """Until when a laptop may read its vault without meeting the server again."""
        return self._state(
            {
                "kind": LEASE,
                "device": device,
                "officer": officer,
                "issued_at": iso(now),
                "until": iso(now + timedelta(days=days)),
                "days": days,
                "seal": self.seal_key,
            }
        )

    def wipe(self, device: str, epoch: str, now: datetime) -> messages.Signed:
        """The order to destroy the keys of a revoked device and to keep what it has not sent, sealed."""
        said = {"kind": WIPE, "device": device, "epoch": epoch, "issued_at": iso(now), "seal": self.seal_key}
        return self._state(said)

    def carried(self, device: str, epoch: str, now: datetime, outcomes: list[messages.Outcome]) -> messages.Signed:
        """What became of the entries of a carrier file."""
        told = msgspec.to_builtins(outcomes)
        return self._state({"kind": CARRIED, "device": device, "epoch": epoch, "at": iso(now), "outcomes": told})

    def removal(self, device: str, epoch: str, cursor: int, cases: int) -> messages.Signed:
        """The confirmation that a page up to `cursor` rightly removes this many cases."""
        return self._state({"kind": REMOVAL, "device": device, "epoch": epoch, "cursor": cursor, "cases": cases})

    def scope(self, device: str, epoch: str, number: int, cases: int) -> messages.Signed:
        """How many cases are a device's to hold, as of `number`: what a laptop counts before it hides any."""
        return self._state({"kind": SCOPE, "device": device, "epoch": epoch, "number": number, "cases": cases})

    def extension_secret(self, device: str) -> bytes:
        """What the extension codes of a device are made from; it shares it since its enrolment."""
        return hmac.digest(self._extensions, device.encode(), "sha256")

    def tree_head(self, epoch: str, size: int, root: bytes) -> str:
        """The signature of a head of the tree."""
        return signing.to_text(self._key.sign(signing.tree_head_bytes(epoch, size, root)))

    def _derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose from the signing key."""
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self._key.private_bytes_raw())

    def _state(self, body: dict[str, Any]) -> messages.Signed:
        packed, signature = signing.state(body, self._key)
        return messages.Signed(body=msgspec.Raw(packed), signature=signature)
