"""Measures of an update: a large vault is brought into a further format, with a copy kept, and goes back from it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from bench_store import Row

from app.casework import cases
from app.casework.desk import Desk, close_desk
from app.store import copies, going_back, migrating
from app.store.connection import connect
from app.store.store import FILE, Store

FURTHER = """CREATE TABLE later (case_id TEXT NOT NULL, id TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (case_id, id)) STRICT;
INSERT INTO later SELECT case_id, id, length(state) FROM record;
ALTER TABLE entry ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
UPDATE entry SET weight = length(body);
UPDATE case_line SET stale = 1;
"""
"""A step that nobody has released: it reads and writes every record and every entry, as a heavy one would."""


def upgrade(desk: Desk, place: Path) -> list[Row]:
    """What an officer waits for after an update, and where the version of before is put back. Closes the desk."""
    folder, key, device = desk.unlocked.folder, desk.unlocked.database_key(), desk.store.vault
    how_many = len(desk.store.cases())
    with desk.store.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path, copy, steps = folder / FILE, place / "copied.db", _further(place / "steps")
    desk.store.close()
    size = path.stat().st_size / 1e6
    copied = _took(lambda: _copy(path, copy, key))
    copy.unlink()
    heard: dict[str, float] = {}

    def told(part: str, _percent: int) -> None:
        heard.setdefault(part, time.perf_counter())

    begun, worked = time.perf_counter(), time.process_time()
    store = Store.open(folder, key, device, migrations=steps, told=told)
    ready, worked = time.perf_counter(), time.process_time() - worked
    desk.store = store
    lines = _took(lambda: cases.list_cases(desk))
    store.close()
    with_copy = _took(lambda: going_back.go_back(folder, key, device))
    Store.open(folder, key, device, migrations=steps).close()
    copies.forget(path)
    without = _took(lambda: going_back.go_back(folder, key, device))
    desk.store = Store.open(folder, key, device)
    close_desk(desk)
    shutil.rmtree(steps)
    changing = heard[migrating.CHANGING]
    return [
        Row(
            f"update of a vault of {how_many:,} cases, {size:.0f} MB",
            f"{ready - begun:.1f} s (processor {worked:.1f} s)",
        ),
        Row("  a copy kept and proven", f"{changing - begun:.1f} s; the copying alone {copied}"),
        Row("  the change of format, in one transaction", f"{ready - changing:.1f} s"),
        Row("  the list of cases made anew, at the first unlocking after", lines),
        Row("going back to the version of before, with its copy", with_copy),
        Row("going back without a copy", without),
    ]


def _further(folder: Path) -> Path:
    folder.mkdir()
    for step in migrating.steps():
        shutil.copy(step.file, folder / step.file.name)
    (folder / f"{migrating.newest() + 1:04}_further.sql").write_text(FURTHER, encoding="utf-8")
    return folder


def _copy(path: Path, copy: Path, key: bytes) -> None:
    connection = connect(path, key)
    copies.copy(connection, copy, key, migrating.nobody)
    connection.close()


def _took(work: Callable[[], object]) -> str:
    """How long a piece of work takes, and the processor's own time for it, which other programs do not lengthen."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - begun:.1f} s (processor {time.process_time() - worked:.1f} s)"
