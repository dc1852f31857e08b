"""History that cannot be rewritten: signed heads, proofs, and a check that names the row that somebody changed."""

from __future__ import annotations

import pytest

from app.notebook import entry as notebook
from app.notebook import tree
from app.notebook.ids import random_id
from sync.server import verify
from sync.wire import limits, messages, signing
from sync.wire.signing import from_text
from tests.sync.laptops import Force, Laptop, RefusedError


def head_of(laptop: Laptop, told: messages.TreeHead | None) -> tuple[int, bytes]:
    """A head whose signature is the server's."""
    assert told is not None
    root = from_text(told.root)
    key = from_text(laptop.force.server_key)
    assert signing.holds(told.signature, signing.tree_head_bytes(laptop.epoch, told.size, root), key)
    return told.size, root


def test_each_push_is_told_a_signed_head_and_each_entry_is_in_it(laptop: Laptop):
    case = laptop.new_case()
    for n in range(6):
        laptop.set(case, "reference", str(n))
    answer = laptop.push()
    size, root = head_of(laptop, answer.tree)
    assert size == 7
    for outcome, signed in zip(answer.outcomes, laptop.writer.entries, strict=True):
        wish = messages.WantProof(protocol=limits.PROTOCOL, number=outcome.number)
        proof = laptop.ask("/v1/proof", wish, messages.Proof)
        leaf = tree.leaf(signing.leaf_bytes(outcome.number, signed.hash, outcome.received_at))
        told = [from_text(one) for one in proof.inclusion]
        assert tree.includes(leaf, proof.leaf, size, told, root)
        other = tree.leaf(signing.leaf_bytes(outcome.number, "0" * 64, outcome.received_at))
        assert not tree.includes(other, proof.leaf, size, told, root)


def test_a_later_head_proves_that_it_goes_on_from_the_one_before(force: Force, laptop: Laptop):
    case = laptop.new_case()
    held = head_of(laptop, laptop.push().tree)
    for n in range(5):
        laptop.set(case, "reference", str(n))
        laptop.push()
        told = laptop.pull_page(tree_size=held[0]).tree
        now = head_of(laptop, told)
        assert told is not None
        assert tree.grew(*held, *now, [from_text(one) for one in told.consistency])
        assert not tree.grew(held[0], b"\0" * 32, *now, [from_text(one) for one in told.consistency])
        held = now


def test_a_proof_of_somebody_elses_entry_is_not_there(force: Force, laptop: Laptop):
    other = force.laptop()
    laptop.new_case(police_suspect="yes")
    laptop.push()
    for number in (1, 2, 10**9):
        wish = messages.WantProof(protocol=limits.PROTOCOL, number=number)
        with pytest.raises(RefusedError, match="404 not_found"):
            other.ask("/v1/proof", wish, messages.Proof)


def found(force: Force) -> list[str]:
    return force.do(lambda c, org: list(verify.verify(c, org, from_text(force.server_key))))


def test_what_a_device_notes_of_itself_follows_over_several_pushes(force: Force, laptop: Laptop):
    for what in ("vault backed up", "vault opened by custodians", "vault backed up"):
        note = notebook.create(random_id(), "operation", {"operation": "disclosure", "what": what})
        laptop.write(laptop.device, note)
        assert [one.outcome for one in laptop.push().outcomes] == ["accepted"]
    assert found(force) == []


@pytest.fixture
def written(force: Force, laptop: Laptop) -> Force:
    """A force with some history: two devices, a refused entry, a fork."""
    other = force.laptop()
    case = laptop.new_case()
    laptop.set(case, "reference", "B")
    laptop.push()
    other.pull()
    other.set(case, "reference", "C")
    other.write(case, {"op": "set", "record": case, "fields": {"x": {"value": 1, "saw": ["nobody:1"]}}})
    other.set(case, "reference", "D")
    other.push()
    return force


def test_a_history_that_nobody_touched_verifies(written: Force):
    assert found(written) == []


EXCHANGED = (
    "UPDATE entry AS a SET body = b.body, hash = b.hash FROM entry AS b WHERE a.org_id = %s AND b.org_id = a.org_id"
    " AND a.number + b.number = 3"
)
CHANGES = {
    "a byte of an entry": (
        "UPDATE entry SET body = set_byte(body, 40, 65) WHERE org_id = %s AND number = 2",
        "entry 2:",
    ),
    "its hash": ("UPDATE entry SET hash = repeat('0', 64) WHERE org_id = %s AND number = 2", "entry 2:"),
    "its receipt": (
        "UPDATE entry SET received_at = '2020-01-01T00:00:00+00:00' WHERE org_id = %s AND number = 1",
        "node",
    ),
    "its case": ("UPDATE entry SET case_id = repeat('a', 32) WHERE org_id = %s AND number = 2", "entry 2:"),
    "its signature": (
        "UPDATE entry SET signature = set_byte(signature, 0, 1) WHERE org_id = %s AND number = 2",
        "entry 2:",
    ),
    "an entry taken out": ("DELETE FROM entry WHERE org_id = %s AND number = 2", "entry 3:"),
    "the last one taken out": ("DELETE FROM entry WHERE org_id = %s AND number = 4", "counter"),
    "two exchanged": (EXCHANGED, "entry 1:"),
    "a node": (
        "UPDATE node SET hash = set_byte(hash, 0, 1) WHERE org_id = %s AND level = 1 AND place = 0",
        "node 1/0:",
    ),
    "a head": ("UPDATE tree_head SET root = set_byte(root, 0, 1) WHERE org_id = %s AND size = 2", "tree_head 2:"),
    "a digest": ("UPDATE held_case SET digest = set_byte(digest, 0, 1) WHERE org_id = %s", "held_case"),
    "a device's head": ("UPDATE device SET last = last + 1 WHERE org_id = %s AND last = 2", "device"),
    "what was refused": ("DELETE FROM quarantine WHERE org_id = %s", "entry"),
    "what was refused, in other words": (
        "UPDATE quarantine SET body = set_byte(body, 40, 65) WHERE org_id = %s",
        "entry",
    ),
    "a case that nobody has any more": ("DELETE FROM held_case WHERE org_id = %s", "held_case"),
    "what nobody let count": ("UPDATE entry SET released = true WHERE org_id = %s AND number = 2", "entry 2:"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_was_changed_behind_the_servers_back_is_named(written: Force, change: str):
    query, name = CHANGES[change]
    with written.owner() as connection:
        assert connection.execute(query.encode(), (written.org,)).rowcount >= 1
    told = found(written)
    assert any(line.startswith(name) for line in told), told


def test_the_command_says_so_and_ends_with_one(trial, written: Force):
    whole = trial.command("verify", "--organisation", written.name)
    assert (whole.returncode, whole.stdout.splitlines()[0]) == (
        0,
        "Every entry is as it was signed, received and numbered.",
    )
    with written.owner() as connection:
        connection.execute(
            "UPDATE entry SET body = set_byte(body, 40, 65) WHERE org_id = %s AND number = 2", (written.org,)
        )
    broken = trial.command("verify", "--organisation", written.name)
    assert broken.returncode == 1
    assert "entry 2: its bytes do not have its hash" in broken.stdout
    assert broken.stderr.startswith("The history was changed behind the server’s back")
