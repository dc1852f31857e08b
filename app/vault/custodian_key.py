"""A custodian's own files: the private key under a passphrase, the public card, and the note of what was opened.

They live on the custodian's machine, never on a laptop with vaults. The card goes to the organisation, which puts three
of them, a line each, into the file that its vaults are made with.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.problems import Problem
from app.vault import custodians, slots
from app.vault.custodians import CUSTODIANS, Card, Part, Request
from app.vault.disk import read_file, replace_file
from app.vault.passphrases import LEAST_LENGTH, weakness
from app.vault.slots import SHIPPED_COST, Cost, PassphraseSlot, wipe

PUBLIC, NOTES = ".public", ".notes"
"""What the names of the card and of the notes end in, after that of the key file."""
_LIMIT = 64 * 1024
_LONGEST_NAME = 200
Kind = TypeVar("Kind", bound=msgspec.Struct)


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A custodian's private key, wrapped under a passphrase as a vault's is (Argon2id), and who they are."""

    kind: Literal["holdfast custodian key"]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME)]
    key: bytes
    slot: PassphraseSlot


def make(file: Path, name: str, passphrase: str, *, cost: Cost = SHIPPED_COST) -> Card:
    """Write a new key into `file` and its card beside it; the card.

    Raises Problem custodians.file_there, custodians.name_missing, vault.weak_* and those of the disk.
    """
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(clean) <= _LONGEST_NAME or any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in clean):
        raise Problem("custodians.name_missing")
    public = file.with_name(file.name + PUBLIC)
    for path in (file, public):
        if path.exists():
            raise Problem("custodians.file_there", file=path.name)
    weak = weakness(passphrase, [clean])
    if weak is not None:
        raise Problem(weak, least=LEAST_LENGTH)
    private = X25519PrivateKey.generate()
    own, raw = private.public_key().public_bytes_raw(), bytearray(private.private_bytes_raw())
    try:
        slot = slots.wrap_with_passphrase(raw, passphrase, cost, own.hex(), None, "")
    finally:
        wipe(raw)
    card = Card("holdfast custodian", clean, own)
    replace_file(file, _text(KeyFile("holdfast custodian key", clean, own, slot)))
    replace_file(public, _text(card))
    return card


def answer(file: Path, passphrase: str, request: Request, note: str) -> Part:
    """The part of the custodian whose key is in `file`; noted beside it before it is handed out.

    `note`: the line to keep. Raises Problem custodians.key_wrong, custodians.wrong_passphrase, and what
    `custodians.answer` and the disk raise.
    """
    kept = _read(file, KeyFile, "custodians.key_wrong")
    if not kept.slot.cost.allowed() or not slots.well_formed(kept.slot):
        raise Problem("custodians.key_wrong", file=file.name)
    raw = slots.open_with_passphrase(kept.slot, passphrase, kept.key.hex(), None)
    if raw is None:
        raise Problem("custodians.wrong_passphrase")
    try:
        made = custodians.answer(request, X25519PrivateKey.from_private_bytes(bytes(raw)))
    finally:
        wipe(raw)
    notes = file.with_name(file.name + NOTES)
    replace_file(notes, (read_file(notes, 1 << 24) or b"") + note.encode() + b"\n")
    return made


def read_cards(file: Path) -> list[Card]:
    """The three cards of the organisation's file, a line each. Raises Problem custodians.cards_wrong."""
    return cards_of(read_file(file, _LIMIT) or b"", file.name)


def cards_of(data: bytes, name: str) -> list[Card]:
    """The cards that the organisation's file holds, which has that name. Raises Problem custodians.cards_wrong."""
    lines = [line for line in data.splitlines() if line.strip()]
    try:
        cards = [msgspec.json.decode(line, type=Card) for line in lines]
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem("custodians.cards_wrong", file=name) from None
    if len(cards) != CUSTODIANS or len({card.key for card in cards}) != CUSTODIANS:
        raise Problem("custodians.cards_wrong", file=name)
    return cards


def read_request(file: Path) -> Request:
    """A request as a laptop wrote it. Raises Problem custodians.request_wrong."""
    return _read(file, Request, "custodians.request_wrong")


def read_parts(files: Sequence[Path]) -> list[Part]:
    """Parts as custodians made them. Raises Problem custodians.part_unreadable."""
    return [_read(file, Part, "custodians.part_unreadable") for file in files]


def same_check(typed: str, check: str) -> bool:
    """Whether that is the check number, however it was spelled."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(str.maketrans("OILU", "011V"))
    return plain == check.replace("-", "")


def write(file: Path, what: Request | Part) -> None:
    """Write a request or a part into a new file. Raises Problem custodians.file_there and those of the disk."""
    if file.exists():
        raise Problem("custodians.file_there", file=file.name)
    replace_file(file, _text(what))


def _read(file: Path, kind: type[Kind], wrong: str) -> Kind:
    try:
        return msgspec.json.decode(read_file(file, _LIMIT) or b"", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem(wrong, file=file.name) from None


def _text(what: msgspec.Struct) -> bytes:
    return msgspec.json.encode(what, order="sorted") + b"\n"
