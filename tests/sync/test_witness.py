"""The laptop as a witness: of the server's history it believes what goes on from what it has seen, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import SystemClock
from app.notebook import tree
from app.problems import Problem
from sync.client import witness
from sync.client.membership import Membership
from sync.client.talk import Talk
from sync.wire import messages, signing
from tests.store.vaults import new_store

SERVER, STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32)), Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
EPOCH = "e" * 32
SEEN = 5
HISTORY = [tree.leaf(bytes([n])) for n in range(9)]
OTHER = [*HISTORY[:3], *(tree.leaf(bytes([100 + n])) for n in range(6))]
"""Signed by the same server, and from the fourth leaf on another history."""


class Nobody:
    """The other end of a line on which nothing is asked."""

    def ask(self, *_told: Any) -> Any:
        raise AssertionError("a witness asks nothing by itself")

    def close(self) -> None:
        """There is no connection."""


def talk(folder: Path) -> Talk:
    """A laptop that has seen the first leaves of the history."""
    told = dict.fromkeys(("authority", "organisation", "officer", "name", "role", "unit", "enrolled_at"), "")
    key = signing.to_text(SERVER.public_key().public_bytes_raw())
    member = Membership(host="localhost", port=1, server_key=key, epoch=EPOCH, **told)
    met = Talk(new_store(folder), SystemClock(), member, Nobody(), lambda _cases: None)
    witness.met(met, EPOCH, head(HISTORY, SEEN, 0))
    assert witness.kept(met.store)[0] == SEEN
    return met


def head(leaves: list[bytes], size: int, old: int = SEEN, signed_by: Ed25519PrivateKey = SERVER) -> messages.TreeHead:
    """The signed head of the first `size` leaves, with the proof that those before `old` are their beginning."""
    nodes = tree.new_nodes(0, leaves[:size], lambda _level, place: leaves[place])

    def node(level: int, place: int) -> bytes:
        return nodes[level, place]

    root = tree.root(size, node)
    proof = tree.consistency(old, size, node) if 0 < old < size else []
    return messages.TreeHead(
        size=size,
        root=signing.to_text(root),
        signature=signing.to_text(signed_by.sign(signing.tree_head_bytes(EPOCH, size, root))),
        consistency=[signing.to_text(one) for one in proof],
    )


@pytest.mark.parametrize("size", [SEEN, 6, 8, 9])
def test_a_history_that_goes_on_is_kept(tmp_path, size):
    met = talk(tmp_path / "vault")
    witness.met(met, EPOCH, head(HISTORY, size), asked=True)
    assert witness.kept(met.store)[0] == size


@pytest.mark.parametrize(
    "told",
    [None, head(HISTORY, 4), head(OTHER, SEEN), head(OTHER, 6), head(OTHER, 9), head(HISTORY, 9, 0), head(OTHER, 9, 0)],
    ids=["none", "shorter", "another one", "another, grown", "another, grown more", "without proof", "neither"],
)
def test_a_history_that_does_not_go_on_from_the_one_before_is_noticed(tmp_path, told):
    met = talk(tmp_path / "vault")
    before = witness.kept(met.store)
    with pytest.raises(Problem, match=r"sync\.history_changed"):
        witness.met(met, EPOCH, told, asked=True)
    assert witness.kept(met.store) == before


@pytest.mark.parametrize("told", [None, head(HISTORY, 4), head(HISTORY, 9, 0)], ids=["none", "shorter", "longer"])
def test_an_answer_that_owes_no_proof_changes_nothing(tmp_path, told):
    met = talk(tmp_path / "vault")
    before = witness.kept(met.store)
    witness.met(met, EPOCH, told)
    assert witness.kept(met.store) == before


def test_a_head_that_the_server_did_not_sign_is_not_believed(tmp_path):
    met = talk(tmp_path / "vault")
    with pytest.raises(Problem, match=r"sync\.not_the_server"):
        witness.met(met, EPOCH, head(HISTORY, 9, signed_by=STRANGER), asked=True)
    with pytest.raises(Problem, match=r"sync\.not_the_server"):
        witness.met(met, "f" * 32, head(HISTORY, 9), asked=True)
