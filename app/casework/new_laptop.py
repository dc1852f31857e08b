"""A vault moves to another laptop: out into a file, in on the other one, and closed here once it has arrived there.

The file is encrypted to a code that is shown once. From the moment on at which it is written nothing more is written
here, so nothing can be missing there; until the receipt of the other laptop is typed here, it can be taken back. On
either side the vault goes on as another device, so that two of them never write under one name.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.casework import operations
from app.clock import SystemClock, iso
from app.policy import DEFAULT_POLICY, Policy
from app.problems import Problem
from app.store import identity
from app.store.connection import remove_database
from app.store.store import FILE, MOVED, Store
from app.vault import container, recovery_code, vault, wiping
from app.vault.custodians import Card
from app.vault.slots import NONCE_BYTES, SALT_BYTES, expand, wipe
from app.vault.vault import SHIPPED_COST

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.clock import Clock
    from app.vault.device_secret import SecretStore
    from app.vault.slots import Cost

MOVE = "move"
_COPY = f"{FILE}.moving"


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before the database: how the code is stretched, and `told`, sealed under it (`Told`)."""

    salt: bytes
    nonce: bytes
    told: bytes


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the other laptop learns: whose vault it is, its id, its custodians, and the sum of the database."""

    officer: str
    short_name: str
    vault: str
    moved_at: str
    cards: tuple[Card, ...]
    sum: str


@dataclass(frozen=True)
class MovedOut:
    """A vault that is on its way: the code of its file, shown once, and when it was written (ISO 8601)."""

    code: str
    at: str

    def __repr__(self) -> str:
        return f"MovedOut({self.at})"


@dataclass
class MovedIn:
    """A vault that has arrived: open, with its new recovery code and the receipt for the laptop that it came from."""

    desk: Desk
    recovery_code: str
    receipt: str

    def __repr__(self) -> str:
        return "MovedIn()"


def move_out(desk: Desk, file: Path) -> MovedOut:
    """Write the open vault into a new file, and write nothing more here; logged, in the file as well.

    Raises Problem container.there, move.out_already, move.practice, those of the store and of the disk; then it goes
    on here.
    """
    if file.exists():
        raise Problem("container.there", file=file.name)
    if desk.practice:
        raise Problem("move.practice")
    if moved_out(desk):
        raise Problem("move.out_already")
    code, salt = random.token_bytes(recovery_code.CODE_BYTES), random.token_bytes(SALT_BYTES)
    now, copy = iso(desk.clock.now()), desk.unlocked.folder / _COPY
    operations.log(desk, desk.device_id, "disclosure", "vault moved to another laptop")
    receipt = hashlib.sha256(_receipt(code, salt)).hexdigest()
    desk.store.remember(MOVED, json.dumps({"at": now, "receipt": receipt}))
    try:
        remove_database(copy)
        desk.store.copy(copy, _database_key(code, salt))
        unlocked = desk.unlocked
        told = Told(
            unlocked.officer,
            unlocked.short_name,
            unlocked.device_id,
            now,
            tuple(unlocked.cards),
            container.sum_of(copy)[1],
        )
        nonce = random.token_bytes(NONCE_BYTES)
        container.write(file, MOVE, Move(salt, nonce, _seal(code, salt, nonce, told)), copy)
    except BaseException:
        desk.store.remember(MOVED, "")
        raise
    finally:
        remove_database(copy)
    return MovedOut(recovery_code.write_out(code), now)


def moved_out(desk: Desk) -> str | None:
    """When this vault was written out for another laptop (ISO 8601); None where it was not, or was taken back."""
    kept = desk.store.recall(MOVED)
    return str(json.loads(kept)["at"]) if kept else None


def take_back(desk: Desk) -> None:
    """Go on here after all, as another device: the file may have arrived somewhere. Logged."""
    if moved_out(desk) is None:
        raise Problem("move.not_out")
    desk.store.remember(MOVED, "")
    identity.want(desk.store, desk.unlocked.laptop_id)
    operations.log_what_waits(desk)
    operations.log(desk, desk.device_id, "alteration", "move to another laptop taken back")


def close_here(desk: Desk, receipt: str) -> None:
    """The vault has arrived on the other laptop: destroy what is here. The desk is closed afterwards.

    Raises Problem move.not_out, vault.recovery_mistyped, move.receipt_wrong; then everything is as it was.
    """
    kept = desk.store.recall(MOVED)
    if not kept:
        raise Problem("move.not_out")
    given = hashlib.sha256(recovery_code.read_back(receipt)).hexdigest()
    if not hmac.compare_digest(given, json.loads(kept)["receipt"]):
        raise Problem("move.receipt_wrong")
    desk.store.close()
    wiping.leave(desk.unlocked)
    desk.unlocked.close()


def move_in(
    file: Path,
    code: str,
    folder: Path,
    passphrase: str,
    *,
    secrets: SecretStore | None = None,
    clock: Clock | None = None,
    cost: Cost = SHIPPED_COST,
    policy: Policy = DEFAULT_POLICY,
    cards: Sequence[Card] = (),
) -> MovedIn:
    """Make the vault of a file on this laptop, in a folder that is empty or does not exist yet.

    A new header: new key, passphrase, device secret and recovery code; the same custodians, or those of `cards`.
    Raises Problem vault.recovery_mistyped, move.code_wrong, container.damaged, container.foreign, what `vault.create`
    and the store raise; then nothing is left here.
    """
    from app.casework.desk import open_desk

    spelled = recovery_code.read_back(code)
    about: Move = container.read(file, MOVE, Move)
    told = _open(spelled, about)
    made = vault.create(
        folder,
        officer=told.officer,
        short_name=told.short_name,
        passphrase=passphrase,
        cost=cost,
        secrets=secrets,
        local_words=policy.local_words,
        cards=cards or told.cards,
        vault_id=told.vault,
    )
    unlocked, coming = made.unlocked, folder / _COPY
    try:
        container.read(file, MOVE, Move, coming)
        if container.sum_of(coming)[1] != told.sum:
            raise Problem("container.damaged", file=file.name)
        source = Store.at(coming, _database_key(spelled, about.salt), told.vault)
        try:
            source.verify()
            source.remember(MOVED, "")
            # Before it is the vault's: stopped after that, it would go on under the name that the other laptop has.
            identity.want(source, unlocked.laptop_id)
            source.copy(folder / FILE, unlocked.database_key())
        finally:
            source.close()
        desk = open_desk(unlocked, clock=clock or SystemClock(), policy=policy)
        try:
            operations.log(desk, desk.device_id, "alteration", "vault moved in from another laptop", told.moved_at)
        except BaseException:
            desk.store.close()
            raise
    except BaseException:
        wiping.remove(unlocked)
        unlocked.close()
        raise
    finally:
        remove_database(coming)
    return MovedIn(desk, made.recovery_code, recovery_code.write_out(_receipt(spelled, about.salt)))


def _seal(code: bytes, salt: bytes, nonce: bytes, told: Told) -> bytes:
    under = expand(code, "holdfast move v1|told", salt)
    try:
        return AESGCM(under).encrypt(nonce, msgspec.json.encode(told), b"holdfast move v1")
    finally:
        wipe(under)


def _open(code: bytes, about: Move) -> Told:
    under = expand(code, "holdfast move v1|told", about.salt)
    try:
        with contextlib.suppress(ValueError):
            return msgspec.json.decode(AESGCM(under).decrypt(about.nonce, about.told, b"holdfast move v1"), type=Told)
    except InvalidTag:
        pass
    finally:
        wipe(under)
    raise Problem("move.code_wrong")


def _database_key(code: bytes, salt: bytes) -> bytes:
    return bytes(expand(code, "holdfast move v1|database", salt))


def _receipt(code: bytes, salt: bytes) -> bytes:
    """16 bytes that only somebody with the code and the file has."""
    return bytes(expand(code, "holdfast move v1|receipt", salt))[: recovery_code.CODE_BYTES]
