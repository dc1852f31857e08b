"""The rows that are computed from entries: records, the words to find them by, the line of a case in lists."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from app.notebook.fold import CaseState, RecordState
from app.notebook.packing import pack, unpack
from app.records.declared import RECORD_TYPES
from app.store.database import Connection
from app.store.spelling import sound_of
from app.store.words import indexed

_WRITE_RECORD = (
    "INSERT INTO record (case_id, id, type, state) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (case_id, id) DO UPDATE SET type = excluded.type, state = excluded.state"
)
_WRITE_LINE = (
    "INSERT INTO case_line (case_id, stale, changed_at, line) VALUES (?, 1, ?, x'')"
    " ON CONFLICT (case_id) DO UPDATE SET stale = 1, changed_at = excluded.changed_at"
    " WHERE stale = 0 OR changed_at <> excluded.changed_at"
)
_SEARCHED = {name: fields for name, t in RECORD_TYPES.items() if (fields := tuple(f for f in t.fields if f.find))}
_FORGET_SPELLING = (
    "DELETE FROM spelling WHERE kind = ?1 AND word = ?2"
    " AND NOT EXISTS (SELECT 1 FROM word WHERE word = ?2 AND kind = ?1)"
)


def write_rows(connection: Connection, state: CaseState, touched: Iterable[str], changed_at: str | None) -> bool:
    """Write the rows of touched records; whether the words under which they are found changed.

    `changed_at`: the writer's time; None for what is in no list of cases.
    """
    worded = False
    for record_id in touched:
        record = state.records[record_id]
        connection.execute(_WRITE_RECORD, (state.id, record_id, record.type, pack(record)))
        worded |= index(connection, state.id, record)
    if changed_at is not None:
        connection.execute(_WRITE_LINE, (state.id, changed_at))
    return worded


def index(connection: Connection, case_id: str, record: RecordState) -> bool:
    """Bring the words under which a record is found in line with it; whether there was anything to do."""
    if record.type not in _SEARCHED:
        return False
    wanted = _wanted(record)
    held = set(
        connection.execute("SELECT word, kind FROM word WHERE record_id = ? AND case_id = ?", (record.id, case_id))
    )
    if held == wanted:
        return False
    connection.executemany(
        "DELETE FROM word WHERE word = ? AND kind = ? AND record_id = ? AND case_id = ?",
        [(*pair, record.id, case_id) for pair in held - wanted],
    )
    connection.executemany(
        "INSERT INTO word (word, kind, record_id, case_id) VALUES (?, ?, ?, ?)",
        [(*pair, record.id, case_id) for pair in wanted - held],
    )
    connection.executemany(_FORGET_SPELLING, [(kind, word) for word, kind in held - wanted])
    connection.executemany(
        "INSERT OR IGNORE INTO spelling (kind, word, sound) VALUES (?, ?, ?)",
        [(kind, word, sound_of(word)) for word, kind in wanted - held],
    )
    return True


def forget_words(connection: Connection, case_id: str, but: Collection[str] = ()) -> None:
    """Take the words of a case out of the index, but those of some of its records."""
    held = connection.execute("SELECT word, kind, record_id FROM word WHERE case_id = ?", (case_id,)).fetchall()
    gone = [(word, kind, record_id) for word, kind, record_id in held if record_id not in but]
    connection.executemany(
        "DELETE FROM word WHERE word = ? AND kind = ? AND record_id = ? AND case_id = ?",
        [(*row, case_id) for row in gone],
    )
    connection.executemany(_FORGET_SPELLING, [(kind, word) for word, kind, _ in gone])


def empty(connection: Connection) -> None:
    """Take out all rows, within a transaction: they are about to be computed anew."""
    connection.execute("DELETE FROM record")
    connection.execute("DELETE FROM word")
    connection.execute("DELETE FROM spelling")
    connection.execute("DELETE FROM case_line")


def index_anew(connection: Connection) -> None:
    """Make all words anew from the records, within a transaction: an earlier version folded them otherwise."""
    connection.execute("DELETE FROM word")
    connection.execute("DELETE FROM spelling")
    records = connection.execute(
        "SELECT case_id, id, state FROM record WHERE type IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(_SEARCHED)),),
    )
    while some := records.fetchmany(1000):
        connection.executemany(
            "INSERT INTO word (word, kind, record_id, case_id) VALUES (?, ?, ?, ?)",
            [(*pair, key, case_id) for case_id, key, state in some for pair in _wanted(unpack(key, state))],
        )
    different = connection.execute("SELECT DISTINCT kind, word FROM word").fetchall()
    connection.executemany(
        "INSERT INTO spelling (kind, word, sound) VALUES (?, ?, ?)",
        [(kind, word, sound_of(word)) for kind, word in different],
    )


def _wanted(record: RecordState) -> set[tuple[str, str]]:
    return {
        (word, field.find)
        for field in _SEARCHED[record.type]
        for standing in record.standing(field.name)
        for text in (standing.value if isinstance(standing.value, list) else [standing.value])
        if isinstance(text, str)
        for word in indexed(field.find, text)
    }
