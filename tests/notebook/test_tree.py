"""The tree over entries: proofs hold for every size, and no other leaf, place or history passes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notebook import tree

LEAVES = [tree.leaf(bytes([n])) for n in range(70)]


def kept(size: int) -> dict[tuple[int, int], bytes]:
    """All full subtrees of the first `size` leaves, added in two helpings."""
    nodes: dict[tuple[int, int], bytes] = {}
    half = size // 3
    nodes |= tree.new_nodes(0, LEAVES[:half], lambda level, place: nodes[level, place])
    return nodes | tree.new_nodes(half, LEAVES[half:size], lambda level, place: nodes[level, place])


def node_of(size: int) -> tree.Node:
    nodes = kept(size)
    return lambda level, place: nodes[level, place]


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word, to compare with."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return tree.join(plain_root(leaves[:split]), plain_root(leaves[split:]))


@pytest.mark.parametrize("size", range(70))
def test_root_is_that_of_the_definition(size):
    assert tree.root(size, node_of(size)) == plain_root(LEAVES[:size])


@pytest.mark.parametrize(
    ("size", "known"),
    [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_root_is_that_of_other_programs(size, known):
    """Leaves and roots that programs for RFC 6962 are commonly tried with: a leaf is never hashed as a node is."""
    told = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    leaves = [tree.leaf(bytes.fromhex(one)) for one in told[:size]]
    nodes = tree.new_nodes(0, leaves, lambda level, place: leaves[place])
    assert tree.root(size, lambda level, place: nodes[level, place]).hex() == known


@given(st.integers(1, 64), st.data())
def test_every_leaf_is_proven_and_no_other_passes(size, data):
    place = data.draw(st.integers(0, size - 1))
    node = node_of(size)
    proof, head = tree.inclusion(place, size, node), tree.root(size, node)
    assert tree.includes(LEAVES[place], place, size, proof, head)
    assert not tree.includes(LEAVES[69], place, size, proof, head)
    assert not tree.includes(LEAVES[place], place, size, [*proof, head], head)
    other = data.draw(st.integers(0, size - 1))
    if other != place:
        assert not tree.includes(LEAVES[place], other, size, proof, head)


@given(st.integers(0, 64), st.integers(0, 64))
def test_growth_is_proven_and_a_rewritten_beginning_does_not_pass(one, other):
    old, size = sorted((one, other))
    node = node_of(size)
    proof = tree.consistency(old, size, node)
    old_root, new_root = tree.root(old, node), tree.root(size, node)
    assert tree.grew(old, old_root, size, new_root, proof)
    assert not tree.grew(old, LEAVES[69], size, new_root, proof)
    if 0 < old < size:
        assert not tree.grew(old, old_root, size, LEAVES[69], proof)
        assert not tree.grew(old, old_root, size, new_root, proof[:-1])


def test_a_leaf_that_is_not_there_and_a_longer_beginning_are_refused():
    with pytest.raises(ValueError):
        tree.inclusion(5, 5, node_of(5))
    with pytest.raises(ValueError):
        tree.consistency(6, 5, node_of(5))
    assert not tree.includes(LEAVES[0], 5, 5, [], LEAVES[0])
    assert not tree.grew(6, LEAVES[0], 5, LEAVES[0], [])
