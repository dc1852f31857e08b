"""Where the officer stood, kept inside the vault, so that the screen returns there after a lock."""

from __future__ import annotations

import json
from typing import Any

from app.casework.desk import CHOICE, Desk

_NAME = "place"


def stand(desk: Desk, place: dict[str, Any]) -> None:
    """Remember where the officer stands: place, case, step, record and field, as plain JSON."""
    desk.store.remember(_NAME, json.dumps(place))


def place(desk: Desk) -> dict[str, Any] | None:
    """Where the officer stood last, or None."""
    kept = desk.store.recall(_NAME)
    found = json.loads(kept) if kept else None
    return found if isinstance(found, dict) else None


def choose(desk: Desk, name: str, value: str) -> None:
    """Keep a choice of the screen (scheme, language) in the vault."""
    desk.store.remember(CHOICE + name, value)


def chosen(desk: Desk, name: str, default: str = "") -> str:
    """A kept choice of the screen."""
    return desk.store.recall(CHOICE + name) or default
