"""Keeping the memory of the running program out of core dumps and away from other programs of the same user."""

from __future__ import annotations

import contextlib
import os
import sys

_PR_SET_DUMPABLE = 4
NOT_DUMPABLE = "not dumpable"
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002
_WER_NO_HEAP = 1
MEMORY = "/dev/shm"  # noqa: S108 - a folder of the system that lies in memory and never on the disk


def harden() -> list[str]:
    """Forbid core dumps and tracing of this process as far as the system lets us; returns what is in force.

    Linux: "no core dumps", "not dumpable" (also keeps debuggers of the same account away). macOS: "no core dumps".
    Windows: "no crash reports" of this process; whoever is signed in may still look into it.
    """
    done: list[str] = []
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        # Windows Error Reporting is not called for a crash and writes no dump; were it called, it leaves the heap out.
        kernel.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        with contextlib.suppress(AttributeError):  # Wine has no such call
            kernel.WerSetFlags(_WER_NO_HEAP)
        done.append("no crash reports")
        return done
    import resource  # it does not exist on Windows

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        done.append("no core dumps")
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
                done.append(NOT_DUMPABLE)
    return done


def temporary_files_in_memory() -> bool:
    """Let the temporary files of this process lie in memory and not on the disk, whoever makes them; whether they do.

    Linux: the printing system's library writes every paper into such a file before it sends it, as can be read.
    Elsewhere papers go to the system's spooler, which is not ours.
    """
    if sys.platform != "linux" or not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    os.environ["TMPDIR"] = MEMORY
    return True
