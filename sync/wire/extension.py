"""The extension code: eight letters that a supervisor reads out by telephone, for one device and one day.

Made from a secret that server and vault share since the enrolment. Whoever can open the vault could find that secret:
the code is a rule that the program keeps, like the lease that it extends.
"""

from __future__ import annotations

import hmac
from datetime import date

from sync.wire.code import LETTERS, MEANT

_LENGTH = 8


def code(secret: bytes, device: str, day: date) -> str:
    """The code of a device for a day of the server (UTC): `XXXX-XXXX`."""
    number = int.from_bytes(hmac.digest(secret, f"holdfast-extension/1\n{device}\n{day}".encode(), "sha256")[:5], "big")
    letters = "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return f"{letters[:4]}-{letters[4:]}"


def plain(text: str) -> str:
    """A code as it was typed, without what does not matter: case, spaces, hyphens, letters taken for each other."""
    letters = "".join(sign for sign in text.upper().translate(MEANT) if sign in LETTERS)
    return f"{letters[:4]}-{letters[4:]}"
