"""Up to which number verified backups cover the history: what laptops kept of cases that left them may go up to there.

A server that is put back to an older state needs those entries again. So a backup counts once it was read back whole,
and not before it is 35 days old (sync.md, S2).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sync.server.database import Connection

LAPTOPS_KEEP = timedelta(days=35)
"""For so long laptops keep their own entries at least."""


def note_verified(
    connection: Connection, org: str, *, backup: str, epoch: str, number: int, made_at: datetime, now: datetime
) -> bool:
    """Note a backup that was read back whole. `epoch` and `number`: of the organisation, as they stand in the backup.

    `backup`: its id; noted once. Whether it counts: one of another incarnation of the history, or with numbers that
    this one has not given yet, covers nothing of this one.
    """
    row = connection.execute(
        "SELECT FROM organisation AS o JOIN counter AS c ON c.org_id = o.org_id"
        " WHERE o.org_id = %s AND o.epoch = %s AND c.number >= %s",
        (org, epoch, number),
    ).fetchone()
    if row is None:
        return False
    connection.execute(
        "INSERT INTO backup VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", (org, backup, made_at, number, now)
    )
    return True


def move_up(connection: Connection, org: str, now: datetime) -> bool:
    """Tell laptops from now on how far backups that are old enough cover the history; whether that is further."""
    moved = connection.execute(
        "UPDATE organisation AS o SET covered = b.number FROM (SELECT max(number) AS number FROM backup"
        " WHERE org_id = %(org)s AND made_at <= %(latest)s) AS b WHERE o.org_id = %(org)s AND b.number > o.covered",
        {"org": org, "latest": now - LAPTOPS_KEEP},
    )
    return moved.rowcount == 1
