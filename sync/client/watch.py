"""The watchdog of the queue: the server answers, and yet the same entry waits at its head round after round."""

from __future__ import annotations

from app.store import exchange, standing
from app.store.store import Store


def note(store: Store, at: str, heard: bool) -> None:
    """At the end of a round, however it ended. `heard`: whether the server answered; `at`: ISO 8601."""
    waiting = exchange.outgoing(store, 1)
    kept = standing.watched(store)
    if not waiting:
        if kept is not None:
            standing.watch(store, None)
    elif kept is None or kept.first != waiting[0].first:
        standing.watch(store, standing.Watched(waiting[0].first, int(heard), at))
    elif heard and kept.rounds < standing.STUCK_AFTER:
        standing.watch(store, standing.Watched(kept.first, kept.rounds + 1, kept.since))
