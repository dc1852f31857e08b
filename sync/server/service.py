"""The running server: the database, the door and the exchange behind uvicorn with TLS 1.3, until it is told to stop."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from app.problems import Problem
from sync.server import authority, identity, patience
from sync.server.authority import signing_key
from sync.server.census import Census
from sync.server.config import Config, check_serving
from sync.server.database import Busy, Database
from sync.server.door import Door
from sync.server.exchange import Exchange
from sync.server.figures import Asked, Figures
from sync.server.housekeeping import Housekeeping
from sync.server.renewal import Renewal
from sync.server.sealing import Sealing
from sync.wire import limits

if TYPE_CHECKING:
    import uvicorn

_BACKLOG = 512
_READY_FOR_S = 2.0
_LAST_ANSWERS_S = 10
"""Seconds that requests have to be answered in once the server is told to stop; their work is committed by then."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Problem server.address where somebody else has the address."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # Named as TCP, or asyncio would not tell its connections to send at once: 40 ms for each answer.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise Problem("server.address", host=host, port=port) from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise Problem("server.address", host=host, port=port) from error
    return made


def tell_manager(state: str) -> None:
    """Tell whoever manages this service how it stands, where somebody asked for that (sd_notify(3))."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
        telling.sendto(state.encode(), "\0" + place[1:] if place.startswith("@") else place)


def serve(
    config: Config, listening: socket.socket, ready: Callable[[], None], database: Database | None = None
) -> None:
    """Serve until SIGTERM or SIGINT; requests that have begun are answered first."""
    from sync.server import app  # the other commands do not need it

    with ExitStack() as closing:
        database = database or opened(config)
        closing.callback(database.close)
        figures = Figures()
        figures.registry.register(Asked(Census(database)))
        renewal = Renewal(config)
        signer = renewal.signer
        door = Door(database, signer)
        exchange = Exchange(
            database,
            signer,
            door,
            trial=config.trial,
            provider=provider(config),
            figures=figures,
            authorities=renewal.authorities,
        )
        closing.callback(exchange.close)
        house = Housekeeping(database, config.certificate, figures, config.housekeeping_minutes * 60.0)
        closing.callback(house.close)
        sealing = Sealing(database, signer)
        closing.callback(sealing.close)
        if config.metrics_port:
            closing.enter_context(figures.told_on(config.metrics_port))
        takes = Ready(database)
        application = app.make(exchange, door, signer, lambda: renewal.shown, config.openapi, takes, figures)
        house.start()
        sealing.start()
        server = _configured(application, config)
        renewal.context = server.config.ssl
        asyncio.run(_run(server, listening, ready, renewal))


class Ready:
    """Whether the server takes work: the database answers, and keeps what it confirms.

    Found anew every two seconds and no more often, whoever asks.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answer, self._at = False, float("-inf")
        self._lock = threading.Lock()

    def __call__(self) -> bool:
        with self._lock:
            if time.monotonic() - self._at >= _READY_FOR_S:
                self._answer = self._keeps()
                self._at = time.monotonic()
            return self._answer

    def _keeps(self) -> bool:
        try:
            self._database.check()
        except (Busy, Problem):
            return False
        return True


def check(config: Config) -> None:
    """What must be right before laptops are answered. Raises Problem: what is wrong, and in which setting."""
    check_serving(config)
    signing_key(config.signing_key)
    authority.check_served(config.certificate, config.certificate_key, config.authority, config.public_host)
    where = provider(config)
    if where is not None:
        identity.load_keys(where.keys)


def provider(config: Config) -> identity.Provider | None:
    """Where officers show who they are; None where codes alone do."""
    if config.sign_in_keys is None:
        return None
    return identity.Provider(
        config.sign_in_issuer, config.sign_in_client, config.sign_in_keys, config.sign_in_claim, config.sign_in_scope
    )


def opened(config: Config) -> Database:
    """The database, connected and checked."""
    database = Database(config.database, config.pool)
    try:
        database.open()
    except Problem:
        database.close()
        raise
    return database


def load() -> None:
    """Load what serving needs beside us: a second's work, which may be done while a database starts."""
    importlib.import_module("sync.server.app")
    importlib.import_module("uvicorn")


def _configured(application: Any, config: Config) -> uvicorn.Server:
    import uvicorn

    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    settings = uvicorn.Config(
        application,
        http=patience.protocol(config.connections // 2),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Only who stands before us may say where a request came from; of all others the connection itself says it.
        proxy_headers=bool(config.trusted_proxy),
        forwarded_allow_ips=config.trusted_proxy or None,
        limit_concurrency=config.connections,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
        h11_max_incomplete_event_size=limits.HEADERS,
        ssl_certfile=str(config.certificate),
        ssl_keyfile=str(config.certificate_key),
    )
    settings.load()
    assert settings.ssl is not None
    settings.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    return uvicorn.Server(settings)


async def _run(server: uvicorn.Server, listening: socket.socket, ready: Callable[[], None], renewal: Renewal) -> None:
    # uvicorn raises the signal again when it is done; by then it has said all that it had to say.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renewal.again)
    serving = asyncio.ensure_future(server.serve([listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if server.started:
        ready()
    await serving
