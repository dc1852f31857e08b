"""Signed requests in, signed answers out: around every message, before anything of a stranger's is unpacked.

Nothing of a request reaches a log but its path, its status, its length and how long it took.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from app.logs import place_of
from sync.server.database import Busy
from sync.server.door import Door, Refused
from sync.server.figures import Figures
from sync.server.statements import KNOWS, Signer
from sync.wire import limits, messages, signing

LOG = logging.getLogger("holdfast.server")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_NONCE = re.compile(r"[0-9a-f]{32}")
PACKED = b"application/json+zstd"
UNSIGNED = frozenset({"/v1/enrol", "/v1/wiped"})
"""Paths whose work looks itself at who asks: the device is not known yet, or its key is no more."""
OPEN_PATHS = frozenset({"/v1/authority", "/v1/health"})
COUNTED = OPEN_PATHS | {
    f"/v1/{name}"
    for name in ("enrol", "push", "pull", "snapshots", "history", "proof", "lease", "packs", "identity", "wiped")
}
"""Paths that are counted under their name; whatever else is asked for is counted as one."""


class SignedExchange:
    """Wraps the application: what gets through is a request of a known device, unpacked; what goes out is signed."""

    def __init__(self, inner: Application, door: Door, signer: Signer, figures: Figures) -> None:
        self._inner, self._door, self._signer, self._figures = inner, door, signer, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun, path = time.monotonic(), scope["path"]
        nonce = _header(scope, signing.NONCE)
        nonce = nonce if _NONCE.fullmatch(nonce) else ""
        KNOWS.set(_header(scope, signing.KNOWS))
        with self._figures.running.track_inprogress():
            try:
                status, kind, body = await asyncio.wait_for(self._answer(scope, receive, nonce), limits.REQUEST_S)
            except Refused as refused:
                status, kind, body = _refusal(refused.status, refused.refusal)
            except Busy:
                status, kind, body = _refusal(503, messages.Refusal(code="busy", retry_s=5))
            except TimeoutError:
                status, kind, body = _refusal(408, messages.Refusal(code="too_slow"))
        self._note(scope, path, status, body, kind, time.monotonic() - begun)
        await self._send(send, status, kind, nonce, body)

    def _note(self, scope: Scope, path: str, status: int, body: bytes, kind: bytes, seconds: float) -> None:
        """One line for the log, and the figures. Of a refusal its reason is counted, and no more is known of it."""
        method, shown = _line(scope, path)
        LOG.info("%s %s %d in %d ms, %d bytes", method, shown, status, seconds * 1000, len(body))
        figures, counted = self._figures, path if path in COUNTED else "other"
        figures.requests.labels(counted, status).inc()
        figures.seconds.labels(counted).observe(seconds)
        figures.bytes.labels(counted, "out").inc(len(body))
        if status >= 400 and kind == PACKED:
            figures.refusals.labels(counted, _code(body)).inc()

    async def _answer(self, scope: Scope, receive: Receive, nonce: str) -> tuple[int, bytes, bytes]:
        if scope["method"] not in ("GET", "POST"):
            raise Refused(405, "not_found")
        if scope["method"] == "GET":
            return await self._through(scope, b"", packs=False)
        packed = await _whole(receive)
        self._figures.bytes.labels(scope["path"] if scope["path"] in COUNTED else "other", "in").inc(len(packed))
        if not nonce:
            raise Refused(400, "malformed")
        asked = Asked(scope, nonce, packed)
        if scope["path"] in UNSIGNED:
            scope["state"] = {**scope.get("state", {}), "asked": asked}
        else:
            caller = await asyncio.to_thread(self._door.admit, asked)
            scope["state"] = {**scope.get("state", {}), "caller": caller}
        return await self._through(scope, unpacked(packed), packs=True)

    async def _through(self, scope: Scope, body: bytes, packs: bool) -> tuple[int, bytes, bytes]:
        """The application's answer to an unpacked body."""
        told: dict[str, Any] = {"status": 500, "kind": b"", "body": bytearray()}
        pending: deque[dict[str, Any]] = deque([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            return pending.popleft() if pending else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["kind"] = dict(message["headers"]).get(b"content-type", b"")
            else:
                told["body"] += message.get("body", b"")

        scope = {**scope, "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]}
        await self._inner(scope, receive, send)
        if not packs and (told["status"] < 400 or scope["path"] in OPEN_PATHS):
            return told["status"], told["kind"], bytes(told["body"])
        return told["status"], PACKED, await asyncio.to_thread(signing.pack, bytes(told["body"]))

    async def _send(self, send: Send, status: int, kind: bytes, nonce: str, body: bytes) -> None:
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
        if nonce:
            headers.append((signing.SIGNATURE.lower().encode(), self._signer.answer(nonce, status, body).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Asked:
    """A request as it arrived, with the headers that the signature is about."""

    def __init__(self, scope: Scope, nonce: str, packed: bytes) -> None:
        self.method, self.path, self.nonce, self.packed = scope["method"], scope["path"], nonce, packed
        self.device = _header(scope, signing.DEVICE)
        self.signature = _header(scope, signing.SIGNATURE)
        counter = _header(scope, signing.COUNTER)
        self.counter = int(counter) if re.fullmatch(r"[0-9]{1,18}", counter) else 0
        self.address = (scope.get("client") or ("", 0))[0]

    def is_signed_with(self, key: bytes) -> bool:
        """Whether the signature is that of this public key."""
        said = signing.request_bytes(self.method, self.path, self.device, self.counter, self.nonce, self.packed)
        return signing.holds(self.signature, said, key)


def unpacked(packed: bytes) -> bytes:
    """The body of a request whose signature holds. Raises Refused."""
    try:
        return signing.unpack(packed)
    except signing.TooLarge as error:
        raise Refused(413, "too_large") from error
    except ValueError as error:
        raise Refused(400, "malformed") from error


def _refusal(status: int, refusal: messages.Refusal) -> tuple[int, bytes, bytes]:
    return status, PACKED, signing.pack(messages.encode(refusal))


def _code(packed: bytes) -> str:
    return msgspec.json.decode(signing.unpack(packed), type=messages.Refusal).code


def _line(scope: Scope, path: str) -> tuple[str, str]:
    """Method and path for the log: only those that are ours, for others may say anything."""
    known = path.startswith("/v1/") and path.isascii() and path.replace("/", "").isalnum() and len(path) < 40
    return (scope["method"] if scope["method"] in ("GET", "POST") else "other", path if known else "other")


def _header(scope: Scope, name: str) -> str:
    wanted = name.lower().encode()
    found = [value for key, value in scope["headers"] if key == wanted]
    return str(found[0].decode("latin-1")) if len(found) == 1 else ""


async def _whole(receive: Receive) -> bytes:
    """The body, no longer than allowed. Raises Refused."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "malformed")
        body += message.get("body", b"")
        if len(body) > limits.BODY:
            raise Refused(413, "too_large")
        if not message.get("more_body"):
            return bytes(body)


def report(error: BaseException) -> None:
    """Log a bug by its kind and place, never by its words."""
    LOG.error("bug: %s", place_of(error))
