"""What both ends share: codes that forgive case and hyphens but no slip, signatures, bodies that cannot blow up."""

from __future__ import annotations

import hashlib
import random

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.wire import code, limits, messages, packing, signing
from sync.wire.code import Code, NotACode

A_CODE = Code("server.example", 8443, bytes(range(32)), bytes(range(16)))
codes = st.builds(
    Code,
    st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,10}){0,3}", fullmatch=True),
    st.integers(1, 65535),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
)


@given(codes)
def test_a_code_says_what_it_was_made_of_however_it_is_typed(made):
    text = code.write(made)
    assert code.read(text) == code.read(text.lower().replace("-", " ")) == made


@given(st.data())
def test_a_slip_in_a_code_is_noticed(data):
    letters = code.write(A_CODE).replace("-", "")
    place = data.draw(st.integers(0, len(letters) - 1))
    other = data.draw(st.sampled_from([x for x in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if x != letters[place]]))
    with pytest.raises(NotACode):
        code.read(letters[:place] + other + letters[place + 1 :])


@pytest.mark.parametrize("text", ["", "-", "Ü", "0", "1", "A" * 600, "AAAAA-BBBBB", code.write(A_CODE)[:-3]])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(NotACode):
        code.read(text)


@given(st.binary(max_size=5000))
def test_a_body_arrives_as_it_was_packed(body):
    assert signing.unpack(signing.pack(body)) == body


@pytest.mark.parametrize("told", [True, False])
def test_a_bomb_is_refused_before_it_is_unpacked(told):
    bomb = zstandard.ZstdCompressor(write_content_size=told).compress(bytes(64 << 20))
    assert len(bomb) < limits.BODY
    with pytest.raises(signing.TooLarge):
        signing.unpack(bomb)


@given(st.binary(max_size=200))
def test_what_is_not_packed_is_refused(junk):
    with pytest.raises(ValueError):
        signing.unpack(b"\x00" + junk)


def test_a_signature_holds_for_one_request_only():
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    told = ("POST", "/v1/push", "a" * 32, 5, "n" * 32, b"body")
    signature = signing.to_text(key.sign(signing.request_bytes(*told)))
    assert signing.holds(signature, signing.request_bytes(*told), public)
    for place, other in enumerate(("GET", "/v1/pull", "b" * 32, 6, "m" * 32, b"bodY")):
        changed = (*told[:place], other, *told[place + 1 :])
        assert not signing.holds(signature, signing.request_bytes(*changed), public)
    assert not signing.holds("not base64", signing.request_bytes(*told), public)


def test_an_entry_keeps_its_very_bytes_on_the_way():
    body = b'{"b":1,"a":[ 2,3 ],"\xc3\xa4":"\\u00e4"}'
    sent = messages.Push(protocol=1, epoch="", entries=[messages.SentEntry(entry=msgspec.Raw(body), signature="x")])
    got = msgspec.json.decode(signing.unpack(signing.pack(messages.encode(sent))), type=messages.Push)
    assert bytes(got.entries[0].entry) == body


def test_what_a_newer_version_adds_is_ignored():
    got = msgspec.json.decode(b'{"code":"busy","retry_s":3,"colour":"red"}', type=messages.Refusal)
    assert (got.code, got.retry_s) == ("busy", 3)


RELEASED = {1: "d9f9b803ac80d79febe2764b91760861bc18adfcf77b3c8a0f5da77608b19e14"}


def test_every_dictionary_that_was_released_is_there_as_it_was():
    found = {int(one.stem): hashlib.sha256(one.read_bytes()).hexdigest() for one in packing.FOLDER.glob("*.zdict")}
    assert found == RELEASED
    assert max(RELEASED) == packing.NUMBER


def test_a_small_message_needs_the_dictionary_and_a_large_one_does_not():
    head = messages.Head(last=1, hash="a" * 64)
    small = messages.encode(messages.Pull(protocol=1, epoch="e" * 32, cursor=7, head=head))
    large = random.Random(1).randbytes(64_000).hex().encode()
    packed = packing.pack(small)
    assert zstandard.get_frame_parameters(packed).dict_id == 40_001
    assert len(packed) < len(zstandard.ZstdCompressor(level=19).compress(small)) * 0.7
    for thorough in (False, True):
        assert zstandard.get_frame_parameters(packing.pack(large, thorough=thorough)).dict_id == 0
        assert packing.unpack(packing.pack(large, thorough=thorough)) == large
    # What was packed without one, as by others who speak this, is read as well.
    assert packing.unpack(zstandard.ZstdCompressor().compress(small)) == small


def test_a_bomb_with_a_dictionary_is_refused_as_any_other():
    words = zstandard.ZstdCompressionDict((packing.FOLDER / "1.zdict").read_bytes())
    for told in (True, False):
        bomb = zstandard.ZstdCompressor(dict_data=words, write_content_size=told).compress(words.as_bytes() * 3000)
        assert len(bomb) < 1 << 20
        with pytest.raises(signing.TooLarge):
            packing.unpack(bomb)


def test_a_dictionary_that_nobody_here_knows_is_no_body():
    strange = zstandard.train_dictionary(2048, [random.Random(n).randbytes(200) for n in range(200)], dict_id=50_000)
    with pytest.raises(ValueError, match="not packed"):
        packing.unpack(zstandard.ZstdCompressor(dict_data=strange).compress(b"some words" * 20))
