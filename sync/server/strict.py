"""Whether the bytes of an entry are what every later reader, in any language, reads in one and the same way.

Canonical JSON leaves no room: a doubled key, another spelling of a number, a lone surrogate are not the bytes that
this check writes from what it read. Nothing is kept that a database or a screen would stumble over.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

import msgspec

from sync.wire import limits

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b'[]{}"\\'))
_STEP = {**dict.fromkeys(b"[{", 1), **dict.fromkeys(b"]}", -1)}
_DIGITS = bytes(ord("0") if chr(n).isdigit() and n < 128 else 0 for n in range(256))
_LONG = b"0" * 16
_LONG_NUMBER = re.compile(rb"[:,\[]-?[0-9]{16}")
_LARGEST = 1 << 53
_ID = re.compile(r"[0-9a-f]{32}")
_SORTED = msgspec.json.Encoder(order="sorted")


class NotStrict(ValueError):
    """Bytes that are no canonical JSON, or nested too deep, or holding what cannot be kept."""


class Envelope(msgspec.Struct, frozen=True):
    """What is needed of an entry to keep it in its place of the chain, whatever else is wrong with it."""

    device: str
    first: int
    count: int
    previous: str
    case: str


_ENVELOPE = msgspec.json.Decoder(Envelope)


def envelope(body: bytes) -> Envelope:
    """The place of an entry in its chain. Raises NotStrict where it names none."""
    try:
        found = _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotStrict("no entry") from error
    if not 1 <= found.first < _LARGEST or not 1 <= found.count <= 1 << 20 or not is_id(found.device):
        raise NotStrict("no place in a chain")
    return found


def check(body: bytes) -> Any:
    """What the bytes say. Raises NotStrict where they are not canonical, nested deeper than allowed, or hold NUL or a
    huge number."""
    # With so few brackets in all, they cannot be nested deeper.
    if body.count(b"{") + body.count(b"[") > limits.DEPTH and depth(body) > limits.DEPTH:
        raise NotStrict("nested too deep")
    try:
        read = msgspec.json.decode(body)
        # The quick writer agrees with the canonical one in nearly everything; where it does not, the latter decides.
        if _SORTED.encode(read) != body and _canonical(read) != body:
            raise NotStrict("not canonical")
    except NotStrict:
        raise
    except (ValueError, RecursionError) as error:
        raise NotStrict("not JSON") from error
    if b"\\u0000" in body and _holds_nul(read):
        raise NotStrict("NUL")
    # Ids have digits in a row as well; only where they could stand for a number is every value looked at.
    if _LONG in body.translate(_DIGITS) and _LONG_NUMBER.search(body) and not _fits(read):
        raise NotStrict("a number that not every reader keeps")
    return read


def _canonical(read: Any) -> bytes:
    text = json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def depth(body: bytes) -> int:
    """How deep arrays and objects are nested, found without building them."""
    marks = body.translate(None, _NO_BRACKETS).replace(b'""', b"")
    if b'"' in marks or b"\\" in marks:
        # A bracket or a quote stands within a string: an odd quote is left on either side of it.
        marks = _STRINGS.sub(b"", body).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEP.__getitem__, marks.translate(None, b'"\\'))), default=0)


def is_id(text: str) -> bool:
    """Whether a text is 32 lower-case hexadecimal digits."""
    return _ID.fullmatch(text) is not None


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_holds_nul(inner) for inner in value)


def _fits(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_fits(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_fits(inner) for inner in value)
    return not isinstance(value, int) or abs(value) <= _LARGEST
