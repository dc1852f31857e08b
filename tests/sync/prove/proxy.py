"""What stands between laptops and a server: cuts answers after so many bytes, loses, delays, repeats, reorders.

`Cutter` passes bytes on unread. `Post` ends TLS as the server would, so that it knows one request from the next.
"""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHUNK = 1 << 16
LONGEST_S = 90


class Cut(Exception):
    """The connection ends here."""


class _Listening:
    """Accepts connections until it is closed, each in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = int(self._listening.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                made, _ = self._listening.accept()
                self._open.add(made)
                thread = threading.Thread(target=self._one, args=(made,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _one(self, made: socket.socket) -> None:
        with contextlib.suppress(OSError, Cut, ValueError):
            self.serve(made)
        self._open.discard(made)
        _end(made)

    def serve(self, made: socket.socket) -> None:
        """One connection of a laptop."""
        raise NotImplementedError

    def close(self) -> None:
        _end(self._listening)
        for one in list(self._open):
            _end(one)
        for thread in self._threads:
            thread.join()


class Cutter(_Listening):
    """Passes bytes on; of what the server says on a connection only so many."""

    def __init__(self, target: int) -> None:
        self.most = 1 << 62
        self.passed = 0
        super().__init__(target)

    def serve(self, made: socket.socket) -> None:
        self.passed, left = 0, self.most
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            up = threading.Thread(target=_pour, args=(made, server), daemon=True)
            up.start()
            while left > 0 and (some := server.recv(min(CHUNK, left))):
                made.sendall(some)
                self.passed += len(some)
                left -= len(some)
            _end(made)
            _end(server)
            up.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := source.recv(CHUNK):
            target.sendall(some)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


# ---- Requests -------------------------------------------------------------------------------------------------------


@dataclass
class Trap:
    """A place in a request of one device at which everything is held until `go_on`: then the connection is gone.

    `point`: asking (after a share of the request), asked (all of it is at the server), answering (after a share of the
    answer), told (all of it is at the laptop).
    """

    device: str
    paths: frozenset[str]
    point: str
    share: float
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def spring(self) -> None:
        self.reached.set()
        if not self.go_on.wait(LONGEST_S):
            raise Cut
        raise Cut

    def holds(self, request: Message, point: str) -> bool:
        return (
            self.point == point
            and not self.reached.is_set()
            and request.path in self.paths
            and request.device == self.device
        )


@dataclass(frozen=True)
class Faults:
    """How often, in a hundred, what goes wrong; and how long a delayed request is on its way."""

    lost: int = 0
    answer_lost: int = 0
    twice: int = 0
    late: int = 0
    delayed: int = 0
    delay_s: float = 2.0
    seed: int = 0


@dataclass(frozen=True)
class Message:
    """A whole request or answer as bytes."""

    head: bytes
    body: bytes

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    @property
    def device(self) -> str:
        return (_header(self.head, b"holdfast-device") or b"").decode()

    @property
    def whole(self) -> bytes:
        return self.head + self.body


class Post(_Listening):
    """Knows requests and answers: does to them what the faults say, and stops at a trap."""

    def __init__(self, target: int, folder: Path) -> None:
        self.trap: Trap | None = None
        self.faults = Faults()
        self.counted: dict[str, int] = {}
        self._chance, self._lock = random.Random(0), threading.Lock()
        self._late: list[Message] = []
        self._as_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._as_server.load_cert_chain(folder / "server.crt", folder / "server.key")
        self._as_client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._as_client.load_verify_locations(str(folder / "authority.crt"))
        super().__init__(target)

    def set(self, faults: Faults) -> None:
        """From now on this goes wrong; what is still on its way from before is gone."""
        with self._lock:
            self.faults, self._chance = faults, random.Random(faults.seed)
            self._late.clear()

    def serve(self, made: socket.socket) -> None:
        laptop = self._as_server.wrap_socket(made, server_side=True)
        self._open.add(laptop)
        server: ssl.SSLSocket | None = None
        try:
            while (request := _read(laptop)) is not None:
                self._before(request)
                server = server or self._connect()
                self._ask(server, request)
                answer = _read(server)
                if answer is None:
                    raise Cut
                if self._hits("twice", self.faults.twice):
                    self._aside(request)
                if self._hits("answer lost", self.faults.answer_lost):
                    raise Cut
                self._answer(laptop, request, answer)
        finally:
            self._open.discard(laptop)
            for one in (laptop, server):
                if one is not None:
                    _end(one)

    def _before(self, request: Message) -> None:
        """What may happen to a request on its way to the server."""
        if self._hits("delayed", self.faults.delayed):
            time.sleep(self.faults.delay_s)
        if self._hits("lost", self.faults.lost):
            raise Cut
        if self._hits("late", self.faults.late):
            # It arrives only after later ones, when its laptop has long given it up.
            with self._lock:
                self._late.append(request)
            raise Cut
        with self._lock:
            late, self._late = self._late, []
        for one in late:
            self._aside(one)

    def _aside(self, request: Message) -> None:
        """A request whose answer nobody hears."""
        server = self._connect()
        try:
            server.sendall(request.whole)
            _read(server)
        finally:
            _end(server)

    def _ask(self, server: ssl.SSLSocket, request: Message) -> None:
        trap = self.trap
        if trap is not None and trap.holds(request, "asking"):
            server.sendall(request.whole[: int(len(request.whole) * trap.share)])
            trap.spring()
        server.sendall(request.whole)
        if trap is not None and trap.holds(request, "asked"):
            trap.spring()

    def _answer(self, laptop: ssl.SSLSocket, request: Message, answer: Message) -> None:
        trap = self.trap
        if trap is not None and trap.holds(request, "answering"):
            laptop.sendall(answer.whole[: int(len(answer.whole) * trap.share)])
            trap.spring()
        laptop.sendall(answer.whole)
        if trap is not None and trap.holds(request, "told"):
            trap.spring()

    def _connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.target), LONGEST_S)
        return self._as_client.wrap_socket(plain, server_hostname="127.0.0.1")

    def _hits(self, what: str, percent: int) -> bool:
        with self._lock:
            hit = self._chance.random() * 100 < percent
            self.counted[what] = self.counted.get(what, 0) + hit
            return hit


def _read(source: ssl.SSLSocket) -> Message | None:
    """The next whole message; None where there is none any more."""
    known = bytearray()
    while (end := known.find(b"\r\n\r\n")) < 0:
        if not (some := source.recv(CHUNK)):
            return None
        known += some
    head = bytes(known[: end + 4])
    length = int(_header(head, b"content-length") or 0)
    body = known[end + 4 :]
    while len(body) < length:
        if not (some := source.recv(CHUNK)):
            return None
        body += some
    return Message(head, bytes(body))


def _header(head: bytes, name: bytes) -> bytes | None:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return None


@contextlib.contextmanager
def standing(made: Cutter | Post) -> Iterator[None]:
    """A proxy that is closed at the end."""
    try:
        yield
    finally:
        made.close()
