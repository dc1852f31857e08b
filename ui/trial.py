"""The trial server that was started beside the program: the practice vault joins it by itself, without a word.

Where there is none, or it does not take the vault, the program works the same; practice is not sent then.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.problems import Problem
from sync.client import enrolment
from ui import tasks
from ui.joining import joining
from ui.session import Session

EVERY_MS, LOOKS = 500, 240
"""How often it is looked whether the server is ready, and how many times."""


class TrialBeside(QObject):
    """Looks for the server until it is ready, then joins it. `joined`: the vault belongs to it from now on."""

    joined = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._left, self._stopped = session, LOOKS, False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin to look, where the vault is one for practice and a server was started beside the program."""
        if self._session.desk.practice and enrolment.code_of_trial() is not None:
            self._timer.start(EVERY_MS)
            self._look()

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._timer.stop()

    def _look(self) -> None:
        code = enrolment.code_of_trial()
        self._left -= 1
        if code or self._left <= 0:
            self._timer.stop()
        if code:
            self._join(code)

    def _join(self, code: str) -> None:
        tasks.run_aside(joining(self._session.desk, code, trial=True), self._has_joined, self._works_alone)

    def _has_joined(self, _member: Any) -> None:
        if not self._stopped:
            self.joined.emit()

    def _works_alone(self, _problem: Problem) -> None:
        """Nothing is said: nobody asked for it."""
