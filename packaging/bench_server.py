"""Measure the server alone: pushes, snapshots and log of many invented cases of 2 KB; `--cases N`, default 10,000.

The laptop here does nothing but send and read: what it would do with the answers is measured elsewhere. Nothing here
decides whether a test passes.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import random
import secrets
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
from bench_store import Row
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from sync.wire import code, limits, messages, signing

ROOT = Path(__file__).resolve().parent.parent
Reply = TypeVar("Reply", bound=messages.Message)
WORDS = ("bakery", "lane", "evening", "neighbour", "heard", "door", "kitchen", "phone", "brother", "left", "early")
BATCH = 350
"""Entries in a push: what fits into 700 KB."""


@dataclass
class Bench:
    """A trial server, a laptop that only speaks, and the figures."""

    folder: Path
    process: subprocess.Popen[str]
    said: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.said["address"].rsplit(":", 1)[1])

    def cpu(self) -> tuple[float, float]:
        """Seconds of the processor that the server and its database have had."""
        ours = _seconds(self.process.pid)
        base = [
            p for p in Path("/proc").glob("[0-9]*") if str(self.folder) in _command(p) and "postgres" in _command(p)
        ]
        pids = {int(p.name) for p in base}
        family = [p for p in Path("/proc").glob("[0-9]*") if _parent(p) in pids or int(p.name) in pids]
        return ours, sum(_seconds(int(p.name)) for p in family)


class Speaker:
    """Signed questions over one connection."""

    def __init__(self, bench: Bench, officer: int) -> None:
        self.key, self.device, self.counter = Ed25519PrivateKey.generate(), random_id(), 0
        self.sent = self.received = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(str(bench.folder / "authority.crt"))
        self.connection = http.client.HTTPSConnection("127.0.0.1", bench.port, context=context)
        told = code.read(bench.said["codes"][officer]["code"])
        wish = messages.Enrol(
            protocol=limits.PROTOCOL,
            secret=told.secret.hex(),
            device=self.device,
            laptop=random_id(),
            key=signing.to_text(self.key.public_key().public_bytes_raw()),
            author=f"Officer {self.device}",
            trial=True,
        )
        self.ask("/v1/enrol", wish, messages.Enrolled)

    def ask(self, path: str, message: messages.Message, reply: type[Reply]) -> Reply:
        """A question and its answer."""
        return msgspec.json.decode(signing.unpack(self.post(path, signing.pack(messages.encode(message)))), type=reply)

    def post(self, path: str, packed: bytes, signature: str = "") -> bytes:
        """Bytes there and bytes back."""
        self.counter += 1
        nonce = secrets.token_hex(16)
        said = signing.request_bytes("POST", path, self.device, self.counter, nonce, packed)
        headers = {
            signing.DEVICE: self.device,
            signing.COUNTER: str(self.counter),
            signing.NONCE: nonce,
            signing.SIGNATURE: signature or signing.to_text(self.key.sign(said)),
        }
        self.connection.request("POST", path, packed, headers)
        body = self.connection.getresponse().read()
        self.sent, self.received = self.sent + len(packed), self.received + len(body)
        return body


def written(speaker: Speaker, cases: int) -> list[messages.SentEntry]:
    """One entry a case, as an import makes, of about 2 KB; the same words in every run."""
    chance, made, previous, first = random.Random(4), [], notebook.NO_PREVIOUS, 1
    for n in range(cases):
        case = f"{n:032x}"
        people = [
            notebook.create(
                f"{chance.getrandbits(128):032x}",
                "person",
                {"given_name": chance.choice(WORDS), "family_name": chance.choice(WORDS), "born": f"19{n % 90 + 10}"},
            )
            for _ in range(3)
        ]
        told = {"narrative": " ".join(chance.choice(WORDS) for _ in range(90)), "injury": "yes", "place": "home"}
        incident = notebook.create(f"{chance.getrandbits(128):032x}", "incident", told)
        answers = [
            notebook.create(f"{chance.getrandbits(128):032x}", "answer", {"factor": f"F{k:02}", "value": "yes"})
            for k in range(4)
        ]
        changes = [notebook.create(case, "case", {"reference": f"NM-{n}"}), *people, incident, *answers]
        entry = notebook.Entry(
            format=notebook.FORMAT,
            device=speaker.device,
            first=first,
            count=len(changes),
            author=f"Officer {speaker.device}",
            session="s",
            scope=0,
            case=case,
            hlc=(1_700_000_000_000 + n, 0),
            wall="2026-11-14T01:10:00+00:00",
            schema=notebook.SCHEMA,
            previous=previous,
            changes=changes,
        )
        signed = notebook.sign(entry, speaker.key)
        made.append(messages.SentEntry(entry=msgspec.Raw(signed.body), signature=signing.to_text(signed.signature)))
        previous, first = hashlib.sha256(signed.body).hexdigest(), first + len(changes)
    return made


def batches(entries: list[messages.SentEntry]) -> list[bytes]:
    """The entries as they are posted."""
    return [
        signing.pack(messages.encode(messages.Push(protocol=1, epoch="", entries=entries[i : i + BATCH])))
        for i in range(0, len(entries), BATCH)
    ]


def measure(bench: Bench, what: str, cases: int, aim: str, work: Callable[[], Any], speaker: Speaker) -> Any:
    """Do it, and note cases a second, bytes a case, and what of the processor it took."""
    ours, base = bench.cpu()
    sent, received, begun = speaker.sent, speaker.received, time.perf_counter()
    done = work()
    took = time.perf_counter() - begun
    after_ours, after_base = bench.cpu()
    moved = (speaker.sent - sent + speaker.received - received) / max(cases, 1)
    cost = f"{(after_ours - ours) / cases * 1e6:.0f} + {(after_base - base) / cases * 1e6:.0f}"
    found = f"{cases / took:,.0f}/s  {took:.2f} s  {moved:.0f} B each  server + database {cost} µs each"
    bench.rows.append(Row(what, found, aim))
    return done


def by_snapshot(speaker: Speaker) -> int:
    """Everything in scope, page by page."""
    after, more, count = "", True, 0
    while more:
        wish = messages.WantSnapshots(protocol=1, epoch="", after=after)
        page = speaker.ask("/v1/snapshots", wish, messages.Snapshots)
        count, after, more = count + len(page.snapshots), page.after, page.more
    return count


def by_log(speaker: Speaker, cursor: int = 0) -> tuple[int, int]:
    """Every entry after a cursor."""
    more, count = True, 0
    while more:
        wish = messages.Pull(protocol=1, epoch="", cursor=cursor, head=messages.Head(last=0, hash=notebook.NO_PREVIOUS))
        page = speaker.ask("/v1/pull", wish, messages.Pulled)
        count, cursor, more = count + len(page.entries), page.cursor, page.more
    return count, cursor


def floor(bench: Bench, entries: list[messages.SentEntry], posted: list[bytes], speaker: Speaker) -> None:
    """The same bytes without any work, and into a bare table."""
    wrong = "A" * 86 + "=="
    measure(
        bench,
        "floor: the same bytes, not looked at",
        len(entries),
        "",
        lambda: [speaker.post("/v1/pull", one, wrong) for one in posted],
        speaker,
    )
    told = (bench.folder / "server.toml").read_text(encoding="utf-8")
    owner = next(line for line in told.splitlines() if line.startswith("owner_database")).partition(" = ")[2]

    def copy() -> None:
        with psycopg.connect(json.loads(owner)) as connection:
            connection.execute("CREATE TABLE bare (n bigint PRIMARY KEY, body bytea)")
            with connection.cursor().copy("COPY bare FROM STDIN") as into:
                for n, one in enumerate(entries):
                    into.write_row((n, bytes(one.entry)))

    measure(bench, "floor: COPY into the same PostgreSQL", len(entries), "", copy, speaker)


def run(bench: Bench, cases: int) -> None:
    """All figures."""
    writer, reader, again = Speaker(bench, 0), Speaker(bench, 1), Speaker(bench, 2)
    entries = written(writer, cases)
    posted = batches(entries)
    size = sum(len(bytes(one.entry)) for one in entries) / cases
    measure(
        bench,
        f"push, one entry of {size:,.0f} B a case",
        cases,
        "≥ 7,200/s",
        lambda: [writer.post("/v1/push", one) for one in posted],
        writer,
    )
    head = messages.Head(last=0, hash=notebook.NO_PREVIOUS)
    told = reader.ask(
        "/v1/pull", messages.Pull(protocol=1, epoch="", cursor=10**15, head=head, limit=1), messages.Pulled
    )
    while not folded(bench, cases):
        time.sleep(0.1)
    assert measure(bench, "pull by snapshot", cases, "≥ 13,500/s", lambda: by_snapshot(reader), reader) == cases, told
    assert measure(bench, "pull by log", cases, "", lambda: by_log(again), again)[0] == cases
    measure(bench, "an empty round (ten)", 10, "≤ 30 ms each", lambda: [by_log(again, cases) for _ in range(10)], again)
    floor(bench, entries, posted, reader)


def folded(bench: Bench, cases: int) -> bool:
    """Whether every case lies folded, as it does some moments after a push."""
    told = (bench.folder / "server.toml").read_text(encoding="utf-8")
    owner = next(line for line in told.splitlines() if line.startswith("owner_database")).partition(" = ")[2]
    with psycopg.connect(json.loads(owner)) as connection:
        row = connection.execute("SELECT count(*) FROM snapshot").fetchone()
    return row is not None and row[0] >= cases


def _command(place: Path) -> str:
    try:
        return (place / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _fields(place: Path) -> list[str]:
    try:
        return (place / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(place: Path) -> int:
    fields = _fields(place)
    return int(fields[1]) if fields else 0


def _seconds(pid: int) -> float:
    fields = _fields(Path("/proc") / str(pid))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def main(arguments: list[str]) -> int:
    """Start a trial in a folder of its own, measure, print, end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as place:
        Path(place).chmod(0o711)
        command = [sys.executable, "-m", "sync.server.commands", "trial", "--folder", f"{place}/trial", "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        try:
            bench = Bench(Path(place) / "trial", process, json.loads(process.stdout.readline()))
            run(bench, options.cases)
        finally:
            process.terminate()
            process.wait()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for row in bench.rows:
        print(f"{row.what:44}{row.found:84}{row.aim}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
