"""The rows that are computed from entries: records, the words to find them by, the line of a case in lists."""

from __future__ import annotations

from collections.abc import Iterable

from app.notebook.fold import CaseState, RecordState
from app.notebook.packing import pack
from app.records.declared import RECORD_TYPES
from app.store.database import Connection
from app.store.words import words_of

TABLES = ("record", "word", "case_line")

_WRITE_RECORD = (
    "INSERT INTO record (case_id, id, type, state) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (case_id, id) DO UPDATE SET type = excluded.type, state = excluded.state"
)
_WRITE_LINE = (
    "INSERT INTO case_line (case_id, stale, changed_at, line) VALUES (?, 1, ?, x'')"
    " ON CONFLICT (case_id) DO UPDATE SET stale = 1, changed_at = excluded.changed_at"
    " WHERE stale = 0 OR changed_at <> excluded.changed_at"
)


def write_rows(connection: Connection, state: CaseState, touched: Iterable[str], changed_at: str | None) -> None:
    """Write the rows of touched records. `changed_at`: the writer's time; None for what is in no list of cases."""
    for record_id in touched:
        record = state.records[record_id]
        connection.execute(_WRITE_RECORD, (state.id, record_id, record.type, pack(record)))
        _index(connection, state.id, record)
    if changed_at is not None:
        connection.execute(_WRITE_LINE, (state.id, changed_at))


def _index(connection: Connection, case_id: str, record: RecordState) -> None:
    declared = RECORD_TYPES.get(record.type)
    searched = [f for f in declared.fields if f.find] if declared else []
    if not searched:
        return
    wanted = set()
    for field in searched:
        for standing in record.standing(field.name):
            texts = standing.value if isinstance(standing.value, list) else [standing.value]
            wanted |= {(word, field.find) for text in texts if isinstance(text, str) for word in words_of(text)}
    held = set(
        connection.execute("SELECT word, kind FROM word WHERE record_id = ? AND case_id = ?", (record.id, case_id))
    )
    connection.executemany(
        "DELETE FROM word WHERE word = ? AND kind = ? AND record_id = ? AND case_id = ?",
        [(*pair, record.id, case_id) for pair in held - wanted],
    )
    connection.executemany(
        "INSERT INTO word (word, kind, record_id, case_id) VALUES (?, ?, ?, ?)",
        [(*pair, record.id, case_id) for pair in wanted - held],
    )
