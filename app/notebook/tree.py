"""The tree over all accepted entries (RFC 6962): its root, and proofs that an entry is in it and that it only grew.

Pure arithmetic on hashes; who keeps the leaves, and where, is not its business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Node = Callable[[int, int], bytes]
"""(level, place) → the hash of a full subtree of 2**level leaves, the `place`-th of its level, both from 0."""

EMPTY = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def join(left: bytes, right: bytes) -> bytes:
    """The hash above two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def new_nodes(size: int, leaves: Sequence[bytes], node: Node) -> dict[tuple[int, int], bytes]:
    """The full subtrees that come to be when `leaves` (their hashes) are added to a tree of `size` leaves."""
    made: dict[tuple[int, int], bytes] = {}
    for added, digest in enumerate(leaves):
        place, level = size + added, 0
        made[0, place] = digest
        while place % 2:
            left = made.get((level, place - 1)) or node(level, place - 1)
            above = join(left, made[level, place])
            level, place = level + 1, place // 2
            made[level, place] = above
    return made


def root(size: int, node: Node) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _range(0, size, node) if size else EMPTY


def inclusion(place: int, size: int, node: Node) -> list[bytes]:
    """The proof that leaf `place` is among the first `size`. Raises ValueError where it is not."""
    if not 0 <= place < size:
        raise ValueError("not in this tree")
    return _path(place, 0, size, node)


def consistency(old: int, size: int, node: Node) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `size`. Raises ValueError."""
    if not 0 <= old <= size:
        raise ValueError("not a beginning")
    return _grown(old, 0, size, True, node) if 0 < old < size else []


def includes(digest: bytes, place: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether a proof shows that a leaf's hash is at `place` of the tree with that root."""
    if not 0 <= place < size:
        return False
    here, last = place, size - 1
    for beside in proof:
        if last == 0:
            return False
        if here % 2 or here == last:
            digest = join(beside, digest)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            digest = join(digest, beside)
        here, last = here // 2, last // 2
    return last == 0 and digest == head


def grew(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `old` leaves with its root is the beginning of the other one."""
    if old > size or old < 0:
        return False
    if old == size:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    here, last = old - 1, size - 1
    while here % 2:
        here, last = here // 2, last // 2
    before = after = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            before, after = join(beside, before), join(beside, after)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            after = join(after, beside)
        here, last = here // 2, last // 2
    return last == 0 and before == old_root and after == new_root


def _range(start: int, end: int, node: Node) -> bytes:
    """The hash over the leaves from `start` to before `end`; `start` is where a full subtree of that size begins."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(size)
    return join(_range(start, middle, node), _range(middle, end, node))


def _path(place: int, start: int, end: int, node: Node) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if place < middle:
        return [*_path(place, start, middle, node), _range(middle, end, node)]
    return [*_path(place, middle, end, node), _range(start, middle, node)]


def _grown(old: int, start: int, end: int, whole: bool, node: Node) -> list[bytes]:
    size = end - start
    if old == size:
        return [] if whole else [_range(start, end, node)]
    split = _split(size)
    middle = start + split
    if old <= split:
        return [*_grown(old, start, middle, whole, node), _range(middle, end, node)]
    return [*_grown(old - split, middle, end, False, node), _range(start, middle, node)]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
