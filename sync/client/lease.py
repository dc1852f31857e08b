"""The server's signed permission to read this vault until a date, and the highest time that the server attested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.clock import parse_moment
from app.store.store import Store
from sync.wire.messages import Signed, statement

LEASE, ATTESTED = "lease", "server time"


@dataclass(frozen=True)
class Lease:
    """Until when the vault may be read, and when that was said (UTC)."""

    until: datetime
    issued_at: datetime


def keep(store: Store, signed: Signed | None, server_time: str) -> None:
    """Keep a lease whose signature was verified, and the server's time where it is later than what was attested."""
    if signed is not None:
        store.remember(LEASE, msgspec.json.encode(signed).decode())
    attested = parse_moment(store.recall(ATTESTED) or "")
    told = parse_moment(server_time)
    if told is not None and (attested is None or told > attested):
        store.remember(ATTESTED, server_time)


def lease(store: Store) -> Lease | None:
    """The lease that is kept; None where there is none (a vault that was never enrolled has none)."""
    kept = store.recall(LEASE)
    if not kept:
        return None
    said = statement(msgspec.json.decode(kept, type=Signed))
    until, issued = parse_moment(str(said.get("until"))), parse_moment(str(said.get("issued_at")))
    return Lease(until, issued) if until is not None and issued is not None else None
