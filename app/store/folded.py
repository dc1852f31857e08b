"""A case computed anew from what is kept of it: its snapshot, if there is one, and the entries that came after.

Refused entries stand in no row: they are kept, shown as refused, and count for nothing at either end.
"""

from __future__ import annotations

import msgspec

from app.notebook import entry as notebook
from app.notebook.fold import CaseState, RecordState
from app.notebook.packing import unpack
from app.store.connection import Connection

_AFTER = (
    "SELECT body, received_at FROM entry WHERE case_id = ? AND state NOT IN ('refused', 'gone')"
    " AND (number IS NULL OR number > ?) ORDER BY rowid"
)
_MODULUS = 1 << 256
_NO_SNAPSHOT = -(1 << 62)


def case(connection: Connection, case_id: str) -> tuple[CaseState, str]:
    """The state of a case and when it was last changed by the writer's clock; "" where nothing is kept of it."""
    row = connection.execute(
        "SELECT number, changed_at, records FROM snapshot WHERE case_id = ?", (case_id,)
    ).fetchone()
    number, changed_at, records = row or (_NO_SNAPSHOT, "", b"{}")
    state = CaseState(case_id, records_of(records))
    for body, received in connection.execute(_AFTER, (case_id, number)).fetchall():
        entry = notebook.read(body)
        state.apply(entry, received)
        changed_at = entry.wall
    return state, changed_at


def of_former_history(connection: Connection, case_id: str) -> bool:
    """Whether an entry of a case still bears the number of a history of the server that is no more."""
    return bool(connection.execute("SELECT 1 FROM entry WHERE case_id = ? AND number < 0", (case_id,)).fetchone())


def lacks_bytes(connection: Connection, case_id: str) -> bool:
    """Whether of an entry of a case nothing is here but its hash."""
    found = connection.execute("SELECT 1 FROM entry WHERE case_id = ? AND body = x'' LIMIT 1", (case_id,))
    return found.fetchone() is not None


def records_of(packed: bytes) -> dict[str, RecordState]:
    """The records of a snapshot: an object of record ids and packed states."""
    found = msgspec.json.decode(packed, type=dict[str, msgspec.Raw])
    return {record_id: unpack(record_id, bytes(state)) for record_id, state in found.items()}


def snapshot_number(connection: Connection, case_id: str) -> int:
    """Up to which number of the server a snapshot covers a case; 0 where there is none."""
    row = connection.execute("SELECT number FROM snapshot WHERE case_id = ?", (case_id,)).fetchone()
    return row[0] if row else 0


def digest(connection: Connection, case_id: str, upto: int) -> str:
    """The sum modulo 2^256 of the SHA-256 of a case's entries up to a number of the server, 64 hexadecimal digits."""
    row = connection.execute("SELECT number, digest FROM snapshot WHERE case_id = ?", (case_id,)).fetchone()
    base, total = (row[0], int(row[1], 16)) if row else (0, 0)
    found = connection.execute(
        "SELECT hash FROM entry WHERE case_id = ? AND number > ? AND number <= ?", (case_id, base, upto)
    )
    return total_of([int(value, 16) for (value,) in found.fetchall()], total)


def digest_of_present(connection: Connection, case_id: str, upto: int) -> str:
    """As `digest`, of the entries of the server's present history alone."""
    found = connection.execute(
        "SELECT hash FROM entry WHERE case_id = ? AND number > 0 AND number <= ?", (case_id, upto)
    )
    return total_of([int(value, 16) for (value,) in found.fetchall()])


def total_of(hashes: list[int], base: int = 0) -> str:
    """The digest of entries whose hashes are given as numbers, on top of a base."""
    return f"{(base + sum(hashes)) % _MODULUS:064x}"
