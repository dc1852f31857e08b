"""Another device identity for a vault that was copied or put back: a new id and key, and its unsent actions made anew.

A device's numbers name one change each, for ever. Where a copy may have used them for something else, this vault goes
on under another name: what the server has stays as it was signed, what it has not is signed anew, nothing is merged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.store import anew, snapshots
from app.store.connection import Connection
from app.store.exchange import SERVER
from app.store.renaming import RENAMED, Names
from app.store.store import FORMER, VAULT, Store

NEXT = "next device"
"""Under which name the vault keeps the identity that it is about to take."""
WANTED, LAPTOP = "another device wanted", "laptop"
"""Kept while this vault is a copy that came back or moved, until it is another device; and on which laptop it is."""
MADE_ANEW = "made anew under another device"
_KEY = "SELECT value FROM secret WHERE name = 'device_key'"
_WAITING = (
    "SELECT first, hash, body, signature, state, case_id, made_at FROM entry WHERE device = ? AND body <> x''"
    " AND (state = 'unsent' OR state = 'gone' AND number IS NULL) ORDER BY first"
)


@dataclass(frozen=True)
class Identity:
    """A device: its id, and the key with which it signs."""

    device: str
    signer: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self.signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def prepare(store: Store) -> Identity:
    """The identity that this vault will take: made once and kept until then, so that asking twice asks for one."""
    kept = store.recall(NEXT)
    if kept:
        return _identity(store, kept)
    device, raw = random_id(), Ed25519PrivateKey.generate().private_bytes_raw()
    with store.transaction() as connection:
        _keep_key(connection, device, raw)
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (NEXT, device))
    return _identity(store, device)


def now(store: Store) -> Identity:
    """The identity that this vault has."""
    with store.reading() as connection:
        return Identity(
            store.device, Ed25519PrivateKey.from_private_bytes(bytes(connection.execute(_KEY).fetchone()[0]))
        )


def former(store: Store) -> list[Identity]:
    """The identities that this vault had before, newest first: any of them may vouch for the one it has now."""
    return [_identity(store, device) for device in former_ids(store)]


def forget_former(store: Store) -> None:
    """No device that this vault was before may vouch for it: their keys are lost."""
    store.remember(FORMER, "[]")


def former_ids(store: Store) -> list[str]:
    """The devices that this vault was before, newest first."""
    return [str(device) for device in json.loads(store.recall(FORMER) or "[]")]


def want(store: Store, laptop: str) -> None:
    """This vault is a copy that came back from a backup or from another laptop: it is to be another device.

    `laptop`: where it is now. At once where it belongs to no server: nobody knows the numbers that it has used.
    Otherwise at the next contact, when the server says which of its entries it has.
    """
    with store.transaction() as connection:
        # An identity that was prepared before the copy was made is prepared in the other one as well.
        for name, value in ((WANTED, "yes"), (LAPTOP, laptop), (NEXT, "")):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
    if not store.recall(SERVER):
        take_on(store, {})


def wanted(store: Store) -> bool:
    """Whether this vault is to be another device before it sends or receives anything."""
    return store.recall(WANTED) == "yes"


def take_on(store: Store, place: Mapping[str, str]) -> set[str]:
    """Take the prepared identity: every entry that the server has not acknowledged is made anew under it, in order.

    In one transaction. What was acknowledged stays as it is, as another device's; the originals of what is made anew
    are kept aside. Reading begins anew: `place` says from where, by the names under which the vault keeps it. Returns
    the cases whose rows changed.
    """
    new = prepare(store)
    with store.transaction() as connection:
        old, public = store.device, store.public_key()
        again = _Again(connection, old, new)
        for row in connection.execute(_WAITING, (old,)).fetchall():
            again.make(*row)
        connection.execute("UPDATE entry SET state = 'received' WHERE device = ? AND state = 'sent'", (old,))
        told = {
            VAULT: store.recall(VAULT) or old,
            "device": new.device,
            NEXT: "",
            FORMER: json.dumps([old, *former_ids(store)]),
            f"key:{old}": public.hex(),
            WANTED: "",
            RENAMED: again.names.text(),
            **place,
        }
        for name, value in told.items():
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
        _keep_key(connection, old, bytes(connection.execute(_KEY).fetchone()[0]))
        connection.execute("UPDATE secret SET value = ? WHERE name = 'device_key'", (new.signer.private_bytes_raw(),))
        for case_id in again.cases:
            anew.fold_anew(connection, case_id)
        snapshots.forget_numbers(connection, new.device)
    store.forget()
    store.look_again()
    return again.cases


@dataclass
class _Again:
    """Entries of the old identity, one after the other, as entries of the new one."""

    connection: Connection
    old: str
    new: Identity
    last: int = 0
    previous: str = notebook.NO_PREVIOUS
    cases: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = Names(self.connection, self.old, self.new.device)

    def make(self, first: int, own: str, body: bytes, signature: bytes, state: str, case_id: str, made_at: str) -> None:
        was = notebook.read(body)
        for n in range(was.count):
            self.names.numbers[was.first + n] = self.last + 1 + n
        entry = msgspec.structs.replace(
            was,
            device=self.new.device,
            first=self.last + 1,
            case=self.new.device if was.case == self.old else was.case,
            previous=self.previous,
            changes=[self.names.change(change, was.case, was.first - 1) for change in was.changes],
        )
        signed = notebook.sign(entry, self.new.signer)
        self.connection.execute(
            "INSERT OR IGNORE INTO aside VALUES (?, ?, 0, ?, ?, ?, ?)",
            (self.old, own, MADE_ANEW, made_at, body, signature),
        )
        self.connection.execute("DELETE FROM entry WHERE device = ? AND first = ?", (self.old, first))
        self.connection.execute(
            "INSERT INTO entry (device, first, count, case_id, hash, hlc_ms, hlc_counter, made_at, state, body,"
            " signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.device,
                entry.first,
                entry.count,
                entry.case,
                signed.hash,
                *entry.hlc,
                entry.wall,
                state,
                signed.body,
                signed.signature,
            ),
        )
        self.last, self.previous = entry.first + entry.count - 1, signed.hash
        if state == "unsent":
            self.cases |= {case_id, entry.case}


def _identity(store: Store, device: str) -> Identity:
    with store.reading() as connection:
        raw = connection.execute("SELECT value FROM secret WHERE name = ?", (f"key:{device}",)).fetchone()[0]
    return Identity(device, Ed25519PrivateKey.from_private_bytes(bytes(raw)))


def _keep_key(connection: Connection, device: str, raw: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO secret VALUES (?, ?)", (f"key:{device}", raw))
