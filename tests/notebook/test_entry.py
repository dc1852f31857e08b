"""Entries: one byte form, signed, chained; nothing that was changed on the way is taken for what was written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notebook import entry as notebook
from app.notebook.entry import EntryRefused, SignedEntry
from tests.notebook.writers import RECORD, Writer, key_of

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
DOTS = st.lists(st.builds("{}:{}".format, st.sampled_from("abc"), st.integers(1, 99)), max_size=4)
CHANGES = st.one_of(
    st.builds(notebook.create, TEXT, TEXT, st.dictionaries(TEXT, PLAIN, max_size=4)),
    st.builds(notebook.append, TEXT, TEXT, st.dictionaries(TEXT, PLAIN, max_size=4)),
    st.builds(notebook.assign, TEXT, st.dictionaries(TEXT, st.tuples(PLAIN, DOTS), max_size=4)),
    st.builds(notebook.add, TEXT, TEXT, PLAIN),
    st.builds(notebook.remove, TEXT, TEXT, DOTS),
)


def turned(value):
    """The same data with the keys of every object in the other order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_the_bytes_are_sorted_without_spaces_and_read_back_as_the_same_entry(changes):
    made = Writer("a").entry(changes)
    body = notebook.canonical(made)
    assert json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == body
    again = notebook.read(body)
    assert again == made
    assert notebook.canonical(again) == body


@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_the_bytes_do_not_depend_on_the_order_in_which_fields_were_filled(changes):
    assert notebook.canonical(Writer("a").entry(changes)) == notebook.canonical(Writer("a").entry(turned(changes)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), "half \ud800 a sign", "\udfff"])
def test_what_has_no_one_byte_form_is_refused(value):
    for changes in ([notebook.add(RECORD, "words", value)], [notebook.create(RECORD, "note", {"words": [value]})]):
        with pytest.raises(ValueError):
            notebook.canonical(Writer("a").entry(changes))


@pytest.mark.parametrize("text", ["", "\x00", "\u2028", "e\u0301", "\u00e9", "🖊", "\x7f", '"\\', "</script>", "\ufeff"])
def test_text_is_kept_sign_by_sign(text):
    made = Writer("a").entry([notebook.add(RECORD, "words", text)])
    assert notebook.read(notebook.canonical(made)).changes[0]["value"] == text


def test_signed_bytes_are_kept_verbatim_and_not_written_anew():
    # The same content with spaces is another text: it is verified and kept as it was signed.
    body = json.dumps(json.loads(notebook.canonical(Writer("a").entry([notebook.add(RECORD, "f", 1)])))).encode()
    signed = SignedEntry(body, key_of("a").sign(__import__("hashlib").sha256(body).digest()))
    assert notebook.canonical(notebook.verify(signed, Writer("a").public)) != body
    assert signed.body == body


def signed_entry() -> SignedEntry:
    writer = Writer("a")
    writer.put("value", "yes")
    writer.put("value", "no")
    return writer.entries[-1]


def test_any_changed_bit_of_the_bytes_is_refused():
    signed, key = signed_entry(), Writer("a").public
    assert notebook.verify(signed, key).changes
    for place in range(len(signed.body)):
        for bit in (1, 0x80):
            body = bytearray(signed.body)
            body[place] ^= bit
            with pytest.raises(EntryRefused):
                notebook.verify(replace(signed, body=bytes(body)), key)


def test_any_changed_bit_of_the_signature_is_refused():
    signed, key = signed_entry(), Writer("a").public
    for place in range(len(signed.signature)):
        wrong = bytearray(signed.signature)
        wrong[place] ^= 1
        with pytest.raises(EntryRefused):
            notebook.verify(replace(signed, signature=bytes(wrong)), key)


def test_another_device_cannot_sign_for_this_one():
    with pytest.raises(EntryRefused):
        notebook.verify(signed_entry(), Writer("b").public)


def test_a_shorter_longer_or_empty_signature_is_refused():
    signed = signed_entry()
    for wrong in (b"", signed.signature[:-1], signed.signature + b"\0"):
        with pytest.raises(EntryRefused):
            notebook.verify(replace(signed, signature=wrong), Writer("a").public)


def test_the_chain_breaks_where_an_entry_is_missing_doubled_or_from_elsewhere():
    writer, other = Writer("a"), Writer("b")
    made = [writer.put("value", n) for n in range(4)]
    other.put("value", "b")
    hashes = [notebook.NO_PREVIOUS, *(signed.hash for signed in writer.entries)]
    for number, entry in enumerate(made):
        assert notebook.follows(entry, number, hashes[number])
        for wrong in range(len(made) + 1):
            if wrong != number:
                assert not notebook.follows(entry, wrong, hashes[wrong])
                assert not notebook.follows(entry, number, hashes[wrong])
    assert not notebook.follows(made[1], 1, other.entries[0].hash)


def body_with(**values) -> bytes:
    plain = json.loads(notebook.canonical(Writer("a").entry([notebook.add(RECORD, "f", 1)])))
    return json.dumps({**plain, **values}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        body_with(count=2),
        body_with(count=0, changes=[]),
        body_with(first=0),
        body_with(first="1"),
        body_with(hlc=[1]),
        body_with(format="holdfast-entry/2"),
        body_with(changes=[{}]),
        body_with(changes=["add"]),
        body_with(changes=[{"op": 1, "record": "r"}]),
        body_with(changes=[{"op": "future"}]),
        body_with(changes=[{"op": "create", "record": "r", "fields": {}}]),
        body_with(changes=[{"op": "create", "record": "r", "type": "note", "fields": None}]),
        body_with(changes=[{"op": "append", "record": "r", "type": "note", "fields": []}]),
        body_with(changes=[{"op": "set", "record": "r", "fields": {"a": "yes"}}]),
        body_with(changes=[{"op": "set", "record": "r", "fields": {"a": {"value": 1}}}]),
        body_with(changes=[{"op": "set", "record": "r", "fields": {"a": {"value": 1, "saw": "a:1"}}}]),
        body_with(changes=[{"op": "set", "record": "r", "fields": {"a": {"value": 1, "saw": [1]}}}]),
        body_with(changes=[{"op": "set", "record": "r", "fields": {"a": {"value": 1, "saw": [], "knew": []}}}]),
        body_with(changes=[{"op": "add", "record": "r", "field": "f"}]),
        body_with(changes=[{"op": "add", "record": "r", "field": 1, "value": 1}]),
        body_with(changes=[{"op": "remove", "record": "r", "field": "f"}]),
    ],
)
def test_what_is_no_entry_is_refused_with_one_error(body):
    with pytest.raises(EntryRefused):
        notebook.read(body)


@settings(max_examples=300)
@given(st.data())
def test_bytes_that_were_cut_or_garbled_end_in_the_one_error_or_in_an_entry(data):
    body = bytearray(signed_entry().body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        if data.draw(st.booleans()):
            del body[place:]
        else:
            body[place] = data.draw(st.integers(0, 255))
        if not body:
            break
    try:
        Writer("b").read(notebook.read(bytes(body)))
    except EntryRefused:
        pass


def test_an_operation_that_only_a_newer_version_knows_is_read():
    body = body_with(changes=[{"op": "move", "record": "r", "to": {"anything": [1]}}])
    assert notebook.read(body).changes[0]["op"] == "move"
