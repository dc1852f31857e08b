"""A carrier file: what a laptop has not sent, sealed for the server alone, brought there by hand; and the word back.

Whoever carries it can neither read it nor put anything into it that counts: the entries inside bear their device's
signature. Carried twice, it changes nothing.
"""

from __future__ import annotations

import msgspec

from sync.wire.messages import Message, Outcome, Signed

CARRIER, NOTE = "holdfast carrier 1", "holdfast carrier note 1"
MOST_BYTES = 1 << 30
"""Most bytes of a carrier file."""


class Carrier(Message):
    """What a device has not sent. `boxes`: as `sealed.seal` makes them, in base 64, in the order of the entries."""

    kind: str
    device: str
    boxes: list[str]


class Note(Message):
    """What the server says of a carrier file: a statement with `device`, `epoch`, `at` and the `outcomes`."""

    kind: str
    word: Signed


class NotOne(ValueError):
    """Bytes that are no carrier file or note."""


def read_carrier(data: bytes) -> Carrier:
    """A carrier file. Raises NotOne."""
    try:
        found = msgspec.json.decode(data, type=Carrier)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotOne from error
    if found.kind != CARRIER:
        raise NotOne
    return found


def read_note(data: bytes) -> Note:
    """A note. Raises NotOne."""
    try:
        found = msgspec.json.decode(data, type=Note)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotOne from error
    if found.kind != NOTE:
        raise NotOne
    return found


def outcomes(said: dict[str, object]) -> list[Outcome]:
    """The outcomes in a statement. Raises NotOne."""
    try:
        return msgspec.convert(said.get("outcomes"), type=list[Outcome])
    except msgspec.ValidationError as error:
        raise NotOne from error
