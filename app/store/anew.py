"""The rows of one case computed anew from its snapshot and the entries after it; what stands no longer goes."""

from __future__ import annotations

from app.store import folded, rows
from app.store.connection import Connection


def fold_anew(connection: Connection, case_id: str) -> None:
    """Write the rows of a case as it is folded now, within a transaction. A case that went has none."""
    if connection.execute("SELECT 1 FROM gone WHERE case_id = ?", (case_id,)).fetchone():
        return
    state, changed_at = folded.case(connection, case_id)
    rows.forget_words(connection, case_id, state.records)
    connection.execute("DELETE FROM record WHERE case_id = ?", (case_id,))
    own = connection.execute("SELECT 1 FROM entry WHERE device = ? LIMIT 1", (case_id,)).fetchone()
    rows.write_rows(connection, state, state.records, None if own else changed_at)
    if not state.records:
        connection.execute("DELETE FROM case_line WHERE case_id = ?", (case_id,))


def lost(connection: Connection) -> set[str]:
    """The cases that a server which was put back did not know as this laptop's: all of them is still here."""
    return {case for (case,) in connection.execute("SELECT case_id FROM gone WHERE kind = 'lost'").fetchall()}


def bring_back(connection: Connection, device: str, case_id: str) -> None:
    """Let a lost case count again, within a transaction; its rows are to be folded anew after that."""
    connection.execute("DELETE FROM gone WHERE case_id = ?", (case_id,))
    connection.execute(
        "UPDATE entry SET state = iif(device <> ?, 'received', iif(number IS NULL, 'unsent', 'sent'))"
        " WHERE case_id = ? AND state = 'gone'",
        (device, case_id),
    )
