"""The paths of the exchange, as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.exceptions import HTTPException

from sync.server import described
from sync.server.database import Busy
from sync.server.door import Door, Refused
from sync.server.exchange import Exchange
from sync.server.figures import Figures
from sync.server.signed import Application, SignedExchange, report
from sync.server.statements import Signer
from sync.wire import messages
from sync.wire.messages import (
    Enrol,
    Enrolled,
    Health,
    History,
    Identified,
    Leased,
    NewIdentity,
    Packs,
    Proof,
    Pull,
    Pulled,
    Push,
    Pushed,
    Refusal,
    Snapshots,
    WantHistory,
    WantLease,
    WantPacks,
    WantProof,
    WantSnapshots,
    Wiped,
    WipeNoted,
)

T = TypeVar("T")
_Request = Request[Any, Any, Any]
_CODES = {400: "malformed", 404: "not_found", 405: "not_found", 413: "too_large", 422: "malformed"}


def make(
    exchange: Exchange,
    door: Door,
    signer: Signer,
    authority: Callable[[], bytes],
    openapi: bool,
    ready: Callable[[], bool] = lambda: True,
    figures: Figures | None = None,
) -> Application:
    """The application. `authority`: the certificates that laptops pin (PEM); `ready`: whether it takes work."""

    @get("/v1/authority", media_type="application/x-pem-file", sync_to_thread=False)
    def certificate() -> bytes:
        """The authority's certificate."""
        return authority()

    @get("/v1/health", sync_to_thread=True)
    def health() -> Response[Health]:
        """Whether the server takes work."""
        takes = ready()
        return Response(Health(ready=takes), status_code=200 if takes else 503)

    @post("/v1/enrol", status_code=200, sync_to_thread=True)
    def enrol(body: bytes, request: _Request) -> Enrolled:
        """A new device introduces itself with the secret of its code."""
        return exchange.enrol(request.scope["state"]["asked"], read(body, Enrol))

    @post("/v1/push", status_code=200, sync_to_thread=True)
    def push(body: bytes, request: _Request) -> Pushed:
        """Entries of this device, oldest first."""
        return exchange.push(request.scope["state"]["caller"], read(body, Push))

    @post("/v1/pull", status_code=200, sync_to_thread=True)
    def pull(body: bytes, request: _Request) -> Pulled:
        """What is new for this device after a cursor."""
        return exchange.pull(request.scope["state"]["caller"], read(body, Pull))

    @post("/v1/snapshots", status_code=200, sync_to_thread=True)
    def snapshots(body: bytes, request: _Request) -> Snapshots:
        """What stands in cases."""
        return exchange.snapshots(request.scope["state"]["caller"], read(body, WantSnapshots))

    @post("/v1/history", status_code=200, sync_to_thread=True)
    def history(body: bytes, request: _Request) -> History:
        """The entries of one case."""
        return exchange.history(request.scope["state"]["caller"], read(body, WantHistory))

    @post("/v1/proof", status_code=200, sync_to_thread=True)
    def proof(body: bytes, request: _Request) -> Proof:
        """The proof that an entry is in the server's tree."""
        return exchange.proof(request.scope["state"]["caller"], read(body, WantProof))

    @post("/v1/lease", status_code=200, sync_to_thread=True)
    def lease(body: bytes, request: _Request) -> Leased:
        """A new lease and nothing else."""
        return exchange.lease(request.scope["state"]["caller"], read(body, WantLease))

    @post("/v1/packs", status_code=200, sync_to_thread=True)
    def packs(body: bytes, request: _Request) -> Packs:
        """Content packs that a laptop has not."""
        return exchange.packs(request.scope["state"]["caller"], read(body, WantPacks))

    @post("/v1/identity", status_code=200, sync_to_thread=True)
    def identity(body: bytes, request: _Request) -> Identified:
        """A vault that was copied or put back goes on as another device."""
        return exchange.identity(request.scope["state"]["caller"], read(body, NewIdentity))

    @post("/v1/wiped", status_code=200, sync_to_thread=True)
    def wiped(body: bytes, request: _Request) -> WipeNoted:
        """What a destroyed vault had not sent, and its receipt."""
        return exchange.wiped(request.scope["state"]["asked"], read(body, Wiped))

    @get("/v1/schema/openapi.json", sync_to_thread=False)
    def description() -> dict[str, Any]:
        """The paths as OpenAPI."""
        return described.document()

    shown = [description] if openapi else []
    inner = Litestar(
        [certificate, health, enrol, push, pull, snapshots, history, proof, lease, packs, identity, wiped, *shown],
        exception_handlers={Refused: _refused, Busy: _busy, HTTPException: _http, Exception: _bug},
        openapi_config=None,
        on_shutdown=[exchange.close],
        debug=False,
        logging_config=None,
    )
    return SignedExchange(inner, door, signer, figures or Figures())  # type: ignore[arg-type]


def read(body: bytes, kind: type[T]) -> T:
    """The message in a body, with the bytes of each entry in it as they came. Raises Refused."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "malformed") from error


def _answer(status: int, refusal: Refusal) -> Response[bytes]:
    return Response(messages.encode(refusal), status_code=status, media_type=MediaType.JSON)


def _refused(_request: _Request, error: Refused) -> Response[bytes]:
    return _answer(error.status, error.refusal)


def _busy(_request: _Request, _error: Busy) -> Response[bytes]:
    return _answer(503, Refusal(code="busy", retry_s=5))


def _http(_request: _Request, error: HTTPException) -> Response[bytes]:
    return _answer(error.status_code, Refusal(code=_CODES.get(error.status_code, "malformed")))


def _bug(_request: _Request, error: Exception) -> Response[bytes]:
    report(error)
    return _answer(500, Refusal(code="bug"))
