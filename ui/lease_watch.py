"""Watches the lease while somebody works: counts time, says when it comes near its end, closes and opens the cases."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QObject, QTimer, Signal

from app.clock import iso
from app.i18n import N_, Translator
from app.problems import Problem
from sync.client.lease import WARNING, Standing, note
from ui import orders
from ui.session import Session

EVERY_MS = 30_000


class LeaseWatch(QObject):
    """`ended`: the lease has come to its end while cases may be open on the screen; `opened`: they may be opened again.

    What is known of the lease stands in `session.lease`; `session.lease_moved` tells that it is shown otherwise.
    """

    ended = Signal()
    opened = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        session.exchange_moved.connect(self.look)
        session.lease = orders.heed(session.desk)

    def start(self) -> None:
        """Begin to watch."""
        self._timer.start()

    def stop(self) -> None:
        """The session ends."""
        self._timer.stop()
        self.session.exchange_moved.disconnect(self.look)

    def look(self) -> None:
        """Count the time that has run and tell what that changes."""
        was, before = self.session.closed, words(self.session.translator, self.session.lease)
        desk = self.session.desk
        with contextlib.suppress(Problem):  # a full disk is said where somebody writes; time is noted the next time
            found = note(desk.store, desk.clock)
            if found is not None and found.closed and not was:
                self.session.flush_all()  # what was typed a moment ago: once the case is closed it cannot be saved
            self.session.lease = orders.heed(desk)
        if self.session.closed and not was:
            self.ended.emit()
            return  # the program locks: there is no screen any more that says it otherwise
        if was and not self.session.closed:
            self.opened.emit()
        if words(self.session.translator, self.session.lease) != before:
            self.session.lease_moved.emit()


def words(say: Translator, found: Standing | None) -> str:
    """The status line's part: nothing while there is nothing to say."""
    if found is not None and found.closed:
        return say.text(N_("cases closed"))
    if found is not None and found.state == WARNING:
        return say.text(N_("open until {until}"), until=say.moment_near(iso(found.until)))
    return ""
