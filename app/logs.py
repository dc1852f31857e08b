"""The technical log: what happened to the program, never what is in a case. Goes to standard error and nowhere else."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

LOG = logging.getLogger("holdfast")


def configure(level: str = "WARNING") -> None:
    """Send our own log lines at `level` and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("holdfast %(levelname)s %(name)s: %(message)s"))
    LOG.handlers[:] = [handler]
    LOG.setLevel(level)
    LOG.propagate = False


def place_of(error: BaseException) -> str:
    """A bug's type and where it arose, without its message: a message may quote an officer's words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name} line {frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} in {where or 'unknown place'}"


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An exception hook that logs the kind and place of a bug and never its message or its local values."""
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(130)
    LOG.error("bug: %s", place_of(error.with_traceback(trace)))
