"""The recovery code as people read and write it: seven groups of four letters and digits for the station's safe.

128 random bits and a 12-bit check in base 32 without I, L, O and U. The check finds every single wrong symbol and
every swap of two neighbours.
"""

from __future__ import annotations

import unicodedata

from app.problems import Problem

CODE_BYTES = 16
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 28
_READ_AS = str.maketrans("OILU", "011V")
_CRC_POLYNOMIAL = 0x180F  # CRC-12: finds every burst of up to twelve bits, so also ten neighbouring ones


def write_out(code: bytes) -> str:
    """The 16 bytes as `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`."""
    number = int.from_bytes(code, "big")
    number = number << 12 | _check(number)
    text = "".join(SYMBOLS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(text[at : at + 4] for at in range(0, _LENGTH, 4))


def read_back(text: str) -> bytes:
    """The 16 bytes of a code as typed: case, spaces, dashes, O for 0, I or L for 1 and U for V do not matter.

    Raises Problem vault.recovery_mistyped where it cannot be a code; no guess is counted for that.
    """
    plain = unicodedata.normalize("NFKC", text[:500]).upper().translate(_READ_AS)
    symbols = [sign for sign in plain if unicodedata.category(sign)[0] not in "PZC" and sign not in "−"]
    if len(symbols) != _LENGTH or any(sign not in SYMBOLS for sign in symbols):
        raise Problem("vault.recovery_mistyped")
    number = 0
    for sign in symbols:
        number = number << 5 | SYMBOLS.index(sign)
    if _check(number >> 12) != number & 0xFFF:
        raise Problem("vault.recovery_mistyped")
    return (number >> 12).to_bytes(CODE_BYTES, "big")


def _check(number: int) -> int:
    rest = number << 12
    for bit in reversed(range(12, 140)):
        if rest >> bit & 1:
            rest ^= _CRC_POLYNOMIAL << bit - 12
    return rest
