"""Whether the history is what it was: entries against hashes, signatures, chains, the tree and the signed heads; the
server's own events against their seals; officers and decisions against these events.

It reads all of an organisation, in the order of the numbers, and names each row that does not fit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.notebook import entry as notebook
from app.notebook import tree
from sync.server import acts, erasure, seals, strict
from sync.server.acts import COUNTS
from sync.server.database import Connection
from sync.server.judge import ACCEPTED, FORKED, GAP, REFUSED
from sync.server.push import added
from sync.wire import signing

_PAGE = 1000
_HASH = re.compile(r"[0-9a-f]{64}")
_SIGNED = frozenset({"author", "unknown", "revoked", "scope", "role", "receiver", "erased"})
"""Reasons with which an entry is only kept apart once its signature was found to be its device's."""


_NOTED = """
SELECT device_id, split_part(detail, ' ', 1), split_part(detail, ' ', 2), kind FROM event
    WHERE org_id = %(org)s AND kind = %(forked)s
UNION SELECT device_id, first::text, hash, %(refused)s FROM entry WHERE org_id = %(org)s AND released
UNION SELECT device_id, first::text, hash, outcome FROM quarantine WHERE org_id = %(org)s AND outcome = %(refused)s
"""
"""What has to be among what was kept apart: what was forked, and what was released. Of what was refused and not
released, its device's chain tells."""


@dataclass
class Walk:
    """What is known after the entries so far."""

    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    size: int = 0
    number: int = 0
    digests: dict[str, bytes] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()

    def node(self, level: int, place: int) -> bytes:
        """A node of the tree as it follows from the entries."""
        return self.nodes[level, place]


def verify(connection: Connection, org: str, *public: bytes, noted: tuple[int, str] | None = None) -> Iterator[str]:
    """Each thing that is not as it was, as table, key and what is wrong; nothing where all is well.

    `public`: the keys with which the server signs and has signed; `noted`: a seal of events that somebody noted
    elsewhere. Of a case that was erased by an order, hashes and signatures still have to fit; its bytes are nowhere.
    """
    keys = yield from _keys(connection, org)
    walk = Walk()
    walk.erased = yield from _orders(connection, org, public)
    yield from _entries(connection, org, keys, walk)
    yield from _tree(connection, org, walk)
    yield from _heads(connection, org, walk, public)
    yield from _cases(connection, org, walk, keys)
    yield from _apart(connection, org, walk.erased, keys)
    yield from _chains(connection, org, walk.erased)
    yield from seals.verify(connection, org, public, noted)
    yield from acts.verify(connection, org)


def _orders(connection: Connection, org: str, public: Sequence[bytes]) -> Generator[str, None, frozenset[str]]:
    """The cases that were erased by an order of this server."""
    rows = connection.execute(
        "SELECT case_id, body, signature, officer_id, second_id FROM erased WHERE org_id = %s", (org,)
    ).fetchall()
    for case, body, signature, *both in rows:
        if not erasure.is_order(bytes(body), signature, case, public):
            yield f"erased {case}: its order is not this server's"
        elif erasure.ordered_by(bytes(body)) != both:
            yield f"erased {case}: its columns say something else than its order"
    return frozenset(row[0] for row in rows)


def _keys(connection: Connection, org: str) -> Generator[str, None, dict[str, Ed25519PublicKey]]:
    rows = connection.execute("SELECT device_id, key FROM device WHERE org_id = %s", (org,)).fetchall()
    keys: dict[str, Ed25519PublicKey] = {}
    for device, key in rows:
        try:
            keys[device] = Ed25519PublicKey.from_public_bytes(bytes(key))
        except ValueError:
            yield f"device {device}: its key is none"
    return keys


def _entries(connection: Connection, org: str, keys: dict[str, Ed25519PublicKey], walk: Walk) -> Iterator[str]:
    while True:
        rows = connection.execute(
            "SELECT number, leaf, device_id, first, count, case_id, hash, received_at, digest, body, signature,"
            " released, EXISTS (SELECT FROM decision AS v WHERE v.org_id = e.org_id AND v.device_id = e.device_id"
            " AND v.first = e.first AND v.hash = e.hash AND v.verdict = %s)"
            " FROM entry AS e WHERE org_id = %s AND number > %s ORDER BY number LIMIT %s",
            (COUNTS, org, walk.number, _PAGE),
        ).fetchall()
        if not rows:
            return
        for number, leaf, device, first, count, case, own, received, digest, raw, signature, released, decided in rows:
            name = f"entry {number}"
            body = bytes(raw)
            if body or case not in walk.erased:
                if hashlib.sha256(body).hexdigest() != own:
                    yield f"{name}: its bytes do not have its hash"
                if not _says(body, device, first, count, case):
                    yield f"{name}: its columns say something else than its bytes"
            if not _is_signed(keys.get(device), bytes(signature), own):
                yield f"{name}: its signature is not its device's"
            if released != decided:
                yield f"{name}: that somebody let it count, and who did, do not stand together"
            if leaf != walk.size:
                yield f"{name}: an entry before it is missing, or one was put in"
            # A hash that is none was named above; the entry's own stands for it, so that the rest can be looked at.
            counted = own if _HASH.fullmatch(own) else hashlib.sha256(body).hexdigest()
            walk.digests[case] = added(walk.digests.get(case, bytes(32)), counted)
            if walk.digests[case] != bytes(digest):
                yield f"{name}: its case's digest does not follow from the entries"
            made = tree.new_nodes(walk.size, [tree.leaf(signing.leaf_bytes(number, counted, received))], walk.node)
            walk.nodes.update(made)
            walk.size, walk.number = walk.size + 1, number
            walk.changed[case] = number


def _is_signed(key: Ed25519PublicKey | None, signature: bytes, own: str) -> bool:
    if key is None:
        return False
    try:
        key.verify(signature, bytes.fromhex(own))
    except (InvalidSignature, ValueError):
        return False
    return True


def _says(body: bytes, device: str, first: int, count: int, case: str) -> bool:
    try:
        place = strict.envelope(body)
    except strict.NotStrict:
        return False
    # What was kept apart may name anything as its case; of that it is kept what a table can hold.
    said = place.case[:64].replace("\0", "")
    return (place.device, place.first, place.count, said) == (device, first, count, case)


def _previous(body: bytes) -> str:
    try:
        return strict.envelope(body).previous
    except strict.NotStrict:
        return ""


def _tree(connection: Connection, org: str, walk: Walk) -> Iterator[str]:
    rows = connection.execute("SELECT level, place, hash FROM node WHERE org_id = %s", (org,)).fetchall()
    there = {(level, place): bytes(own) for level, place, own in rows}
    for level, place in sorted(there.keys() | walk.nodes.keys()):
        if there.get((level, place)) != walk.nodes.get((level, place)):
            leaf = f" (entry with leaf {place})" if level == 0 else ""
            yield f"node {level}/{place}{leaf}: does not follow from the entries"
    row = connection.execute("SELECT number, leaves FROM counter WHERE org_id = %s", (org,)).fetchone()
    if row is None or row[1] != walk.size or row[0] < walk.number:
        yield "counter: entries are missing at the end, or were added"


def _heads(connection: Connection, org: str, walk: Walk, public: Sequence[bytes]) -> Iterator[str]:
    rows = connection.execute(
        "SELECT size, epoch, root, signature FROM tree_head WHERE org_id = %s ORDER BY size, epoch", (org,)
    ).fetchall()
    for size, epoch, root, signature in rows:
        said = signing.tree_head_bytes(epoch, size, bytes(root))
        if not any(signing.holds(signature, said, key) for key in public):
            yield f"tree_head {size}: its signature is not this server's"
        elif size > walk.size or tree.root(size, walk.node) != bytes(root):
            yield f"tree_head {size}: what was signed then is not what the entries say now"


def _cases(connection: Connection, org: str, walk: Walk, devices: Collection[str]) -> Iterator[str]:
    rows = connection.execute("SELECT case_id, number, digest FROM held_case WHERE org_id = %s", (org,)).fetchall()
    for case, number, digest in rows:
        if walk.digests.get(case) != bytes(digest) or walk.changed.get(case) != number:
            yield f"held_case {case}: does not follow from the entries"
    # What a vault notes of itself stands under its device's id, and is no case.
    for case in sorted(walk.digests.keys() - {row[0] for row in rows} - walk.erased - set(devices)):
        yield f"held_case {case}: is missing"


def _apart(
    connection: Connection, org: str, erased: frozenset[str], keys: dict[str, Ed25519PublicKey]
) -> Iterator[str]:
    """What was kept apart is what came, and is under its own place; its signature holds where that was looked at.

    What came twice for one place, and what a person let count, is here as well as where that was noted.
    """
    rows = connection.execute(
        "SELECT device_id, first, count, case_id, hash, reason, body, signature, outcome FROM quarantine"
        " WHERE org_id = %s ORDER BY device_id, first, hash",
        (org,),
    ).fetchall()
    # Beside each fork the log's own side of it is kept once more.
    there = {(one[0], str(one[1]), one[4], one[8]) for one in rows if one[8] != ACCEPTED}
    noted = dict.fromkeys(connection.execute(_NOTED, {"org": org, "refused": REFUSED, "forked": FORKED}).fetchall())
    for device, first, *_ in [*(one for one in noted if one not in there), *(there - noted.keys())]:
        yield f"entry {device}:{first}, kept apart: is missing, or nothing says that it came"
    for device, first, count, case, own, reason, raw, signature, _ in rows:
        name, body = f"entry {device}:{first}, kept apart", bytes(raw)
        if not body and case in erased:
            continue
        if hashlib.sha256(body).hexdigest() != own:
            yield f"{name}: its bytes do not have its hash"
        if not _says(body, device, first, count, case):
            yield f"{name}: its columns say something else than its bytes"
        if reason in _SIGNED and not _is_signed(keys.get(device), _raw(signature), own):
            yield f"{name}: its signature is not its device's"


def _raw(signature: str) -> bytes:
    try:
        return signing.from_text(signature)
    except ValueError:
        return b""


def _chains(connection: Connection, org: str, erased: frozenset[str]) -> Iterator[str]:
    """Accepted and refused entries of a device follow each other without a gap, up to its head.

    Those that came from behind a gap belong to that only once it was filled with what goes before them.
    """
    rows = connection.execute(
        "SELECT device_id, first, count, hash, case_id, body, EXISTS (SELECT FROM quarantine AS q"
        " WHERE q.org_id = e.org_id"
        " AND q.device_id = e.device_id AND q.first = e.first AND q.hash = e.hash AND q.reason = %(gap)s) AS behind"
        " FROM entry AS e WHERE org_id = %(org)s"
        " UNION ALL SELECT device_id, first, count, hash, case_id, body, reason = %(gap)s FROM quarantine AS q"
        " WHERE org_id = %(org)s AND outcome = 'refused' AND NOT EXISTS (SELECT FROM entry AS e"
        " WHERE e.org_id = q.org_id AND e.device_id = q.device_id AND e.first = q.first AND e.hash = q.hash)"
        " ORDER BY device_id, first, behind",
        {"org": org, "gap": GAP},
    ).fetchall()
    heads = {
        device: (last, own)
        for device, last, own in connection.execute(
            "SELECT device_id, last, hash FROM device WHERE org_id = %s", (org,)
        ).fetchall()
    }
    ends = dict.fromkeys(heads, (0, notebook.NO_PREVIOUS))
    for device, first, count, own, case, body, behind in rows:
        last, before = ends.get(device, (0, notebook.NO_PREVIOUS))
        follows = (not body and case in erased) or _previous(bytes(body)) == before
        if first != last + 1 or not follows:
            if behind:
                continue
            yield f"entry {device}:{first}: does not follow the one before it"
        ends[device] = (first + count - 1, own)
    for device in sorted(heads):
        if heads[device] != ends[device]:
            yield f"device {device}: its head is not the end of its chain"
