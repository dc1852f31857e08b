"""Work that takes longer than a blink: a function goes in, its result or a Problem comes out on the UI thread.

Runs in Qt's own pool. No thread is subclassed, no event is processed in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from app.logs import LOG, place_of
from app.problems import Problem

Done = Callable[[Any], None]
Failed = Callable[[Problem], None]


class _Answer(QObject):
    """Lives on the UI thread and hands over what the pool sends."""

    arrived = Signal(object, object)

    def __init__(self, done: Done, failed: Failed) -> None:
        super().__init__()
        self._done, self._failed = done, failed
        self.arrived.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    @Slot(object, object)
    def _hand_over(self, result: object, error: BaseException | None) -> None:
        _waiting.discard(self)
        if error is None:
            self._done(result)
        elif isinstance(error, Problem):
            self._failed(error)
        else:
            LOG.error("bug in a task: %s", place_of(error))
            self._failed(Problem("program.bug"))


class _Work(QRunnable):
    def __init__(self, function: Callable[[], Any], answer: _Answer) -> None:
        super().__init__()
        self._function, self._answer = function, answer

    def run(self) -> None:
        try:
            result = self._function()
        except BaseException as error:  # noqa: BLE001 - handed over to the UI thread, which tells a Problem from a bug
            self._answer.arrived.emit(None, error)
        else:
            self._answer.arrived.emit(result, None)


_waiting: set[_Answer] = set()


def run(function: Callable[[], Any], done: Done, failed: Failed) -> None:
    """Run `function` in the pool; then call `done(result)` or `failed(problem)` on the thread that called `run`."""
    answer = _Answer(done, failed)
    _waiting.add(answer)
    QThreadPool.globalInstance().start(_Work(function, answer))


def run_aside(function: Callable[[], Any], done: Done, failed: Failed) -> None:
    """As `run`, for work that may wait for a network: the end of the program does not wait for it, it is cut off."""
    answer = _Answer(done, failed)
    _waiting.add(answer)
    threading.Thread(target=_Work(function, answer).run, daemon=True).start()


def finish(longest_ms: int = 3_000) -> bool:
    """Wait for what runs in the pool, at the end of the program only. Whether everything came to its end."""
    return QThreadPool.globalInstance().waitForDone(longest_ms)
