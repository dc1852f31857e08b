"""A running server seals its own events every few seconds: what was noted is soon nobody's to change.

Several servers on one database may all do it: whoever comes second finds nothing left to do.
"""

from __future__ import annotations

import logging
import threading
from functools import partial

from app.logs import place_of
from sync.server import administration, seals
from sync.server.database import ALL, Busy, Database
from sync.server.statements import Signer

LOG = logging.getLogger("holdfast.server")
EVERY_S = 10.0


class Sealing:
    """Begins at once, goes on every few seconds in a thread of its own, and seals once more when it is closed."""

    def __init__(self, database: Database, signer: Signer, every_s: float = EVERY_S) -> None:
        self._database, self._signer, self._every_s = database, signer, every_s
        self._closing, self._told = threading.Event(), False
        self._thread = threading.Thread(target=self._work, name="sealing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Seal what was noted until now, and end."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _work(self) -> None:
        while not self._closing.is_set():
            self.once()
            self._closing.wait(self._every_s)
        self.once()

    def once(self) -> None:
        """Seal everything once. What does not work now is tried again the next time, and said once."""
        try:
            for org in self._database.run("", "", administration.organisations).values():
                self._seal(org)
        except Busy:
            self._tell("events are not sealed: the database was busy")
        except Exception as error:  # noqa: BLE001 - whatever fails, the next time comes
            self._tell(f"bug: {place_of(error)}")
        else:
            self._told = False

    def _seal(self, org: str) -> None:
        work = partial(seals.seal, org=org, signer=self._signer)
        while self._database.run(org, ALL, work) == seals.MOST:
            pass

    def _tell(self, what: str) -> None:
        if not self._told:
            LOG.error("%s", what)
        self._told = True
