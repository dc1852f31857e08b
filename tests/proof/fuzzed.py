"""Requests wrong in every way, by strangers and by signed laptops, to the server’s application in this process.

No network is between, so that there can be a million of them. What is right among them is answered all the while.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from sync.server import administration, app, enrol
from sync.server.database import ALL
from sync.server.door import Door
from sync.server.exchange import Exchange
from sync.server.signed import LOG, Application
from sync.wire import limits, messages, signing
from tests.notebook.writers import Writer, key_of
from tests.proof.frame import Proved
from tests.sync.ground import Ground, ground
from tests.sync.prove import without
from tests.sync.prove.forged import NASTY, STRANGE_KEY, mutate

PROMISE: str = (
    "No request makes the server stumble, whoever sends it, and it needs no more memory after a million of them."
)
GOALS: tuple[str, ...] = ("G39",)
AT_ONCE = 4
"""Laptops that ask side by side."""
WARM = 0.2
"""The part of the requests after which memory is measured from."""
MOST_MEMORY = 50 << 20
"""Bytes by which the process may have grown from then on."""
ANSWERS = frozenset({200, 400, 401, 403, 404, 405, 409, 413, 426, 429, 503})
PATHS = ("push", "pull", "snapshots", "history", "proof", "lease", "packs", "identity", "wiped", "enrol")


class Laptop:
    """A device that signs what it asks, rightly or not."""

    def __init__(self, made: Ground, org: str, unit: str, seed: int) -> None:
        self.chance, self.writer, self.counter = random.Random(seed), Writer(random_id()), 0
        self.made, self.org = made, org
        self.officer = made.run(
            org, ALL, lambda c: administration.new_officer(c, org, f"Officer {seed}", "officer", unit)
        )
        self.cases: list[str] = []

    def secret(self) -> bytes:
        now = datetime.now(UTC)
        return bytes(self.made.run(self.org, ALL, lambda c: enrol.make_code(c, self.org, self.officer, now, 600)))

    def enrolment(self) -> dict[str, Any]:
        key = self.writer.public.public_bytes_raw()
        return {
            "protocol": limits.PROTOCOL,
            "secret": self.secret().hex(),
            "device": self.writer.device,
            "laptop": random_id(),
            "key": signing.to_text(key),
            "author": f"Officer {self.writer.device}",
            "program": "test",
            "trial": True,
        }

    # -- what is asked

    def message(self, path: str) -> dict[str, Any]:
        """A right message for a path, as plain data."""
        chance, case = self.chance, self.chance.choice(self.cases or [random_id()])
        told: dict[str, Any] = {"protocol": limits.PROTOCOL, "epoch": ""}
        if path == "push":
            one = self.writer.entry([notebook.create(random_id(), "case", {"reference": "A"})], case=random_id())
            signed = notebook.sign(one, key_of(self.writer.device))
            told["entries"] = [{"entry": json.loads(signed.body), "signature": signing.to_text(signed.signature)}]
        elif path == "pull":
            told |= {"cursor": chance.randrange(3), "head": {"last": 0, "hash": ""}, "limit": chance.randrange(5)}
        elif path == "snapshots":
            told |= {"cases": [case], "after": "", "limit": 2}
        elif path == "history":
            told |= {"case": case, "after": 0}
        elif path == "proof":
            told |= {"number": chance.randrange(4)}
        elif path == "identity":
            told |= {"device": random_id(), "key": signing.to_text(secrets.token_bytes(32)), "laptop": random_id()}
            told |= {"proof": "", "head": {"last": 0, "hash": ""}}
        elif path == "wiped":
            told |= {"device": self.writer.device, "box": "", "receipt": None}
        elif path == "enrol":
            told |= {"secret": secrets.token_hex(16), "device": random_id(), "laptop": random_id(), "trial": True}
            told |= {"key": signing.to_text(secrets.token_bytes(32)), "author": "x", "program": "x"}
        return told

    def request(self) -> tuple[str, str, list[tuple[bytes, bytes]], bytes, str]:
        """Method, path, headers and body of some request, and of what kind it is."""
        chance = self.chance
        kind = chance.choices(
            ("noise", "stranger", "forged", "bytes", "mutated text", "mutated", "right"), (30, 20, 10, 10, 12, 12, 6)
        )[0]
        path = chance.choice(PATHS)
        body = signing.pack(json.dumps(self.message(path)).encode())
        if kind == "noise":
            return (*self._noise(path, body), kind)
        device, signer, where = self.writer.device, key_of(self.writer.device), f"/v1/{path}"
        if kind == "stranger":
            device, signer = random_id(), STRANGE_KEY
        elif kind == "forged":
            signer = STRANGE_KEY
        elif kind == "bytes":
            body = chance.choice((chance.randbytes(chance.randrange(200)), body[: chance.randrange(len(body))], b""))
        elif kind == "mutated text":
            plain = bytearray(signing.unpack(body))
            for _ in range(chance.randrange(1, 6)):
                plain[chance.randrange(len(plain))] = chance.choice(b'{}[]",:0\\\x00\xff')
            body = signing.pack(bytes(plain))
        elif kind == "mutated":
            tree = {**self.message(path)}
            for _ in range(chance.randrange(1, 4)):
                mutate(tree, chance)
            whole = tree if chance.random() < 0.9 else chance.choice(NASTY)
            body = signing.pack(json.dumps(whole).encode("utf-8", "surrogatepass"))
        self.counter += 1
        nonce = secrets.token_hex(16)
        said = signing.request_bytes("POST", where, device, self.counter, nonce, body)
        headers = {
            signing.DEVICE: device,
            signing.COUNTER: str(self.counter),
            signing.NONCE: nonce,
            signing.SIGNATURE: signing.to_text(signer.sign(said)),
        }
        return "POST", where, [(name.lower().encode(), value.encode()) for name, value in headers.items()], body, kind

    def _noise(self, path: str, body: bytes) -> tuple[str, str, list[tuple[bytes, bytes]], bytes]:
        chance = self.chance
        method = chance.choice(("GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "x", ""))
        where = chance.choice(
            (f"/v1/{path}", f"/v1/{path}/", f"/v1//{path}", "/", "", "/v1/health", "/v1/authority", "/../etc/passwd",
             "/v1/" + "a" * 3000, "/v1/\x00", "/v1/%00", f"/V1/{path}", "/v1/schema/openapi.json", "*", "/é")
        )  # fmt: skip
        names = (signing.DEVICE, signing.COUNTER, signing.NONCE, signing.SIGNATURE, signing.KNOWS, "Content-Length")
        headers = [
            (
                chance.choice(names).lower().encode(),
                chance.choice((b"", b"0", b"-1", b"\xff", b"a" * 32, b"9" * 400, chance.randbytes(20))),
            )
            for _ in range(chance.randrange(8))
        ]
        return method, where, headers, chance.choice((b"", body, chance.randbytes(50)))


class _Bugs(logging.Handler):
    """What the server says of its own bugs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if "bug:" in (text := record.getMessage()):
            self.told.add(text)


async def _ask(application: Application, method: str, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
    told: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": b"",
        "root_path": "",
        "scheme": "https",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 443),
        "state": {},
    }
    await application(scope, receive, send)
    return told[0]["status"], b"".join(one.get("body", b"") for one in told[1:])


def run(count: int, seed: int = 0, off: str = "") -> Proved:
    """So many requests."""
    with _quiet() as bugs, ground() as made, without.limits({}), without.off(off):
        org = random_id()
        made.run(org, ALL, lambda c: administration.new_organisation(c, "Force", org))
        unit = made.run(org, ALL, lambda c: administration.new_unit(c, org, "Unit"))
        door = Door(made, made.signer)
        exchange = Exchange(made, made.signer, door, trial=True)
        application = app.make(exchange, door, made.signer, lambda: b"", openapi=False)
        laptops = [Laptop(made, org, unit, seed * AT_ONCE + n) for n in range(AT_ONCE)]
        try:
            found = asyncio.run(_all(application, laptops, count))
        finally:
            exchange.close()
        found[1].extend(sorted(bugs.told))
    return Proved(*found)


async def _all(application: Application, laptops: list[Laptop], count: int) -> tuple[str, list[str]]:
    faults: list[str] = []
    kinds: Counter[str] = Counter()
    right: Counter[int] = Counter()
    took: list[float] = []
    for laptop in laptops:
        for path, message in (("enrol", laptop.enrolment()), ("push", None)):
            status, answer = await _right(application, laptop, path, message)
            if status != 200:
                return "0 requests", [f"a right {path} was answered {status}: {answer!r}"]

    async def go(laptop: Laptop, many: int) -> None:
        for _ in range(many):
            method, path, headers, body, kind = laptop.request()
            begun = time.perf_counter()
            try:
                status, _ = await _ask(application, method, path, headers, body)
            except Exception as error:  # noqa: BLE001 - whatever it is, the server stumbled
                faults.append(f"{kind}: {method} {path[:40]}: {type(error).__name__} {error}"[:200])
                continue
            took.append(time.perf_counter() - begun)
            kinds[kind] += 1
            right[status] += kind == "right"
            if status not in ANSWERS:
                faults.append(f"{kind}: {method} {path[:40]} was answered {status}")

    share = count // len(laptops)
    early = int(share * WARM)
    await asyncio.gather(*(go(laptop, early) for laptop in laptops))
    before = _memory()
    await asyncio.gather(*(go(laptop, share - early) for laptop in laptops))
    grown = _memory() - before
    if grown > MOST_MEMORY:
        faults.append(f"the process grew by {grown >> 20} MiB")
    if not right[200]:
        faults.append("nothing that was right was answered")
    took.sort()
    figure = (
        f"{sum(kinds.values()):,} requests of {len(kinds)} kinds, {right[200]:,} right ones served, 99.9 of 100 within"
        f" {took[int(len(took) * 0.999)] * 1000:.0f} ms, {max(0, grown) >> 10:,} KiB grown: {len(faults)} stumbled"
    )
    return figure, faults


async def _right(application: Application, laptop: Laptop, path: str, message: Any) -> tuple[int, bytes]:
    """Something that has to be answered: an enrolment, or a case that is sent."""
    if message is None:
        case = random_id()
        made = laptop.writer.write(notebook.create(case, "case", {"reference": "A"}), case=case)
        laptop.cases.append(made.case)
        signed = laptop.writer.entries[-1]
        sent = messages.SentEntry(entry=msgspec.Raw(signed.body), signature=signing.to_text(signed.signature))
        packed = signing.pack(messages.encode(messages.Push(protocol=limits.PROTOCOL, epoch="", entries=[sent])))
    else:
        packed = signing.pack(json.dumps(message).encode())
    laptop.counter += 1
    nonce = secrets.token_hex(16)
    said = signing.request_bytes("POST", f"/v1/{path}", laptop.writer.device, laptop.counter, nonce, packed)
    signature = signing.to_text(key_of(laptop.writer.device).sign(said))
    headers = {
        signing.DEVICE: laptop.writer.device,
        signing.COUNTER: str(laptop.counter),
        signing.NONCE: nonce,
        signing.SIGNATURE: signature,
    }
    told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    status, body = await _ask(application, "POST", f"/v1/{path}", told, packed)
    return status, signing.unpack(body)[:200]


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@contextlib.contextmanager
def _quiet() -> Iterator[_Bugs]:
    bugs = _Bugs()
    LOG.addHandler(bugs)
    level, further = LOG.level, LOG.propagate
    LOG.setLevel(logging.ERROR)
    LOG.propagate = False
    try:
        yield bugs
    finally:
        LOG.removeHandler(bugs)
        LOG.setLevel(level)
        LOG.propagate = further


def gate() -> Proved:
    """A tenth."""
    return run(100_000)


def deep() -> Proved:
    """A million."""
    return run(1_000_000)


def control() -> Proved:
    """A server that takes whatever is signed for a message."""
    return run(4000, off="what is no message is refused")
