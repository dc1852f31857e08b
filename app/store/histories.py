"""The entries behind snapshots: of which cases they are still missing here, and whether they are what was folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.store import folded
from app.store.store import Store

_MISSING = (
    "SELECT case_id FROM snapshot JOIN case_line USING (case_id) WHERE number > 0 AND whole = 0"
    " ORDER BY case_line.changed_at DESC LIMIT ?"
)


def missing(store: Store, most: int, wanted: Sequence[str] = ()) -> list[str]:
    """At most so many cases of which earlier entries are not here: the wanted ones first, then the newest activity."""
    first = [case for case in wanted if not is_whole(store, case)]
    with store.reading() as connection:
        found = [case for (case,) in connection.execute(_MISSING, (most,)).fetchall()]
    return list(dict.fromkeys([*first, *found]))[:most]


def is_whole(store: Store, case_id: str) -> bool:
    """Whether every entry of a case is here, as far as this laptop knows."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT number > 0 AND whole = 0 FROM snapshot WHERE case_id = ?", (case_id,)
        ).fetchone()
    return row is None or not row[0]


def settle(store: Store, case_id: str, numbers: Mapping[str, int]) -> tuple[str, int] | None:
    """Note that the history of a case is here, if it is what its snapshot was folded from: then None.

    Otherwise the digest of the history up to the snapshot's number, and that number. `numbers`: by the hash of each
    entry of the history its number at the server.
    """
    with store.transaction() as connection:
        row = connection.execute("SELECT number, digest FROM snapshot WHERE case_id = ?", (case_id,)).fetchone()
        if row is None:
            return None
        upto, digest = row
        behind = folded.total_of([int(own, 16) for own, number in numbers.items() if number <= upto])
        if behind != digest:
            return behind, upto
        connection.execute("UPDATE snapshot SET whole = 1 WHERE case_id = ?", (case_id,))
    return None
