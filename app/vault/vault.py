"""The vault of one officer on one laptop: made, opened by passphrase, recovery code or custodians, changed, closed.

Delivers keys; the database they open is written by app.store. Nothing here needs a server.
"""

from __future__ import annotations

import contextlib
import re
import secrets as random
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import msgspec

from app.clock import Clock, SystemClock, iso
from app.problems import Problem
from app.vault import attempts, custodians, device_secret, header, recovery_code, wiped
from app.vault.disk import (
    DISK,
    FILE_MODE,
    FOLDER_MODE,
    Disk,
    OneProgram,
    close_to_others,
    make_folder,
    problem_of,
    read_file,
    released_on_failure,
    replace_file,
)
from app.vault.header import Header
from app.vault.passphrases import LEAST_LENGTH, weakness
from app.vault.slots import FLOOR_COST as FLOOR_COST
from app.vault.slots import SHIPPED_COST as SHIPPED_COST
from app.vault.slots import (
    SYSTEM,
    Cost,
    expand,
    open_with_code,
    open_with_passphrase,
    wipe,
    wrap_with_code,
    wrap_with_passphrase,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from app.vault.custodians import Card, Part, Request
    from app.vault.device_secret import SecretStore

Slot = Literal["passphrase", "recovery", "custodians"]
DATABASE = "vault.db"
LOCK = "vault.lock"
LAPTOP = "laptop-id"  # beside the vaults; public
_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", header.NAME, header.PREVIOUS, LOCK, attempts.NAME)
# What a creation that was cut short before its first header may leave behind.
_LEFTOVERS = frozenset({LOCK, f"{header.NAME}.new", f"{header.PREVIOUS}.new"})
_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST_NAME = 200
LONGEST_SHORT = 24
"""How long a short name may be that an officer chooses: one line of the unlock screen, read at arm's length."""


class Unlocked:
    """An open vault: who it belongs to and the keys to what is in it, until `close`.

    `slot` says which slot was opened, `opened_by` which two custodians did it where it was theirs, `device_secret`
    whether the passphrase alone opens the vault ("none") or only on this laptop ("system"), `mended` whether a damaged
    header was passed over, `counter` how often the header was changed.
    """

    def __init__(
        self,
        folder: Path,
        found: Header,
        key: bytearray,
        lock: OneProgram,
        *,
        slot: Slot,
        secrets: SecretStore | None,
        mended: bool = False,
        opened_by: tuple[str, ...] = (),
    ) -> None:
        """Takes over the key and the lock; `close` wipes and releases them."""
        self.folder, self.slot, self.mended, self.opened_by = folder, slot, mended, opened_by
        self.officer = header.officer_of(found, key)
        self._header, self._key, self._lock, self._secrets = found, key, lock, secrets
        self._closed = False

    @property
    def short_name(self) -> str:
        return self._header.short_name

    @property
    def device_id(self) -> str:
        return self._header.device_id

    @property
    def laptop_id(self) -> str:
        return self._header.laptop_id

    @property
    def practice(self) -> bool:
        return self._header.practice_passphrase is not None

    @property
    def device_secret(self) -> Literal["system", "none"]:
        return self._header.passphrase.device_secret

    @property
    def secret_name(self) -> str:
        """Under which name the system keeps the laptop's half of the key; "" where there is none."""
        return self._header.passphrase.secret_name

    @property
    def secrets(self) -> SecretStore | None:
        """The system's secret store that the vault was opened with."""
        return self._secrets

    @property
    def counter(self) -> int:
        return self._header.counter

    @property
    def cards(self) -> list[Card]:
        """The cards of the vault's custodians; empty where there are none."""
        slot = self._header.custodians
        return [] if slot is msgspec.UNSET else custodians.cards(slot, self._key)

    @property
    def custodians(self) -> list[str]:
        """The names of the custodians of whom any two can open this vault; empty where there are none."""
        slot = self._header.custodians
        return [] if slot is msgspec.UNSET else custodians.names(slot, self._key)

    def database_key(self) -> bytes:
        """The 32 raw bytes that open the vault's database."""
        return self._derived("holdfast v1|database")

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one named purpose; the same vault and purpose always give the same bytes."""
        return self._derived(f"holdfast v1|use|{purpose}")

    def close(self) -> None:
        """Wipe the key and let another program open the vault. A second call does nothing."""
        self._closed = True
        wipe(self._key)
        self._lock.release()

    def _derived(self, info: str) -> bytes:
        if self._closed:
            raise ValueError("the vault is closed")
        out = expand(self._key, info)
        try:
            return bytes(out)
        finally:
            wipe(out)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Unlocked{' practice' if self.practice else ''} vault, {'closed' if self._closed else self.slot}>"

    def __reduce__(self) -> str:
        raise TypeError("an open vault is never copied or stored")


@dataclass(frozen=True)
class Created:
    """A new vault, open, and its recovery code, which is shown once and kept nowhere."""

    unlocked: Unlocked
    recovery_code: str

    def __repr__(self) -> str:
        return f"Created({self.unlocked!r})"


@dataclass(frozen=True)
class Face:
    """What may be seen of a locked vault. `wait_s`: seconds until a passphrase is looked at; `damaged`: one of the two
    header files cannot be read, the other one serves; `custodians`: two of three of them can open it."""

    short_name: str
    practice: bool
    practice_passphrase: str | None
    device_secret: Literal["system", "none"]
    wait_s: int
    device_id: str
    cost: Cost
    damaged: bool
    custodians: bool


def create(
    folder: Path,
    *,
    officer: str,
    passphrase: str,
    short_name: str = "",
    cost: Cost = SHIPPED_COST,
    secrets: SecretStore | None = None,
    practice_passphrase: str | None = None,
    clock: Clock | None = None,
    local_words: Iterable[str] = (),
    cards: Sequence[Card] = (),
    vault_id: str = "",
    disk: Disk = DISK,
) -> Created:
    """Make a vault in a folder that is empty or does not exist yet.

    `short_name` stands in clear on the unlock screen (default: the officer's initials). `local_words` are what no
    passphrase may be built on (force, town, call signs); the officer's own name always belongs to them. A practice
    vault's passphrase is shown to everybody and so may be anything. `cards`: of the three custodians, where the force
    has some; `vault_id`: of the vault that goes on in this one. Raises Problem vault.not_empty, vault.name_missing,
    vault.weak_*, custodians.not_three and those of the disk; then nothing is left behind.
    """
    _ = clock  # nothing in a header is dated; taken so that all ways into a vault are called alike
    name = _name(officer)
    if practice_passphrase is None:
        _refuse_weak(passphrase, [*local_words, name])
    make_folder(folder)
    _refuse_full(folder)
    close_to_others(folder, FOLDER_MODE)
    device_id, key, code = vault_id or random.token_hex(16), bytearray(random.token_bytes(32)), random.token_bytes(16)
    with released_on_failure(OneProgram(folder / LOCK)) as lock:
        secret, secret_name = device_secret.make(secrets, device_id)
        try:
            nonce, sealed = header.seal_officer(name, key)
            draft = Header(
                device_id=device_id,
                laptop_id=_laptop_id(folder.parent, disk),
                counter=1,
                short_name=(_name(short_name) if short_name.strip() else _initials(name))[:80],
                practice_passphrase=practice_passphrase,
                passphrase=wrap_with_passphrase(key, passphrase, cost, device_id, secret, secret_name),
                recovery=wrap_with_code(key, code, device_id),
                nonce=nonce,
                sealed=sealed,
                custodians=custodians.wrap(key, cards, device_id) if cards else msgspec.UNSET,
            )
            made = header.authenticate(draft, key)
            header.write(folder, made, disk)
        except BaseException:
            device_secret.drop(secrets, secret_name)
            _leave_nothing(folder, disk)
            raise
        return Created(
            Unlocked(folder, made, key, lock, slot="passphrase", secrets=secrets), recovery_code.write_out(code)
        )


def unlock(
    folder: Path, passphrase: str, *, secrets: SecretStore | None = None, clock: Clock, disk: Disk = DISK
) -> Unlocked:
    """Open the vault by its passphrase.

    Raises Problem vault.wrong_passphrase(wait_s) and, while that wait lasts, vault.wait(wait_s);
    vault.device_secret_missing where the system does not give the laptop's half; vault.in_use; those of the header.
    """
    with released_on_failure(_lock(folder)) as lock:
        found = header.read(folder)
        chosen, key = _by_passphrase(folder, found, passphrase, secrets, clock, disk)
        attempts.forget(folder, disk)
        return _opened(folder, found, chosen, key, lock, "passphrase", secrets, disk)


def recover(
    folder: Path, code: str, *, secrets: SecretStore | None = None, clock: Clock | None = None, disk: Disk = DISK
) -> Unlocked:
    """Open the vault by its recovery code; neither passphrase nor device secret is needed, and there is no wait.

    The caller logs this and offers `change_passphrase` and `renew_recovery_code`.
    Raises Problem vault.recovery_mistyped, vault.wrong_recovery_code, vault.in_use; those of the header.
    """
    _ = clock  # 128 random bits need no waiting times
    spelled = recovery_code.read_back(code)
    with released_on_failure(_lock(folder)) as lock:
        found = header.read(folder)
        newest = found.headers[0]  # an older one may still hold a code that was renewed since
        key = open_with_code(newest.recovery, spelled, newest.device_id)
        if key is None:
            raise Problem("vault.wrong_recovery_code")
        chosen = _authentic(found, newest, key)
        return _opened(folder, found, chosen, key, lock, "recovery", secrets, disk)


def ask_custodians(folder: Path, *, clock: Clock) -> tuple[Request, str]:
    """A request to this vault's custodians, and its code, which is shown once and kept nowhere; nothing is opened.

    Raises Problem custodians.none, and those of the header.
    """
    wiped.refuse(folder)
    newest = header.read(folder).headers[0]
    if newest.custodians is msgspec.UNSET:
        raise Problem("custodians.none")
    at = iso(clock.now())
    made, code = custodians.ask(newest.custodians, newest.device_id, newest.counter, newest.short_name, at)
    return made, recovery_code.write_out(code)


def recover_by_custodians(
    folder: Path, code: str, parts: Sequence[Part], *, secrets: SecretStore | None = None, disk: Disk = DISK
) -> Unlocked:
    """Open the vault by two custodians' parts and the code of the request that they answered.

    The caller logs this and calls `change_passphrase` with `anew`. Raises Problem vault.recovery_mistyped,
    custodians.none, what `custodians.open_slot` raises, vault.in_use; those of the header.
    """
    spelled = recovery_code.read_back(code)
    with released_on_failure(_lock(folder)) as lock:
        found = header.read(folder)
        newest = found.headers[0]
        if newest.custodians is msgspec.UNSET:
            raise Problem("custodians.none")
        opened = custodians.open_slot(newest.custodians, newest.device_id, newest.counter, spelled, parts)
        chosen = _authentic(found, newest, opened.key)
        known = custodians.names(newest.custodians, opened.key)
        by = tuple(known[place] for place in opened.places)
        return _opened(folder, found, chosen, opened.key, lock, "custodians", secrets, disk, by)


def confirm(unlocked: Unlocked, passphrase: str, *, clock: Clock) -> None:
    """Ask for the passphrase again while the vault is open, with the same waiting times. Raises as `unlock` does."""
    found = header.Generations((unlocked._header,), sound=True)
    _, key = _by_passphrase(unlocked.folder, found, passphrase, unlocked._secrets, clock, DISK)
    wipe(key)
    attempts.forget(unlocked.folder)


def change_passphrase(
    unlocked: Unlocked,
    new_passphrase: str,
    *,
    secrets: SecretStore | None = None,
    cost: Cost = SHIPPED_COST,
    local_words: Iterable[str] = (),
    anew: bool = False,
    disk: Disk = DISK,
) -> None:
    """Wrap the vault's key anew under another passphrase; nothing else is encrypted again.

    Without `secrets` the store that the vault was opened with is used. `anew`: in the same stroke the device secret is
    made anew and the old one forgotten, and the slot of the same custodians, so that parts that were handed out open
    nothing any more. Raises Problem vault.weak_* and those of the disk; then the old passphrase still opens the vault.
    Afterwards only the new one does, but an old copy of the folder still opens with the old one.
    """
    if not unlocked.practice:
        _refuse_weak(new_passphrase, [*local_words, unlocked.officer])
    store, old = unlocked._secrets if secrets is None else secrets, unlocked._header
    secret, secret_name = device_secret.recall(store, old.passphrase.secret_name), old.passphrase.secret_name
    if secret is None or anew:
        # Under a new name: should the write fail, the old slot still needs what the store keeps under the old one.
        secret, secret_name = device_secret.make(store, old.device_id)
    slot = wrap_with_passphrase(unlocked._key, new_passphrase, cost, old.device_id, secret, secret_name)
    practice_passphrase = None if old.practice_passphrase is None else new_passphrase
    by_others = old.custodians
    if anew and by_others is not msgspec.UNSET:
        by_others = custodians.wrap_again(by_others, unlocked._key, unlocked.device_id)
    _write_next(
        unlocked,
        disk,
        lambda draft: msgspec.structs.replace(
            draft, passphrase=slot, practice_passphrase=practice_passphrase, custodians=by_others
        ),
    )
    unlocked._secrets = store
    attempts.forget(unlocked.folder, disk)
    if secret_name != old.passphrase.secret_name:
        device_secret.drop(store, old.passphrase.secret_name)


def set_custodians(unlocked: Unlocked, cards: Sequence[Card], *, disk: Disk = DISK) -> None:
    """Let any two of three custodians open this vault from now on, and nobody who was one before.

    Raises Problem custodians.not_three and those of the disk; then it stays as it was.
    """
    slot = custodians.wrap(unlocked._key, cards, unlocked.device_id)
    _write_next(unlocked, disk, lambda draft: msgspec.structs.replace(draft, custodians=slot))


def renew_recovery_code(unlocked: Unlocked, *, disk: Disk = DISK) -> str:
    """A new recovery code for the station's safe, shown once; the old one opens nothing any more."""
    code = random.token_bytes(recovery_code.CODE_BYTES)
    slot = wrap_with_code(unlocked._key, code, unlocked.device_id)
    _write_next(unlocked, disk, lambda draft: msgspec.structs.replace(draft, recovery=slot))
    return recovery_code.write_out(code)


class NewKey:
    """A new key for a vault, with a header that holds it in every slot: in force once `use_key` has written that."""

    def __init__(self, made: Header, key: bytearray, code: str) -> None:
        self._header, self._key, self.recovery_code = made, key, code

    def database_key(self) -> bytes:
        """The 32 raw bytes under which the database is to lie before this key is used."""
        return bytes(expand(self._key, "holdfast v1|database"))

    def __repr__(self) -> str:
        return "<NewKey>"


def make_key(
    unlocked: Unlocked, passphrase: str, *, secrets: SecretStore | None = None, cost: Cost = SHIPPED_COST
) -> NewKey:
    """A new key for an open vault, under its passphrase, a new device secret, a new recovery code and its custodians.

    Nothing is changed yet. `passphrase`: as the vault has it; whoever asks has made sure of that.
    """
    old, store = unlocked._header, unlocked._secrets if secrets is None else secrets
    key, code = bytearray(random.token_bytes(32)), random.token_bytes(recovery_code.CODE_BYTES)
    secret, secret_name = device_secret.make(store, old.device_id)
    nonce, sealed = header.seal_officer(unlocked.officer, key)
    slot = old.custodians
    draft = msgspec.structs.replace(
        old,
        counter=old.counter + 1,
        passphrase=wrap_with_passphrase(key, passphrase, cost, old.device_id, secret, secret_name),
        recovery=wrap_with_code(key, code, old.device_id),
        nonce=nonce,
        sealed=sealed,
        custodians=slot
        if slot is msgspec.UNSET
        else custodians.wrap_again(slot, key, old.device_id, under=unlocked._key),
    )
    return NewKey(header.authenticate(draft, key), key, recovery_code.write_out(code))


def use_key(unlocked: Unlocked, made: NewKey, *, disk: Disk = DISK) -> None:
    """Put a new key in force: with the first rename of its header the old one opens nothing here any more.

    Raises the Problems of the disk: then the old key is in force; but after vault.not_flushed it may be either.
    """
    old = unlocked._header
    header.write(unlocked.folder, made._header, disk)
    wipe(unlocked._key)
    unlocked._header, unlocked._key = made._header, made._key
    if old.passphrase.secret_name != made._header.passphrase.secret_name:
        device_secret.drop(unlocked._secrets, old.passphrase.secret_name)


def settle(unlocked: Unlocked, *, disk: Disk = DISK) -> None:
    """Note in the header that the vault is on this laptop now, where it came from another one."""
    here = _laptop_id(unlocked.folder.parent, disk)
    if here != unlocked.laptop_id:
        _write_next(unlocked, disk, lambda draft: msgspec.structs.replace(draft, laptop_id=here))


def rename(unlocked: Unlocked, short_name: str, *, disk: Disk = DISK) -> None:
    """Choose another short name for the unlock screen, where everybody can read it.

    Raises Problem vault.short_name, vault.full_name and those of the disk; then the old name stays.
    """
    chosen = " ".join(unicodedata.normalize("NFC", short_name).split())
    if not 0 < len(chosen) <= LONGEST_SHORT or any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in chosen):
        raise Problem("vault.short_name", most=LONGEST_SHORT)
    whole = unlocked.officer.casefold().split()
    if len(whole) > 1 and set(whole) <= set(chosen.casefold().split()):
        raise Problem("vault.full_name")
    _write_next(unlocked, disk, lambda draft: msgspec.structs.replace(draft, short_name=chosen))


def look(folder: Path, *, clock: Clock | None = None) -> Face:
    """What the unlock screen may show of a locked vault. Raises the Problems of the header, and vault.wiped."""
    wiped.refuse(folder)
    found = header.read(folder)
    newest = found.headers[0]
    return Face(
        short_name=newest.short_name,
        practice=newest.practice_passphrase is not None,
        practice_passphrase=newest.practice_passphrase,
        device_secret=newest.passphrase.device_secret,
        wait_s=attempts.wait_s(folder, clock or SystemClock()),
        device_id=newest.device_id,
        cost=newest.passphrase.cost,
        damaged=not found.sound,
        custodians=newest.custodians is not msgspec.UNSET,
    )


def _by_passphrase(
    folder: Path, found: header.Generations, passphrase: str, secrets: SecretStore | None, clock: Clock, disk: Disk
) -> tuple[Header, bytearray]:
    waiting = attempts.wait_s(folder, clock, disk)
    if waiting:
        raise Problem("vault.wait", wait_s=waiting)
    newest = found.headers[0]
    secret = None
    if newest.passphrase.device_secret == SYSTEM:
        secret = device_secret.recall(secrets, newest.passphrase.secret_name)
        if secret is None:
            raise Problem("vault.device_secret_missing")
    # An older generation is not tried: after a change of passphrase it would still open with the old one.
    key = open_with_passphrase(newest.passphrase, passphrase, newest.device_id, secret)
    if key is None:
        raise Problem("vault.wrong_passphrase", wait_s=attempts.failed(folder, clock, disk))
    return _authentic(found, newest, key), key


def _authentic(found: header.Generations, opened: Header, key: bytearray) -> Header:
    """The newest header that a holder of the key has written. Raises Problem vault.tampered."""
    for candidate in (opened, *found.headers):
        if header.authentic(candidate, key):
            return candidate
    wipe(key)
    raise Problem("vault.tampered")


def _opened(
    folder: Path,
    found: header.Generations,
    chosen: Header,
    key: bytearray,
    lock: OneProgram,
    slot: Slot,
    secrets: SecretStore | None,
    disk: Disk,
    opened_by: tuple[str, ...] = (),
) -> Unlocked:
    for name in _FILES:
        close_to_others(folder / name, FILE_MODE)
    mended = not found.sound or chosen != found.headers[0]
    if mended:
        with contextlib.suppress(Problem):  # the vault is open; a full disk does not make that untrue
            header.write(folder, chosen, disk)
    return Unlocked(folder, chosen, key, lock, slot=slot, secrets=secrets, mended=mended, opened_by=opened_by)


def _write_next(unlocked: Unlocked, disk: Disk, change: Callable[[Header], Header]) -> None:
    if unlocked._closed:
        raise ValueError("the vault is closed")
    draft = msgspec.structs.replace(change(unlocked._header), counter=unlocked.counter + 1)
    made = header.authenticate(draft, unlocked._key)
    try:
        header.write(unlocked.folder, made, disk)
    except Problem as problem:
        if problem.code == "vault.not_flushed":  # the new header stands, as far as can be seen
            unlocked._header = made
        raise
    unlocked._header = made


def _lock(folder: Path) -> OneProgram:
    wiped.refuse(folder)
    # Asked first: the lock file must not appear in a folder that holds no vault.
    if all(read_file(folder / name, 1) is None for name in (header.NAME, header.PREVIOUS)):
        raise Problem("vault.not_there", folder=folder.name)
    close_to_others(folder, FOLDER_MODE)
    return OneProgram(folder / LOCK)


def _refuse_weak(passphrase: str, local_words: Iterable[str]) -> None:
    code = weakness(passphrase, local_words)
    if code is not None:
        raise Problem(code, least=LEAST_LENGTH)


def _refuse_full(folder: Path) -> None:
    try:
        inside = {entry.name for entry in folder.iterdir()}
    except NotADirectoryError:
        raise Problem("vault.not_empty", folder=folder.name) from None
    except OSError as error:
        raise problem_of(error) from None
    if inside - _LEFTOVERS:
        raise Problem("vault.not_empty", folder=folder.name)


def _leave_nothing(folder: Path, disk: Disk) -> None:
    """Take back a vault that could not be made whole; the folder itself stays."""
    for name in (header.NAME, header.PREVIOUS, *_LEFTOVERS):
        with contextlib.suppress(OSError):
            disk.remove(folder / name)


def _name(text: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(clean) <= _LONGEST_NAME or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in clean):
        raise Problem("vault.name_missing")
    return clean


def _initials(officer: str) -> str:
    return "".join(word[0].upper() for word in officer.split())[:8]


def _laptop_id(beside: Path, disk: Disk) -> str:
    """The id that all vaults of this laptop share. Where it cannot be kept, this vault has one of its own."""
    fresh = random.token_hex(16)
    with contextlib.suppress(Problem):
        known = (read_file(beside / LAPTOP, 64) or b"").decode("ascii", "replace").strip()
        if _ID.fullmatch(known):
            return known
        replace_file(beside / LAPTOP, fresh.encode() + b"\n", disk)
    return fresh
