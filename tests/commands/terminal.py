"""The program at a terminal, where somebody types an answer at each prompt."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys

from tests.commands.conftest import ROOT


def type_into(arguments, *answers):
    """Run the program at a terminal and type an answer at each prompt; returns its exit code and all it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "ui.commands.main", *map(str, arguments)])  # noqa: S606
    os.set_blocking(terminal, False)
    shown, waiting = b"", list(answers)
    while True:
        if not select.select([terminal], [], [], 60)[0]:
            os.kill(pid, signal.SIGKILL)  # it waits for something that this test does not know
        try:
            piece = os.read(terminal, 4096)
        except BlockingIOError:
            continue  # what was there to read was thrown away when the program turned the echo off
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if waiting and shown.endswith(b": "):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()
