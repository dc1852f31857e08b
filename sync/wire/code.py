"""The enrolment code: where the server is, which authority to trust there, and a secret that holds once.

Written in letters and digits that cannot be taken for each other, in groups of five, so that it can be read out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U
MEANT = str.maketrans("ILO", "110")
_VERSION = 1
_PIN, _SECRET, _CHECK = 32, 16, 3


class NotACode(ValueError):
    """Text that is no enrolment code, or one with a slip in it."""


@dataclass(frozen=True)
class Code:
    """`pin`: SHA-256 of the authority's public key information (32 bytes); `secret`: 16 random bytes."""

    host: str
    port: int
    pin: bytes
    secret: bytes


def write(code: Code) -> str:
    """The code as a person reads it."""
    raw = bytes([_VERSION]) + code.pin + code.secret + code.port.to_bytes(2, "big") + code.host.encode("idna")
    raw += hashlib.sha256(raw).digest()[:_CHECK]
    number, digits = int.from_bytes(b"\x01" + raw, "big"), []
    while number:
        number, place = divmod(number, 32)
        digits.append(LETTERS[place])
    text = "".join(reversed(digits))
    return "-".join(text[i : i + 5] for i in range(0, len(text), 5))


def read(text: str) -> Code:
    """The code in a text; case, spaces and hyphens do not matter. Raises NotACode."""
    letters = "".join(c for c in text.upper().translate(MEANT) if c not in "- \t\r\n")
    if not letters or len(letters) > 500 or any(c not in LETTERS for c in letters):
        raise NotACode
    number = 0
    for letter in letters:
        number = number * 32 + LETTERS.index(letter)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")[1:]
    body, check = raw[:-_CHECK], raw[-_CHECK:]
    if len(body) <= 1 + _PIN + _SECRET + 2 or hashlib.sha256(body).digest()[:_CHECK] != check or body[0] != _VERSION:
        raise NotACode
    place = 1 + _PIN
    pin, secret, rest = body[1:place], body[place : place + _SECRET], body[place + _SECRET :]
    try:
        host = rest[2:].decode("ascii")
    except UnicodeDecodeError as error:
        raise NotACode from error
    return Code(host, int.from_bytes(rest[:2], "big"), pin, secret)
