"""The laptop as a witness of the server's history: it keeps the last head of its tree and asks for consistency."""

from __future__ import annotations

from app.notebook import tree
from app.problems import Problem
from app.store.store import Store
from sync.client.talk import Talk
from sync.wire import messages, signing

TREE = "tree head"
"""Under which name the vault keeps the size and the root of the newest head that was shown to hold."""


def met(talk: Talk, epoch: str, head: messages.TreeHead | None, *, asked: bool = False) -> None:
    """Keep the newest head of the server's tree, once it is shown that the one before is its beginning.

    `asked`: the server was told which head is known here, and owes the proof; without it, or with a smaller tree, its
    history is another one. Raises Problem sync.not_the_server, sync.history_changed.
    """
    size, known = kept(talk.store)
    if head is None:
        if asked and size:
            raise Problem("sync.history_changed")
        return
    raw = signing.from_text(head.root)
    if not signing.holds(head.signature, signing.tree_head_bytes(epoch, head.size, raw), talk.server_key):
        raise Problem("sync.not_the_server")
    if not asked and (head.size < size or (not head.consistency and head.size > size > 0)):
        return  # an answer that proves nothing yet: the next pull names the size that is known here
    proof = [signing.from_text(one) for one in head.consistency]
    if not tree.grew(size, known, head.size, raw, proof):
        raise Problem("sync.history_changed")
    if head.size != size:
        talk.store.remember(TREE, f"{head.size}:{raw.hex()}")


def kept(store: Store) -> tuple[int, bytes]:
    """Size and root of the newest head that was shown to hold."""
    found = store.recall(TREE)
    if not found:
        return 0, tree.EMPTY
    size, _, root = found.partition(":")
    return int(size), bytes.fromhex(root)
