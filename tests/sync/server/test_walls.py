"""The walls behind the code: numbers in the order of commits, row-level security, migrations that carry no surprise."""

from __future__ import annotations

import re
import threading

import psycopg
import pytest

from sync.server import database
from sync.server.database import ALL
from sync.server.postgres import lock
from tests.sync.laptops import Force, Laptop

REFERENCE = {"belonging"}
OWN = {"migration"}
CLOSED = {"case_key"}
"""What the serving role may not even look at."""


# --- numbers -------------------------------------------------------------------------------------------------------


def test_a_bare_sequence_loses_rows_to_whoever_reads_beyond_a_cursor(force: Force):
    """The fault that the counter's lock is there for: the lower number commits after the reader has gone by."""
    table = f"gap_{force.org[:8]}"
    with force.owner() as owner:
        owner.execute(f"CREATE TABLE {table} (n bigserial, who text)".encode())
        try:
            with force.owner() as first, force.owner() as second:
                first.autocommit = second.autocommit = False
                first.execute(f"INSERT INTO {table} (who) VALUES ('first')".encode())
                second.execute(f"INSERT INTO {table} (who) VALUES ('second')".encode())
                second.commit()
                read = owner.execute(f"SELECT n, who FROM {table} WHERE n > 0".encode()).fetchall()
                cursor = read[-1][0]
                first.commit()
                read += owner.execute(f"SELECT n, who FROM {table} WHERE n > {cursor}".encode()).fetchall()
            assert [who for _, who in read] == ["second"]
        finally:
            owner.execute(f"DROP TABLE {table}".encode())


def test_a_push_waits_for_the_one_that_took_its_numbers_first(force: Force, laptop: Laptop):
    """While one push holds its numbers, no other can commit higher ones, so no reader can go by them."""
    reader = force.laptop()
    laptop.new_case()
    done: list[int] = []
    other = threading.Thread(target=lambda: done.append(laptop.push().outcomes[0].number))
    with force.owner() as slow:
        slow.autocommit = False
        slow.execute("SELECT number FROM counter WHERE org_id = %s FOR UPDATE", (force.org,))
        other.start()
        # The push stands before the lock: the database itself says so.
        while not force.rows(
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT number, leaves%%'"
        ):
            assert other.is_alive()
        assert reader.pull() == []
        assert reader.cursor == 0
        slow.execute("UPDATE counter SET number = 1 WHERE org_id = %s", (force.org,))
        slow.commit()
    other.join()
    assert done == [2]
    assert [one.number for one in reader.pull()] == [2]


def test_many_at_once_get_numbers_without_a_gap_and_readers_miss_none(force: Force):
    laptops = [force.laptop() for _ in range(4)]
    reader = force.laptop()
    stop = threading.Event()
    faults: list[BaseException] = []

    def write(laptop: Laptop) -> None:
        try:
            for n in range(8):
                laptop.new_case(str(n))
                laptop.push()
        except BaseException as fault:  # noqa: BLE001 - told to the test
            faults.append(fault)

    def read() -> None:
        try:
            while not stop.is_set():
                reader.pull()
            reader.pull()
        except BaseException as fault:  # noqa: BLE001 - told to the test
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(laptop,)) for laptop in laptops]
    reading = threading.Thread(target=read)
    for thread in (*threads, reading):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    reading.join()
    assert faults == []
    assert [one.number for one in reader.entries] == list(range(1, 33))


# --- row-level security --------------------------------------------------------------------------------------------


def tables(force: Force) -> list[str]:
    return [name for (name,) in force.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def seen(force: Force, table: str, org: str, device: str) -> int:
    """How many rows of this force the serving role sees in a table."""
    query = f"SELECT count(*) FROM {table} WHERE org_id = '{force.org}'"
    return force.database.run(org, device, lambda c: c.execute(query.encode()).fetchone()[0])


def test_without_an_organisation_the_serving_role_sees_nothing_at_all(force: Force, laptop: Laptop):
    laptop.new_case()
    laptop.push()
    laptop.pull()
    for table in CLOSED:
        with psycopg.connect(force.config.database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT count(*) FROM {table}".encode())
    for table in set(tables(force)) - REFERENCE - OWN - CLOSED:
        with psycopg.connect(force.config.database) as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table
        assert seen(force, table, "", "") == 0, table
        assert seen(force, table, "f" * 32, ALL) == 0, table
    assert seen(force, "entry", force.org, ALL) == 1


def test_with_the_eyes_of_a_device_only_its_cases_are_there(force: Force, laptop: Laptop):
    other = force.laptop()
    laptop.new_case(police_suspect="yes")
    laptop.new_case()
    laptop.push()
    for table, mine, theirs in (("entry", 2, 1), ("held_case", 2, 1), ("subscription", 2, 1)):
        assert seen(force, table, force.org, laptop.device) == mine, table
        assert seen(force, table, force.org, other.device) == theirs, table
        assert seen(force, table, force.org, "") == 0, table


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE entry SET received_at = ''",
        "DELETE FROM entry",
        "DELETE FROM quarantine",
        "UPDATE node SET place = 0",
        "DELETE FROM event",
        "DROP TABLE entry",
        "ALTER TABLE entry DISABLE ROW LEVEL SECURITY",
        "TRUNCATE entry",
        "SET ROLE holdfast_owner",
    ],
)
def test_the_serving_role_cannot_change_what_was_written(force: Force, query: str):
    with psycopg.connect(force.config.database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(query.encode())


def test_nothing_can_be_written_for_another_organisation(force: Force):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        force.do(lambda c, org: c.execute("INSERT INTO unit VALUES (%s, 'x', 'x', '')", ("f" * 32,)))


# --- migrations ----------------------------------------------------------------------------------------------------


def test_every_table_leads_its_keys_with_the_organisation_and_is_behind_the_wall(force: Force):
    keys = force.rows(
        "SELECT c.relname, a.attname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid"
        " AND a.attnum = i.indkey[0] WHERE n.nspname = 'public'"
    )
    assert {table for table, _ in keys} == set(tables(force))
    assert {(t, k) for t, k in keys if k != "org_id"} == {("belonging", "what"), ("migration", "name")}
    walls = force.rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
    assert {name for (name,) in walls} == set(tables(force)) - REFERENCE - OWN


def test_migrations_hold_no_sequence_no_trigger_and_no_procedure(force: Force):
    text = "\n".join(re.sub(r"--.*", "", told) for _, told in database.migrations()).lower()
    for word in ("serial", "sequence", "identity", "trigger", "function", "procedure", "plpgsql", "deferrable", "do $"):
        assert word not in text, word
    found = force.rows("SELECT relname FROM pg_class WHERE relkind = 'S'")
    assert found == []


def test_to_migrate_again_does_nothing(force: Force):
    assert database.migrate(force.config.owner_database) == []


def test_the_database_keeps_what_it_confirms_or_the_server_does_not_start(force: Force):
    with force.owner() as connection:
        connection.execute("SET synchronous_commit = off")
        with pytest.raises(database.Problem) as problem:
            database.check(connection)
        assert (problem.value.code, problem.value.facts) == (
            "server.database_forgets",
            {"setting": "synchronous_commit", "found": "off", "wanted": "on"},
        )
        connection.execute("SET synchronous_commit = on")
        with pytest.raises(database.Problem) as problem:
            database.check(connection)
        assert problem.value.code == "server.database_role"


def test_the_counter_is_there_to_be_locked(force: Force):
    assert force.do(lock).number == 0
