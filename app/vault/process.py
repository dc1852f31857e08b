"""Keeping the memory of the running program out of core dumps and away from other programs of the same user."""

from __future__ import annotations

import contextlib
import sys

_PR_SET_DUMPABLE = 4


def harden() -> list[str]:
    """Forbid core dumps and tracing of this process as far as the system lets us; returns what is in force.

    Linux: "no core dumps", "not dumpable" (also keeps debuggers of the same account away). macOS: no core dumps.
    Windows has neither call; there crash reports are switched off by the administrator's policy.
    """
    done: list[str] = []
    if sys.platform == "win32":
        return done
    import resource  # it does not exist on Windows

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        done.append("no core dumps")
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0:
                done.append("not dumpable")
    return done
