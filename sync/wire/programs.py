"""Versions of the program, compared as numbers: 0.10.0 is younger than 0.9.1."""

from __future__ import annotations

import re

_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?(?:[.+a-z].*)?", re.ASCII)


def number(version: str) -> tuple[int, int, int] | None:
    """The numbers of a version; None for what is none."""
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def is_older(version: str, least: str) -> bool:
    """Whether a version is older than the least that is wanted, if any is. One that is unknown is older."""
    wanted = number(least)
    return wanted is not None and (number(version) or (0, 0, 0)) < wanted
