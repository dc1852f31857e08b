"""Formats that do not exist: a further one, as a later version of the program may bring it, and one cut short."""

from __future__ import annotations

from pathlib import Path

from app.store import migrating

FURTHER = """-- A later version: new tables, new columns, other rows.
CREATE TABLE sighting (case_id TEXT NOT NULL, id TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (case_id, id)) STRICT;
INSERT INTO sighting SELECT case_id, id, lower(hex(state)) FROM record;
ALTER TABLE entry ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
UPDATE entry SET weight = length(body);
ALTER TABLE snapshot ADD COLUMN colour TEXT;
INSERT OR REPLACE INTO meta VALUES ('later', 'kept for the next time');
"""

OTHERWISE = """
DROP TABLE word;
CREATE TABLE word (word TEXT PRIMARY KEY, cases INTEGER NOT NULL) STRICT, WITHOUT ROWID;
DELETE FROM record;
DROP TABLE case_line;
INSERT OR REPLACE INTO meta VALUES ('folding', 'of the later version');
"""
"""What a later version may do besides: rows can be made anew, so that nothing of them stands in `frozen.json`."""


def further(folder: Path, script: str = FURTHER) -> Path:
    """A folder of this program's steps and one more."""
    folder.mkdir(parents=True)
    for step in migrating.steps():
        (folder / step.file.name).write_bytes(step.file.read_bytes())
    (folder / f"{migrating.newest() + 1:04}_further.sql").write_text(script, encoding="utf-8")
    return folder


def earlier(folder: Path, upto: int | None = None) -> Path:
    """A folder of this program's steps without the last ones; `upto`: the number of the last one that is there."""
    folder.mkdir(parents=True)
    for step in migrating.steps():
        if step.number <= (migrating.newest() - 1 if upto is None else upto):
            (folder / step.file.name).write_bytes(step.file.read_bytes())
    return folder
