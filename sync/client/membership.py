"""What a vault knows of the server that it belongs to: where it is, whom to believe there, and whose vault this is."""

from __future__ import annotations

import msgspec

from app.store.exchange import SERVER
from app.store.store import Store


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """Kept inside the vault. `authority`: PEM of the only authority that is trusted; `server_key`: 32 bytes, base64."""

    host: str
    port: int
    authority: str
    server_key: str
    organisation: str
    officer: str
    name: str
    role: str
    unit: str
    epoch: str
    enrolled_at: str
    trial: bool = False


def membership(store: Store) -> Membership | None:
    """The server that this vault belongs to; None where it was never enrolled."""
    kept = store.recall(SERVER)
    return msgspec.json.decode(kept, type=Membership) if kept else None


def keep(store: Store, member: Membership) -> None:
    """Keep it in the vault."""
    store.remember(SERVER, msgspec.json.encode(member).decode())
