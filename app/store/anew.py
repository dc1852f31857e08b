"""The rows of one case computed anew from its snapshot and the entries after it; what stands no longer goes."""

from __future__ import annotations

from app.store import folded, rows
from app.store.database import Connection


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
