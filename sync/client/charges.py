"""Who has charge of cases, and officers and units of the force: what the server tells of them, put into the vault."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.store import charges
from app.store.store import Store
from sync.wire.messages import Charge, Force


def keep(store: Store, told: Iterable[Charge]) -> set[str]:
    """Keep who has charge of cases; returns the cases of which that is new. To be done before their place is kept."""
    texts = {one.case: msgspec.json.encode(one).decode() for one in told}
    return charges.keep(store, texts) if texts else set()


def keep_people(store: Store, force: Force | None) -> None:
    """Keep the officers and units, where the server told them anew."""
    if force is not None:
        charges.keep_people(store, force.version, msgspec.json.encode(force).decode())
