"""How long the server listens to whom: a request's head comes soon, and strangers never take every place.

A stranger is a connection over which no device has been admitted yet. It does not look at what is said.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sync.wire import limits

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol


def protocol(most: int) -> type[H11Protocol]:
    """The protocol of a server that keeps at most so many strangers: where there are more, the one that came first
    goes."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    strangers: dict[Any, None] = {}

    class Patient(H11Protocol):
        """Hangs up on whoever does not come to the point."""

        _due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            strangers[self] = None
            if len(strangers) > most:
                next(iter(strangers)).hang_up()
            self._await_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is None or self.cycle.response_complete:
                self._await_head()
            elif self._due is not None:
                self._due.cancel()
                self._due = None

        def on_response_complete(self) -> None:
            if self.scope and "caller" in self.scope.get("state", {}):
                strangers.pop(self, None)
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            strangers.pop(self, None)
            if self._due is not None:
                self._due.cancel()
            super().connection_lost(exc)

        def _await_head(self) -> None:
            """From the first byte on there is so much time; between requests the one for idle connections runs."""
            if self._due is None:
                self._due = self.loop.call_later(limits.HEAD_S, self.hang_up)

        def hang_up(self) -> None:
            """End the connection; what was asked over it is not answered."""
            strangers.pop(self, None)
            self.transport.abort()

    return Patient
