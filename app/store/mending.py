"""A case that differs from the server's is folded anew from its whole history; what stood before is kept, and said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from app.store import anew, folded
from app.store.connection import Connection
from app.store.store import Store


@dataclass(frozen=True)
class Mended:
    """One case that differed. `at`: when it was folded anew (ISO 8601); `agrees`: whether it is the server's now."""

    case_id: str
    at: str
    agrees: bool


def differs(store: Store, case_id: str, upto: int, digest: str) -> bool:
    """Whether what is held of a case up to a number of the server is something else than the server's `digest` says.

    A snapshot that was made beyond the number says nothing about it; a later digest will.
    """
    with store.reading() as connection:
        if folded.snapshot_number(connection, case_id) > upto:
            return False
        return folded.digest(connection, case_id, upto) != digest


def stands_by_entries(store: Store, case_id: str, upto: int, digest: str, at: str) -> bool:
    """Of a case that is here from a history of the server that is no more: whether its entries of the present one are
    what the server has. Then it is folded from them: its old snapshot goes, as it would for one of the present history,
    and entries that did not come again are set aside with their bytes, until they do."""
    with store.reading() as connection:
        number = folded.snapshot_number(connection, case_id)
        if number > 0 or not (number or folded.of_former_history(connection, case_id)):
            return False
        if folded.lacks_bytes(connection, case_id):
            return False  # without its snapshot, what they say would stand nowhere
        if folded.digest_of_present(connection, case_id, upto) != digest:
            return False
    with store.transaction() as connection:
        connection.execute("DELETE FROM snapshot WHERE case_id = ?", (case_id,))
        former = connection.execute(
            "SELECT device, first FROM entry WHERE case_id = ? AND number < 0", (case_id,)
        ).fetchall()
        for device, first in former:
            _set_aside(connection, device, first, at)
        anew.fold_anew(connection, case_id)
    store.forget()
    return True


def keep_what_stands(store: Store, case_id: str, at: str) -> None:
    """Keep what stands in a case that differs, before it is mended; a mending that was cut off has kept it already."""
    with store.transaction() as connection:
        if connection.execute("SELECT 1 FROM mended WHERE case_id = ? AND agrees = ?", (case_id, _BEGUN)).fetchone():
            return
        found = connection.execute("SELECT id, state FROM record WHERE case_id = ?", (case_id,)).fetchall()
        stood = msgspec.json.encode({record_id: msgspec.Raw(bytes(state)) for record_id, state in found})
        connection.execute("INSERT OR REPLACE INTO mended VALUES (?, ?, ?, 0, ?)", (case_id, at, _BEGUN, stood))


def fold_anew(store: Store, case_id: str, numbers: Mapping[str, int], upto: int, digest: str, at: str) -> bool:
    """Fold a case from its entries alone, now that its whole history is held; whether it agrees with the server then.

    `numbers`: by the hash of each entry of the server's history its number. An entry of another device that is not in
    that history up to `upto` is set aside with its bytes; this device's own stay.
    """
    with store.transaction() as connection:
        connection.execute("DELETE FROM snapshot WHERE case_id = ?", (case_id,))
        connection.executemany(
            "UPDATE entry SET number = ? WHERE case_id = ? AND hash = ? AND number <> ?",
            [(number, case_id, own, number) for own, number in numbers.items()],
        )
        strange = connection.execute(
            "SELECT device, first, hash FROM entry WHERE case_id = ? AND device <> ? AND number <= ?",
            (case_id, store.device, upto),
        ).fetchall()
        for device, first, own in strange:
            if own not in numbers:
                _set_aside(connection, device, first, at)
        anew.fold_anew(connection, case_id)
        agrees = folded.digest(connection, case_id, upto) == digest
        connection.execute("UPDATE mended SET agrees = ? WHERE case_id = ? AND agrees = ?", (agrees, case_id, _BEGUN))
    store.forget()
    return agrees


def _set_aside(connection: Connection, device: str, first: int, at: str) -> None:
    connection.execute(_ASIDE, (at, device, first))
    connection.execute("DELETE FROM entry WHERE device = ? AND first = ?", (device, first))


_BEGUN = -1
"""Stands for whether a case agrees as long as its mending has begun and not come to its end."""
_ASIDE = (
    "INSERT OR IGNORE INTO aside SELECT device, hash, number, 'not in the server''s history', ?, body, signature"
    " FROM entry WHERE device = ? AND first = ?"
)


def mended(store: Store) -> list[Mended]:
    """The cases that differed, oldest first."""
    with store.reading() as connection:
        found = connection.execute("SELECT case_id, at, agrees FROM mended WHERE agrees >= 0 ORDER BY at").fetchall()
    return [Mended(case_id, at, bool(agrees)) for case_id, at, agrees in found]


def stood_before(store: Store, case_id: str) -> list[bytes]:
    """What stood in a case each time before it was folded anew: packed records by id, as JSON, oldest first."""
    with store.reading() as connection:
        found = connection.execute("SELECT records FROM mended WHERE case_id = ? ORDER BY at", (case_id,)).fetchall()
    return [bytes(records) for (records,) in found]


def untold(store: Store) -> list[str]:
    """Cases that differed and of which the server does not know it."""
    with store.reading() as connection:
        found = connection.execute("SELECT DISTINCT case_id FROM mended WHERE told = 0 AND agrees >= 0").fetchall()
    return [case_id for (case_id,) in found]


def told(store: Store, cases: Collection[str]) -> None:
    """The server knows now that these differed."""
    with store.transaction() as connection:
        connection.executemany("UPDATE mended SET told = 1 WHERE case_id = ?", [(case_id,) for case_id in cases])
