"""What the measures of the exchange share: a trial server that is watched, invented cases, a laptop that only speaks.

The cases are the same in every run: ids, words and times come from a seed; only keys and devices are new.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import secrets
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.notebook import entry as notebook
from app.notebook.ids import new_id, random_id
from sync.server import administration, authority
from sync.server.config import read
from sync.server.database import ALL, Database
from sync.wire import code as codes
from sync.wire import limits, messages, packing, signing

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("bakery", "lane", "evening", "neighbour", "heard", "door", "kitchen", "phone", "brother", "left", "early")
START = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)
BATCH_BYTES = 700_000
TICKS = os.sysconf("SC_CLK_TCK")
Reply = TypeVar("Reply", bound=messages.Message)


@dataclass(frozen=True)
class Used:
    """Seconds of the processor of the server's process and of its database's processes."""

    server: float
    database: float


class Watched:
    """A running trial, seen from outside: what it uses, and how organisations are made in it."""

    def __init__(self, folder: Path, process: int) -> None:
        self.folder, self.process = folder, process
        self.config = read({}, folder / "server.toml")
        self.port = self.config.port
        self.pin = authority.pin(self.config.authority.read_bytes())

    def used(self) -> Used:
        """What the processor has done for it until now."""
        mine = {int(p.name) for p in Path("/proc").glob("[0-9]*") if str(self.folder) in _command(p)}
        family = [int(p.name) for p in Path("/proc").glob("[0-9]*") if _parent(p) in mine or int(p.name) in mine]
        return Used(_seconds(self.process), sum(_seconds(pid) for pid in family if pid != self.process))

    def forget_peak(self) -> None:
        """Count the most memory from now on."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.process}/clear_refs").write_text("5")

    def peak(self) -> float:
        """The most memory of the server's process, in MB."""
        return peak_memory(self.process)

    def owner(self) -> psycopg.Connection[Any]:
        """A connection of the tables' owner."""
        return psycopg.connect(self.config.owner_database, autocommit=True)

    def force(self, units: int = 1, officers: int = 8) -> Force:
        """An organisation of its own, with a code for each of its officers."""
        database = Database(self.config.database, 2)
        database.open()
        org, found = random_id(), []
        database.run(org, ALL, lambda c: administration.new_organisation(c, f"Force {org[:8]}", org))

        def people(connection: Any, n: int) -> None:
            unit = administration.new_unit(connection, org, f"Unit {n}")
            for m in range(officers):
                officer = administration.new_officer(connection, org, f"Officer {n}.{m}", "officer", unit)
                where = ("127.0.0.1", self.port)
                found.append(administration.code_for(connection, org, officer, where, self.pin, datetime.now(UTC)))

        for n in range(units):
            database.run(org, ALL, partial(people, n=n))
        database.close()
        return Force(org, found)

    def wait_until_folded(self, org: str, cases: int) -> None:
        """Wait until what stands in every case lies ready, as it does some moments after a push."""
        with self.owner() as connection:
            while True:
                row = connection.execute(
                    "SELECT count(*) FROM snapshot AS s JOIN held_case AS c USING (org_id, case_id)"
                    " WHERE s.org_id = %s AND s.number = c.number",
                    (org,),
                ).fetchone()
                if row is not None and row[0] >= cases:
                    return
                time.sleep(0.1)


@dataclass
class Force:
    """An organisation: its id, and codes that nobody has used yet."""

    org: str
    codes: list[str] = field(default_factory=list)


@contextlib.contextmanager
def trial(place: Path) -> Iterator[Watched]:
    """A trial server in a folder of its own, ended in order."""
    place.chmod(0o711)
    command = [sys.executable, "-m", "sync.server.commands", "trial", "--folder", f"{place}/trial", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        json.loads(process.stdout.readline())
        yield Watched(place / "trial", process.pid)
    finally:
        process.terminate()
        process.wait()


class Speaker:
    """A laptop that signs, sends and reads, and does nothing with what it reads."""

    def __init__(self, server: Watched, code: str) -> None:
        self.server, self.key, self.device, self.counter = server, Ed25519PrivateKey.generate(), random_id(), 0
        self.author = f"Officer {self.device}"
        self.sent = self.received = self.cursor = 0
        self.first, self.previous = 1, notebook.NO_PREVIOUS
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.load_verify_locations(str(server.config.authority))
        self.connect()
        wish = messages.Enrol(
            protocol=limits.PROTOCOL,
            secret=codes.read(code).secret.hex(),
            device=self.device,
            laptop=random_id(),
            key=signing.to_text(self.key.public_key().public_bytes_raw()),
            author=self.author,
            trial=True,
        )
        self.ask("/v1/enrol", wish, messages.Enrolled)

    def connect(self) -> None:
        """A new connection."""
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, context=self._context)

    def ask(self, path: str, message: messages.Message, reply: type[Reply]) -> Reply:
        """A question and its answer."""
        packed = packing.pack(messages.encode(message), thorough=True)
        return msgspec.json.decode(packing.unpack(self.post(path, packed)), type=reply)

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
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200 and not signature:
            raise RuntimeError(f"{path}: {answer.status} {packing.unpack(body)!r}")
        self.sent, self.received = self.sent + len(packed), self.received + len(body)
        return body

    def push(self, packed: bytes) -> int:
        """Post a packed push; how many entries were accepted."""
        answer = msgspec.json.decode(packing.unpack(self.post("/v1/push", packed)), type=messages.Pushed)
        return sum(one.outcome == "accepted" for one in answer.outcomes)

    def pull(self) -> int:
        """Every entry after the cursor; how many there were."""
        count, more = 0, True
        while more:
            head = messages.Head(last=self.first - 1, hash=self.previous)
            wish = messages.Pull(protocol=limits.PROTOCOL, epoch="", cursor=self.cursor, head=head)
            page = self.ask("/v1/pull", wish, messages.Pulled)
            count, self.cursor, more = count + len(page.entries), page.cursor, page.more
        return count

    def snapshots(self) -> int:
        """Everything in scope, page by page; how many cases there were."""
        after, more, count = "", True, 0
        while more:
            wish = messages.WantSnapshots(protocol=limits.PROTOCOL, epoch="", after=after)
            page = self.ask("/v1/snapshots", wish, messages.Snapshots)
            count, after, more = count + len(page.snapshots), page.after, page.more
            self.cursor = self.cursor or page.number
        return count

    def write(self, case: str, changes: list[notebook.Change], at: datetime) -> messages.SentEntry:
        """The next entry of this device's notebook, signed."""
        entry = notebook.Entry(
            format=notebook.FORMAT,
            device=self.device,
            first=self.first,
            count=len(changes),
            author=self.author,
            session="5e" * 16,
            scope=0,
            case=case,
            hlc=(int(at.timestamp() * 1000), 0),
            wall=at.isoformat(timespec="seconds"),
            schema=notebook.SCHEMA,
            previous=self.previous,
            changes=changes,
        )
        signed = notebook.sign(entry, self.key)
        self.first, self.previous = self.first + len(changes), hashlib.sha256(signed.body).hexdigest()
        return messages.SentEntry(entry=msgspec.Raw(signed.body), signature=signing.to_text(signed.signature))


def opened(chance: random.Random, n: int) -> tuple[str, list[notebook.Change]]:
    """The n-th invented case with its first entry's changes, of about 2 KB, as an import makes them."""
    at = START + timedelta(milliseconds=7 * n)
    case, ids = new_id(at, chance.randbytes), iter(lambda: new_id(at, chance.randbytes), "")
    people = [
        notebook.create(
            next(ids),
            "person",
            {
                "given_name": chance.choice(WORDS),
                "family_name": chance.choice(WORDS),
                "born": f"19{chance.randrange(10, 99)}",
            },
        )
        for _ in range(3)
    ]
    told = {"narrative": " ".join(chance.choice(WORDS) for _ in range(90)), "injury": "yes", "place": "home"}
    answers = [notebook.create(next(ids), "answer", {"factor": f"F{k:02}", "value": "yes"}) for k in range(4)]
    created = notebook.create(case, "case", {"reference": f"NM-{n:06}"})
    return case, [created, *people, notebook.create(next(ids), "incident", told), *answers]


def written(speaker: Speaker, cases: int, each: int = 1, seed: int = 4) -> tuple[list[str], list[messages.SentEntry]]:
    """Ids of cases, and their entries: one a case as an import makes it, or more, each a further answer."""
    chance, made, ids = random.Random(seed), [], []
    for n in range(cases):
        case, changes = opened(chance, seed * 1_000_000 + n)
        ids.append(case)
        at = START + timedelta(milliseconds=7 * n)
        made.append(speaker.write(case, changes, at))
        for k in range(each - 1):
            value, note = chance.choice(("yes", "no")), chance.choice(WORDS)
            answer = {"factor": f"F{k % 43 + 1:02}", "value": value, "note": note}
            later = at + timedelta(seconds=k)
            created = notebook.create(new_id(later, chance.randbytes), "answer", answer)
            made.append(speaker.write(case, [created], later))
    return ids, made


def edits(speaker: Speaker, cases: Iterable[str]) -> list[messages.SentEntry]:
    """One more answer in each of some cases."""
    chance = random.Random(len(speaker.previous) + speaker.first)
    answer = {"factor": "F07", "value": "no", "note": "heard at the door"}
    at = START + timedelta(days=1)
    return [
        speaker.write(case, [notebook.create(new_id(at, chance.randbytes), "answer", answer)], at) for case in cases
    ]


def batches(entries: Sequence[messages.SentEntry]) -> list[bytes]:
    """The entries as a laptop posts them."""
    packed: list[bytes] = []
    some: list[messages.SentEntry] = []
    size = 0
    for one in entries:
        if some and (size + len(bytes(one.entry)) > BATCH_BYTES or len(some) == limits.ENTRIES):
            packed.append(_push(some))
            some, size = [], 0
        some.append(one)
        size += len(bytes(one.entry))
    return [*packed, _push(some)] if some else packed


def _push(entries: list[messages.SentEntry]) -> bytes:
    return packing.pack(messages.encode(messages.Push(protocol=1, epoch="", entries=entries)), thorough=True)


def peak_memory(pid: int) -> float:
    """The most memory that a process has had since it was last forgotten, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _command(place: Path) -> str:
    try:
        told = (place / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
    return told if "postgres" in told else ""


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
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0
