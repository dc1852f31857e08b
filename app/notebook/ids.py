"""Names for records and changes. Ids are made by the device that writes, never by a counter in a database."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from datetime import datetime

Dot = str
"""(device, sequence) of one change, written `device:sequence`."""

_NUMBER = re.compile(r"[0-9]{1,18}")


def new_id(now: datetime, random: Callable[[int], bytes] = os.urandom) -> str:
    """A time-ordered id (UUID version 7) as 32 hexadecimal digits. A wrong clock makes it unordered, never equal."""
    milliseconds = max(0, int(now.timestamp() * 1000)) & (1 << 48) - 1
    noise = int.from_bytes(random(10), "big")
    value = milliseconds << 80 | 7 << 76 | (noise >> 62 & 0xFFF) << 64 | 2 << 62 | noise & (1 << 62) - 1
    return f"{value:032x}"


def random_id(random: Callable[[int], bytes] = os.urandom) -> str:
    """128 random bits as 32 hexadecimal digits: for devices and sessions."""
    return random(16).hex()


def fixed_id(*parts: str) -> str:
    """The id that every device gives to the same thing, so that two laptops meet in one record and not in two."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def dot(device: str, sequence: int) -> Dot:
    """The name of one change."""
    return f"{device}:{sequence}"


def in_order(name: Dot) -> tuple[str, int]:
    """What sorts the changes of one device by their number: the ninth before the tenth."""
    device, _, sequence = name.rpartition(":")
    # Superscripts are digits, too, and thousands of digits no number: a name may be anything that somebody sent.
    return (device, int(sequence)) if _NUMBER.fullmatch(sequence) else (name, 0)
