"""What waits to be sent, truthfully."""

from __future__ import annotations

from dataclasses import dataclass

from app.casework.desk import Desk


@dataclass(frozen=True)
class Waiting:
    """How many entries are on this laptop only, and the device's time of the oldest (ISO 8601) or None."""

    unsent: int
    oldest: str | None


def waiting(desk: Desk) -> Waiting:
    """What is on this laptop only."""
    unsent, oldest = desk.store.unsent()
    return Waiting(unsent, oldest)
