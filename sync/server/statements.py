"""What the server signs beyond its answers: leases, orders, heads of the tree. Each holds without its answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.clock import iso
from sync.wire import messages, signing

LEASE, WIPE, REMOVAL = "lease", "wipe", "removal"


class Signer:
    """The server's signing key at work."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

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
            }
        )

    def wipe(self, device: str, epoch: str, now: datetime) -> messages.Signed:
        """The order to destroy the keys of a revoked device and to keep what it has not sent, sealed."""
        return self._state({"kind": WIPE, "device": device, "epoch": epoch, "issued_at": iso(now)})

    def removal(self, device: str, epoch: str, cursor: int, cases: int) -> messages.Signed:
        """The confirmation that a page up to `cursor` rightly removes this many cases."""
        return self._state({"kind": REMOVAL, "device": device, "epoch": epoch, "cursor": cursor, "cases": cases})

    def tree_head(self, epoch: str, size: int, root: bytes) -> str:
        """The signature of a head of the tree."""
        return signing.to_text(self._key.sign(signing.tree_head_bytes(epoch, size, root)))

    def _state(self, body: dict[str, Any]) -> messages.Signed:
        packed, signature = signing.state(body, self._key)
        return messages.Signed(body=msgspec.Raw(packed), signature=signature)
