"""Real laptops against a trial server, in a process of their own: what a round costs with a real vault at its end.

`python packaging/bench_laptop.py JSON` prints one JSON object for each thing measured. Vaults have the settings of the
product but for the key derivation, which plays no part here.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_caseload import PASSPHRASE
from bench_exchange import WORDS, Watched, opened, peak_memory
from sqlcipher3 import dbapi2 as sqlite

from app.casework.desk import Desk, beside, create_vault
from app.clock import SystemClock
from app.notebook import entry as notebook
from app.notebook.ids import new_id, random_id
from app.vault.vault import FLOOR_COST
from sync.client import enrolment
from sync.client import round as rounds
from sync.client.talk import Round

CLOCK = SystemClock()
CHANGED = 100
TABLES = ("record", "word", "spelling", "case_line", "snapshot")


def laptop(place: Path, name: str, code: str) -> Desk:
    """A new, empty, enrolled vault."""
    desk, _ = create_vault(place / name, officer=f"Officer {name}", passphrase=PASSPHRASE, cost=FLOOR_COST)
    enrolment.enrol(desk.store, code, laptop=random_id(), author=desk.author.name, clock=CLOCK, trial=True)
    return desk


def fill(desk: Desk, cases: int, each: int) -> None:
    """Write invented cases; only the filling goes without waiting for the disk."""
    chance = random.Random(4)
    with desk.store.reading() as connection:
        connection.execute("PRAGMA synchronous = OFF")
    for n in range(cases):
        case, changes = opened(chance, n)
        desk.store.write(case, changes, desk.author, CLOCK)
        for k in range(each - 1):
            answer = {"factor": f"F{k % 43 + 1:02}", "value": "yes", "note": chance.choice(WORDS)}
            made = notebook.create(new_id(CLOCK.now(), chance.randbytes), "answer", answer)
            desk.store.write(case, [made], desk.author, CLOCK)
    with desk.store.reading() as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def a_round(desk: Desk) -> Round:
    """A round as the program does it, over a connection of its own."""
    store = beside(desk)()
    try:
        return rounds.run(store, CLOCK)
    finally:
        store.close()


class Measured:
    """Says what a piece of work cost at each end."""

    def __init__(self, server: Watched) -> None:
        self.server = server

    def __call__(self, what: str, work: Callable[[], Round], cases: int) -> Round:
        """Do it and say it."""
        forget_peak()
        self.server.forget_peak()
        before, mine, begun = self.server.used(), time.process_time(), time.perf_counter()
        done = work()
        took, client, after = time.perf_counter() - begun, time.process_time() - mine, self.server.used()
        say(
            what,
            seconds=took,
            cases=cases,
            client=client,
            server=after.server - before.server,
            database=after.database - before.database,
            bytes_sent=done.bytes_sent,
            bytes_received=done.bytes_received,
            peak=peak_memory(os.getpid()),
            server_peak=self.server.peak(),
        )
        return done


def say(what: str, **facts: float) -> None:
    """One thing that was measured."""
    print(json.dumps({"what": what, **facts}), flush=True)


def forget_peak() -> None:
    """Count the most memory from now on."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def bare(desk: Desk, place: Path) -> None:
    """Insert the very rows of a vault into a bare file with the same settings, in one transaction, and say the time."""
    with desk.store.reading() as source:
        schema = [
            sql
            for (sql,) in source.execute(
                "SELECT sql FROM sqlite_schema WHERE tbl_name IN (?, ?, ?, ?, ?) AND sql IS NOT NULL", TABLES
            )
        ]
        rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 - our names
        settings = {
            name: source.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "secure_delete", "cache_size", "wal_autocheckpoint", "temp_store")
        }
    connection = sqlite.connect(str(place / "bare.db"), isolation_level=None)
    connection.execute("PRAGMA cipher_memory_security = ON")
    connection.set_key(f"x'{os.urandom(32).hex()}'")
    connection.execute("PRAGMA journal_mode = WAL")
    for name, value in settings.items():
        connection.execute(f"PRAGMA {name} = {value}")
    for statement in schema:
        connection.execute(statement)
    begun, mine = time.perf_counter(), time.process_time()
    connection.execute("BEGIN IMMEDIATE")
    for name, found in rows.items():
        if found:
            marks = ", ".join("?" * len(found[0]))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", found)  # noqa: S608 - names of our own
    connection.execute("COMMIT")
    say(
        "bare",
        seconds=time.perf_counter() - begun,
        client=time.process_time() - mine,
        cases=len(rows["case_line"]),
        rows=sum(map(len, rows.values())),
    )
    connection.close()


def change(desk: Desk) -> None:
    """One more answer in each of a hundred cases."""
    chance = random.Random(9)
    for case in desk.store.cases()[:CHANGED]:
        answer = {"factor": "F07", "value": "no", "note": "heard at the door"}
        made = notebook.create(new_id(CLOCK.now(), chance.randbytes), "answer", answer)
        desk.store.write(case, [made], desk.author, CLOCK)


def main(told: dict[str, Any]) -> None:
    """Two laptops, and a third that was there before: everything that a round can be."""
    server, cases, each = Watched(Path(told["folder"]), told["process"]), told["cases"], told["each"]
    measured = Measured(server)

    def turn(desk: Desk) -> Callable[[], Round]:
        return lambda: a_round(desk)

    with tempfile.TemporaryDirectory(prefix="holdfast-laptop-") as folder:
        place = Path(folder)
        writer, early, late = (laptop(place, name, told["codes"][n]) for n, name in enumerate(("A", "B", "C")))
        a_round(early)  # it begins before anything is there, so it will read the log
        fill(writer, cases, each)
        measured("first push", turn(writer), cases)
        server.wait_until_folded(told["org"], cases)
        measured("first sync", turn(late), cases)
        bare(late, place)
        measured("by log", turn(early), cases)
        empty = []
        for _ in range(10):
            begun = time.perf_counter()
            a_round(late)
            empty.append(time.perf_counter() - begun)
        say("empty", seconds=statistics.median(empty), cases=1)
        change(writer)
        measured("100 sent", turn(writer), CHANGED)
        done = measured("100 received", turn(late), CHANGED)
        assert len(done.changed) == min(CHANGED, cases), len(done.changed)
        for desk in (writer, early, late):
            desk.store.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
