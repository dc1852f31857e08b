"""The key of each case, with which a backup seals what was written in it; and the small file that holds them all.

A backup without the key of a case says nothing about it any more: whoever erases a case takes its key out of the
database and has this file written anew, and so reaches every backup that was ever made, wherever it lies.
The file also holds the orders to erase, so that a restored server knows them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.clock import iso
from app.problems import Problem
from sync.server import sealed_file, strict
from sync.server.database import Connection
from sync.wire import packing

NAME, KIND = "case-keys.sealed", "case-keys"
_AT_ONCE = 5000


@dataclass
class Order:
    """An order to erase a case, as it was signed."""

    case: str
    body: bytes
    signature: str


@dataclass
class CaseKeys:
    """Keys by organisation and case; `made`: those that were not there yet."""

    known: dict[tuple[str, str], bytes] = field(default_factory=dict)
    made: dict[tuple[str, str], bytes] = field(default_factory=dict)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)

    def seal(self, place: dict[str, str], body: bytes) -> bytes:
        """What was written in a case, so that its key alone opens it. What was erased stays nothing."""
        if not body:
            return body
        name = _name(place)
        key = self.known.get(name)
        if key is None:
            key = self.known[name] = self.made[name] = secrets.token_bytes(32)
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, packing.pack(body), None)

    def unseal(self, place: dict[str, str], sealed: bytes) -> bytes:
        """What was written in a case; nothing where an order has erased it since. Raises Problem server.backup_keys."""
        if not sealed:
            return sealed
        name = _name(place)
        if name in self.orders:
            return b""
        key = self.known.get(name)
        try:
            if key is None:
                raise ValueError
            return packing.unpack(AESGCM(key).decrypt(sealed[:12], sealed[12:], None))
        except (ValueError, InvalidTag) as error:
            raise Problem("server.backup_keys") from error


def _name(place: dict[str, str]) -> tuple[str, str]:
    # What was kept apart may be about anything; then it belongs to its device.
    return place["org_id"], place["case_id"] if strict.is_id(place["case_id"]) else place["device_id"]


def of_database(connection: Connection) -> CaseKeys:
    """All keys and orders of a database, as its owner."""
    found = CaseKeys()
    with connection.cursor() as cursor:
        for org, case, key in cursor.execute("SELECT org_id, case_id, key FROM case_key"):
            found.known[org, case] = bytes(key)
        for org, case, body, signature in cursor.execute("SELECT org_id, case_id, body, signature FROM erased"):
            found.orders[org, case] = Order(case, bytes(body), signature)
    return found


def keep(connection: Connection, keys: dict[tuple[str, str], bytes]) -> None:
    """Put keys into the database, as its owner."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO case_key VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [(org, case, key) for (org, case), key in sorted(keys.items())],
        )


def write(file: Path, keys: CaseKeys, recovery: Sequence[X25519PublicKey], now: datetime) -> None:
    """The file of all keys, whole or not at all. Raises Problem server.file_not_written."""
    with sealed_file.writing(file, {"kind": KIND, "made_at": iso(now)}, recovery, lambda _message: None) as writer:
        names = sorted(keys.known)
        for start in range(0, len(names), _AT_ONCE):
            writer.write(["keys", [[*name, keys.known[name]] for name in names[start : start + _AT_ONCE]]])
        orders = sorted(keys.orders.items())
        writer.write(["orders", [[org, case, one.body, one.signature] for (org, case), one in orders]])
        writer.write(["done", len(names)])


def read(file: Path, recovery: Sequence[X25519PrivateKey]) -> CaseKeys:
    """The keys in a file. Raises Problem server.sealed_file, server.recovery_key_other."""
    found, ended = CaseKeys(), False
    with sealed_file.reading(file, KIND, recovery) as messages:
        for what, told in messages:
            if what == "keys":
                found.known.update({(org, case): key for org, case, key in told})
            elif what == "orders":
                found.orders.update({(org, case): Order(case, body, sig) for org, case, body, sig in told})
            ended = what == "done"
    if not ended:
        raise Problem("server.sealed_file", file=str(file), reason="it was changed or cut off")
    return found
