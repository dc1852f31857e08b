"""Forces and laptops for tests of the server: they speak its language over TLS, and may be made to speak it badly."""

from __future__ import annotations

import http.client
import itertools
import secrets
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.notebook import entry as notebook
from app.notebook.entry import Change, SignedEntry
from app.notebook.ids import random_id
from sync.server import administration, authority, enrol
from sync.server.config import Config, read
from sync.server.database import ALL, Connection, Database
from sync.wire import limits, messages, signing
from sync.wire.messages import Message, Refusal
from tests.notebook.writers import Writer, key_of

T = TypeVar("T")
Reply = TypeVar("Reply", bound=Message)

_ADDRESS = itertools.count(2)


class RefusedError(Exception):
    """The server's refusal, whose signature held."""

    def __init__(self, status: int, refusal: Refusal) -> None:
        super().__init__(f"{status} {refusal.code}")
        self.status, self.refusal, self.code = status, refusal, refusal.code


class Force:
    """An organisation of its own on the running server, and the administrator's hand in it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.config: Config = read({}, folder / "server.toml")
        self.database = Database(self.config.database, 3)
        self.database.open()
        self.org = random_id()
        self.name = f"Force {self.org[:8]}"
        self.do(lambda c, org: administration.new_organisation(c, self.name, org))
        self.unit = self.do(lambda c, org: administration.new_unit(c, org, "Unit"))
        self.server_key = signing.to_text(
            authority.signing_key(self.config.signing_key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        )

    def do(self, work: Callable[[Connection, str], T], device: str = ALL) -> T:
        """Work in one transaction of this organisation, through row-level security as the server's own."""
        return self.database.run(self.org, device, lambda connection: work(connection, self.org))

    def owner(self) -> psycopg.Connection[Any]:
        """A connection past every wall: somebody behind the server's back."""
        return psycopg.connect(self.config.owner_database, autocommit=True)

    def officer(self, role: str = "officer", unit: str = "", name: str = "") -> str:
        """A new officer; returns the id."""
        name = name or f"Officer {secrets.token_hex(4)}"
        return self.do(lambda c, org: administration.new_officer(c, org, name, role, unit or self.unit))

    def secret(self, officer: str, minutes: int = 60) -> bytes:
        """The secret of a new enrolment code."""
        now = datetime.now(UTC)
        return self.do(lambda c, org: enrol.make_code(c, org, officer, now, minutes))

    def laptop(self, role: str = "officer", unit: str = "", officer: str = "") -> Laptop:
        """An enrolled laptop, of a new officer where none is named."""
        officer = officer or self.officer(role, unit)
        made = Laptop(self, officer)
        made.enrol(self.secret(officer))
        return made

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """What a query finds, past every wall."""
        with self.owner() as connection:
            return connection.execute(query.encode(), arguments or None).fetchall()

    def close(self) -> None:
        """Let go of the connections."""
        self.database.close()


class Laptop:
    """A device with its own notebook, over a connection of its own, from an address of its own."""

    def __init__(self, force: Force, officer: str, device: str = "") -> None:
        self.force, self.officer = force, officer
        self.writer = Writer(device or random_id())
        self.counter, self.pushed, self.cursor = 0, 0, 0
        self.epoch, self.laptop = "", random_id()
        self.entries: list[messages.PulledEntry] = []
        self.notices: list[messages.Notice] = []
        self.digests: dict[str, str] = {}
        self.charges: list[messages.Charge] = []
        # Everything in 127.0.0.0/8 is loopback: what one test gets wrong does not slow the others.
        self._address = f"127.0.{next(_ADDRESS) % 250}.{secrets.randbelow(250) + 1}"
        self._connection: http.client.HTTPSConnection | None = None

    @property
    def device(self) -> str:
        return self.writer.device

    @property
    def author(self) -> str:
        return f"Officer {self.device}"

    # -- speaking

    def ask(self, path: str, message: Message, reply: type[Reply], **wrong: Any) -> Reply:
        """A signed question; the answer's signature is checked. Raises RefusedError. `wrong`: as in `headers`."""
        status, headers, body = self.send(path, signing.pack(messages.encode(message)), **wrong)
        return self.believed(status, headers, body, reply)

    def believed(self, status: int, headers: dict[str, str], body: bytes, reply: type[Reply]) -> Reply:
        said = signing.answer_bytes(headers["asked-nonce"], status, body)
        assert signing.holds(headers["holdfast-signature"], said, signing.from_text(self.force.server_key))
        plain = signing.unpack(body)
        if status != 200:
            raise RefusedError(status, msgspec.json.decode(plain, type=Refusal))
        return msgspec.json.decode(plain, type=reply)

    def send(self, path: str, packed: bytes, **wrong: Any) -> tuple[int, dict[str, str], bytes]:
        """Send bytes; returns status, headers and body as they came."""
        headers = self.headers(path, packed, **wrong)
        answer = self.raw("POST", path, packed, headers)
        answer[1]["asked-nonce"] = headers.get(signing.NONCE, "")
        return answer

    def headers(self, path: str, packed: bytes, **wrong: Any) -> dict[str, str]:
        """The headers of a request. `wrong`: counter, nonce, device, signer, method, signed_path or signed (a body)."""
        self.counter += 1
        counter, nonce = wrong.get("counter", self.counter), wrong.get("nonce", secrets.token_hex(16))
        device = wrong.get("device", self.device)
        said = signing.request_bytes(
            wrong.get("method", "POST"),
            wrong.get("signed_path", path),
            device,
            counter,
            nonce,
            wrong.get("signed", packed),
        )
        return {
            signing.DEVICE: device,
            signing.COUNTER: str(counter),
            signing.NONCE: nonce,
            signing.SIGNATURE: signing.to_text(wrong.get("signer", key_of(self.device)).sign(said)),
            "Content-Type": "application/json+zstd",
        }

    def raw(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Whatever the server makes of these bytes."""
        if self._connection is None:
            self._connection = self.connect()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        except (http.client.HTTPException, OSError):
            self.close()
            raise

    def connect(self) -> http.client.HTTPSConnection:
        """A connection that trusts the trial's authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(str(self.force.config.authority))
        made = http.client.HTTPSConnection(
            "127.0.0.1", self.force.port, timeout=90, context=context, source_address=(self._address, 0)
        )
        made.connect()
        return made

    def keep(self, connection: http.client.HTTPSConnection) -> None:
        """Hold a connection open until this laptop is closed."""
        self.close()
        self._connection = connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        self.close()

    # -- what a laptop does

    def enrol(self, secret: bytes, **other: Any) -> messages.Enrolled:
        wish = {
            "protocol": limits.PROTOCOL,
            "secret": secret.hex(),
            "device": self.device,
            "laptop": self.laptop,
            "key": signing.to_text(self.writer.public.public_bytes(Encoding.Raw, PublicFormat.Raw)),
            "author": self.author,
            "program": "test",
            "trial": True,
        }
        answer = self.ask("/v1/enrol", messages.Enrol(**{**wish, **other}), messages.Enrolled)
        self.epoch = answer.epoch
        return answer

    def new_case(self, reference: str = "A", case: str = "", **fields: Any) -> str:
        """A new case in this laptop's notebook; returns its id."""
        case = case or random_id()
        self.writer.write(notebook.create(case, "case", {"reference": reference, **fields}), case=case)
        return case

    def write(self, case: str, *changes: Change) -> None:
        """An entry on a case."""
        self.writer.write(*changes, case=case)

    def set(self, case: str, name: str, value: Any, record: str = "") -> None:
        """Set a field of the case's own record, or of another one."""
        self.writer.put(name, value, record=record or case, case=case)

    def push(self, *entries: SignedEntry, **wrong: Any) -> messages.Pushed:
        """Push these entries, or what has not been pushed yet."""
        sent = entries or self.writer.entries[self.pushed :]
        answer = self.ask("/v1/push", self.push_message(*sent), messages.Pushed, **wrong)
        if not entries:
            self.pushed = len(self.writer.entries)
        return answer

    def push_message(self, *entries: SignedEntry) -> messages.Push:
        return messages.Push(
            protocol=limits.PROTOCOL,
            epoch=self.epoch,
            entries=[
                messages.SentEntry(entry=msgspec.Raw(one.body), signature=signing.to_text(one.signature))
                for one in entries
            ],
        )

    def pull_page(self, limit: int = 0, cursor: int | None = None, **other: Any) -> messages.Pulled:
        told = {
            "protocol": limits.PROTOCOL,
            "epoch": self.epoch,
            "cursor": self.cursor if cursor is None else cursor,
            "head": messages.Head(last=self.writer.number, hash=self.writer.previous),
            "limit": limit,
        }
        return self.ask("/v1/pull", messages.Pull(**{**told, **other}), messages.Pulled)

    def pull(self, limit: int = 0) -> list[messages.PulledEntry]:
        """Pull until nothing more waits, keep what came, and take the entries into this laptop's replica."""
        came: list[messages.PulledEntry] = []
        while True:
            page = self.pull_page(limit)
            came += page.entries
            self.notices += page.notices
            self.digests |= page.digests
            self.charges += page.charges
            self.cursor = page.cursor
            if not page.more:
                break
        self.entries += came
        self.writer.read(*(notebook.read(bytes(one.entry)) for one in came))
        return came

    def snapshots(self, *cases: str, after: str = "", limit: int = 0) -> messages.Snapshots:
        wish = messages.WantSnapshots(
            protocol=limits.PROTOCOL, epoch=self.epoch, cases=list(cases), after=after, limit=limit
        )
        return self.ask("/v1/snapshots", wish, messages.Snapshots)

    def history(self, case: str, after: int = 0) -> messages.History:
        wish = messages.WantHistory(protocol=limits.PROTOCOL, epoch=self.epoch, case=case, after=after)
        return self.ask("/v1/history", wish, messages.History)

    def cases(self) -> set[str]:
        """The cases of which anything has come."""
        return {notebook.read(bytes(one.entry)).case for one in self.entries}
