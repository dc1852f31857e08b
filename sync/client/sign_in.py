"""Signing in at the force's identity provider: in the system's browser, with an answer on a port of this laptop's own.

Authorisation code with PKCE (RFC 7636, 8252). What comes back is handed to the server, which looks at it; nothing of
it is kept, and neither address nor answer ever reaches a log.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from app.problems import Problem
from sync.wire import limits
from sync.wire.messages import SignInFirst

if TYPE_CHECKING:
    import httpx2

_PATH = "/holdfast"
_KNOWN = "/.well-known/openid-configuration"
_NETWORK_S = 15.0
_MOST_BYTES = 256 << 10


@dataclass(frozen=True)
class _Places:
    """Where the provider has what; `names_itself`: it says in each answer who it is (RFC 9207)."""

    authorization: str
    token: str
    names_itself: bool


class SignIn:
    """One sign-in. `browse` is handed the address to open; `page` is what the browser says when all is done.

    `run` blocks until somebody has signed in: it belongs into a thread of its own, `cancel` may come from any other.
    """

    def __init__(self, browse: Callable[[str], None], page: str) -> None:
        self._browse, self._page = browse, page
        self._answers: queue.SimpleQueue[dict[str, str] | None] = queue.SimpleQueue()

    def cancel(self) -> None:
        """Nobody waits for the browser any more."""
        self._answers.put(None)

    def run(self, wanted: SignInFirst, nonce: str) -> str:
        """The ID token of whoever signed in, bound to `nonce`.

        Raises Problem enrol.provider_away, enrol.provider_odd, enrol.sign_in_cancelled, enrol.sign_in_time,
        enrol.sign_in_refused.
        """
        host = _host(wanted.issuer)
        client = _client()
        try:
            places = _places(client, wanted.issuer, host)
            state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
            with self._listening(state) as back:
                asked = {
                    "response_type": "code",
                    "client_id": wanted.client,
                    "redirect_uri": back,
                    "scope": wanted.scope,
                    "state": state,
                    "nonce": nonce,
                    "code_challenge": _challenge(verifier),
                    "code_challenge_method": "S256",
                    # Whoever left a page signed in is not who sits here now.
                    "max_age": str(limits.SIGN_IN_FRESH_S),
                }
                joint = "&" if "?" in places.authorization else "?"
                self._browse(places.authorization + joint + urlencode(asked))
                answer = self._wait()
            code = _code(answer, wanted, places, host)
            return _token(client, places.token, host, wanted, code, verifier, back)
        finally:
            client.close()

    def _wait(self) -> dict[str, str]:
        try:
            answer = self._answers.get(timeout=limits.SIGN_IN_S)
        except queue.Empty as error:
            raise Problem("enrol.sign_in_time", minutes=limits.SIGN_IN_S // 60) from error
        if answer is None:
            raise Problem("enrol.sign_in_cancelled")
        return answer

    @contextmanager
    def _listening(self, state: str) -> Iterator[str]:
        """Listen for the browser that comes back; yields the address to which it is sent."""
        try:
            server = _Listener(state, self._page, self._answers)
        except OSError as error:
            raise Problem("enrol.sign_in_port") from error
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="sign-in", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{_PATH}"
        finally:
            server.shutdown()
            server.server_close()


class _Listener(ThreadingHTTPServer):
    """Takes in the one answer that carries our state; a page that guesses is told no and ends nothing."""

    daemon_threads = True
    block_on_close = False
    # The port is a free one; shared with another program it would not be ours.
    allow_reuse_address = False

    def __init__(self, state: str, page: str, answers: queue.SimpleQueue[dict[str, str] | None]) -> None:
        self.state, self.page, self.answers = state, page, answers
        super().__init__(("127.0.0.1", 0), _Answer)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no news."""


class _Answer(BaseHTTPRequestHandler):
    """One request of the browser."""

    server: _Listener
    timeout = 10.0
    server_version, sys_version = "Holdfast", ""

    def do_GET(self) -> None:
        """The browser comes back."""
        split = urlsplit(self.path)
        told = {name: values[0] for name, values in parse_qs(split.query).items() if len(values) == 1}
        here = f"127.0.0.1:{self.server.server_port}"
        ours = split.path == _PATH and self.headers.get("Host", "") == here
        if not ours or not secrets.compare_digest(told.get("state", "").encode(), self.server.state.encode()):
            self._say(404, "")
            return
        self._say(200, self.server.page)
        self.server.answers.put(told)

    def _say(self, status: int, words: str) -> None:
        body = f"<!doctype html><meta charset=utf-8><title>Holdfast</title><p>{html.escape(words)}</p>".encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that is overridden
        """The address holds the code: it is written nowhere."""


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _host(issuer: str) -> str:
    """The provider's host. Raises Problem enrol.provider_odd where it is not reached over TLS."""
    split = urlsplit(issuer)
    if split.scheme != "https" or not split.hostname or split.query or split.fragment:
        raise Problem("enrol.provider_odd", host=split.hostname or issuer[:80])
    return split.hostname


def _client() -> httpx2.Client:
    import httpx2

    # The system's own authorities: the provider is the force's, and no part of what the server vouches for.
    return httpx2.Client(timeout=_NETWORK_S, follow_redirects=False)


def _places(client: httpx2.Client, issuer: str, host: str) -> _Places:
    """Where the provider has what, from its own description, which must be about the very issuer that was named."""
    status, told = _asked(client, "GET", issuer.rstrip("/") + _KNOWN, host, {})
    authorization, token = told.get("authorization_endpoint"), told.get("token_endpoint")
    if status != 200 or told.get("issuer") != issuer or not _is_https(authorization) or not _is_https(token):
        raise Problem("enrol.provider_odd", host=host)
    return _Places(str(authorization), str(token), told.get("authorization_response_iss_parameter_supported") is True)


def _is_https(address: object) -> bool:
    return isinstance(address, str) and address.isascii() and address.isprintable() and address.startswith("https://")


def _code(answer: dict[str, str], wanted: SignInFirst, places: _Places, host: str) -> str:
    """The code in what the browser brought back."""
    if answer.get("iss", wanted.issuer) != wanted.issuer or (places.names_itself and "iss" not in answer):
        raise Problem("enrol.provider_odd", host=host)
    if "error" in answer:
        raise Problem("enrol.sign_in_refused", host=host)
    if not answer.get("code"):
        raise Problem("enrol.provider_odd", host=host)
    return answer["code"]


def _token(
    client: httpx2.Client, where: str, host: str, wanted: SignInFirst, code: str, verifier: str, back: str
) -> str:
    """The ID token for a code. What else comes with it is let go: nothing is done at the provider in anybody's name."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": wanted.client,
        "code_verifier": verifier,
    }
    status, told = _asked(client, "POST", where, host, form)
    token = told.get("id_token")
    if status == 400 and "error" in told:
        raise Problem("enrol.sign_in_refused", host=host)
    if status != 200 or not isinstance(token, str) or not 0 < len(token) <= limits.IDENTITY:
        raise Problem("enrol.provider_odd", host=host)
    return token


def _asked(
    client: httpx2.Client, method: str, where: str, host: str, form: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer of the provider."""
    import httpx2

    try:
        with client.stream(method, where, data=form or None, headers={"Accept": "application/json"}) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise Problem("enrol.provider_odd", host=host)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise Problem("enrol.provider_away", host=host) from error
    try:
        told = json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        raise Problem("enrol.provider_odd", host=host) from error
    if not isinstance(told, dict):
        raise Problem("enrol.provider_odd", host=host)
    return answer.status_code, told
