"""What stands in a case as the server folded it, taken in; and cases that are no longer this laptop's to hold.

A snapshot is a cache of the log: it replaces nothing that it does not contain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from app.notebook.packing import look
from app.store import anew, folded, rows
from app.store.connection import Connection
from app.store.store import Store

LEFT, ERASED, LOST = "left", "erased", "lost"
"""Why a case is not here any more: it left this laptop's scope; a lawful order destroyed it; a server that was put
back to an older state does not know it as this laptop's, and whoever made it has not sent it again yet."""
_FORGET_OTHERS = (
    "DELETE FROM entry WHERE case_id = ? AND device <> ?"
    " AND device NOT IN (SELECT substr(name, 5) FROM secret WHERE name LIKE 'key:%')"
)
"""The devices that this vault was before have their keys in it: what they wrote is its own, too."""
_FORGET_ASIDE = (
    "DELETE FROM aside WHERE CASE WHEN json_valid(CAST(body AS TEXT)) THEN json_extract(CAST(body AS TEXT), '$.case')"
    " END = :case AND (:all OR device <> :device"
    " AND device NOT IN (SELECT substr(name, 5) FROM secret WHERE name LIKE 'key:%'))"
)
"""What could not be taken in goes with its case; of an erased one also the originals of what was made anew."""
_BEFORE_NOTICE = "UPDATE entry SET number = ? WHERE case_id = ? AND number < 0"
"""What a former device wrote, whose numbers were forgotten with the history: the server took it before it sent this
notice, so a backup that goes as far as the notice has it."""
_FORGET_CHARGE = "DELETE FROM meta WHERE name = 'charge:' || :case"
_FORGET_BESIDE = "DELETE FROM meta WHERE instr(name, 'draft.' || :case || '.') OR (:erased AND name = 'place')"
"""What the screen keeps beside a case: words that were not used yet; and where the officer stood, which may name
whoever was looked for."""
_EMPTY = "UPDATE entry SET body = x'', signature = x'' WHERE state = 'gone' AND "
_FULL = "SELECT 1 FROM entry WHERE state = 'gone' AND "
_COVERED = "number BETWEEN 1 AND ? AND body <> x'' AND case_id NOT IN (SELECT case_id FROM gone WHERE kind = ?)"
"""But for lost cases, what is gone and not forgotten is this vault's own, also under the devices that it was before."""
_NOWHERE: Mapping[str, str] = MappingProxyType({})
OLD = 1 << 52
"""By so much less is numbered what had its number in a history of the server that is no more: still in its order, and
before everything of the present one."""


@dataclass(frozen=True)
class Snapshot:
    """A case at a number of the server. `records`: packed states by record id; `digest`: of the entries behind it."""

    case_id: str
    number: int
    digest: str
    changed_at: str
    records: Mapping[str, bytes]


def take(store: Store, snapshots: Iterable[Snapshot], place: Mapping[str, str] = _NOWHERE) -> set[str]:
    """Take in snapshots, each with what this laptop wrote since on top; returns the cases that changed.

    One that is not newer than what is held, or of an erased case, changes nothing. They are to be asked for only
    after a whole push: an entry that waits here must be one that the server has not got. `place`: from where to go on,
    by the names under which the vault keeps it, in the same transaction. Raises ValueError where one of them cannot
    be opened; then none is taken in.
    """
    changed = set()
    with store.transaction() as connection:
        came = {one.case_id: one for one in snapshots}
        known = _known(connection, came)
        _take_first(connection, [one for one in came.values() if one.case_id not in known])
        changed |= came.keys() - known
        for one in came.values():
            if one.case_id not in known or _held(connection, one):
                continue
            _look_at(one)
            stands = _stands(connection, one)
            connection.execute(_KEEP, _row(one))
            if stands:
                continue
            connection.execute("DELETE FROM gone WHERE case_id = ?", (one.case_id,))
            connection.execute(
                "UPDATE entry SET state = iif(device = ?, 'sent', 'received')"
                " WHERE case_id = ? AND state = 'gone' AND body <> x''",
                (store.device, one.case_id),
            )
            anew.fold_anew(connection, one.case_id)
            changed.add(one.case_id)
        _keep(store, place)
    store.forget()
    return changed


def opens(one: Snapshot) -> bool:
    """Whether what stands in a snapshot can be opened."""
    try:
        _look_at(one)
    except ValueError:
        return False
    return True


def _look_at(one: Snapshot) -> None:
    for blob in one.records.values():
        look(blob)


def remove(store: Store, case_id: str, kind: str, number: int, at: str, place: Mapping[str, str] = _NOWHERE) -> bool:
    """Remove a case from this laptop: rows, words, snapshot and the entries of others. `kind`: left, erased or lost.

    This vault's own entries stay, shown nowhere, until a backup of the server covers them: a server that was put
    back to an older state needs them again. Of an erased case only their hashes stay, so that the chain can still be
    proven; of a lost one everything stays, for it may be the only copy. False where entries of the case wait to be
    sent: a chain with a gap could never be sent. `place`: as in `take`.
    """
    with store.transaction() as connection:
        waits = connection.execute(
            "SELECT 1 FROM entry WHERE case_id = ? AND state = 'unsent' LIMIT 1", (case_id,)
        ).fetchone()
        if waits is not None:
            return False
        rows.forget_words(connection, case_id)
        connection.execute("DELETE FROM record WHERE case_id = ?", (case_id,))
        connection.execute("DELETE FROM case_line WHERE case_id = ?", (case_id,))
        connection.execute(_FORGET_CHARGE, {"case": case_id})
        if kind != LOST:
            connection.execute(_FORGET_BESIDE, {"case": case_id, "erased": kind == ERASED})
            connection.execute("DELETE FROM snapshot WHERE case_id = ?", (case_id,))
            connection.execute("DELETE FROM mended WHERE case_id = ?", (case_id,))
            connection.execute(_FORGET_OTHERS, (case_id, store.device))
            connection.execute(_FORGET_ASIDE, {"case": case_id, "device": store.device, "all": kind == ERASED})
            connection.execute(_BEFORE_NOTICE, (number, case_id))
        # What the server refused waits for nothing and counts for nothing: it stays told as such.
        connection.execute(
            "UPDATE entry SET state = 'gone' WHERE case_id = ? AND (state <> 'refused' OR ? = ?)",
            (case_id, kind, ERASED),
        )
        if kind == ERASED:
            connection.execute(_EMPTY + "case_id = ?", (case_id,))
        connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?, ?, ?)", (case_id, kind, number, at))
        _keep(store, place)
        if kind != LOST:
            store.in_copies(lambda copy: _take_out(copy, case_id), aside=kind == ERASED)
    store.forget()
    return True


def _take_out(copy: Connection, case_id: str) -> None:
    """Take all of a case out of a copy that was kept: what still stands in the vault itself is carried over from it."""
    rows.forget_words(copy, case_id)
    copy.execute(_FORGET_ASIDE, {"case": case_id, "device": "", "all": True})
    copy.execute(_FORGET_BESIDE, {"case": case_id, "erased": True})
    for statement in _WHOLE_CASE:
        copy.execute(statement, {"case": case_id})


_WHOLE_CASE = (
    "DELETE FROM record WHERE case_id = :case",
    "DELETE FROM case_line WHERE case_id = :case",
    "DELETE FROM entry WHERE case_id = :case",
    "DELETE FROM snapshot WHERE case_id = :case",
    "DELETE FROM mended WHERE case_id = :case",
    _FORGET_CHARGE,
)


def new_history(store: Store) -> None:
    """The server began another history: numbers of the one before say nothing any more.

    Rows stay as they are until a snapshot of the new history takes their place.
    """
    with store.transaction() as connection:
        forget_numbers(connection, store.device)
    store.forget()


def forget_numbers(connection: Connection, device: str) -> None:
    """As `new_history`, within a transaction. `device`: whose entries are sent again, and so get their numbers then.

    What former devices wrote in cases that left keeps its numbers: it comes by no snapshot again, and a server that
    knows the present device has what was before it under the same numbers (else see `exchange.judged_again`).
    """
    connection.execute(
        "UPDATE entry SET number = number - ? WHERE device <> ? AND number > 0"
        " AND case_id NOT IN (SELECT case_id FROM gone WHERE kind = ?)",
        (OLD, device, LEFT),
    )
    connection.execute("UPDATE snapshot SET number = number - ? WHERE number > 0", (OLD,))
    connection.execute("DELETE FROM meta WHERE name LIKE 'charge:%'")


def not_confirmed(store: Store) -> list[str]:
    """Cases that no snapshot of the server's present history stands behind, and of which nothing waits to be sent."""
    with store.reading() as connection:
        found = connection.execute(
            "SELECT case_id FROM case_line WHERE case_id NOT IN (SELECT case_id FROM snapshot WHERE number > 0)"
            " AND case_id NOT IN (SELECT case_id FROM entry WHERE state = 'unsent')"
        )
        return [case_id for (case_id,) in found.fetchall()]


def confirmed(store: Store) -> int:
    """How many cases a snapshot of the server's present history stands behind."""
    with store.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM snapshot WHERE number > 0").fetchone()[0])


def forget_covered(store: Store, covered: int) -> None:
    """A verified backup covers the server's history up to a number: what went and lies below it is destroyed here.

    What has no number waits for a server that was put back, and of a lost case everything stays, for it may come back.
    """
    of_these = (covered, LOST)
    with store.reading() as connection:
        if connection.execute(_FULL + _COVERED, of_these).fetchone() is None:
            return
    with store.transaction() as connection:
        connection.execute(_EMPTY + _COVERED, of_these)
    store.forget()


def gone(store: Store) -> dict[str, str]:
    """The cases that were removed: left or erased."""
    with store.reading() as connection:
        return dict(connection.execute("SELECT case_id, kind FROM gone").fetchall())


def _keep(store: Store, place: Mapping[str, str]) -> None:
    for name, value in place.items():
        store.remember(name, value)


def _stands(connection: Connection, one: Snapshot) -> bool:
    """Whether the rows stand for the very entries of a snapshot, and for what was written here since, already."""
    gone = connection.execute("SELECT 1 FROM gone WHERE case_id = ?", (one.case_id,)).fetchone()
    return gone is None and folded.digest(connection, one.case_id, one.number) == one.digest


_KEEP = "INSERT OR REPLACE INTO snapshot (case_id, number, digest, changed_at, records) VALUES (?, ?, ?, ?, ?)"
_HERE = (
    "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM snapshot WHERE case_id = value)"
    " OR EXISTS (SELECT 1 FROM gone WHERE case_id = value) OR EXISTS (SELECT 1 FROM case_line WHERE case_id = value)"
    " OR EXISTS (SELECT 1 FROM record WHERE case_id = value) OR EXISTS (SELECT 1 FROM entry WHERE case_id = value)"
    " OR EXISTS (SELECT 1 FROM entry WHERE device = value)"
)


def _known(connection: Connection, cases: Iterable[str]) -> set[str]:
    """Those of the cases of which anything at all is here."""
    return {case for (case,) in connection.execute(_HERE, (json.dumps(list(cases)),)).fetchall()}


def _take_first(connection: Connection, snapshots: Sequence[Snapshot]) -> None:
    """Take in cases of which nothing is here: the many of a first synchronisation, in few words."""
    # In the order of their ids they lie side by side in the file.
    some = sorted(snapshots, key=lambda one: one.case_id)
    connection.executemany(_KEEP, [_row(one) for one in some])
    rows.write_first(connection, ((one.case_id, one.records, one.changed_at) for one in some))


def _row(one: Snapshot) -> tuple[str, int, str, str, bytes]:
    body = msgspec.json.encode({key: msgspec.Raw(state) for key, state in one.records.items()})
    return one.case_id, one.number, one.digest, one.changed_at, body


def _held(connection: Connection, one: Snapshot) -> bool:
    erased = connection.execute("SELECT 1 FROM gone WHERE case_id = ? AND kind = ?", (one.case_id, ERASED)).fetchone()
    return erased is not None or folded.snapshot_number(connection, one.case_id) >= one.number
