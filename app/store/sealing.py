"""Which cases may be opened once the server's permission to read this vault has ended: those begun since then alone.

A rule that the program keeps, not a lock: what it closes lies in the vault under the same key as before.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from app.problems import Problem
from app.store.connection import Connection

BEGUN = "begun while closed"
"""Under which name the vault keeps the cases that were begun since it was closed."""


class Seal:
    """Stands before everything that reads a case. `begun`: the cases that may still be opened."""

    def __init__(self, kept: str | None) -> None:
        self.begun: set[str] = set(json.loads(kept or "[]"))

    def check(self, connection: Connection, case_id: str) -> None:
        """Raise Problem lease.sealed for a case of which the vault held something when it was closed."""
        if case_id in self.begun:
            return
        there = connection.execute(
            "SELECT 1 FROM entry WHERE case_id = ? UNION ALL SELECT 1 FROM snapshot WHERE case_id = ? LIMIT 1",
            (case_id, case_id),
        ).fetchone()
        if there is not None:
            raise Problem("lease.sealed")

    def note(self, connection: Connection, cases: Collection[str]) -> None:
        """Note cases that are being begun, within the transaction that writes them."""
        if not self.begun.issuperset(cases):
            self.begun |= set(cases)
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BEGUN, json.dumps(sorted(self.begun))))
