"""What a person should hear of: refused access, forks, revocations, cases that were marked.

Ids only, no content; but for the reason with which a mark was lifted.
"""

from __future__ import annotations

from app.notebook.ids import fixed_id, random_id
from sync.server.database import Connection
from sync.server.ledger import Caller

REFUSED_ACCESS = "refused_access"
"""Somebody asked for, or wrote in, a case that is there and not theirs: once a day for each device and case."""


def note_event(connection: Connection, caller: Caller, kind: str, case: str, detail: str) -> None:
    """Note something that a person should hear of; the same thing once."""
    connection.execute(
        "INSERT INTO event VALUES (%s, %s, clock_timestamp(), %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            caller.org,
            fixed_id(caller.org, kind, caller.device, case, detail),
            kind,
            caller.officer.id,
            caller.device,
            case,
            detail,
        ),
    )


def note_act(
    connection: Connection,
    org: str,
    kind: str,
    *,
    officer: str = "",
    device: str = "",
    case: str = "",
    detail: str = "",
) -> None:
    """Note what an administrator did, each time anew."""
    connection.execute(
        # Of two of one transaction, the second is later.
        "INSERT INTO event VALUES (%s, %s, clock_timestamp(), %s, %s, %s, %s, %s)",
        (org, random_id(), kind, officer, device, case, detail),
    )
