"""Locking when nobody is there: a quiet countdown first, which any key, click or touch ends. And after a shift."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.clock import Clock
from app.policy import Policy

ACTS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
    }
)
TICK_MS = 1_000
SOON_S = 300.0  # so long before the vault has been open long enough it is said
SLEPT_S = 30.0  # the wall clock ran this much further than the program: the laptop slept


class IdleWatch(QObject):
    """`counting(seconds)` during the countdown, `stayed` when somebody is there again, `over` when nobody was.

    `closing(minutes)` in the last minutes before the vault has been open for as long as the policy lets it be without
    the passphrase being asked for again, whoever is there; `over` then. `closing(0)` where more was chosen meanwhile.

    Looks at what the window system gives to the program's windows, so that no other event is slowed down; words that
    are dictated bring no key, therefore whoever saves something tells `acted`.

    Counts the seconds that the program runs. A laptop that slept without telling is noticed by the wall clock, which
    ran on meanwhile: `over` at once.
    """

    counting = Signal(int)
    closing = Signal(int)
    stayed = Signal()
    over = Signal()

    def __init__(self, policy: Policy, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_s = self._longest_s = 0.0
        self._closing = False
        self.use(policy)
        self._clock = clock
        self._last_act = self._last_run = clock.monotonic()
        self._last_wall = clock.now()
        self._counting = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    def use(self, policy: Policy) -> None:
        """Count by these settings from now on."""
        self._idle_s, self._countdown_s = policy.idle_lock_s, policy.idle_countdown_s
        # Who chooses less than has gone already is told before it locks, too; by no choice it stays open for longer.
        self._longest_s = max(policy.longest_open_h * 3600, min(self._longest_s, self._open_s + SOON_S))
        self._sleep_counts = policy.lock_on_suspend

    def start(self) -> None:
        """Begin to watch."""
        self._look_at_windows()
        self._last_act = self._last_run = self._clock.monotonic()
        self._last_wall = self._clock.now()
        self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        for window in QGuiApplication.topLevelWindows():
            window.removeEventFilter(self)

    def _look_at_windows(self) -> None:
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)  # one that is watched already stays watched once

    def acted(self) -> None:
        """Somebody is there."""
        self._last_act = self._clock.monotonic()
        if self._counting:
            self._counting = False
            self.stayed.emit()

    def tick(self) -> None:
        """Look at the clock, and at windows that have come meanwhile: a dialog, an open list."""
        self._look_at_windows()
        run, wall = self._clock.monotonic(), self._clock.now()
        ran, went = run - self._last_run, (wall - self._last_wall).total_seconds()
        # A clock that is put back gives no time; what was slept counts.
        self._open_s += max(ran, went)
        slept = went - ran
        self._last_run, self._last_wall = run, wall
        left = self._idle_s - (run - self._last_act)
        longest = self._longest_s - self._open_s
        if left <= 0 or longest <= 0 or (self._sleep_counts and slept > SLEPT_S):
            self.stop()
            self.over.emit()
            return
        if left <= self._countdown_s:
            self._counting = True
            self.counting.emit(math.ceil(left))
        if longest <= SOON_S or self._closing:
            self._closing = longest <= SOON_S
            self.closing.emit(math.ceil(longest / 60) if self._closing else 0)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in ACTS and event.spontaneous():
            self.acted()
        return False
