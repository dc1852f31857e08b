"""The one entry point: without a command it opens the window, with one it does its work without a screen.

Exit codes: 0 done, 1 a Problem (its three sentences on standard error), 2 wrong usage.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType

from app import logs
from app.i18n import PSEUDO
from app.problems import Problem
from app.version import program_version
from ui.commands import arguments
from ui.commands.out import say

LANGUAGES = ("en", *PSEUDO)
"""Languages for which no pack is looked for."""
DONE, PROBLEM, WRONG_USAGE = 0, 1, 2
AFRESH = "--afresh"
"""The first word with which a packed program starts itself again: what follows is the window's own (ui.start)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; returns the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    _speak_plainly()
    if given[:1] == [AFRESH]:
        return window(given[1:])
    words, rest = arguments.divide(given)
    if not words:
        return _without_command(rest)
    command = arguments.find(words)
    if command is None and rest in (["--help"], ["-h"]) and arguments.begins(words):
        print(arguments.usage(words))
        return DONE
    if command is None:
        print(arguments.usage(), file=sys.stderr)
        print(f"\nholdfast: there is no command {' '.join(words)!a}", file=sys.stderr)
        return WRONG_USAGE
    options = arguments.parser(command).parse_intermixed_args(rest)
    logs.configure()
    logs.quote_nothing()
    sys.excepthook = _bug
    if getattr(options, "language", "en") not in LANGUAGES:
        from app.packs.words import bring

        bring()
    module, _, name = command.does.partition(":")
    work: Callable[..., int] = getattr(importlib.import_module(f"ui.commands.{module}"), name)
    try:
        code = work(options)
        if sys.stdout is not None:  # the start file of the Start menu has none on Windows
            sys.stdout.flush()
    except Problem as problem:
        say(problem, getattr(options, "language", "en"))
        return PROBLEM
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    except KeyboardInterrupt:
        return 130
    return code


def _without_command(rest: list[str]) -> int:
    if rest in (["--help"], ["-h"]):
        print(arguments.usage())
        return DONE
    if rest == ["--version"]:
        print(f"holdfast {program_version()}")
        return DONE
    if "--self-check" in rest:
        from ui.commands.self_check import self_check

        logs.configure()
        return self_check([word for word in rest if word != "--self-check"])
    return window(rest)


def window(rest: Sequence[str]) -> int:
    """Open the window with these options; without a screen that is a Problem."""
    if not has_screen():
        say(Problem("commands.no_display"))
        return PROBLEM
    from ui import start

    return start.main(rest)


def has_screen() -> bool:
    """Whether a window can be shown: always on Windows and macOS; elsewhere the environment names the screen."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _speak_plainly() -> None:
    # Names may hold what the terminal cannot show: it is written as an escape instead of ending the program.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logs.report_bug(kind, error, trace)
    say(Problem("program.bug"))


if __name__ == "__main__":
    sys.exit(main())
