"""Which version of the program runs here, as it was packaged."""

from __future__ import annotations

import functools

PACKAGES = ("holdfast", "holdfast-server")
"""As what it may be installed: the program, or the server's modules alone."""


@functools.cache
def program_version() -> str:
    """The version of this program; `0` where nobody knows it, which counts as older than any other."""
    from importlib.metadata import PackageNotFoundError, version  # not needed before the first paint

    for name in PACKAGES:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "0"
