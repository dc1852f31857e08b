"""Something that falls due in a case."""

from __future__ import annotations

import msgspec


class Due(msgspec.Struct, frozen=True):
    """What falls due (a message), by when (ISO 8601), and the facts of the message."""

    message: str
    at: str
    facts: dict[str, str]
