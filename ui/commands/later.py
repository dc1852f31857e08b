"""Commands that a later version has: they say so."""

from __future__ import annotations

from typing import Any

from app.problems import Problem


def enrol(_options: Any) -> int:
    """Joining a server."""
    raise Problem("commands.not_yet", command="enrol")


def sync(_options: Any) -> int:
    """Exchanging entries with a server."""
    raise Problem("commands.not_yet", command="sync")
