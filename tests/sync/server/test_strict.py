"""Canonical bytes and nothing else: what is written is what every reader reads."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.server import strict
from sync.server.strict import NotStrict
from sync.wire import limits

numbers = st.integers(-(1 << 53), 1 << 53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=30,
)


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def levels(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    return 1 + max(map(levels, value), default=0) if isinstance(value, list) else 0


@given(values)
def test_what_the_program_writes_passes(value: object):
    body = canonical(value)
    fits = levels(value) <= limits.DEPTH
    assert strict.depth(body) == levels(value)
    if fits and not any(isinstance(n, float) and n.is_integer() and abs(n) > 1 << 53 for n in _numbers(value)):
        strict.check(body)


def _numbers(value: object):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, (int, float)):
        yield value


@given(st.text('[]{}"\\:,a', max_size=40), st.text('[]{}"\\', max_size=10))
def test_brackets_in_words_are_no_depth(words: str, other: str):
    assert strict.depth(canonical({words: [other, {}], "k": words})) == 2 + (words != "k")


@pytest.mark.parametrize(
    "body",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1.0e2}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":-0}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":[["\\u0000"]]}',
        b'{"a":9007199254740993}',
        b'{"a":[-90071992547409930]}',
        b'{"a":NaN}',
        b'{"a":1}x',
        b"",
        b'\xef\xbb\xbf{"a":1}',
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'"\xff"',
    ],
)
def test_everything_else_is_refused(body: bytes):
    with pytest.raises(NotStrict):
        strict.check(body)


@pytest.mark.parametrize(
    "body", [b'{"a":9007199254740992}', b'{"a":"9007199254740993"}', b"[" * 32 + b"]" * 32, b'"\\\\u0000"']
)
def test_what_lies_at_the_edge_passes(body: bytes):
    strict.check(body)


def test_a_place_in_a_chain_is_needed():
    whole = {"device": "a" * 32, "first": 1, "count": 1, "previous": "", "case": ""}
    assert strict.envelope(canonical(whole)).first == 1
    for wrong in (
        {"first": 0},
        {"count": 0},
        {"device": "A" * 32},
        {"first": math.inf},
        {"count": 1 << 30},
        {"first": True},
    ):
        with pytest.raises(NotStrict):
            strict.envelope(json.dumps({**whole, **wrong}).encode())
