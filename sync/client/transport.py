"""HTTPS to the one server, trusting the one authority that the enrolment code named. No retries: the round decides."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.problems import Problem
from sync.wire import limits

if TYPE_CHECKING:
    import httpx2

CONNECT_S = 10.0
_NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which Python has no name."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, the headers with names in lower case, and the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """A way to the server. Raises Problem sync.unreachable where nothing, or not all of an answer, came back."""

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request, one answer."""

    def close(self) -> None:
        """Let the connection go."""


Open = Callable[[str, int, str, datetime | None], Transport]
"""How a way to the server is opened: host, port, authority (PEM), and the latest time that the server is known to have
reached."""


class Https:
    """TLS 1.3 to a server whose certificate the given authority (PEM) signed; one connection, kept open.

    The laptop's own clock is not asked whether the certificate still holds: it may be years off. `attested`, which the
    server said itself, is; a certificate that had ended by then is refused before anything is sent.
    """

    def __init__(self, host: str, port: int, authority: str, attested: datetime | None = None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(cadata=authority)
        context.verify_flags |= _NO_CHECK_TIME
        context.sslsocket_class = _ended_by(attested)
        self._client = _client(host, port, context)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return _ask(self._client, method, path, headers, body)

    def close(self) -> None:
        self._client.close()


def _ended_by(attested: datetime | None) -> type[ssl.SSLSocket]:
    """A connection that is given up where the server's certificate had ended by a time."""

    class Dated(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            shown = self.getpeercert() or {}
            ends = ssl.cert_time_to_seconds(str(shown.get("notAfter")))
            if attested is not None and ends < attested.timestamp():
                raise ssl.SSLCertVerificationError("the certificate has ended")

    return Dated


def authority_of(host: str, port: int, pin: bytes) -> str:
    """The authority's certificate (PEM), asked of the server and compared with the pin in the code.

    Nothing secret travels on this first connection. Raises Problem sync.unreachable, enrol.not_the_server.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # The pin is what is believed here: whoever answers must show the very key that the code names.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = _client(host, port, context)
    try:
        answer = _ask(client, "GET", "/v1/authority", {}, b"")
    finally:
        client.close()
    try:
        pem = answer.body.decode("ascii")
        matches = answer.status == 200 and pin_of(pem) == pin
    except ValueError:
        matches = False
    if not matches:
        raise Problem("enrol.not_the_server")
    return pem


def authorities_in(pem: str) -> int:
    """How many certificates of authorities stand in a text (PEM); 0 where TLS could not use it."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        return 0
    return len(context.get_ca_certs(binary_form=True))


def pin_of(pem: str) -> bytes:
    """SHA-256 of the public key information of a certificate. Raises ValueError where it is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_pem_x509_certificate(pem.encode("ascii")).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def _client(host: str, port: int, context: ssl.SSLContext) -> httpx2.Client:
    import httpx2

    shown = f"[{host}]" if ":" in host else host
    return httpx2.Client(
        base_url=f"https://{shown}:{port}",
        verify=context,
        timeout=httpx2.Timeout(limits.REQUEST_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
    )


def _ask(client: httpx2.Client, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    import httpx2

    try:
        with client.stream(method, path, headers=dict(headers), content=body) as answer:
            received = bytearray()
            for piece in answer.iter_raw():
                received += piece
                if len(received) > limits.ANSWER:
                    raise Problem("sync.not_understood", what="size")
            told = answer.headers.get("content-length")
            if told is not None and int(told) != len(received):
                raise Problem("sync.unreachable")
            return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, bytes(received))
    except (httpx2.HTTPError, ssl.SSLError, OSError) as error:
        raise Problem("sync.unreachable") from error
