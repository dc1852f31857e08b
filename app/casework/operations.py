"""The log of the six operations: collection, alteration, consultation, disclosure, combination, erasure.

Collection and alteration are the entries themselves (author and time are in each); the others are written here.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.changed import Changed
from app.clock import iso
from app.notebook import entry as notebook
from app.notebook.entry import Change
from app.notebook.ids import new_id
from app.problems import Problem

if TYPE_CHECKING:
    from app.casework.desk import Desk

Operation = Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure"]

DECISION = "decision"
"""What is logged where somebody decided between values that differed, with the reason."""
WAITING = "operations to log"
"""Under which name the vault keeps what was done with it while nothing could be written into its notebook."""


@dataclass(frozen=True)
class Logged:
    """One logged operation: who, when by the device's clock, on which case (the device's id for the vault itself)."""

    operation: str
    case_id: str
    what: str
    who: str
    at: str
    reason: str
    recipient: str


def operation(desk: Desk, kind: Operation, what: str, reason: str = "", recipient: str = "", at: str = "") -> Change:
    """The change that logs an operation, to be written in the same entry as what it logs. `at`: where not now."""
    at = at or iso(desk.clock.now())
    fields = {"operation": kind, "what": what, "reason": reason, "recipient": recipient, "at": at}
    return notebook.append(new_id(desk.clock.now()), "operation", {k: v for k, v in fields.items() if v})


def log(desk: Desk, case_id: str, kind: Operation, what: str, reason: str = "", recipient: str = "") -> Changed:
    """Write one operation into the log of a case."""
    touched = desk.store.write(case_id, [operation(desk, kind, what, reason, recipient)], desk.author, desk.clock)
    return Changed(frozenset({case_id}), frozenset(touched))


def log_on_vault(desk: Desk, what: str, reason: str = "") -> None:
    """Log an operation on the vault itself, in the device's own notebook.

    While the vault is on its way to another laptop nothing is written there: it is kept, and logged once the vault is
    taken back. Of one that is being destroyed by order nobody will read a notebook.
    """
    try:
        log(desk, desk.device_id, "alteration", what, reason)
    except Problem as problem:
        if problem.code == "move.out":
            waiting = json.loads(desk.store.recall(WAITING) or "[]")
            desk.store.remember(WAITING, json.dumps([*waiting, [what, reason, iso(desk.clock.now())]]))
        elif problem.code != "wipe.begun":
            raise


def log_what_waits(desk: Desk) -> None:
    """Log what was kept while nothing could be written, with the times at which it was done."""
    waiting = json.loads(desk.store.recall(WAITING) or "[]")
    if waiting:
        changes = [operation(desk, "alteration", what, reason, at=at) for what, reason, at in waiting]
        desk.store.write(desk.device_id, changes, desk.author, desk.clock)
        desk.store.remember(WAITING, "[]")


def log_done(desk: Desk, what: str) -> None:
    """Log an operation on the vault that was done already: a disk that is full by now does not undo it."""
    with contextlib.suppress(Problem):
        log_on_vault(desk, what)


def logged(desk: Desk, case_id: str) -> list[Logged]:
    """All operations on a case, oldest first: each entry as collection or alteration, and what was logged beside."""
    found = []
    for kept in desk.store.entries(case_id):
        entry = kept.entry
        changes = [c for c in entry.changes if c.get("type") != "operation"]
        if changes:
            new = {c["record"] for c in changes if c["op"] in ("create", "append")}
            kind = "collection" if all(c["record"] in new for c in changes) else "alteration"
            found.append(
                Logged(
                    kind,
                    case_id,
                    ", ".join(sorted({c.get("type") or c["op"] for c in changes})),
                    entry.author,
                    entry.wall,
                    "",
                    "",
                )
            )
        for change in entry.changes:
            if change.get("type") == "operation":
                f = change["fields"]
                found.append(
                    Logged(
                        f.get("operation", ""),
                        case_id,
                        f.get("what", ""),
                        entry.author,
                        f.get("at", entry.wall),
                        f.get("reason", ""),
                        f.get("recipient", ""),
                    )
                )
    return found
