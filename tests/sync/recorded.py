"""What laptops of released versions sent, kept as they sent it: `python -m tests.sync.recorded` adds this version's.

Each folder of tests/sync/fixtures is one version; what is there is never written anew. The key in it is that of an
invented laptop.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.casework import casefile, cases, edit, practice, risk, undo
from app.casework.desk import Desk
from sync.client import enrolment
from sync.client.transport import Answer, Https
from sync.server import described
from sync.wire import signing
from tests.sync.laptops import Force
from tests.sync.police import Police, sync
from tests.sync.prove.processes import server

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = FIXTURES.parent.parent.parent


@dataclass(frozen=True)
class Recorded:
    """One laptop of one version: its device, key and author, its requests as they went out, and what stood on it."""

    version: str
    device: str
    key: Ed25519PrivateKey
    author: str
    requests: list[tuple[str, bytes]]
    standing: dict[str, Any]
    description: dict[str, Any]


def versions() -> list[str]:
    """The versions that are recorded."""
    return sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())


def read(version: str) -> Recorded:
    """What is recorded of a version."""
    told = json.loads(gzip.decompress((FIXTURES / version / "laptop.json.gz").read_bytes()))
    return Recorded(
        version,
        told["device"],
        Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["key"])),
        told["author"],
        [(path, base64.b64decode(body)) for path, body in told["requests"]],
        told["standing"],
        json.loads((FIXTURES / version / "openapi.json").read_text(encoding="utf-8")),
    )


def record(force: Force, place: Path, into: Path) -> None:
    """Let a laptop of this version work and send all of it, and keep what it sent."""
    police, sent = Police(force, place), []

    class Listening(Https):
        """The way to the server, with an ear on it."""

        def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
            sent.append((path, base64.b64encode(body).decode()))
            return super().ask(method, path, headers, body)

    try:
        desk = police.vault("Ines Sorrel")
        enrolment.enrol(
            desk.store,
            police.code(),
            laptop=desk.unlocked.laptop_id,
            author=desk.officer,
            clock=desk.clock,
            trial=True,
            reach=Listening,
        )
        sync(desk, reach=Listening)
        work(desk)
        for _ in range(2):
            sync(desk, reach=Listening)
        told = {
            "device": desk.store.device,
            "key": desk.store._secret("device_key").hex(),
            "author": desk.officer,
            "requests": sent,
            "standing": {case: desk.store.case(case).snapshot() for case in sorted(desk.store.cases())},
        }
    finally:
        police.close()
    into.mkdir(parents=True)
    (into / "laptop.json.gz").write_bytes(gzip.compress(json.dumps(told, sort_keys=True).encode(), 9, mtime=0))
    shown = json.dumps(json.loads(json.dumps(described.document())), indent=1, sort_keys=True)
    (into / "openapi.json").write_text(shown + "\n", encoding="utf-8")


def work(desk: Desk) -> None:
    """A little of everything that an officer writes: whole cases, fields, answers, a grade, what is taken back."""
    for file in practice.files():
        data = practice.moved(json.loads(file.read_bytes()), desk.clock.now())
        casefile.import_case(desk, json.dumps(data).encode(), casefile.references_of(desk))
    case = cases.new_case(desk, "NM-2026-0417")
    person, _ = edit.create(desk, case, "person", {"given_name": "Mira", "roles": ["victim"]})
    edit.set_field(desk, case, person, "given_name", "Mirela")
    edit.add(desk, case, person, "roles", "witness")
    edit.remove(desk, case, person, "roles", "witness")
    other, _ = edit.create(desk, case, "person", {"given_name": "Jon", "roles": ["suspect"]})
    edit.archive(desk, case, other, "entered twice")
    edit.restore(desk, case, other)
    assessment, _ = risk.start_assessment(desk, case)
    for factor, value in (("F01", "yes"), ("F02", "no"), ("F03", "unknown"), ("F06", "yes")):
        risk.answer(desk, case, assessment, factor, value=value)
    undo.take_back(desk, case)


def with_another_secret(packed: bytes, secret: str) -> bytes:
    """An enrolment as it was recorded, with the secret of a code that holds today."""
    return signing.pack(json.dumps({**json.loads(signing.unpack(packed)), "secret": secret}).encode())


def main() -> int:
    """Record this version, once."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if (FIXTURES / version).exists():
        print(f"{version} is recorded already; what is there stays as it is.")
        return 1
    with server() as made, tempfile.TemporaryDirectory() as place:
        record(made.force, Path(place), FIXTURES / version)
    print(f"Recorded {version} in {FIXTURES / version}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
