"""The slot that two of three custodians open together, neither of whom ever holds the vault's key.

The key is wrapped under a random secret. For each of the three pairs the secret is split in two by a random pad; each
half is sealed to its custodian's public key (HPKE, RFC 9180). Whoever has one custodian's halves has random bytes, and
any secret fits them. Three pairs need no arithmetic of shares, the two may act in either order, and both only pass
their halves on, sealed to a key that belongs to one request: the vault's key is put together on the laptop alone.

Pure: no files, no clock.
"""

from __future__ import annotations

import hashlib
import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app.problems import Problem
from app.vault.recovery_code import CODE_BYTES, SYMBOLS
from app.vault.slots import KEY_BYTES, NONCE_BYTES, SALT_BYTES, WRAPPED_BYTES, bound, expand, unwrap, wipe

CUSTODIANS = 3
PAIRS = ((0, 1), (0, 2), (1, 2))
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SEALED_BYTES = KEY_BYTES + KEY_BYTES + 16
_MOST_NAMES = 4096
_Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A custodian as everybody may know them: name and public key (X25519, 32 bytes)."""

    kind: Literal["holdfast custodian"]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    key: bytes


class CustodianSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key under a secret of which each pair of custodians holds two halves.

    `keys`: the public keys, in the order of the cards; `halves`: for each of `PAIRS` the first one's and the second
    one's; `names`: nonce and the three names, sealed under the vault's key.
    """

    scheme: Literal["2 of 3, hpke-x25519"]
    keys: tuple[bytes, bytes, bytes]
    halves: tuple[bytes, bytes, bytes, bytes, bytes, bytes]
    names: bytes
    salt: bytes
    nonce: bytes
    wrapped: bytes


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a laptop asks its custodians: the halves as they lie in its header, and a key that is used this once.

    `counter`: the generation of the header; `short_name`: what the unlock screen shows; `asked_at`: ISO 8601.
    """

    kind: Literal["holdfast recovery request"]
    request_id: _Id
    device_id: _Id
    counter: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    short_name: Annotated[str, msgspec.Meta(max_length=80)]
    asked_at: Annotated[str, msgspec.Meta(max_length=40)]
    reply_key: bytes
    slot: CustodianSlot


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One custodian's halves, sealed to the request's key; what stands in clear only tells parts apart."""

    kind: Literal["holdfast recovery part"]
    request_id: _Id
    device_id: _Id
    counter: int
    place: Annotated[int, msgspec.Meta(ge=0, lt=CUSTODIANS)]
    sealed: bytes


@dataclass(frozen=True)
class Opened:
    """A slot that was opened: the vault's key, and which two custodians did it (places in `keys`)."""

    key: bytearray
    places: tuple[int, int]

    def __repr__(self) -> str:
        return f"Opened({self.places})"


def wrap(key: bytearray, cards: Sequence[Card], device_id: str) -> CustodianSlot:
    """A new slot for the vault's key. Raises Problem custodians.not_three where these are not three different ones."""
    keys = tuple(card.key for card in cards)
    if len(keys) != CUSTODIANS or len(set(keys)) != CUSTODIANS or any(len(one) != KEY_BYTES for one in keys):
        raise Problem("custodians.not_three")
    secret = bytearray(random.token_bytes(KEY_BYTES))
    halves = []
    for pair in PAIRS:
        pad = random.token_bytes(KEY_BYTES)
        for place, half in zip(pair, (pad, _xor(secret, pad)), strict=True):
            sealed = _sealed_to(keys[place], half, _at(device_id, pair, place))
            if sealed is None:
                raise Problem("custodians.not_three")
            halves.append(sealed)
    draft = CustodianSlot(
        "2 of 3, hpke-x25519",
        keys,  # type: ignore[arg-type]  # three, as was checked
        tuple(halves),  # type: ignore[arg-type]  # two for each of three pairs
        _seal_names([card.name for card in cards], key),
        random.token_bytes(SALT_BYTES),
        random.token_bytes(NONCE_BYTES),
        b"",
    )
    kek = _kek(draft, secret, device_id)
    try:
        wrapped = AESGCM(kek).encrypt(draft.nonce, key, bound(draft, device_id))
    finally:
        wipe(kek)
        wipe(secret)
    return msgspec.structs.replace(draft, wrapped=wrapped)


def wrap_again(slot: CustodianSlot, key: bytearray, device_id: str, *, under: bytearray | None = None) -> CustodianSlot:
    """A slot for the same custodians under a fresh secret: what they handed out for the old one opens nothing any more.

    `under`: the key that the old slot's names are sealed under, where it is another one.
    """
    return wrap(key, cards(slot, under or key), device_id)


def cards(slot: CustodianSlot, key: bytearray) -> list[Card]:
    """The custodians' cards, as the slot was made with them. Raises Problem vault.tampered."""
    return [Card("holdfast custodian", *one) for one in zip(names(slot, key), slot.keys, strict=True)]


def names(slot: CustodianSlot, key: bytearray) -> list[str]:
    """The custodians' names, in the order of their keys. Raises Problem vault.tampered."""
    under = expand(key, "holdfast header v1|custodians")
    try:
        told = AESGCM(under).decrypt(slot.names[:NONCE_BYTES], slot.names[NONCE_BYTES:], b"custodians")
        return msgspec.json.decode(told, type=list[str])
    except (InvalidTag, msgspec.DecodeError):
        raise Problem("vault.tampered") from None
    finally:
        wipe(under)


def well_formed(slot: CustodianSlot) -> bool:
    """Whether the lengths are those that wrapping makes."""
    return (
        all(len(key) == KEY_BYTES for key in slot.keys)
        and len(set(slot.keys)) == CUSTODIANS
        and all(len(half) == _SEALED_BYTES for half in slot.halves)
        and NONCE_BYTES + 16 < len(slot.names) <= _MOST_NAMES
        and (len(slot.salt), len(slot.nonce), len(slot.wrapped)) == (SALT_BYTES, NONCE_BYTES, WRAPPED_BYTES)
    )


def ask(slot: CustodianSlot, device_id: str, counter: int, short_name: str, at: str) -> tuple[Request, bytes]:
    """A request and its code (16 bytes), from which alone the key is made that opens the answers. Kept nowhere."""
    code, request_id = random.token_bytes(CODE_BYTES), random.token_hex(16)
    reply = _reply_key(code, request_id).public_key().public_bytes_raw()
    made = Request("holdfast recovery request", request_id, device_id, counter, short_name, at, reply, slot)
    return made, code


def check_of(request: Request) -> str:
    """Three groups of four signs that stand for a request, to be compared by voice: 60 bits of all that it binds."""
    number = int.from_bytes(
        _binding(request.slot, request.device_id, request.counter, request.request_id, request.reply_key)
    )
    text = "".join(SYMBOLS[number >> 5 * place & 31] for place in range(12))
    return "-".join(text[at : at + 4] for at in range(0, 12, 4))


def answer(request: Request, key: X25519PrivateKey) -> Part:
    """A custodian's part. Raises Problem custodians.not_yours, custodians.request_wrong."""
    own = key.public_key().public_bytes_raw()
    if not well_formed(request.slot) or len(request.reply_key) != KEY_BYTES:
        raise Problem("custodians.request_wrong")
    if own not in request.slot.keys:
        raise Problem("custodians.not_yours")
    place = request.slot.keys.index(own)
    found = b""
    for number, pair in enumerate(PAIRS):
        if place in pair:
            sealed = request.slot.halves[2 * number + pair.index(place)]
            try:
                found += _SUITE.decrypt(sealed, key, _at(request.device_id, pair, place))
            except InvalidTag:
                raise Problem("custodians.request_wrong") from None
    binding = _binding(request.slot, request.device_id, request.counter, request.request_id, request.reply_key)
    told = _sealed_to(request.reply_key, found, _answering(binding, place))
    if told is None:
        raise Problem("custodians.request_wrong")
    return Part("holdfast recovery part", request.request_id, request.device_id, request.counter, place, told)


def open_slot(slot: CustodianSlot, device_id: str, counter: int, code: bytes, parts: Sequence[Part]) -> Opened:
    """The vault's key from two parts and the code of their request.

    Raises Problem custodians.two_parts, custodians.same_twice, custodians.two_requests, custodians.other_vault,
    custodians.changed_since, custodians.part_wrong.
    """
    if len(parts) != 2:
        raise Problem("custodians.two_parts")
    one, other = sorted(parts, key=lambda part: part.place)
    if one.place == other.place:
        raise Problem("custodians.same_twice")
    if one.request_id != other.request_id:
        raise Problem("custodians.two_requests")
    if (one.device_id, other.device_id) != (device_id, device_id):
        raise Problem("custodians.other_vault")
    if (one.counter, other.counter) != (counter, counter):
        raise Problem("custodians.changed_since")
    reply = _reply_key(code, one.request_id)
    binding = _binding(slot, device_id, counter, one.request_id, reply.public_key().public_bytes_raw())
    pair = (one.place, other.place)
    halves = [_half(part, pair, reply, binding) for part in (one, other)]
    secret = bytearray(_xor(*halves))
    try:
        key = unwrap(slot, _kek(slot, secret, device_id), device_id)
    finally:
        wipe(secret)
    if key is None:
        raise Problem("custodians.part_wrong")
    return Opened(key, pair)


def _sealed_to(key: bytes, what: bytes, about: bytes) -> bytes | None:
    """`what`, sealed to a public key; None for 32 bytes that are nobody's key, with which nothing can be agreed."""
    try:
        return _SUITE.encrypt(what, X25519PublicKey.from_public_bytes(key), about)
    except ValueError:
        return None


def _half(part: Part, pair: tuple[int, int], reply: X25519PrivateKey, binding: bytes) -> bytes:
    try:
        found = _SUITE.decrypt(part.sealed, reply, _answering(binding, part.place))
    except InvalidTag:
        raise Problem("custodians.part_wrong") from None
    if len(found) != 2 * KEY_BYTES:  # whoever knows the request can seal anything to its key
        raise Problem("custodians.part_wrong")
    at = [own for own in PAIRS if part.place in own].index(pair) * KEY_BYTES
    return found[at : at + KEY_BYTES]


def _binding(slot: CustodianSlot, device_id: str, counter: int, request_id: str, reply_key: bytes) -> bytes:
    """What a part is good for, and nothing else: this vault, its header's generation, its slot, this one request."""
    told = [device_id, counter, request_id, reply_key, hashlib.sha256(msgspec.json.encode(slot)).digest()]
    return hashlib.sha256(b"holdfast recovery v1\n" + msgspec.json.encode(told)).digest()


def _reply_key(code: bytes, request_id: str) -> X25519PrivateKey:
    raw = expand(code, f"holdfast recovery v1|reply|request={request_id}")
    try:
        return X25519PrivateKey.from_private_bytes(bytes(raw))
    finally:
        wipe(raw)


def _kek(slot: CustodianSlot, secret: bytearray, device_id: str) -> bytearray:
    return expand(secret, f"holdfast slot v1|device={device_id}|slot=custodians", slot.salt)


def _seal_names(known: Sequence[str], key: bytearray) -> bytes:
    nonce, under = random.token_bytes(NONCE_BYTES), expand(key, "holdfast header v1|custodians")
    try:
        return nonce + AESGCM(under).encrypt(nonce, msgspec.json.encode(list(known)), b"custodians")
    finally:
        wipe(under)


def _at(device_id: str, pair: tuple[int, int], place: int) -> bytes:
    return f"holdfast custodian half v1|device={device_id}|pair={pair[0]},{pair[1]}|place={place}".encode()


def _answering(binding: bytes, place: int) -> bytes:
    return b"holdfast custodian part v1|place=%d|" % place + binding


def _xor(one: bytes | bytearray, other: bytes | bytearray) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
