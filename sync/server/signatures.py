"""Whether the entries of a push bear their device's signature: looked at beside the work of the database.

libsodium lets go of the interpreter while it computes, so these threads use a core that would stand idle. They begin
when the caller waits for the database: beside Python's own work they would only get in its way.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from nacl.bindings import crypto_sign_BYTES, crypto_sign_open
from nacl.exceptions import BadSignatureError

from sync.server.judge import Sent
from sync.wire import signing

_SHAPE = re.compile(r"[A-Za-z0-9+/]{86}==")
_AT_ONCE = 32
_THREADS = ThreadPoolExecutor(os.cpu_count() or 1, "signatures")


class NotSigned(Exception):
    """An entry of the push is not signed by the device; what was done in the hope that all are must not count."""


class Signatures:
    """The signatures of one push."""

    def __init__(self, key: bytes, sent: Sequence[Sent]) -> None:
        self._key, self._sent = key, sent
        self._looking: list[Future[list[Sent]]] = []
        self._found: frozenset[Sent] | None = None

    def begin(self) -> None:
        """Have them looked at; the caller is about to wait for the database."""
        if not self._looking:
            parts = (self._sent[start : start + _AT_ONCE] for start in range(0, len(self._sent), _AT_ONCE))
            self._looking = [_THREADS.submit(_unsigned, self._key, part) for part in parts]

    def hoped(self, one: Sent) -> bool:
        """As if everything that could be a signature were one: good only until `require` was asked, in the same
        transaction."""
        return _SHAPE.fullmatch(one.signature) is not None

    def require(self) -> None:
        """Wait until all were looked at. Raises NotSigned where one does not hold."""
        if self._bad():
            raise NotSigned

    def good(self, one: Sent) -> bool:
        """Whether an entry bears this device's signature."""
        return one not in self._bad()

    def _bad(self) -> frozenset[Sent]:
        if self._found is None:
            self.begin()
            self._found = frozenset(one for some in self._looking for one in some.result())
        return self._found


def _unsigned(key: bytes, sent: Sequence[Sent]) -> list[Sent]:
    return [one for one in sent if not _holds(key, one)]


def _holds(key: bytes, one: Sent) -> bool:
    try:
        signature = signing.from_text(one.signature)
        # The library takes both in one piece: of another length, the signature would begin in the hash.
        if len(signature) != crypto_sign_BYTES:
            return False
        crypto_sign_open(signature + bytes.fromhex(one.hash), key)
    except (BadSignatureError, ValueError):
        return False
    return True
