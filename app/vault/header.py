"""The vault's header: what stands in clear beside the encrypted database, and how two generations of it are kept.

A header file is one line naming the format, one line of canonical JSON, one line with a SHA-256. The checksum tells
damage from a newer format; what must not be forged is authenticated under a key derived from the vault's key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.problems import Problem
from app.vault.custodians import CustodianSlot
from app.vault.custodians import well_formed as custodians_well_formed
from app.vault.disk import DISK, Disk, read_file, replace_file
from app.vault.slots import NONCE_BYTES, PassphraseSlot, RecoverySlot, expand, well_formed, wipe

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 2
"""Newest format that this version reads. A header with a slot for custodians is of format 2, every other one of format
1, so that a program that knows no custodians still opens it."""
NAME = "vault.header"
PREVIOUS = "vault.header.previous"
LIMIT_BYTES = 64 * 1024
_FIRST_LINE = re.compile(rb"holdfast vault header ([1-9][0-9]{0,5})\n")
_LAST_LINE = re.compile(rb"\nsha256 ([0-9a-f]{64})\n")

_Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
_Short = Annotated[str, msgspec.Meta(max_length=80)]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One generation. `counter` rises with each change; `sealed` holds the officer's name under the key."""

    device_id: _Id
    laptop_id: _Id
    counter: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    short_name: _Short
    practice_passphrase: str | None
    passphrase: PassphraseSlot
    recovery: RecoverySlot
    nonce: bytes
    sealed: bytes
    mac: bytes = b""
    custodians: CustodianSlot | msgspec.UnsetType = msgspec.UNSET


def encode(header: Header) -> bytes:
    """A header as the bytes of its file."""
    version = 1 if header.custodians is msgspec.UNSET else 2
    body = b"holdfast vault header %d\n" % version + msgspec.json.encode(header, order="sorted") + b"\n"
    return body + b"sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n"


class Damaged(Exception):
    """These bytes are no header that this program wrote."""


class Newer(Exception):
    """A whole header of a later format."""


class Weakened(Exception):
    """A whole header whose passphrase slot costs less, or more memory, than is allowed."""


def decode(data: bytes) -> Header:
    """The header that a file's bytes hold. Raises Damaged, Newer or Weakened; nothing else."""
    first = _FIRST_LINE.match(data)
    end = data.rfind(b"\nsha256 ")
    if first is None or end < 0:
        raise Damaged
    last = _LAST_LINE.fullmatch(data, end)
    if last is None or hashlib.sha256(data[: end + 1]).hexdigest().encode() != last[1]:
        raise Damaged
    if int(first[1]) > VERSION:
        raise Newer
    try:
        header = msgspec.json.decode(data[first.end() : end], type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Damaged from None
    # One header has one spelling; every other spelling of it was not written by this program.
    if encode(header) != data or not well_formed(header.passphrase) or not well_formed(header.recovery):
        raise Damaged
    if header.custodians is not msgspec.UNSET and not custodians_well_formed(header.custodians):
        raise Damaged
    if not header.passphrase.cost.allowed():
        raise Weakened
    return header


def authenticate(header: Header, key: bytearray) -> Header:
    """The header with its authentication under the vault's key."""
    return msgspec.structs.replace(header, mac=_mac(header, key))


def authentic(header: Header, key: bytearray) -> bool:
    """Whether the header, whole as it is, was written by a holder of the vault's key."""
    return hmac.compare_digest(_mac(header, key), header.mac)


def seal_officer(officer: str, key: bytearray) -> tuple[bytes, bytes]:
    """Nonce and ciphertext of the officer's name."""
    nonce, under = random.token_bytes(NONCE_BYTES), expand(key, "holdfast header v1|officer")
    try:
        return nonce, AESGCM(under).encrypt(nonce, officer.encode(), b"officer")
    finally:
        wipe(under)


def officer_of(header: Header, key: bytearray) -> str:
    """The officer's name. Raises Problem vault.tampered."""
    under = expand(key, "holdfast header v1|officer")
    try:
        return AESGCM(under).decrypt(header.nonce, header.sealed, b"officer").decode()
    except (InvalidTag, ValueError):
        raise Problem("vault.tampered") from None
    finally:
        wipe(under)


@dataclass(frozen=True)
class Generations:
    """The headers of one vault that can be read, newest first; `sound` if both files hold the same one."""

    headers: tuple[Header, ...]
    sound: bool


def read(folder: Path) -> Generations:
    """What the two header files of a folder hold.

    A damaged file is passed over for the other one. Raises Problem vault.not_there, vault.newer, vault.damaged,
    vault.weakened, vault.mixed_up, vault.cannot_read.
    """
    headers: list[Header] = []
    there, weakened = 0, False
    for name in (NAME, PREVIOUS):
        data = read_file(folder / name, LIMIT_BYTES)
        there += data is not None
        try:
            headers.append(decode(data or b""))
        except Newer:
            raise Problem("vault.newer", known=VERSION) from None
        except Weakened:
            weakened = True
        except Damaged:
            continue  # the other generation speaks for both; unlocking mends this one
    if not there:
        raise Problem("vault.not_there", folder=folder.name)
    if not headers:
        raise Problem("vault.weakened" if weakened else "vault.damaged")
    if len({header.device_id for header in headers}) > 1:
        raise Problem("vault.mixed_up")
    headers.sort(key=lambda header: -header.counter)  # stable: the first file wins where both are of one age
    return Generations(tuple(headers), sound=len(headers) == 2 and headers[0] == headers[1])


def write(folder: Path, header: Header, disk: Disk = DISK) -> None:
    """Write a new generation over the first file, then over the second, so that an old slot does not linger.

    Until the first rename the old header opens the vault, from then on the new one; a damaged first file falls back to
    the second. Raises what `replace_file` raises; after the first file stands, a failure on the second is no failure.
    """
    data = encode(header)
    replace_file(folder / NAME, data, disk)
    try:
        replace_file(folder / PREVIOUS, data, disk)
    except Problem:
        return  # the change is on disk; the next unlocking writes the second file again


def _mac(header: Header, key: bytearray) -> bytes:
    under = expand(key, "holdfast header v1|whole")
    try:
        return hmac.digest(bytes(under), encode(msgspec.structs.replace(header, mac=b"")), "sha256")
    finally:
        wipe(under)
