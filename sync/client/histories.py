"""The entries behind snapshots, fetched a few cases at a time while nothing else waits: for timelines, and as proof.

Each is verified as it comes in. Where they are not what the snapshot was folded from, the case is mended.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.store import histories
from app.store.histories import is_whole
from sync.client import mending
from sync.client.mending import Receive
from sync.client.talk import Talk

AT_A_TIME = 40
"""Cases whose history one round fetches."""

__all__ = ["AT_A_TIME", "fetch", "is_whole"]


def fetch(talk: Talk, most: int, wanted: Sequence[str], receive: Receive) -> None:
    """Fetch the history of at most so many cases, the wanted ones first; the wanted ones are told as changed."""
    for case in histories.missing(talk.store, most, wanted):
        numbers = mending.fetch(talk, case, receive)
        if numbers is None:
            continue  # no longer this laptop's to hold: the notice comes with the next pull
        differs = histories.settle(talk.store, case, numbers)
        if differs is not None:
            mending.fold(talk, case, numbers, *differs)
        if case in wanted:
            talk.tell({case})
