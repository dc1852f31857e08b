"""Key slots: the vault's random key, wrapped once under passphrase and device secret, once under the recovery code.

The third slot, which two of three custodians open, is `app.vault.custodians`.

Pure: no files, no clock. What a slot says about itself (cost, salt, device secret) is bound into its wrapping, so a
changed slot no longer opens.
"""

from __future__ import annotations

import secrets as random
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.problems import Problem

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
WRAPPED_BYTES = KEY_BYTES + 16
SYSTEM: Final = "system"

FLOOR_MEMORY_MIB, FLOOR_PASSES = 64, 3
# The ceiling keeps a planted header from eating the machine's memory before anything is authenticated.
CEILING_MEMORY_MIB, CEILING_PASSES, CEILING_LANES = 2048, 16, 16


@dataclass(frozen=True)
class Cost:
    """What one guess at a passphrase costs (Argon2id): memory in MiB, passes over it, lanes."""

    memory_mib: int
    passes: int
    lanes: int

    def allowed(self) -> bool:
        """Whether a vault of this cost may be made and opened."""
        return (
            FLOOR_MEMORY_MIB <= self.memory_mib <= CEILING_MEMORY_MIB
            and FLOOR_PASSES <= self.passes <= CEILING_PASSES
            and 1 <= self.lanes <= CEILING_LANES
        )


SHIPPED_COST = Cost(memory_mib=256, passes=3, lanes=2)
FLOOR_COST = Cost(memory_mib=FLOOR_MEMORY_MIB, passes=FLOOR_PASSES, lanes=2)


class PassphraseSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key under a passphrase and, where `device_secret` is "system", 32 bytes that the system keeps."""

    kdf: Literal["argon2id"]
    memory_mib: int
    passes: int
    lanes: int
    salt: bytes
    device_secret: Literal["system", "none"]
    secret_name: str
    nonce: bytes
    wrapped: bytes

    @property
    def cost(self) -> Cost:
        return Cost(self.memory_mib, self.passes, self.lanes)


class RecoverySlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key under the 128 random bits of the recovery code; needs no stretching and no device secret."""

    kdf: Literal["hkdf-sha256"]
    salt: bytes
    nonce: bytes
    wrapped: bytes


class Wrapping(Protocol):
    """What every kind of slot has: the vault's key, sealed under another one."""

    @property
    def nonce(self) -> bytes: ...

    @property
    def wrapped(self) -> bytes: ...


def wipe(secret: bytearray) -> None:
    """Overwrite key material in place."""
    secret[:] = bytes(len(secret))


def expand(key: bytes | bytearray, info: str, salt: bytes | None = None) -> bytearray:
    """32 bytes for one purpose from key material of full strength (HKDF-SHA256)."""
    out = bytearray(KEY_BYTES)
    HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info.encode()).derive_into(key, out)
    return out


def wrap_with_passphrase(
    key: bytearray, passphrase: str, cost: Cost, device_id: str, device_secret: bytes | None, secret_name: str
) -> PassphraseSlot:
    """A new passphrase slot for the vault's key. A cost outside floor and ceiling is a bug: ValueError."""
    if not cost.allowed():
        raise ValueError(f"{cost} is outside what a vault may use")
    draft = PassphraseSlot(
        "argon2id",
        cost.memory_mib,
        cost.passes,
        cost.lanes,
        random.token_bytes(SALT_BYTES),
        "none" if device_secret is None else "system",
        secret_name if device_secret else "",
        random.token_bytes(NONCE_BYTES),
        b"",
    )
    kek = _passphrase_kek(draft, passphrase, device_id, device_secret)
    try:
        sealed = AESGCM(kek).encrypt(draft.nonce, key, bound(draft, device_id))
    finally:
        wipe(kek)
    return msgspec.structs.replace(draft, wrapped=sealed)


def open_with_passphrase(
    slot: PassphraseSlot, passphrase: str, device_id: str, device_secret: bytes | None
) -> bytearray | None:
    """The vault's key, or None where the passphrase or the device secret is another one, or the slot was changed."""
    kek = _passphrase_kek(slot, passphrase, device_id, device_secret if slot.device_secret == SYSTEM else None)
    return unwrap(slot, kek, device_id)


def wrap_with_code(key: bytearray, code: bytes, device_id: str) -> RecoverySlot:
    """A new recovery slot for the vault's key; `code` is the 16 bytes that the recovery code spells."""
    draft = RecoverySlot("hkdf-sha256", random.token_bytes(SALT_BYTES), random.token_bytes(NONCE_BYTES), b"")
    kek = _recovery_kek(draft, code, device_id)
    try:
        sealed = AESGCM(kek).encrypt(draft.nonce, key, bound(draft, device_id))
    finally:
        wipe(kek)
    return msgspec.structs.replace(draft, wrapped=sealed)


def open_with_code(slot: RecoverySlot, code: bytes, device_id: str) -> bytearray | None:
    """The vault's key, or None where the code is another vault's or the slot was changed."""
    return unwrap(slot, _recovery_kek(slot, code, device_id), device_id)


def well_formed(slot: PassphraseSlot | RecoverySlot) -> bool:
    """Whether the lengths are those that wrapping makes."""
    return (
        len(slot.salt) == SALT_BYTES
        and len(slot.nonce) == NONCE_BYTES
        and len(slot.wrapped) == WRAPPED_BYTES
        and (isinstance(slot, RecoverySlot) or bool(slot.secret_name) == (slot.device_secret == SYSTEM))
    )


def passphrase_bytes(passphrase: str) -> bytearray:
    """A passphrase as it is stretched: NFC, UTF-8. A lone surrogate, which no keyboard makes, can match nothing."""
    return bytearray(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass"))


def _passphrase_kek(slot: PassphraseSlot, passphrase: str, device_id: str, device_secret: bytes | None) -> bytearray:
    words = passphrase_bytes(passphrase)
    stretched = bytearray(KEY_BYTES)
    try:
        Argon2id(
            salt=slot.salt,
            length=KEY_BYTES,
            iterations=slot.passes,
            lanes=slot.lanes,
            memory_cost=slot.memory_mib * 1024,
        ).derive_into(words, stretched)  # type: ignore[arg-type]
        both = stretched + (device_secret or b"")
        try:
            return expand(both, f"holdfast slot v1|device={device_id}|slot=passphrase|secret={slot.device_secret}")
        finally:
            wipe(both)
    except MemoryError:
        raise Problem("vault.no_memory", memory_mib=slot.memory_mib) from None
    finally:
        wipe(words)
        wipe(stretched)


def _recovery_kek(slot: RecoverySlot, code: bytes, device_id: str) -> bytearray:
    return expand(code, f"holdfast slot v1|device={device_id}|slot=recovery", slot.salt)


def unwrap(slot: Wrapping, kek: bytearray, device_id: str) -> bytearray | None:
    """The vault's key from a slot under the key that opens it, which is wiped; None where it does not open."""
    key = bytearray(KEY_BYTES)
    try:
        AESGCM(kek).decrypt_into(slot.nonce, slot.wrapped, bound(slot, device_id), key)
    except InvalidTag:
        return None
    finally:
        wipe(kek)
    return key


def bound(slot: Wrapping, device_id: str) -> bytes:
    """Everything the slot claims, as authenticated data of its wrapping."""
    claims = msgspec.to_builtins(slot)
    del claims["wrapped"]
    claims |= {"slot": type(slot).__name__, "version": 1, "device": device_id}
    return msgspec.json.encode(claims, order="sorted")
