"""The rows that are computed from entries: records, the words to find them by, the line of a case in lists."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from app.notebook.fold import CaseState, RecordState
from app.notebook.packing import look, pack, unpack
from app.records.declared import RECORD_TYPES
from app.store.connection import Connection
from app.store.spelling import sound_of
from app.store.words import indexed

_WRITE_RECORD = (
    "INSERT INTO record (case_id, id, type, state) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (case_id, id) DO UPDATE SET type = excluded.type, state = excluded.state"
)
_MARK_RECORD = "UPDATE record SET state = ? WHERE case_id = ? AND id = ?"
_WRITE_LINE = (
    "INSERT INTO case_line (case_id, stale, changed_at, line) VALUES (?, 1, ?, x'')"
    " ON CONFLICT (case_id) DO UPDATE SET stale = 1, changed_at = excluded.changed_at"
    " WHERE stale = 0 OR changed_at <> excluded.changed_at"
)
_SEARCHED = {name: fields for name, t in RECORD_TYPES.items() if (fields := tuple(f for f in t.fields if f.find))}
_WRITE_SPELLING = "INSERT OR IGNORE INTO spelling (kind, word, sound) VALUES (?, ?, ?)"
_FORGET_SPELLING = (
    "DELETE FROM spelling WHERE kind = ?1 AND word = ?2"
    " AND NOT EXISTS (SELECT 1 FROM word WHERE word = ?2 AND kind = ?1)"
)


# By its records: words are not kept by case, so all of them would have to be looked at.
_HELD_WORDS = (
    "SELECT w.word, w.kind, w.record_id FROM record AS r CROSS JOIN word AS w ON w.record_id = r.id"
    " AND w.case_id = r.case_id WHERE r.case_id = ?"
)


def write_rows(connection: Connection, state: CaseState, touched: Iterable[str], changed_at: str | None) -> bool:
    """Write the rows of touched records; whether the words under which they are found changed.

    `changed_at`: the writer's time; None for what is in no list of cases.
    """
    records = [state.records[record_id] for record_id in touched]
    connection.executemany(_WRITE_RECORD, [(state.id, record.id, record.type, pack(record)) for record in records])
    worded = False
    for record in records:
        worded |= index(connection, state.id, record)
    if changed_at is not None:
        connection.execute(_WRITE_LINE, (state.id, changed_at))
    return worded


def write_first(connection: Connection, cases: Iterable[tuple[str, Mapping[str, bytes], str]]) -> None:
    """Write the rows of cases of which nothing is here yet: id, packed records, the writer's time.

    Thousands of them come in a first synchronisation: there is nothing in place to look at first, and the packed
    records become rows as they are. Raises ValueError where one could not be opened.
    """
    records: list[tuple[str, str, str, bytes]] = []
    words: set[tuple[str, str, str, str]] = set()
    lines: list[tuple[str, str]] = []
    for case_id, packed, changed_at in cases:
        for record_id, blob in packed.items():
            record = look(blob)
            records.append((case_id, record_id, record.t, blob))
            if record.t in _SEARCHED:
                found = _words(record.t, record.values)
                words.update((word, case_id, record_id, kind) for word, kind in found)
        if packed:
            lines.append((case_id, changed_at))
    connection.executemany("INSERT INTO record (case_id, id, type, state) VALUES (?, ?, ?, ?)", records)
    connection.executemany("INSERT INTO word (word, case_id, record_id, kind) VALUES (?, ?, ?, ?)", sorted(words))
    connection.executemany(_WRITE_SPELLING, _sounds({(word, kind) for word, _, _, kind in words}))
    connection.executemany(_WRITE_LINE, lines)


def mark(connection: Connection, state: CaseState, touched: Iterable[str]) -> None:
    """Write records in which nothing has changed but what is noted beside the values, such as a time of receipt."""
    connection.executemany(_MARK_RECORD, [(pack(state.records[key]), state.id, key) for key in touched])


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
    if gone := held - wanted:
        connection.executemany(
            "DELETE FROM word WHERE word = ? AND kind = ? AND record_id = ? AND case_id = ?",
            [(*pair, record.id, case_id) for pair in gone],
        )
        connection.executemany(_FORGET_SPELLING, [(kind, word) for word, kind in gone])
    if new := wanted - held:
        connection.executemany(
            "INSERT INTO word (word, kind, record_id, case_id) VALUES (?, ?, ?, ?)",
            [(*pair, record.id, case_id) for pair in new],
        )
        connection.executemany(_WRITE_SPELLING, _sounds(new))
    return True


def forget_words(connection: Connection, case_id: str, but: Collection[str] = ()) -> None:
    """Take the words of a case out of the index, but those of some of its records. Its records must still be there."""
    held = connection.execute(_HELD_WORDS, (case_id,)).fetchall()
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


def _sounds(words: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(kind, word, sound_of(word)) for word, kind in words]


def _wanted(record: RecordState) -> set[tuple[str, str]]:
    return _words(record.type, lambda name: [standing.value for standing in record.standing(name)])


def _words(kind: str, values: Callable[[str], list[Any]]) -> set[tuple[str, str]]:
    return {
        (word, field.find)
        for field in _SEARCHED[kind]
        for value in values(field.name)
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
        for word in _indexed(field.find, text)
    }


@functools.lru_cache(maxsize=1024)
def _indexed(kind: str, text: str) -> tuple[str, ...]:
    """Names and places come again and again when many cases are taken in."""
    return tuple(indexed(kind, text))
