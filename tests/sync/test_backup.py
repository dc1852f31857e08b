"""Backups: one moment of the whole server, sealed, restored and verified; what is broken restores nothing."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from app.problems import Problem
from sync.server import authority, backup, case_keys, recovery, restore, sealed_file, tables
from sync.server.config import Config
from tests.sync.conftest import Trial, start_trial, stop_trial
from tests.sync.laptops import Force, Laptop

CANARY = "Quenby-Ashgrove-7731"
BACK_OUT = {"case_key", "snapshot", "migration"}
CHANGED_BY_RESTORING = {"organisation", "event"}
SEALED_MEANWHILE = {"sealed_event", "event_seal"}


@pytest.fixture(scope="module")
def trial(trial_place: Path) -> Iterator[Trial]:
    """A trial of our own: in the one of all tests, some change the history behind the server's back."""
    running = start_trial(trial_place / "backup")
    yield running
    stop_trial(running)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The private recovery key."""
    recovery.make(tmp_path / "recovery.key", tmp_path / "recovery.pub")
    return tmp_path / "recovery.key"


@pytest.fixture
def config(force: Force, key: Path) -> Config:
    """The trial's configuration, with a recovery key."""
    return dataclasses.replace(force.config, recovery_key=key.with_name("recovery.pub"))


@pytest.fixture
def elsewhere(config: Config) -> Iterator[Config]:
    """The same server with an empty database."""
    name = f"restored_{secrets.token_hex(4)}"
    with psycopg.connect(config.owner_database, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    other = psycopg.conninfo.make_conninfo(config.owner_database, dbname=name)
    yield dataclasses.replace(config, owner_database=other)
    with psycopg.connect(config.owner_database, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE {name}".encode())


@pytest.fixture
def worked(force: Force) -> Laptop:
    """A laptop that has sent a case with a name in it, and something that was kept apart."""
    laptop = force.laptop()
    case = laptop.new_case(CANARY)
    laptop.set(case, "reference", f"{CANARY} again")
    laptop.set("d" * 32, "reference", CANARY)
    assert [one.outcome for one in laptop.push().outcomes] == ["accepted", "accepted", "refused"]
    return laptop


def now() -> datetime:
    return datetime.now(UTC)


def keys(key: Path) -> list:
    return recovery.private_keys(key)


def make(config: Config, file: Path) -> backup.Made:
    return backup.make(config, file, now())


def rows(conninfo: str, table: str) -> list[tuple]:
    with psycopg.connect(conninfo) as connection:
        return sorted(connection.execute(f"SELECT t::text FROM {table} AS t".encode()).fetchall())


def shown(conninfo: str) -> set[str]:
    with psycopg.connect(conninfo) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in found}


def restored(config: Config, file: Path, key: Path) -> restore.Restored:
    return restore.restore(config, file, restore.default_keys(file), keys(key))


def covered(force: Force) -> int:
    """Up to where verified backups reach; laptops hear of it once they are old enough."""
    return force.rows("SELECT coalesce(max(number), 0) FROM backup WHERE org_id = %s", force.org)[0][0]


def test_what_is_restored_is_what_was_there(force, config, elsewhere, worked, key, tmp_path):
    made = make(config, tmp_path / "first.backup")
    assert made.file.stat().st_mode & 0o777 == made.keys_file.stat().st_mode & 0o777 == 0o600
    for file in tmp_path.iterdir():
        assert CANARY.encode() not in file.read_bytes()
    done = restored(elsewhere, made.file, key)
    assert (done.faults, done.rows) == ([], made.rows)
    for table in shown(config.owner_database) - BACK_OUT - CHANGED_BY_RESTORING - SEALED_MEANWHILE - {"backup_file"}:
        assert rows(elsewhere.owner_database, table) == rows(config.owner_database, table), table
    assert done.epochs[force.name] != worked.epoch
    assert rows(elsewhere.owner_database, "case_key") == rows(config.owner_database, "case_key")
    assert CANARY in str(force.rows("SELECT convert_from(body, 'UTF8') FROM quarantine WHERE org_id = %s", force.org))


def test_a_backup_is_one_moment_while_laptops_push(config, elsewhere, worked, key, tmp_path, monkeypatch):
    read, during = tables.read, []

    def reading(connection, table, columns):
        if table in ("entry", "node"):
            worked.new_case("meanwhile")
            during.append(worked.push())
        yield from read(connection, table, columns)

    monkeypatch.setattr(tables, "read", reading)
    made = make(config, tmp_path / "busy.backup")
    monkeypatch.undo()
    assert len(during) == 2
    assert restored(elsewhere, made.file, key).rows["entry"] == len(rows(config.owner_database, "entry")) - 2


def test_without_one_reading_it_would_be_found_out(config, elsewhere, worked, key, tmp_path, monkeypatch):
    """The check can fail: where each table is read at another moment, the history does not hold together."""
    read, query = tables.read, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    execute = psycopg.Connection.execute
    monkeypatch.setattr(
        psycopg.Connection, "execute", lambda self, said, *rest: None if said == query else execute(self, said, *rest)
    )

    def reading(connection, table, columns):
        if table == "node":
            worked.new_case("meanwhile")
            worked.push()
        yield from read(connection, table, columns)

    monkeypatch.setattr(tables, "read", reading)
    made = make(config, tmp_path / "torn.backup")
    with pytest.raises(Problem, match=r"server\.history_changed"):
        restored(elsewhere, made.file, key)
    assert shown(elsewhere.owner_database) == set()


def test_what_was_cut_off_or_changed_restores_nothing(config, elsewhere, worked, key, tmp_path):
    make(config, tmp_path / "whole.backup")
    whole = (tmp_path / "whole.backup").read_bytes()
    broken = tmp_path / "broken.backup"
    places = [*range(0, len(whole), max(1, len(whole) // 15)), len(whole) - 1]
    for place in places:
        broken.write_bytes(whole[:place])
        with pytest.raises(Problem):
            restored(elsewhere, broken, key)
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(Problem):
            restored(elsewhere, broken, key)
    broken.write_bytes(whole + b"x")
    with pytest.raises(Problem):
        restored(elsewhere, broken, key)
    assert shown(elsewhere.owner_database) == set()
    broken.write_bytes(whole)
    assert restored(elsewhere, broken, key).faults == []


def test_parts_cannot_be_left_out_or_moved(key, tmp_path, monkeypatch):
    monkeypatch.setattr(sealed_file, "PART", 1000)
    public, file = recovery.public_keys(key.with_name("recovery.pub")), tmp_path / "parts"
    with sealed_file.writing(file, {"kind": "test", "made_at": ""}, public) as writer:
        for _ in range(8):
            writer.write(secrets.token_bytes(500))
    whole = file.read_bytes()
    begin = whole.index(b"\n", len(sealed_file.MAGIC)) + 1
    step = 4 + 1000 + 16
    parts = [whole[place : place + step] for place in range(begin, len(whole), step)]
    assert len(parts) == 5
    moved, left_out = [parts[1], parts[0], *parts[2:]], [*parts[:2], *parts[3:]]
    for wrong in (parts[:-1], parts[1:], moved, left_out, [*parts, parts[-1]]):
        file.write_bytes(whole[:begin] + b"".join(wrong))
        with pytest.raises(Problem, match=r"server\.sealed_file"), sealed_file.reading(file, "test", keys(key)) as some:
            list(some)
    file.write_bytes(whole)
    with sealed_file.reading(file, "test", keys(key)) as some:
        assert len(list(some)) == 8


def test_another_key_or_server_opens_nothing_and_nothing_is_written_over(config, elsewhere, worked, key, tmp_path):
    made = make(config, tmp_path / "mine.backup")
    recovery.make(tmp_path / "other.key", tmp_path / "other.pub")
    with pytest.raises(Problem, match=r"server\.recovery_key_other"):
        restored(elsewhere, made.file, tmp_path / "other.key")
    other = tmp_path / "signing.key"
    authority.make_signing_key(tmp_path)
    with pytest.raises(Problem, match=r"server\.backup_other_server"):
        restored(dataclasses.replace(elsewhere, signing_key=other), made.file, key)
    with pytest.raises(Problem, match=r"server\.not_empty"):
        restored(config, made.file, key)
    with pytest.raises(Problem, match=r"server\.file_there"):
        make(config, made.file)
    with pytest.raises(Problem, match=r"server\.file_not_written"):
        make(config, tmp_path / "nowhere" / "x.backup")
    taken = restore.files(made.file, keys(key), tmp_path / "files")
    assert (tmp_path / "files" / "signing_key").read_bytes() == config.signing_key.read_bytes()
    assert taken == ["authority", "certificate", "certificate_key", "signing_key"]


def test_the_serving_role_makes_no_backup_of_nothing(config, worked, tmp_path):
    with pytest.raises(Problem, match=r"server\.backup_owner"):
        make(dataclasses.replace(config, owner_database=config.database), tmp_path / "empty.backup")
    assert not (tmp_path / "empty.backup").exists()


def test_laptops_may_rely_on_backups_once_a_drill_has_shown_that_they_open(force, config, worked, key, tmp_path):
    first = make(config, tmp_path / "first.backup")
    assert (first.verified, covered(force)) == (False, 0)
    told: list[restore.Restored] = []
    restore.drill(config, first.file, first.keys_file, keys(key), now(), told.append)
    assert [one.faults for one in told] == [[]]
    assert told[0].rows == first.rows
    assert covered(force) == 2
    noted = {kind for (kind,) in force.rows("SELECT kind FROM event WHERE org_id = %s", force.org)}
    assert noted >= {"backed_up", "backup_drilled"}
    with psycopg.connect(config.owner_database) as owner:
        assert owner.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'drill%'").fetchall() == []
    worked.new_case()
    worked.push()
    second = make(config, tmp_path / "second.backup")
    assert (second.verified, covered(force)) == (True, 3)
    worked.new_case()
    worked.push()
    recovery.make(tmp_path / "new.key", tmp_path / "new.pub")
    third = make(dataclasses.replace(config, recovery_key=tmp_path / "new.pub"), tmp_path / "third.backup")
    assert (third.verified, covered(force)) == (False, 3)


def test_a_key_that_nobody_has_shown_to_open_a_backup_counts_for_none(force, config, worked, key, tmp_path):
    """Two custodians have one key each; the drill was done with the key of one of them."""
    recovery.make(tmp_path / "second.key", tmp_path / "second.pub")
    both = tmp_path / "both.pub"
    both.write_bytes(config.recovery_key.read_bytes() + (tmp_path / "second.pub").read_bytes())
    first = make(dataclasses.replace(config, recovery_key=both), tmp_path / "for-both.backup")
    restore.drill(config, first.file, first.keys_file, keys(key), now(), lambda _done: None)
    assert make(dataclasses.replace(config, recovery_key=both), tmp_path / "next.backup").verified
    alone = dataclasses.replace(config, recovery_key=tmp_path / "second.pub")
    assert not make(alone, tmp_path / "for-the-second.backup").verified


def test_no_backup_has_its_name_before_what_opens_it_is_kept(config, worked, tmp_path, monkeypatch):
    def full(*_words: object) -> None:
        raise Problem("server.file_not_written", file="case-keys.sealed", reason="No space left on device")

    monkeypatch.setattr(case_keys, "write", full)
    with pytest.raises(Problem, match=r"server\.file_not_written"):
        make(config, tmp_path / "first.backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recovery.key", "recovery.pub"]


def test_a_drill_finds_a_history_that_was_changed(force, config, elsewhere, worked, key, tmp_path):
    change = "UPDATE entry SET received_at = replace(received_at, %s, %s) WHERE org_id = %s RETURNING 1"
    force.rows(change, "T", "t", force.org)
    made = make(config, tmp_path / "changed.backup")
    force.rows(change, "t", "T", force.org)
    told: list[restore.Restored] = []
    with pytest.raises(Problem, match=r"server\.history_changed"):
        restore.drill(config, made.file, made.keys_file, keys(key), now(), told.append)
    assert "does not follow from the entries" in told[0].faults[0]
    assert covered(force) == 0
    # On the worst day it can be restored all the same, and says what is wrong with it.
    with pytest.raises(Problem, match=r"server\.history_changed"):
        restored(elsewhere, made.file, key)
    anyway = restore.restore(elsewhere, made.file, made.keys_file, keys(key), anyway=True)
    assert anyway.faults == told[0].faults


def test_keys_that_are_older_than_the_backup_do_not_open_it(force, config, elsewhere, worked, key, tmp_path):
    made = make(config, tmp_path / "first.backup")
    old = made.keys_file.read_bytes()
    worked.new_case("later")
    worked.push()
    second = make(config, tmp_path / "second.backup")
    second.keys_file.write_bytes(old)
    with pytest.raises(Problem, match=r"server\.backup_keys"):
        restored(elsewhere, second.file, key)
    assert case_keys.read(made.keys_file, keys(key)).orders == {}
