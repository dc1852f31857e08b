"""The messages of the exchange. Fields that are not known here are ignored; an entry travels as the very bytes signed.

Times are ISO 8601 in UTC, ids 32 hexadecimal digits, keys, hashes and signatures base64 unless said otherwise.
`sync/README.md` tells what each message is for.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Message(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Something that one end says to the other."""


# ---- Entries -----------------------------------------------------------------------------------------------------


class SentEntry(Message):
    """An entry as its device signed it. `entry` is its canonical JSON, byte for byte."""

    entry: msgspec.Raw
    signature: str


class Head(Message):
    """Where a device's chain ends: the number of its last change and the hash of its last entry (64 hexadecimal)."""

    last: int
    hash: str


class Signed(Message):
    """A statement of the server that holds without the answer that carried it: lease or order, with its signature."""

    body: msgspec.Raw
    signature: str


# ---- Enrolment ---------------------------------------------------------------------------------------------------


class Enrol(Message):
    """A new device introduces itself with the single-use secret of its code; the request is signed with its new key."""

    protocol: int
    secret: str
    device: str
    laptop: str
    key: str
    author: str
    """The name that stands in this device's entries, old ones included: from now on it means the code's officer."""
    program: str = ""
    trial: bool = False
    """This vault is to belong to a server for trying out: a practice vault always, another one where a person said so.
    A server that is the other kind refuses, and the code still holds."""
    identity: str = ""
    """Where the server asks for it: the ID token of whoever signed in, with `signing.sign_in_nonce` as its nonce."""
    salt: str = ""
    """32 hexadecimal digits, made anew for each sign-in; part of the nonce."""


class Enrolled(Message):
    """The device now belongs to an officer."""

    organisation: str
    officer: str
    name: str
    role: str
    unit: str
    epoch: str
    server_key: str
    lease: Signed
    server_time: str
    trial: bool = False
    """Everything on this server is for trying out: a practice vault may belong to it, and to no other."""
    extension: str = ""
    """What this device's extension codes are made from: 32 bytes, hexadecimal."""


class NewIdentity(Message):
    """A vault that was copied or put back goes on as another device; the request is signed with the old one's key.

    `proof`: the new key's signature (`signing.identity_bytes`). `head`: how far the old chain was acknowledged.
    `laptop`: the laptop that the vault was moved to, "" where it is on the old one's.
    """

    protocol: int
    device: str
    key: str
    proof: str
    head: Head
    laptop: str = ""


class Identified(Message):
    """The new device is the officer's, and the old one is stopped.

    `agrees`: the server has the old chain up to that head as the laptop has it; where not, it sends all of it again
    and learns of each entry whether the server has it. `extension`: as in Enrolled.
    """

    agrees: bool
    extension: str
    server_time: str


class WantLease(Message):
    """A new lease and nothing else: the lightest of questions."""

    protocol: int


class Leased(Message):
    """A lease from now on. `extension`: as in Enrolled."""

    lease: Signed
    extension: str
    server_time: str


class Wiped(Message):
    """A vault was destroyed by order: one box of what it had not sent, sealed; with the last of them the receipt.

    The request bears no signature, for the key is gone: entries and receipt bear the device's.
    """

    protocol: int
    device: str
    box: str = ""
    receipt: Signed | None = None
    order: Signed | None = None
    """The order by which it was destroyed: a server that was put back may not know any more that there was one, nor
    whose the device is."""


class WipeNoted(Message):
    """The server has what was in the box, and has noted the receipt if there was one."""

    outcomes: list[Outcome]
    server_time: str


# ---- Push --------------------------------------------------------------------------------------------------------


class Push(Message):
    """Entries of this device in their order. `epoch`: the server's incarnation that this laptop knows, or empty."""

    protocol: int
    epoch: str
    entries: list[SentEntry]


class Outcome(Message):
    """What became of one entry. A missing outcome means: not accepted.

    `outcome`: accepted, already (the server has it), refused (kept apart, `reason` says why), forked (another entry
    has this number: the vault was copied or put back).
    """

    first: int
    outcome: str
    number: int = 0
    received_at: str = ""
    reason: str = ""


class Pushed(Message):
    """The answer to a push; sent after the commit. It carries nobody else's data."""

    epoch: str
    head: Head
    outcomes: list[Outcome]
    server_time: str
    tree: TreeHead | None = None
    order: Signed | None = None


# ---- Pull --------------------------------------------------------------------------------------------------------


class Pull(Message):
    """What is new for this device after `cursor`. `head`: where this vault's own chain ends."""

    protocol: int
    epoch: str
    cursor: int
    head: Head
    scope: int = 0
    tree_size: int = 0
    limit: int = 0
    mended: list[str] = []
    """Cases that differed from the server's and were folded anew since the last pull: somebody should hear of it."""
    people: int = 0
    """The version of the officers and units that this laptop knows."""
    authority: str = ""
    """The name of the authorities that this laptop trusts (`signing.key_name` of their PEM)."""
    program: str = ""
    """The version of the program on this laptop, as `0.1.0`."""
    waiting: int = 0
    """How many entries wait here all the same, after the push of this round, and since when the oldest does."""
    waits_since: str = ""
    receipts: list[Signed] = []
    """What this device signed to say that it has destroyed cases by a lawful order: {kind erased, device, case, order
    (the SHA-256 of the order), at}."""


class PulledEntry(Message):
    """An entry of some device with the server's number and time of receipt."""

    number: int
    received_at: str
    device: str
    signature: str
    entry: msgspec.Raw


class Notice(Message):
    """Something about a whole case, in the same order as the entries.

    `kind`: joined (the case is now this laptop's to read: fetch its snapshot), left (it no longer is: remove it),
    erased (a lawful order: destroy it and never take it in again).
    """

    number: int
    kind: str
    case: str
    order: Signed | None = None


class Charge(Message):
    """Who has charge of a case, told where it is not simply whoever opened it: ids of officers and units.

    `offer`: the hand-over that nobody has answered yet, and to which officer or unit it is; `restricted`: a suspect
    works for the police; `assigned`, `named`: whether this laptop's officer is.
    """

    case: str
    author: str
    owner: str
    unit: str
    offer: str = ""
    offered: str = ""
    offered_unit: str = ""
    restricted: bool = False
    assigned: bool = False
    named: bool = False


class Colleague(Message):
    """An officer in service, to whom a case may be handed over."""

    id: str
    name: str
    role: str
    unit: str


class Unit(Message):
    """A unit, and the one above it or nothing."""

    id: str
    name: str
    above: str = ""


class Force(Message):
    """The officers and units of a force. `role`, `unit`: of this laptop's officer, as they are now."""

    version: int
    role: str
    unit: str
    officers: list[Colleague]
    units: list[Unit]


class Pulled(Message):
    """A page of what is new, in the server's order, for cases in scope only.

    `keys`: public keys of the devices that are named. `digests`: for each case of this page, once nothing more waits,
    the digest of all its entries up to `cursor`. `head`: what the server has of this device.
    """

    epoch: str
    cursor: int
    more: bool
    entries: list[PulledEntry]
    notices: list[Notice]
    keys: dict[str, str]
    digests: dict[str, str]
    head: Head
    scope: int
    lease: Signed | None
    server_time: str
    tree: TreeHead | None = None
    order: Signed | None = None
    covered: int = 0
    """Number up to which a verified backup covers the history; entries up to there need not be kept for the server."""
    key: Signed | None = None
    """The server signs with another key from now on: {kind server_key, key, before}, signed with the one before."""
    authorities: Signed | None = None
    """The authorities to be trusted from now on, where they are others: {kind authorities, authorities (PEM)}."""
    least_program: str = ""
    """The oldest version of the program that is handed anything from `least_from` on, or from now on."""
    least_from: str = ""
    charges: list[Charge] = []
    """Who has charge of cases in scope, where that changed since the cursor."""
    people: Force | None = None
    """Where they changed since the version that the laptop knows, once nothing more waits."""


# ---- Snapshots ---------------------------------------------------------------------------------------------------


class WantSnapshots(Message):
    """Snapshots of some cases; an empty list asks for the next page of everything in scope, newest activity first.

    `after`: the place that the answer before gave.
    """

    protocol: int
    epoch: str
    cases: list[str] = []
    after: str = ""
    limit: int = 0


class Snapshot(Message):
    """What stands in a case at `number`: its records packed, and the digest of the entries that they were folded from.

    A cache of the log and never a change.
    """

    case: str
    number: int
    changed_at: str
    digest: str
    records: dict[str, msgspec.Raw]


class Snapshots(Message):
    """Snapshots taken in one reading of the database. `missing`: asked for and not there, or not this laptop's."""

    epoch: str
    number: int
    snapshots: list[Snapshot]
    after: str
    more: bool
    missing: list[str]
    server_time: str
    charges: list[Charge] = []
    """Who has charge of those of these cases where it is not simply whoever opened them."""
    scope: Signed | None = None
    """On the last page of everything: how many cases are this laptop's to hold."""


class WantHistory(Message):
    """The entries of one case, oldest first, after `after`: for its timeline, and to mend a case that differs."""

    protocol: int
    epoch: str
    case: str
    after: int = 0


class History(Message):
    """Entries of one case up to `number`."""

    epoch: str
    case: str
    number: int
    entries: list[PulledEntry]
    keys: dict[str, str]
    more: bool
    server_time: str


# ---- History that cannot be rewritten ----------------------------------------------------------------------------


class TreeHead(Message):
    """The signed head of the tree of all accepted entries (RFC 6962): size, root, and the server's signature."""

    size: int
    root: str
    signature: str
    consistency: list[str] = []
    """Hashes that prove that the head which the laptop held before is the beginning of this one."""


class WantProof(Message):
    """The proof that the entry with this number is in the tree; for the device's own entries and cases in scope."""

    protocol: int
    number: int


class Proof(Message):
    """`inclusion`: hashes that prove that the leaf of an entry is at place `leaf` of the tree.

    The leaf is made of the number, the entry's hash and the time of receipt (`signing.leaf_bytes`).
    """

    number: int
    leaf: int
    hash: str
    received_at: str
    tree: TreeHead
    inclusion: list[str]


class WantPacks(Message):
    """Which content packs this laptop has: the highest serial by name."""

    protocol: int
    have: dict[str, int] = {}


class PackFile(Message):
    """A content pack as the force signed it, in base64."""

    name: str
    serial: int
    file: str


class Packs(Message):
    """Content packs that the laptop has not; with `more`, it asks again. Each is checked before it is used."""

    packs: list[PackFile]
    server_time: str
    more: bool = False


class Health(Message):
    """Whether the server takes work."""

    ready: bool


# ---- Refusals ----------------------------------------------------------------------------------------------------


class SignInFirst(Message):
    """Where the officer has to sign in before a device is taken, and as what the program is registered there."""

    issuer: str
    client: str
    scope: str = "openid"


class Refusal(Message):
    """Why a request was not answered. `code` is stable; facts name no person.

    malformed, too_large, too_old (`least`: of the protocol; `least_program`), not_enrolled, signature,
    counter (`last`: the highest that was seen), code, clock,
    trial (this server is one, and the vault is for work), practice (the other way round), sign_in (`sign_in` says
    where), identity (`why`: the sign-in does not show the officer of the code), too_many (`retry_s`),
    busy (`retry_s`; `why` is not_kept where the server could lose what it would confirm), not_found, revoked (`order`).
    """

    code: str
    last: int = 0
    retry_s: int = 0
    least: int = 0
    order: Signed | None = None
    sign_in: SignInFirst | None = None
    why: str = ""
    least_program: str = ""


def encode(message: Message) -> bytes:
    """The message as JSON. Entries in it keep their bytes."""
    return msgspec.json.encode(message)


def statement(signed: Signed) -> dict[str, Any]:
    """What a signed statement says. Its signature has to be verified first."""
    body = msgspec.json.decode(bytes(signed.body))
    if not isinstance(body, dict):
        raise msgspec.ValidationError("a statement is an object")
    return body
