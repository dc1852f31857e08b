"""One entry: the changes of one user action on one case, in canonical bytes, signed, chained to the entry before.

Bytes are stored and forwarded as they were signed; nothing here ever writes them anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.notebook.hybrid import Stamp
from app.notebook.ids import Dot, dot

FORMAT = "holdfast-entry/1"
SCHEMA = 1
NO_PREVIOUS = "0" * 64

Change = dict[str, Any]
"""{"op": create | append | set | add | remove, "record": id, ...}; an unknown `op` is kept and not understood."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What the signed bytes say. `first` … `first + count - 1` are the sequence numbers of the changes."""

    format: str
    device: str
    first: int
    count: int
    author: str
    session: str
    scope: int
    case: str
    hlc: tuple[int, int]
    wall: str
    schema: int
    previous: str
    changes: list[Change]

    @property
    def stamp(self) -> Stamp:
        """The hybrid clock's reading when the entry was made."""
        return Stamp(*self.hlc)

    def dots(self) -> list[Dot]:
        """The names of the changes, in order."""
        return [dot(self.device, self.first + i) for i in range(self.count)]

    @property
    def takes_back(self) -> tuple[Dot, ...]:
        """The first changes of the entries that this one takes back; empty for an ordinary action."""
        return _texts(self.changes[0].get("takes_back"))

    @property
    def together(self) -> tuple[str, ...]:
        """The cases on which one action wrote an entry each; empty where it concerned this case alone."""
        return _texts(self.changes[0].get("together"))


@dataclass(frozen=True)
class SignedEntry:
    """The bytes of an entry with the device's signature over their SHA-256."""

    body: bytes
    signature: bytes

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits: what the next entry names as `previous`."""
        return hashlib.sha256(self.body).hexdigest()


class EntryRefused(ValueError):
    """Bytes that are no entry, or whose signature, numbers or chain do not hold. The message names the reason only."""


def canonical(entry: Entry) -> bytes:
    """The one byte form of an entry: JSON, keys sorted, no spaces, UTF-8."""
    return json.dumps(
        msgspec.to_builtins(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def sign(entry: Entry, key: Ed25519PrivateKey) -> SignedEntry:
    """The entry's canonical bytes, signed."""
    body = canonical(entry)
    return SignedEntry(body, key.sign(hashlib.sha256(body).digest()))


_DECODER = msgspec.json.Decoder(Entry)


def read(body: bytes) -> Entry:
    """The entry in `body`. Raises EntryRefused where it is none, or where its numbers cannot be."""
    try:
        entry = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EntryRefused("not an entry") from error
    return _checked(entry)


def of_value(value: Any) -> Entry:
    """As `read`, for JSON that somebody has decoded already."""
    try:
        entry = msgspec.convert(value, Entry)
    except msgspec.ValidationError as error:
        raise EntryRefused("not an entry") from error
    return _checked(entry)


def _checked(entry: Entry) -> Entry:
    if entry.count != len(entry.changes) or entry.count < 1 or entry.first < 1:
        raise EntryRefused("numbers do not fit the changes")
    if entry.format != FORMAT:
        raise EntryRefused("another format")
    if not all(_well_formed(change) for change in entry.changes):
        raise EntryRefused("a change that nobody could take in")
    return entry


def _well_formed(change: Change) -> bool:
    """Whether the fold can take in a change: an operation that nobody here knows needs only its record."""
    if not isinstance(change.get("op"), str) or not isinstance(change.get("record"), str):
        return False
    operation, fields = change["op"], change.get("fields")
    if operation in ("create", "append"):
        return isinstance(change.get("type"), str) and isinstance(fields, dict) and _heads(change.get("knew", {}))
    if operation == "set":
        return isinstance(fields, dict) and all(
            isinstance(wish, dict) and "value" in wish and _dots(wish.get("saw")) and _heads(wish.get("knew", {}))
            for wish in fields.values()
        )
    if operation == "add":
        return isinstance(change.get("field"), str) and "value" in change
    if operation == "remove":
        return isinstance(change.get("field"), str) and _dots(change.get("saw"))
    return True


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else ()


def _dots(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _heads(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(last, int) for last in value.values())


def verify(signed: SignedEntry, key: Ed25519PublicKey) -> Entry:
    """The entry in signed bytes. Raises EntryRefused where the signature is not this key's."""
    try:
        key.verify(signed.signature, hashlib.sha256(signed.body).digest())
    except InvalidSignature as error:
        raise EntryRefused("signature") from error
    return read(signed.body)


def follows(entry: Entry, last: int, last_hash: str) -> bool:
    """Whether `entry` is the next one of its device after sequence number `last` with hash `last_hash`."""
    return entry.first == last + 1 and entry.previous == last_hash


def knowing(change: Change, knew: dict[str, int]) -> Change:
    """The change with what its author knew of other devices' work on the case: the last sequence number of each.

    It tells a record made after another one from one made beside it, which no clock can.
    """
    return {**change, "knew": knew} if knew else change


def taking_back(changes: list[Change], entries: list[Dot]) -> list[Change]:
    """The changes of an entry that takes back others, which are named by their first changes."""
    return [{**changes[0], "takes_back": sorted(entries)}, *changes[1:]]


def together(changes: list[Change], cases: list[str]) -> list[Change]:
    """The changes of an entry that belongs to one action on several cases."""
    return [{**changes[0], "together": sorted(cases)}, *changes[1:]]


def create(record: str, kind: str, fields: dict[str, Any]) -> Change:
    """A new record. Two devices that create the same record meet in it."""
    return {"op": "create", "record": record, "type": kind, "fields": fields}


def append(record: str, kind: str, fields: dict[str, Any]) -> Change:
    """A record that never changes once made: a print, a grade given, a completed assessment, a logged operation."""
    return {"op": "append", "record": record, "type": kind, "fields": fields}


def assign(record: str, fields: dict[str, tuple[Any, list[Dot]]], knew: dict[str, int] | None = None) -> Change:
    """New values of fields, each with the dots of the standing values that its author saw.

    `knew` belongs to a decision about the whole record, such as putting it away: the last sequence number of each
    device that stood in the record as the author saw it. What others wrote meanwhile shows beside the decision.
    """
    wider = {} if knew is None else {"knew": knew}
    return {
        "op": "set",
        "record": record,
        "fields": {name: {"value": value, "saw": sorted(saw), **wider} for name, (value, saw) in fields.items()},
    }


def add(record: str, field: str, value: Any) -> Change:
    """One more element of a set field."""
    return {"op": "add", "record": record, "field": field, "value": value}


def remove(record: str, field: str, saw: list[Dot]) -> Change:
    """Take away exactly the additions that the author saw; an addition made elsewhere meanwhile stays."""
    return {"op": "remove", "record": record, "field": field, "saw": sorted(saw)}
