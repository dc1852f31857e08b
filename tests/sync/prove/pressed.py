"""Somebody presses the server: silent connections, slow heads, slow bodies, bombs. Others keep being served."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from sync.wire import signing
from tests.sync.laptops import Laptop
from tests.sync.prove.processes import Server, server
from tests.sync.prove.rest import Found

PLACES = 60
LIMITS = {"HEAD_S": 2, "REQUEST_S": 3}
"""So short that a proof may wait for them."""
MOST_MEMORY = 200 << 20
"""Bytes by which what is refused may make the server grow."""


def run(times: int, off: str = "") -> Found:
    """Press the server in every way so many times."""
    found = Found()
    with server(off=off, limits=LIMITS, connections=PLACES) as made:
        one, other = made.force.laptop(), made.force.laptop()
        case = one.new_case()
        one.push()
        grown = memory(made)
        for _ in range(times):
            for what, press in CROWDS.items():
                with contextlib.ExitStack() as crowd:
                    for _ in range(2 * PLACES):
                        with contextlib.suppress(OSError):
                            press(made, crowd)
                            found.count(what)
                    _served(one, other, case, found, what)
                if off and found.faults:
                    return found
            for what, bomb in bombs().items():
                found.count("bombs")
                with contextlib.suppress(OSError):
                    # It may hang up before it has heard all of it.
                    status = one.send("/v1/push", bomb)[0]
                    if status not in (400, 413):
                        found.faults.append(f"{what}: answered {status}")
                _served(one, other, case, found, what)
            for what, told in _waited_for(made):
                found.count("waits for the end of something")
                if not told:
                    found.faults.append(f"{what} is listened to for ever")
        found.grown = grown = memory(made) - grown
        if grown > MOST_MEMORY:
            found.faults.append(f"the server grew by {grown >> 20} MiB")
        found.faults += sorted({line.split("bug:")[1] for line in made.log.read_text().splitlines() if "bug:" in line})
        one.close()
        other.close()
    return found


def _served(one: Laptop, other: Laptop, case: str, found: Found, while_: str) -> None:
    """A laptop that is connected, and one that comes now, are answered in between."""
    other.close()
    for laptop in (one, other):
        try:
            laptop.set(case, "reference", while_)
            answer = laptop.push()
            held = [o.outcome for o in answer.outcomes] == ["accepted"] and bool(laptop.pull_page().server_time)
        except Exception as error:  # noqa: BLE001 - whatever it is: this laptop was not served
            laptop.writer.entries.pop()
            held = False
            found.faults.append(f"beside {while_}: {type(error).__name__} {error}"[:200])
            return
        found.count("requests of others")
        if not held:
            found.faults.append(f"beside {while_}: not taken")


# ---- Crowds ---------------------------------------------------------------------------------------------------------


def _connection(made: Server, crowd: contextlib.ExitStack) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(str(made.config.authority))
    plain = socket.create_connection(("127.0.0.1", made.port), 20)
    return crowd.enter_context(context.wrap_socket(plain, server_hostname="127.0.0.1"))


def _unsaid(made: Server, crowd: contextlib.ExitStack) -> None:
    crowd.enter_context(socket.create_connection(("127.0.0.1", made.port), 20))


def _silent(made: Server, crowd: contextlib.ExitStack) -> None:
    _connection(made, crowd)


def _half_a_head(made: Server, crowd: contextlib.ExitStack) -> None:
    _connection(made, crowd).sendall(b"POST /v1/push HTTP/1.1\r\nHost: x\r\nHoldfast-")


def _idle(made: Server, crowd: contextlib.ExitStack) -> None:
    connection = _connection(made, crowd)
    connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
    connection.recv(1)


def _half_a_body(made: Server, crowd: contextlib.ExitStack) -> None:
    head = b"POST /v1/push HTTP/1.1\r\nHost: x\r\nHoldfast-Nonce: " + b"0" * 32 + b"\r\nContent-Length: 900000\r\n\r\n"
    _connection(made, crowd).sendall(head + b"x")


CROWDS: dict[str, Callable[[Server, contextlib.ExitStack], None]] = {
    "connections without a word of TLS": _unsaid,
    "silent connections": _silent,
    "half heads": _half_a_head,
    "idle connections": _idle,
    "half bodies": _half_a_body,
}


def _waited_for(made: Server) -> Iterator[tuple[str, bool]]:
    """Whether the server ends what is never finished."""
    with contextlib.ExitStack() as crowd:
        kept: list[ssl.SSLSocket] = []
        crowd.callback(kept.clear)
        for press in (_silent, _half_a_head, _half_a_body):
            press(made, _Keeping(crowd, kept))
        for what, connection in zip(("silence", "half a head", "half a body"), kept, strict=True):
            connection.settimeout(20)
            try:
                told = connection.recv(4096)
                yield what, not told or told.startswith(b"HTTP/1.1 408")
            except TimeoutError:
                yield what, False
            except OSError:
                yield what, True


class _Keeping(contextlib.ExitStack):
    """Hands on what it is given, and keeps it at hand."""

    def __init__(self, crowd: contextlib.ExitStack, kept: list[ssl.SSLSocket]) -> None:
        super().__init__()
        self._crowd, self._kept = crowd, kept

    def enter_context(self, made: ssl.SSLSocket) -> ssl.SSLSocket:  # type: ignore[override]
        self._kept.append(made)
        return self._crowd.enter_context(made)


# ---- Bombs ----------------------------------------------------------------------------------------------------------


def bombs() -> dict[str, bytes]:
    """Bodies that are small on the way and large, deep or wide when they are opened."""
    push, end = b'{"protocol":1,"epoch":"","entries":[{"entry":', b',"signature":""}]}'
    return {
        "a bomb of zstd that tells its size": signing.pack(bytes(100 << 20)),
        "a bomb of zstd that does not": _untold(bytes(1 << 20), 100),
        "a bomb of zstd with a great window": _window(),
        "a bomb of gzip": gzip.compress(bytes(100 << 20)),
        "a bomb in a bomb": signing.pack(signing.pack(bytes(100 << 20))),
        "many frames": signing.pack(bytes(1 << 16)) * 500,
        "arrays in arrays": _small(push + b"[" * 200_000 + b"]" * 200_000 + end),
        "objects in objects": _small(push + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + end),
        "open brackets": _small(b"[" * 500_000),
        "a long number": _small(push + b"9" * 400_000 + end),
        "a long exponent": _small(b'{"protocol":1e400000,"epoch":"","entries":[]}'),
        "many small entries": _small(b'{"protocol":1,"epoch":"","entries":[' + b'{"entry":1,"signature":""},' * 20_000),
    }


def _small(body: bytes) -> bytes:
    """Packed as agreed, but never more than the agreed ratio: it is to be opened."""
    spread = json.dumps([str(n) for n in range(len(body) // 60)]).encode()
    return signing.pack(body + b" " + spread)


def _untold(piece: bytes, pieces: int) -> bytes:
    packer = zstandard.ZstdCompressor(level=3, write_content_size=False).compressobj()
    return b"".join(packer.compress(piece) for _ in range(pieces)) + packer.flush()


def _window() -> bytes:
    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()


def memory(made: Server) -> int:
    """The most that the server's process has held, in bytes."""
    assert made.process is not None
    told = Path(f"/proc/{made.process.pid}/status").read_text()
    return int(told.split("VmHWM:")[1].split()[0]) << 10
