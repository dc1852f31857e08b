"""The technical log: what happened to the program, never what is in a case. Goes to standard error and nowhere else."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import traceback
from types import TracebackType

LOG = logging.getLogger("holdfast")


class StandardError(logging.Handler):
    """Writes to standard error as it is now. What cannot be written is lost: a complaint would quote the bug."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        with contextlib.suppress(OSError, ValueError):
            if sys.stderr is not None:
                sys.stderr.write(self.format(record) + "\n")
                sys.stderr.flush()


def configure(level: str = "WARNING") -> None:
    """Send our own log lines at `level` and above to standard error."""
    handler = StandardError()
    handler.setFormatter(logging.Formatter("holdfast %(levelname)s %(name)s: %(message)s"))
    LOG.handlers[:] = [handler]
    LOG.setLevel(level)
    LOG.propagate = False


def quote_nothing() -> None:
    """From now on neither Python nor a library writes to standard error what may quote an officer's words.

    Python does so for what nobody catches: in this thread, in another one, or where it can only be told (a callback,
    the end of an object). Libraries do so by their own loggers, where nobody else listens to those.
    """
    sys.excepthook = report_bug
    threading.excepthook = lambda told: _report(told.exc_value)
    sys.unraisablehook = lambda told: _report(told.exc_value)
    logging.getLogger().addHandler(logging.NullHandler())


def place_of(error: BaseException) -> str:
    """A bug's type and where it arose, without its message: a message may quote an officer's words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name} line {frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} in {where or 'unknown place'}"


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An exception hook that logs the kind and place of a bug and never its message or its local values."""
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(130)
    _report(error.with_traceback(trace))


def _report(error: BaseException | None) -> None:
    if error is not None:
        LOG.error("bug: %s", place_of(error))
