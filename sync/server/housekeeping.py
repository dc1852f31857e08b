"""What a running server does by itself now and then: cases that grew old leave laptops, laptops hear how far backups
cover the history, and it looks after itself.

Several servers on one database may all do it: each step is a transaction that finds nothing left to do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from app.logs import place_of
from app.problems import Problem
from sync.server import administration, authority, covered
from sync.server.database import ALL, Busy, Database
from sync.server.figures import Figures

LOG = logging.getLogger("holdfast.server")
SOON = timedelta(days=14)
"""So long before the certificate is over, the log begins to say so."""


class Housekeeping:
    """Begins at once and goes on every so many seconds, in a thread of its own, until it is closed."""

    def __init__(self, database: Database, certificate: Path, figures: Figures, every_s: float) -> None:
        self._database, self._certificate, self._figures, self._every_s = database, certificate, figures, every_s
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Finish the step that is being done."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _work(self) -> None:
        while True:
            self.once()
            if self._closing.wait(self._every_s):
                return

    def once(self) -> None:
        """Everything once. What does not work now is tried again the next time."""
        done = True
        for step in (self._look_at_database, self._look_at_certificate, self._age, self._cover):
            done = self._try(step) and done
        if done:
            self._figures.kept_house.set_to_current_time()

    def _try(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except Busy:
            LOG.warning("housekeeping: the database was busy")
        except Problem as problem:
            LOG.error("housekeeping: %s %s", problem.code, problem.facts)
        except Exception as error:  # noqa: BLE001 - one step that fails must not end the others
            LOG.error("bug: %s", place_of(error))
        else:
            return True
        return False

    def _look_at_database(self) -> None:
        """Somebody may have told it meanwhile to be quick instead of safe: the log says so, whoever asks or not."""
        self._database.check()

    def _look_at_certificate(self) -> None:
        ends = authority.ends(self._certificate)
        self._figures.certificate_ends.set(ends.timestamp())
        if ends - datetime.now(UTC) < SOON:
            LOG.warning("the certificate is over at %s", ends.isoformat(timespec="minutes"))

    def _age(self) -> None:
        """Device by device, so that nobody who pushes waits for all of them."""
        moved = 0
        for org in self._database.run("", "", administration.organisations).values():
            moved += self._age_in(org)
        if moved:
            LOG.info("housekeeping: %d notices for cases that grew old", moved)

    def _age_in(self, org: str) -> int:
        moved = 0
        for device in self._database.run(org, ALL, lambda c: administration.in_service(c, org)):
            if self._closing.is_set():
                break
            moved += self._database.run(org, ALL, partial(administration.age_device, org=org, device=device))
        return moved

    def _cover(self) -> None:
        for org in self._database.run("", "", administration.organisations).values():
            if self._database.run(org, ALL, partial(covered.move_up, org=org, now=datetime.now(UTC))):
                LOG.info("housekeeping: backups cover more of the history")
