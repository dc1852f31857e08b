"""One question to the server: signed with the device's key, the answer believed only with the server's signature."""

from __future__ import annotations

import secrets
from typing import TypeVar

import msgspec

from app.problems import Problem
from app.store.identity import Identity
from app.store.store import Store
from sync.client.transport import Answer, Transport
from sync.wire import limits, signing
from sync.wire.messages import Message, Push, Pushed, Refusal, Signed, encode

COUNTER = "request counter"
RESERVED = 200
"""So many numbers are kept as used at once, so that not every request has to write to the vault."""

Reply = TypeVar("Reply", bound=Message)


class RefusedByServer(Exception):
    """The server did not answer the question; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Asking:
    """Questions of one device to one server, one after the other. `heard`: the server answered."""

    def __init__(self, store: Store, server_key: bytes, transport: Transport, before: Identity | None = None) -> None:
        """`before`: a device that this vault was earlier asks, and not the one that it is."""
        self._store, self._server_key, self._transport, self._before = store, server_key, transport, before
        self._counter = self._reserved = int(store.recall(COUNTER) or 0)
        self.bytes_sent = self.bytes_received = 0
        self.heard = False

    def ask(self, path: str, message: Message, reply: type[Reply]) -> Reply:
        """The answer to a question.

        Raises RefusedByServer; Problem sync.unreachable, sync.not_the_server, sync.not_understood.
        """
        try:
            return self._ask(path, message, reply)
        except RefusedByServer as refused:
            if refused.refusal.code != "counter" or refused.refusal.last < self._counter:
                raise
            # The vault was put back, or its last number never reached the disk: go on above what the server saw.
            self._counter = refused.refusal.last
            return self._ask(path, message, reply)

    def is_known(self) -> bool:
        """Whether the server knows the device that asks, in service or not. Raises as `ask` does."""
        try:
            self.ask("/v1/push", Push(protocol=limits.PROTOCOL, epoch="", entries=[]), Pushed)
        except RefusedByServer as refused:
            if refused.refusal.code == "not_enrolled":
                return False
            raise
        return True

    def introduce(self, path: str, message: Message, reply: type[Reply]) -> Reply:
        """As `ask`, before the server's key is known: the pinned authority alone vouches for the answer."""
        return self._ask(path, message, reply, known=False)

    def _ask(self, path: str, message: Message, reply: type[Reply], known: bool = True) -> Reply:
        body = signing.pack(encode(message), thorough=True)
        nonce, counter = secrets.token_hex(16), self._next()
        device = self._before.device if self._before else self._store.device
        sign = self._before.signer.sign if self._before else self._store.sign
        signature = sign(signing.request_bytes("POST", path, device, counter, nonce, body))
        headers = {
            signing.DEVICE: device,
            signing.COUNTER: str(counter),
            signing.NONCE: nonce,
            signing.SIGNATURE: signing.to_text(signature),
            signing.KNOWS: signing.key_name(self._server_key) if known else signing.NEWEST,
            "Content-Type": "application/json+zstd",
        }
        answer = self._transport.ask("POST", path, headers, body)
        self.bytes_sent += len(body)
        self.bytes_received += len(answer.body)
        return self._believed(answer, nonce, reply, known)

    def _believed(self, answer: Answer, nonce: str, reply: type[Reply], known: bool) -> Reply:
        signature = answer.headers.get(signing.SIGNATURE.lower(), "")
        if known and not signing.holds(
            signature, signing.answer_bytes(nonce, answer.status, answer.body), self._server_key
        ):
            # A proxy of the building, a server that is just starting, or somebody in between: nothing is believed.
            raise Problem("sync.not_the_server" if answer.status == 200 else "sync.unreachable")
        self.heard = True
        try:
            body = signing.unpack(answer.body)
            if answer.status != 200:
                raise RefusedByServer(msgspec.json.decode(body, type=Refusal))
            return msgspec.json.decode(body, type=reply)
        except (ValueError, msgspec.DecodeError) as error:
            raise Problem("sync.not_understood", what=reply.__name__) from error

    def believe(self, server_key: bytes) -> None:
        """Believe what bears this key's signature from now on, and nothing else."""
        self._server_key = server_key

    def holds(self, signed: Signed) -> bool:
        """Whether a statement is the server's."""
        return signing.holds(signed.signature, signing.statement_bytes(bytes(signed.body)), self._server_key)

    def _next(self) -> int:
        self._counter += 1
        if self._counter >= self._reserved:
            self._reserved = self._counter + RESERVED
            self._store.remember(COUNTER, str(self._reserved))
        return self._counter
