"""Measure the exchange: server, real laptops and the floor beneath them; `--part` for some of it, `--quick` for a look.

Each figure is the median of three, its parts taken in one run. Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench import machine_line, screen_environment
from bench_exchange import ROOT, Speaker, Watched, batches, edits, trial, written
from bench_store import Row, share

from sync.wire import messages

CHANGED = 100
MANY_EACH = 60
WRONG = "A" * 86 + "=="


@dataclass
class Told:
    """What was measured of one thing: facts of each run."""

    runs: list[dict[str, float]] = field(default_factory=list)

    def median(self, name: str) -> float:
        """The middle of what was measured, 0 where nothing was."""
        found = [run[name] for run in self.runs if name in run]
        return statistics.median(found) if found else 0.0


class Table:
    """What was measured, by part and thing."""

    def __init__(self) -> None:
        self.told: dict[str, Told] = defaultdict(Told)
        self.rows: list[Row] = []

    def add(self, what: str, **facts: float) -> None:
        """One run of one thing."""
        self.told[what].runs.append(facts)

    def line(self, what: str, title: str, aim: str = "", floor: str = "") -> None:
        """A row: cases a second, in total, bytes, processor of each end, memory, cores; times the floor."""
        if what not in self.told:
            return
        told = self.told[what]
        cases, took = max(told.median("cases"), 1), told.median("seconds")
        found = f"{cases / took:>8,.0f}/s {took:7.2f} s {took / cases * 1e6:>7,.0f} µs each"
        moved = told.median("bytes") / cases
        found += f" {moved:>6,.0f} B" if moved else " " * 9
        used = [told.median(name) for name in ("client", "server", "database")]
        if any(used):
            found += "  processor " + " + ".join(f"{one / cases * 1e6:,.0f}" for one in used)
            found += f" µs, {sum(used) / took:.1f} cores"
        if told.median("peak"):
            found += f", peak {told.median('peak'):.0f} + {told.median('server_peak'):.0f} MB"
        if floor in self.told:
            ratios = [
                mine["seconds"] / mine["cases"] / (base["seconds"] / base["cases"])
                for mine, base in zip(told.runs, self.told[floor].runs, strict=True)
            ]
            found += f", {statistics.median(ratios):.1f}× the floor"
        self.rows.append(Row(title, found, aim))

    def say(self, what: str, title: str, found: Callable[[Told], str], aim: str = "") -> None:
        """A row in words of its own."""
        if what in self.told:
            self.rows.append(Row(title, found(self.told[what]), aim))


def measure(table: Table, what: str, server: Watched, speaker: Speaker, cases: int, work: Callable[[], Any]) -> Any:
    """Do it and note what it took at each end. The client here only speaks; its own time counts all the same."""
    server.forget_peak()
    before, mine, moved = server.used(), time.process_time(), speaker.sent + speaker.received
    begun = time.perf_counter()
    done = work()
    took, client, after = time.perf_counter() - begun, time.process_time() - mine, server.used()
    table.add(
        what,
        seconds=took,
        cases=cases,
        client=client,
        server=after.server - before.server,
        database=after.database - before.database,
        bytes=speaker.sent + speaker.received - moved,
        server_peak=server.peak(),
    )
    return done


# ---- Parts


def part_server(table: Table, server: Watched, cases: int, each: int, name: str = "") -> None:
    """The server with laptops that do nothing but speak, and its floor: bytes without work, COPY."""
    force = server.force()
    writer, reader, again = (Speaker(server, code) for code in force.codes[:3])
    ids, entries = written(writer, cases, each)
    posted = batches(entries)
    done = measure(table, f"{name}push", server, writer, cases, partial(post, writer, posted))
    assert done == cases * each, done
    table.told[f"{name}push"].runs[-1]["size"] = sum(len(bytes(one.entry)) for one in entries) / cases
    server.wait_until_folded(force.org, cases)
    assert measure(table, f"{name}snapshots", server, reader, cases, reader.snapshots) == cases
    assert measure(table, f"{name}log", server, again, cases, again.pull) == cases * each
    measure(table, f"{name}empty", server, again, 10, lambda: [again.pull() for _ in range(10)])
    changed = batches(edits(writer, random.Random(2).sample(ids, min(CHANGED, cases))))
    measure(table, f"{name}100 sent", server, writer, CHANGED, partial(post, writer, changed))
    measure(table, f"{name}100 received", server, again, CHANGED, again.pull)
    measure(
        table, f"{name}post", server, reader, cases, lambda: [reader.post("/v1/pull", one, WRONG) for one in posted]
    )
    measure(table, f"{name}copy", server, reader, cases, lambda: copy(server, entries))


def copy(server: Watched, entries: list[messages.SentEntry]) -> None:
    """The same entries into a bare table of the same PostgreSQL."""
    with server.owner() as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (n bigint PRIMARY KEY, body bytea)")
        with connection.cursor().copy("COPY bare FROM STDIN") as into:
            for n, one in enumerate(entries):
                into.write_row((n, bytes(one.entry)))


def part_laptop(table: Table, server: Watched, cases: int, each: int, name: str = "", window: bool = False) -> None:
    """Real vaults: first push, first synchronisation, the log, small rounds; the floor of bare SQLCipher."""
    force = server.force()
    told = {"folder": str(server.folder), "process": server.process, "org": force.org, "cases": cases, "each": each}
    for facts in _child("bench_laptop.py", {**told, "codes": force.codes[:3]}):
        facts["bytes"] = facts.get("bytes_sent", 0) + facts.get("bytes_received", 0)
        if facts["what"] == "first push":
            facts["bytes"] = facts["bytes_sent"]
        table.add(f"{name}laptop {facts.pop('what')}", **facts)
    if window:
        for facts in _child("bench_standstill.py", {**told, "codes": force.codes[3:5]}):
            table.add(f"standstill {facts.pop('what')}", **facts)


def _child(script: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, f"packaging/{script}", json.dumps(told)],
        cwd=ROOT,
        env=screen_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def part_many(table: Table, server: Watched, laptops: int, seconds: int) -> None:
    """Many laptops of many units, each with a round a minute: connect, push what one in three wrote, pull."""
    force = server.force(units=laptops // 20, officers=20)
    speakers = [Speaker(server, code) for code in force.codes]
    cases: dict[str, str] = {}
    for speaker in speakers:
        ids, entries = written(speaker, 1, seed=10_000 + len(cases))
        speaker.push(batches(entries)[0])
        cases[speaker.device] = ids[0]
        speaker.connection.close()
    took: list[float] = []

    def a_round(speaker: Speaker, n: int) -> None:
        begun = time.perf_counter()
        speaker.connect()
        if n % 3 == 0:
            speaker.push(batches(edits(speaker, [cases[speaker.device]]))[0])
        speaker.pull()
        speaker.connection.close()
        took.append(time.perf_counter() - begun)

    server.forget_peak()
    before, begun = server.used(), time.perf_counter()
    rounds = int(laptops * seconds / 60)
    with ThreadPoolExecutor(64) as pool:
        for n in range(rounds):
            time.sleep(max(0.0, begun + n * 60 / laptops - time.perf_counter()))
            pool.submit(a_round, speakers[n % laptops], n)
    whole, after = time.perf_counter() - begun, server.used()
    assert len(took) == rounds, f"{rounds - len(took)} rounds failed"
    table.add(
        "many",
        laptops=laptops,
        p50=share(took, 0.5) * 1000,
        p95=share(took, 0.95) * 1000,
        longest=max(took) * 1000,
        cores=(after.server + after.database - before.server - before.database) / whole,
        server_peak=server.peak(),
    )


def part_full(table: Table, server: Watched, steps: tuple[int, ...]) -> None:
    """A server that fills: what a round costs depends on what changed, not on what is there."""
    force = server.force(officers=40)
    codes, seeds, made = iter(force.codes), itertools.count(100), 0
    reader = Speaker(server, next(codes))
    for turn, target in enumerate(steps):
        while made < target:
            # A laptop of its own for each part: one may push sixty times a minute.
            writer, some = Speaker(server, next(codes)), min(10_000, target - made)
            ids, entries = written(writer, some, seed=next(seeds))
            work = partial(post, writer, batches(entries))
            assert measure(table, f"full push {turn}", server, writer, some, work) == some
            made += some
        server.wait_until_folded(force.org, made)
        reader.cursor = 0
        reader.snapshots()
        reader.pull()
        for again in range(3):
            measure(table, f"full empty {turn}", server, reader, 1, reader.pull)
            changed = batches(edits(writer, random.Random(again).sample(ids, CHANGED)))
            measure(table, f"full sent {turn}", server, writer, CHANGED, partial(post, writer, changed))
            measure(table, f"full received {turn}", server, reader, CHANGED, reader.pull)


def post(writer: Speaker, posted: list[bytes]) -> int:
    """Push all of it; how many entries were accepted."""
    return sum(writer.push(one) for one in posted)


# ---- The table

AIMS = {"push": "≥ 7,200/s, ≤ 400 B", "snapshots": "≥ 13,500/s, ≤ 400 B", "100": "≤ 0.1 s"}


def empty(told: Told) -> str:
    """How long an empty round takes."""
    return f"{told.median('seconds') / told.median('cases') * 1000:.1f} ms"


def stall(told: Told) -> str:
    """How long the event loop stood still, and how much of that was its own work."""
    return f"longest {told.median('longest'):.0f} ms, own work {told.median('own'):.0f} ms"


def lines(table: Table, cases: int, steps: tuple[int, ...]) -> None:
    """All rows in the order in which they are read."""
    size = table.told["push"].median("size") if "push" in table.told else 0
    table.line("push", f"push, one entry of {size:,.0f} B a case", AIMS["push"], "post")
    table.line("post", "  floor: the same bytes, not looked at")
    table.line("copy", "  floor: COPY into the same PostgreSQL")
    table.line("snapshots", "pull by snapshot", AIMS["snapshots"])
    table.line("log", "pull by log")
    table.line("100 sent", "100 changed cases sent", AIMS["100"])
    table.line("100 received", "100 changed cases received", AIMS["100"])
    table.say("empty", "an empty round", empty, "≤ 30 ms")
    table.line("laptop first push", "real laptop: first push, acknowledged")
    table.line("laptop first sync", "real laptop: first synchronisation", "≤ 3× the floor", "laptop bare")
    table.line("laptop bare", "  floor: its rows into bare SQLCipher")
    table.line("laptop by log", "real laptop: pull by log")
    table.line("laptop 100 sent", "real laptop: 100 changed cases sent", AIMS["100"])
    table.line("laptop 100 received", "real laptop: 100 changed cases received", AIMS["100"])
    table.say("laptop empty", "real laptop: an empty round", empty, "≤ 30 ms")
    table.say("standstill alone", f"event loop beside a first pull of {cases:,}", stall, "≤ 50 ms")
    table.say(
        "standstill window",
        "real window while it pulls",
        lambda told: f"{stall(told)}; {told.median('rows'):,.0f} lines shown after {told.median('seconds'):.1f} s",
        "≤ 50 ms",
    )
    for what, title in (("push", "push"), ("snapshots", "pull by snapshot"), ("log", "pull by log")):
        table.line(f"long {what}", f"{MANY_EACH} entries a case: {title}")
    for what, title in (
        ("first push", "first push"),
        ("first sync", "first synchronisation"),
        ("by log", "pull by log"),
    ):
        floor = "long laptop bare" if what == "first sync" else ""
        table.line(f"long laptop {what}", f"{MANY_EACH} entries a case: real laptop: {title}", "", floor)
    table.say(
        "many",
        "laptops with a round a minute each, one process",
        lambda told: (
            f"{told.median('laptops'):.0f} laptops: p50 {told.median('p50'):.0f}  p95 {told.median('p95'):.0f}"
            f"  longest {told.median('longest'):.0f} ms, {told.median('cores'):.2f} cores,"
            f" {told.median('server_peak'):.0f} MB"
        ),
        "p95 ≤ 500 ms",
    )
    for turn, target in enumerate(steps):
        table.say(f"full empty {turn}", f"{target:,} cases on the server: an empty round", empty)
        table.line(f"full sent {turn}", f"{target:,} cases on the server: 100 sent", AIMS["100"])
        table.line(f"full received {turn}", f"{target:,} cases on the server: 100 received", AIMS["100"])
        table.line(f"full push {turn}", f"{target:,} cases on the server: push until there")


def main(arguments: list[str]) -> int:
    """Start a trial in a folder of its own, measure, print, end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--part", action="append", choices=["server", "laptop", "long", "window", "many", "full"])
    parser.add_argument("--quick", action="store_true", help="once and with a tenth of the cases")
    options = parser.parse_args(arguments)
    parts = set(options.part or ["server", "laptop", "long", "window", "many", "full"])
    cases, times = (options.cases // 10, 1) if options.quick else (options.cases, 3)
    steps = (cases, cases * 10)
    table, begun = Table(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as place:
        print(machine_line(Path(place)), flush=True)
        with trial(Path(place)) as server:
            for turn in range(times):
                if "server" in parts:
                    part_server(table, server, cases, 1)
                if "laptop" in parts or ("window" in parts and not turn):
                    part_laptop(table, server, cases, 1, window="window" in parts and not turn)
                if "long" in parts:
                    part_server(table, server, cases // 25, MANY_EACH, "long ")
                    part_laptop(table, server, cases // 100, MANY_EACH, "long ")
                print(f"{turn + 1} of {times} done after {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
            if "many" in parts:
                part_many(table, server, 100 if options.quick else 500, 20 if options.quick else 60)
            if "full" in parts:
                part_full(table, server, steps)
    lines(table, cases, steps)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {time.monotonic() - begun:.0f} s in all")
    for row in table.rows:
        print(f"{row.what:52}{row.aim:22}{row.found}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
