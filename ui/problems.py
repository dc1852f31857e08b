"""What happens to an error that nobody caught: a Problem is said in the window, a bug is logged without its data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType

from app import logs
from app.problems import Problem

Say = Callable[[Problem], None]


def install(say: Say) -> None:
    """From now on say uncaught Problems, and for a bug the sentence that the program made a mistake."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Problem):
            say(error)
            return
        logs.report_bug(kind, error, trace)
        say(Problem("program.bug"))

    sys.excepthook = hook


def uninstall() -> None:
    """The windows are gone: a bug is only logged."""
    sys.excepthook = logs.report_bug
