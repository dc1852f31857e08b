"""The entries of one case, oldest first: for its timeline, and to mend a case that differs."""

from __future__ import annotations

from sync.server.database import Connection
from sync.server.ledger import Caller
from sync.server.pull import pulled
from sync.wire import limits, messages

_QUERY = (
    "SELECT number, received_at, device_id, signature, body FROM entry"
    " WHERE org_id = %s AND case_id = %s AND number > %s ORDER BY number LIMIT %s"
)


def is_there(connection: Connection, caller: Caller, case: str) -> bool:
    """Whether this case is in the device's scope; no other question has an answer."""
    row = connection.execute(
        "SELECT FROM subscription WHERE org_id = %s AND device_id = %s AND case_id = %s AND until IS NULL",
        (caller.org, caller.device, case),
    ).fetchone()
    return row is not None


def page(connection: Connection, caller: Caller, case: str, after: int) -> tuple[list[messages.PulledEntry], bool]:
    """The next entries of a case, and whether there are more."""
    rows = connection.execute(_QUERY, (caller.org, case, after, limits.PULLED + 1)).fetchall()
    taken: list[messages.PulledEntry] = []
    size = 0
    for row in rows[: limits.PULLED]:
        if taken and size + len(row[4]) > limits.PULLED_BYTES:
            break
        size += len(row[4])
        taken.append(pulled(*row))
    return taken, len(taken) < len(rows)
