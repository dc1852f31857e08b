"""Knows the next moment at which something falls due, and says so when it has come, also after the laptop slept.

It waits for that moment, and looks at the clock at least once a minute: a clock that was put forward or back, or a
sleep, is noticed then. Nothing pops up.
"""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.changed import Changed
from app.clock import iso, parse_moment
from ui.session import Session

AT_LEAST_EVERY_MS = 60_000
JUST_AFTER_MS = 50
BEGIN_AFTER_MS = 500


class DueClock(QObject):
    """`counted(n)`: so much has come due since Today was last looked at; `ticked(passed)`: some time has gone by,
    and whether something fell due in it or the clock was put to another time."""

    counted = Signal(int)
    ticked = Signal(bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._clock = session, session.desk.clock
        self._dues: list[tuple[str, str]] | None = None  # when each is due and when it lapses, in order
        self._looked_at = self._last = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.tick)
        session.changed.connect(self._outdate)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._woken)

    def begin(self) -> None:
        """Look at the clock as soon as the first screen stands, unless that is done already."""
        if not self._timer.isActive():
            self._timer.start(BEGIN_AFTER_MS)

    def look(self) -> None:
        """Today is looked at now: what has come due until now is seen."""
        self._looked_at = self._last = iso(self._clock.now())  # what has come due until now is on the screen
        self.counted.emit(0)
        self._wait()

    def tick(self) -> None:
        """Look at the clock."""
        now, before = iso(self._clock.now()), self._last
        self._last = now
        self._looked_at = min(self._looked_at, now)  # where the clock was put back
        self.counted.emit(self._between(self._looked_at, now))
        self.ticked.emit(now < before or self._between(before, now) > 0)
        self._wait()

    @property
    def waits_ms(self) -> int:
        """How long until it looks at the clock again."""
        return self._timer.interval()

    def _outdate(self, _changed: Changed) -> None:
        self._dues = None

    def _woken(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._timer.isActive():
            self.tick()

    def _known(self) -> list[tuple[str, str]]:
        if self._dues is None:
            lines = (line for line in self._session.case_lines() if not line.archived)
            self._dues = sorted((due.at, due.lapses) for line in lines for due in line.due)
        return self._dues

    def _between(self, after: str, until: str) -> int:
        dues = self._known()
        passed = dues[bisect_right(dues, (after, "~")) : bisect_right(dues, (until, "~"))]
        return sum(1 for _at, lapses in passed if not lapses or lapses > until)

    def _wait(self) -> None:
        now, dues = self._clock.now(), self._known()
        coming = bisect_right(dues, (iso(now), "~"))
        at = parse_moment(dues[coming][0]) if coming < len(dues) else None
        left = AT_LEAST_EVERY_MS if at is None else int((at - now).total_seconds() * 1000) + JUST_AFTER_MS
        self._timer.start(max(JUST_AFTER_MS, min(left, AT_LEAST_EVERY_MS)))
