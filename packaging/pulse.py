"""How long a window stood still: beats every two milliseconds; a pause between two beats is a stall of all else."""

from __future__ import annotations

import time

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

BEAT_MS = 2


class Pulse(QObject):
    """Since `begin`, in milliseconds: `longest`, the longest pause; `own`, the most that this thread itself worked in
    one, which other programs on the machine do not lengthen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.longest = self.own = 0.0
        self._since = QElapsedTimer()
        self._worked = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        self.go_on()

    def begin(self) -> None:
        """Measure from now on."""
        self.longest = self.own = 0.0
        self.go_on()

    def end(self) -> float:
        """The longest stall since `begin`, in milliseconds."""
        self._beat()
        return round(self.longest, 1)

    def go_on(self) -> None:
        """Forget the time since the last beat: it was not the program's."""
        self._since.start()
        self._worked = time.thread_time()

    def _beat(self) -> None:
        self.longest = max(self.longest, self._since.nsecsElapsed() / 1e6 - BEAT_MS)
        self.own = max(self.own, (time.thread_time() - self._worked) * 1000)
        self.go_on()
