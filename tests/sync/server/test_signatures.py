"""Signatures are looked at beside the database, and none that does not hold is ever counted as one that does."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.notebook.entry import SignedEntry
from sync.server import judge
from sync.server.judge import Sent
from sync.server.signatures import NotSigned, Signatures
from sync.wire import signing
from tests.notebook.writers import Writer, key_of

DEVICE = "d" * 32
KEY = key_of(DEVICE).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _sent(count: int) -> list[Sent]:
    writer = Writer(DEVICE)
    for n in range(count):
        writer.put("reference", str(n), case="c" * 32)
    return [judge.look_at(one.body, signing.to_text(one.signature)) for one in writer.entries]


def _with(one: Sent, signature: bytes) -> Sent:
    return dataclasses.replace(one, signature=signing.to_text(signature))


def test_a_whole_push_that_is_signed_holds() -> None:
    sent = _sent(100)
    signatures = Signatures(KEY, sent)
    signatures.require()
    assert all(signatures.good(one) for one in sent)


@pytest.mark.parametrize("place", [0, 33, 99])
def test_one_forged_entry_is_found_and_named(place: int) -> None:
    sent = _sent(100)
    other = signing.from_text(sent[place - 1].signature)
    sent[place] = _with(sent[place], other)
    signatures = Signatures(KEY, sent)
    signatures.begin()
    with pytest.raises(NotSigned):
        signatures.require()
    assert [n for n, one in enumerate(sent) if not signatures.good(one)] == [place]


def test_what_is_no_signature_holds_nothing() -> None:
    one = _sent(1)[0]
    right = signing.from_text(one.signature)
    hashed = bytes.fromhex(one.hash)
    for wrong in (b"", right[:-1], right + hashed[:1], right + hashed, right[1:] + hashed[:1], bytes(64)):
        assert not Signatures(KEY, [_with(one, wrong)]).good(_with(one, wrong))
    odd = dataclasses.replace(one, signature=one.signature[:-2] + "~~")
    assert not Signatures(KEY, [odd]).good(odd)
    assert not Signatures(bytes(32), [one]).good(one)


def test_both_ends_agree_on_a_signature() -> None:
    one = _sent(1)[0]
    kept = SignedEntry(one.body, signing.from_text(one.signature))
    assert signing.holds(one.signature, bytes.fromhex(kept.hash), KEY)
    assert Signatures(KEY, [one]).good(one)
