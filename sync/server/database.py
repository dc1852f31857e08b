"""PostgreSQL: connections that give up in time, one transaction a piece of work, tried again where two met.

Each transaction names its organisation and the device whose eyes it has; row-level security holds it to that.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolTimeout

from app.problems import Problem
from sync.wire import limits

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]

ALL = "all"
"""Instead of a device: work that concerns every case, such as judging a push."""
LEAST_VERSION = 150000
_TRIES = 6
_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "data_sync_retry": ("off",),
}
_SETTINGS = ("SELECT " + ", ".join(f"current_setting('{name}')" for name in _DURABLE)).encode()
SERVING = "holdfast_serving"
"""The role whose rights the serving program has; it owns nothing and cannot pass row-level security by."""


class Busy(Exception):
    """The database has no connection or no time left; the request may be made again."""


class Database:
    """A pool of connections of the serving role."""

    def __init__(self, conninfo: str, size: int) -> None:
        self._conninfo = conninfo
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            conninfo, min_size=1, max_size=size, open=False, configure=_configure, timeout=limits.STATEMENT_S
        )

    def open(self) -> None:
        """Connect and check that what is written stays written. Raises Problem server.database_*."""
        try:
            # Once without the pool, which would try for ten seconds and not say why.
            psycopg.connect(self._conninfo, connect_timeout=10).close()
        except psycopg.Error as error:
            raise Problem("server.database_refused", reason=" ".join(str(error).split())) from error
        try:
            self._pool.open(wait=True, timeout=10)
        except PoolTimeout as error:
            raise Problem("server.database_away") from error
        with self._pool.connection() as connection:
            check(connection)

    def check(self) -> None:
        """Look again whether what is written stays written. Raises Problem server.database_*, Busy."""
        try:
            with self._pool.connection() as connection:
                check(connection)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Busy from error

    def stands(self) -> dict[str, int]:
        """How many connections there are, are free, and are waited for (`psycopg_pool` names them)."""
        return self._pool.get_stats()

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.close()

    def run(self, org: str, device: str, work: Callable[[Connection], T], *, repeatable: bool = False) -> T:
        """Do `work` in one transaction of an organisation, again where it met another one. Raises Busy."""
        for tried in range(_TRIES):
            try:
                with self._pool.connection() as connection, connection.transaction():
                    _look_through(connection, org, device, repeatable)
                    return work(connection)
            except (errors.SerializationFailure, errors.DeadlockDetected) as error:
                if tried == _TRIES - 1:
                    raise Busy from error
                time.sleep(random.uniform(0.5, 1.5) * 0.01 * 2**tried)
            except (errors.QueryCanceled, errors.LockNotAvailable, psycopg.OperationalError, PoolTimeout) as error:
                raise Busy from error
        raise Busy

    def belonging(self, what: str) -> str | None:
        """The organisation of a device or of a code's hash."""
        try:
            with self._pool.connection() as connection:
                row = connection.execute("SELECT org_id FROM belonging WHERE what = %s", (what,)).fetchone()
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Busy from error
        return row[0] if row else None


def _configure(connection: Connection) -> None:
    connection.execute(f"SET statement_timeout = '{limits.STATEMENT_S}s'")
    connection.execute("SET idle_in_transaction_session_timeout = '20s'")
    connection.commit()


def _look_through(connection: Connection, org: str, device: str, repeatable: bool) -> None:
    if repeatable:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.execute(
        "SELECT set_config('holdfast.org', %s, true), set_config('holdfast.device', %s, true)", (org, device)
    )


def check(connection: Connection) -> None:
    """Raise Problem where the database could lose what it confirmed, is too old, or gives this role too much."""
    version = connection.info.server_version
    if version < LEAST_VERSION:
        raise Problem("server.database_old", found=version // 10000, least=LEAST_VERSION // 10000)
    check_keeps(connection)
    strong = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relkind = 'r')"
        " FROM pg_roles AS r WHERE rolname = current_user"
    ).fetchone()
    if strong is None or strong[0]:
        raise Problem("server.database_role")
    begun = connection.execute("SELECT to_regclass('migration') IS NOT NULL").fetchone()
    done = connection.execute("SELECT name FROM migration").fetchall() if begun and begun[0] else []
    there, known = {name for (name,) in done}, {name for name, _ in migrations()}
    _refuse_newer(there, known)
    if there != known:
        raise Problem("server.database_version", missing=", ".join(sorted(known - there)))


def check_keeps(connection: Connection) -> None:
    """Raise Problem server.database_forgets where what this connection commits could be lost though it was confirmed:
    in one short question, so that whoever confirms something can ask it."""
    row = connection.execute(_SETTINGS).fetchone()
    for (name, allowed), found in zip(_DURABLE.items(), row or ("unknown",), strict=False):
        if found not in allowed:
            raise Problem("server.database_forgets", setting=name, found=found, wanted=allowed[0])


def _refuse_newer(done: set[str], known: set[str]) -> None:
    if done - known:
        raise Problem("server.database_newer", newer=", ".join(sorted(done - known)))


def migrations(folder: Traversable | None = None) -> list[tuple[str, str]]:
    """Name and text of each migration, in order: of this version, or those in another folder."""
    folder = folder or resources.files("sync.server") / "migrations"
    found = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".sql"))
    return [(name, file.read_text(encoding="utf-8")) for name, file in found]


def migrate(conninfo: str, serving_login: str = "", folder: Traversable | None = None) -> list[str]:
    """Bring the tables up to this version, as their owner; returns what was done.

    All of it is one transaction: cut off anywhere, the tables are as they were. `serving_login`: a role that is made,
    if it is missing, and may do what the serving program does; `folder`: as in `migrations`.
    Raises Problem server.database_away, server.database_newer, server.migrate_cut; then nothing was changed.
    """
    with owner(conninfo) as connection, _cut_off(), connection.transaction():
        return bring_up(connection, serving_login, folder)


def bring_up(
    connection: Connection,
    serving_login: str = "",
    folder: Traversable | None = None,
    only: Collection[str] | None = None,
) -> list[str]:
    """As `migrate`, within a transaction of the owner. `only`: no further than these, as an older backup needs it."""
    done: list[str] = []
    # Two who migrate at once: the second waits, and finds it done.
    connection.execute("SELECT pg_advisory_xact_lock(41820)")
    _roles(connection, serving_login)
    connection.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, done_at timestamptz NOT NULL)")
    there = {name for (name,) in connection.execute("SELECT name FROM migration").fetchall()}
    known = migrations(folder)
    _refuse_newer(there, {name for name, _ in known})
    for name, text in known:
        if name not in there and (only is None or name in only):
            connection.execute(text.encode())
            connection.execute("INSERT INTO migration VALUES (%s, now())", (name,))
            done.append(name)
    return done


@contextlib.contextmanager
def _cut_off() -> Iterator[None]:
    """A database that stops, or whose disk is full, has changed nothing."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise Problem("server.migrate_cut", reason=" ".join(str(error).split())) from error


def _roles(connection: Connection, login: str) -> None:
    there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    if SERVING not in there:
        connection.execute(f"CREATE ROLE {SERVING} NOLOGIN NOBYPASSRLS")
    if not login:
        return
    quoted, serving = psycopg.sql.Identifier(login), psycopg.sql.Identifier(SERVING)
    if login not in there:
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN NOBYPASSRLS IN ROLE {}").format(quoted, serving))
        return
    # An administrator has made it, with a password of its own.
    held = connection.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (login, SERVING)).fetchone()
    if held is None or not held[0]:
        connection.execute(psycopg.sql.SQL("GRANT {} TO {}").format(serving, quoted))


@contextlib.contextmanager
def owner(conninfo: str) -> Iterator[Connection]:
    """A connection of the tables' owner. Raises Problem server.database_away."""
    try:
        connection = psycopg.connect(conninfo, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Problem("server.database_away") from error
    with connection:
        yield connection
