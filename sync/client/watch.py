"""The watchdog of the queue: the server answers, and yet the same entry waits at its head round after round."""

from __future__ import annotations

from app.store import exchange
from app.store.store import Store


def note(store: Store, at: str, heard: bool) -> None:
    """At the end of a round, however it ended. `heard`: whether the server answered; `at`: ISO 8601."""
    waiting = exchange.outgoing(store, 1)
    kept = exchange.watched(store)
    if not waiting:
        if kept is not None:
            exchange.watch(store, None)
    elif kept is None or kept.first != waiting[0].first:
        exchange.watch(store, exchange.Watched(waiting[0].first, int(heard), at))
    elif heard and kept.rounds < exchange.STUCK_AFTER:
        exchange.watch(store, exchange.Watched(kept.first, kept.rounds + 1, kept.since))
