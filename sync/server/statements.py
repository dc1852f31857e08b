"""What the server signs beyond its answers: leases, orders, heads of the tree, seals. Each holds without its answer."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.clock import iso
from sync.wire import messages, signing

LEASE, WIPE, REMOVAL, SCOPE, ERASURE = "lease", "wipe", "removal", "scope", "erasure"
CARRIED = "carried"
SERVER_KEY, AUTHORITIES = "server_key", "authorities"


KNOWS: ContextVar[str] = ContextVar("the server key that the asking device knows", default=signing.NEWEST)
"""Set for each request: the name of a key, "" from a program that knows but one, NEWEST before it knows any."""


class _Key:
    """One signing key with what is made from it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.name = signing.key_name(self.public)
        self.extensions = self._derived("holdfast extension codes v1")
        self.sealed_for = X25519PrivateKey.from_private_bytes(self._derived("holdfast sealing key v1"))

    def _derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose from the signing key."""
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self.key.private_bytes_raw())


class Signer:
    """The server's signing keys at work: the one in force, and former ones for laptops that have not met it yet.

    Whatever is signed within a request is signed with the key that the asking device knows (`KNOWS`).
    """

    def __init__(self, key: Ed25519PrivateKey, *former: Ed25519PrivateKey, retired: Sequence[bytes] = ()) -> None:
        """`retired`: public keys that sign no more."""
        self.take(key, *former, retired=retired)

    def take(self, key: Ed25519PrivateKey, *former: Ed25519PrivateKey, retired: Sequence[bytes] = ()) -> None:
        """Go on with these keys."""
        self._keys, self._retired = [_Key(one) for one in (key, *former)], list(retired)

    @property
    def _now(self) -> _Key:
        keys, name = self._keys, KNOWS.get()
        return next((one for one in keys if one.name == name), keys[-1 if name == "" else 0])

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._now.public

    @property
    def every_public(self) -> list[bytes]:
        """All of them, the one in force first, and those that sign no more."""
        return [*(one.public for one in self._keys), *self._retired]

    @property
    def sealed_for(self) -> X25519PrivateKey:
        """What opens that which is sealed for the server."""
        return self._now.sealed_for

    @property
    def every_sealed_for(self) -> list[X25519PrivateKey]:
        """The same of all keys: what a laptop sealed before it met a new one, has to be opened as well."""
        return [one.sealed_for for one in self._keys]

    @property
    def seal_key(self) -> str:
        """What is sealed for, as it stands in a message."""
        return signing.to_text(self.sealed_for.public_key().public_bytes_raw())

    def next_key(self) -> messages.Signed | None:
        """The key in force, stated by the one that the device knows; None where it knows that one."""
        newest, known = self._keys[0], self._now
        if newest is known:
            return None
        return self._state({"kind": SERVER_KEY, "key": signing.to_text(newest.public), "before": known.name})

    def stated_again(self, stated: messages.Signed) -> messages.Signed:
        """A statement of this server with the signature that the device can look at. One that it never made stays."""
        body = bytes(stated.body)
        said = signing.statement_bytes(body)
        if not any(signing.holds(stated.signature, said, key) for key in self.every_public):
            return stated
        return messages.Signed(body=stated.body, signature=signing.to_text(self._now.key.sign(said)))

    def shown(self, epoch: str, head: messages.TreeHead | None) -> messages.TreeHead | None:
        """A head of the tree, likewise."""
        if head is None:
            return None
        signature = self.tree_head(epoch, head.size, signing.from_text(head.root))
        return msgspec.structs.replace(head, signature=signature)

    def answer(self, nonce: str, status: int, body: bytes) -> str:
        """The signature of an answer, as its header says it."""
        return signing.to_text(self._now.key.sign(signing.answer_bytes(nonce, status, body)))

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

    def wipe(
        self, device: str, epoch: str, now: datetime, whose: Mapping[str, str] = MappingProxyType({})
    ) -> messages.Signed:
        """The order to destroy the keys of a revoked device and to keep what it has not sent, sealed."""
        said = {"kind": WIPE, "device": device, "epoch": epoch, "issued_at": iso(now), "seal": self.seal_key}
        return self._state({**said, **whose})

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

    def erasure(self, org: str, case: str, by: str, second: str, now: datetime) -> messages.Signed:
        """The order to destroy a case wherever it is. `by`, `second`: the two officers who gave it."""
        said = {"kind": ERASURE, "organisation": org, "case": case, "by": by, "second": second}
        return self._state({**said, "ordered_at": iso(now)})

    def authorities(self, pem: str) -> messages.Signed:
        """Which authorities are to be trusted from now on, as certificates (PEM)."""
        return self._state({"kind": AUTHORITIES, "authorities": pem})

    def extension_secret(self, device: str) -> bytes:
        """What the extension codes of a device are made from; it shares it since its enrolment."""
        return hmac.digest(self._now.extensions, device.encode(), "sha256")

    def tree_head(self, epoch: str, size: int, root: bytes) -> str:
        """The signature of a head of the tree."""
        return signing.to_text(self._now.key.sign(signing.tree_head_bytes(epoch, size, root)))

    def event_seal(self, said: bytes) -> str:
        """The signature of a seal over events: with the key in force, for no device ever looks at it."""
        return signing.to_text(self._keys[0].key.sign(said))

    def _state(self, body: dict[str, Any]) -> messages.Signed:
        packed, signature = signing.state(body, self._now.key)
        return messages.Signed(body=msgspec.Raw(packed), signature=signature)
