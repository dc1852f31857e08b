"""Two officers on one case, each with a vault of their own; work reaches the other one when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.casework.desk import Desk, create_vault
from app.clock import Clock, FixedClock, iso
from app.notebook.entry import SignedEntry
from app.store.exchange import Arrived, receive
from app.vault.vault import FLOOR_COST

PASSPHRASE = "amber kettle violin harbour seven"
TODAY = datetime(2026, 11, 14, 2, 0, tzinfo=UTC)


def laptop(folder: Path, officer: str, clock: Clock | None = None) -> Desk:
    """An officer's open vault at the floor cost."""
    clock = clock or FixedClock(TODAY)
    return create_vault(folder, officer=officer, passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock)[0]


def carry(case: str, here: Desk, there: Desk, server_now: datetime = TODAY) -> None:
    """Take everything that `here` holds of a case over to `there`."""
    written = [kept for kept in here.store.entries(case) if kept.entry.device != there.device_id]
    arrived = [
        Arrived(SignedEntry(kept.signed.body, kept.signed.signature), number, iso(server_now))
        for number, kept in enumerate(written, 1)
    ]
    done = receive(there.store, arrived, here.store.keys(), "cursor", int(server_now.timestamp() * 1000))
    assert not done.refused
