"""How the exchange stands, as it is kept in the vault: what waits since when, whether it moves, what the clocks say."""

from __future__ import annotations

from dataclasses import dataclass

from app.store.exchange import PULLED_AT, PUSHED_AT, SERVER
from app.store.store import Store

_WATCHED, _OFFSET, _UPDATE = "queue watched", "clock offset", "update wanted"
STUCK_AFTER = 3
"""In so many rounds the server has answered and the same entry still waits: then it is said to be stuck."""
_OFFSET_S = 2
"""A difference of clocks is kept anew when it has changed by more seconds than this: answers take their time."""


@dataclass(frozen=True)
class Standing:
    """How the exchange stands: whether there is a server, what waits since when, what was refused, when it was last
    done (ISO 8601 or None).

    `stuck_since`: when the oldest entry was first met at the head of the queue, where it still waits although the
    server has answered round after round; `offset_s`: by how many seconds the server's clock is ahead of the laptop's,
    None before the first answer; `mended`: how many times a case differed from the server's and was folded anew.
    """

    enrolled: bool
    unsent: int
    oldest: str | None
    refused: int
    pushed_at: str | None
    pulled_at: str | None
    stuck_since: str | None = None
    offset_s: int | None = None
    mended: int = 0
    update_by: str | None = None
    """Where the server asks for a newer program: from when on (ISO 8601), or `now`."""


@dataclass(frozen=True)
class Watched:
    """The entry at the head of the queue: its number, in how many rounds the server answered and it stayed, and when it
    was first met there (ISO 8601)."""

    first: int
    rounds: int
    since: str


def standing(store: Store) -> Standing:
    """How the exchange stands, as it is kept in the vault."""
    unsent, oldest = store.unsent()
    with store.reading() as connection:
        refused = connection.execute("SELECT count(*) FROM entry WHERE state = 'refused'").fetchone()[0]
        mended = connection.execute("SELECT count(*) FROM mended WHERE agrees >= 0").fetchone()[0]
    times = (store.recall(PUSHED_AT), store.recall(PULLED_AT))
    seen, offset = watched(store), store.recall(_OFFSET)
    stuck = seen.since if seen is not None and seen.rounds >= STUCK_AFTER and unsent else None
    return Standing(
        bool(store.recall(SERVER)),
        unsent,
        oldest,
        int(refused),
        *times,
        stuck_since=stuck,
        offset_s=int(offset) if offset else None,
        mended=int(mended),
        update_by=store.recall(_UPDATE) or None,
    )


def want_update(store: Store, since: str) -> None:
    """Keep from when on the server wants a newer program (ISO 8601 or `now`), or "" where this one is new enough."""
    if (store.recall(_UPDATE) or "") != since:
        store.remember(_UPDATE, since)


def watched(store: Store) -> Watched | None:
    """The entry that was at the head of the queue when a round last ended; None where nothing waited."""
    kept = store.recall(_WATCHED)
    if not kept:
        return None
    first, rounds, since = kept.split(" ")
    return Watched(int(first), int(rounds), since)


def watch(store: Store, seen: Watched | None) -> None:
    """Keep what is at the head of the queue."""
    store.remember(_WATCHED, f"{seen.first} {seen.rounds} {seen.since}" if seen else "")


def note_offset(store: Store, seconds: float) -> None:
    """Keep by how much the server's clock is ahead of the laptop's: a label for times, and nothing but a label."""
    kept = store.recall(_OFFSET)
    if not kept or abs(seconds - int(kept)) > _OFFSET_S:
        store.remember(_OFFSET, str(round(seconds)))
