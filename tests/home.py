"""A home that no person has: what every test and every proof stands on, and every program that one of them starts."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "appdata",
    "LOCALAPPDATA": "localappdata",
    "XDG_CACHE_HOME": "cache",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_RUNTIME_DIR": "runtime",
    "XDG_STATE_HOME": "state",
}
OF_THE_PERSON = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "LANGUAGE", "LC_ALL", "XDG_CURRENT_DESKTOP")
"""Variables that lead to the screen, the bus and the language of whoever is at the machine."""


def alone(home: Path) -> dict[str, str]:
    """The environment of a program that has this folder for its home, and no screen and no bus."""
    for below in FOLDERS.values():
        (home / below).mkdir(mode=0o700, exist_ok=True)
    theirs = {name: value for name, value in os.environ.items() if name not in OF_THE_PERSON}
    ours = {name: str(home / below) for name, below in FOLDERS.items()}
    return {**theirs, **ours, "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8", "TZ": "UTC"}


@contextlib.contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for files that are made and thrown away by the thousand; in memory where the system offers that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="holdfast-proof-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name)
