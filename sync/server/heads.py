"""The tree over all accepted entries as it lies in the database: its signed heads, and proofs for older ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.notebook import tree
from sync.server.database import Connection
from sync.server.statements import Signer
from sync.wire import messages, signing

Node = Callable[[int, int], bytes]


def reader(connection: Connection, org: str, known: Mapping[tuple[int, int], bytes] | None = None) -> Node:
    """Reads nodes; `known` ones are not asked for."""
    found: dict[tuple[int, int], bytes] = dict(known or {})

    def node(level: int, place: int) -> bytes:
        if (level, place) not in found:
            row = connection.execute(
                "SELECT hash FROM node WHERE org_id = %s AND level = %s AND place = %s", (org, level, place)
            ).fetchone()
            assert row is not None, "a node of the tree is missing"
            found[level, place] = bytes(row[0])
        return found[level, place]

    return node


def sign(connection: Connection, org: str, epoch: str, size: int, signer: Signer) -> messages.TreeHead:
    """The head of the tree at this size: signed, and kept, so that it can be held against the entries later."""
    root = tree.root(size, reader(connection, org))
    signature = signer.tree_head(epoch, size, root)
    connection.execute(
        "INSERT INTO tree_head VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
        (org, size, epoch, root, signature),
    )
    return messages.TreeHead(size=size, root=signing.to_text(root), signature=signature)


def latest(connection: Connection, org: str, epoch: str, held: int) -> messages.TreeHead | None:
    """The last head that was signed, with the proof that it goes on from the one of `held` leaves."""
    row = connection.execute(
        "SELECT size, root, signature FROM tree_head WHERE org_id = %s AND epoch = %s ORDER BY size DESC LIMIT 1",
        (org, epoch),
    ).fetchone()
    if row is None:
        return None
    size, root, signature = row
    proof = tree.consistency(held, size, reader(connection, org)) if 0 < held <= size else []
    return messages.TreeHead(
        size=size,
        root=signing.to_text(bytes(root)),
        signature=signature,
        consistency=[signing.to_text(one) for one in proof],
    )


def inclusion(connection: Connection, org: str, leaf: int, size: int) -> list[str]:
    """The proof that a leaf is among the first `size`."""
    return [signing.to_text(one) for one in tree.inclusion(leaf, size, reader(connection, org))]
