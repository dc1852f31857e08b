"""The tables of the server are brought up to date as a whole or not at all; tables of another version are refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from app.problems import Problem
from sync.server import database
from tests.sync import migrating
from tests.sync.conftest import SERVER
from tests.sync.laptops import Force
from tests.sync.production import free_port


@pytest.fixture
def own(force: Force):
    """A database of its own."""
    with migrating.new_database(force.config.owner_database, f"own_{force.org}") as conninfo:
        yield conninfo


def test_a_step_that_fails_changes_nothing(own: str, tmp_path: Path):
    database.migrate(own)
    before = migrating.stands(own)
    steps = migrating.further(tmp_path / "further")
    (steps / migrating.FURTHER[1]).write_text("CREATE TABLE half (a text); SELECT nothing_of_that_name();")
    with pytest.raises(psycopg.errors.UndefinedFunction):
        database.migrate(own, folder=steps)
    assert migrating.stands(own) == before


def test_tables_of_a_newer_version_are_refused_and_left(force: Force, own: str, tmp_path: Path):
    database.migrate(own, folder=migrating.further(tmp_path / "further"))
    before = migrating.stands(own)
    with pytest.raises(Problem) as problem:
        database.migrate(own)
    assert problem.value.code == "server.database_newer"
    assert problem.value.facts == {"newer": ", ".join(migrating.FURTHER)}
    done = command(force, own, "serve")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0].startswith("The tables in the database are those of a newer version")
    assert migrating.stands(own) == before


def test_tables_of_an_older_version_are_not_served(force: Force, own: str):
    database.migrate(own)
    last = database.migrations()[-1][0]
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("DELETE FROM migration WHERE name = %s", (last,))
    done = command(force, own, "serve")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == (
        f"The tables in the database are those of an older version; these steps are missing: {last}"
    )
    assert "holdfast-server migrate" in done.stderr.splitlines()[2]


def command(force: Force, conninfo: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the real server on another database."""
    serving = psycopg.conninfo.make_conninfo(
        force.config.database, dbname=psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    )
    file = force.folder / "server.toml"
    environment = {"HOLDFAST_SERVER_DATABASE": serving, "HOLDFAST_SERVER_PORT": str(free_port()), "PATH": ""}
    return subprocess.run(
        [*SERVER, *words, "--config", str(file)], env=environment, capture_output=True, text=True, check=False
    )
