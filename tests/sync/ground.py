"""A real PostgreSQL with the server's tables, for tests that call the server's code in their own process."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.server import database, seals
from sync.server.cluster import Cluster, find
from sync.server.database import ALL, Busy, Connection, Database
from sync.server.statements import Signer

LOGIN = "holdfast_simulated"

Kept = dict[str, list[tuple[Any, ...]]]
"""What a backup holds: the rows of each table."""


class Killed(Exception):
    """The server ends here, before its transaction is committed."""


class Ground(Database):
    """The server's database, with a way to end it in the middle of any transaction."""

    killed: Callable[[], bool] = staticmethod(lambda: False)

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster.conninfo(LOGIN), 4)
        self.owner_info = cluster.conninfo()
        self.signer = Signer(Ed25519PrivateKey.generate())

    def run(self, org: str, device: str, work: Callable[[Connection], Any], *, repeatable: bool = False) -> Any:
        def cut_off(connection: Connection) -> Any:
            done = work(connection)
            if self.killed():
                raise Killed
            return done

        try:
            return super().run(org, device, cut_off, repeatable=repeatable)
        except Killed as end:
            raise Busy from end

    def backup(self, org: str) -> Kept:
        """Every row of an organisation, as a backup would hold it."""
        with database.owner(self.owner_info) as connection:
            return backup(connection, org)

    def restore(self, org: str, kept: Kept) -> None:
        """Put an organisation back to what a backup holds."""
        with database.owner(self.owner_info) as connection:
            restore(connection, org, kept)

    def forget(self, org: str) -> None:
        """Nothing of an organisation is left, so that its seed can be lived through again."""
        with database.owner(self.owner_info) as connection, connection.transaction():
            for table in _tables(connection):
                connection.execute(f"DELETE FROM {table} WHERE org_id = %s", (org,))


def backup(connection: Connection, org: str) -> Kept:
    """Every row of an organisation, read past every wall."""
    with connection.transaction():
        # A running server seals at any moment, and would be cut in two.
        seals.lock(connection, org)
        return {
            table: connection.execute(f"SELECT * FROM {table} WHERE org_id = %s", (org,)).fetchall()
            for table in _tables(connection)
        }


def restore(connection: Connection, org: str, kept: Kept) -> None:
    """Put an organisation back to what a backup holds."""
    with connection.transaction():
        seals.lock(connection, org)
        for table, rows in kept.items():
            connection.execute(f"DELETE FROM {table} WHERE org_id = %s", (org,))
            if rows:
                marks = ", ".join(["%s"] * len(rows[0]))
                with connection.cursor() as cursor:
                    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'org_id' AND table_schema = 'public'"
        " ORDER BY table_name"
    ).fetchall()
    return [name for (name,) in rows]


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """A cluster in memory where there is room for one, made for this run and gone with it."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="holdfast-ground-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o755)
    cluster = Cluster(folder, find())
    cluster.start()
    try:
        with database.owner(cluster.conninfo(database="postgres")) as connection:
            connection.execute("CREATE DATABASE holdfast")
        database.migrate(cluster.conninfo(), LOGIN)
        made = Ground(cluster)
        made.open()
        try:
            yield made
        finally:
            made.close()
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


__all__ = ["ALL", "Ground", "ground"]
