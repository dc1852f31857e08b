"""What the administrators' guide says about the bad day, the fleet, erasure and new keys, command by command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sync.server import authority
from sync.server import commands as server
from sync.server.config import PREFIX
from tests.sync.conftest import Trial, start_trial, stop_trial
from tests.sync.laptops import Force

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def trial(trial_place: Path) -> Iterator[Trial]:
    """A trial of our own: what is done here is done to the whole server."""
    running = start_trial(trial_place / "guide")
    yield running
    stop_trial(running)


@pytest.fixture
def run(trial: Trial, force: Force, tmp_path: Path, monkeypatch: Any, capsys: Any) -> Run:
    """Runs a command in an empty folder; what it says, an object a line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PREFIX + "CONFIG", str(trial.folder / "server.toml"))

    def command(*words: str, code: int = 0) -> Any:
        done = server.main([words[0], "--organisation", force.name, *words[1:]])
        out, err = capsys.readouterr()
        assert done == code, err
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")] if code == 0 else err

    return command


def test_back_up_drill_and_restore(run: Run, trial: Trial, force: Force, monkeypatch: Any):
    laptop = force.laptop()
    laptop.new_case()
    laptop.push()
    run("recovery-key", "recovery.key")
    monkeypatch.setenv(PREFIX + "RECOVERY_KEY", "recovery.key.pub")
    (made,) = run("backup", "tonight.backup")
    assert (made["entries"], made["verified"]) == (1, False)
    (drilled,) = run("restore-drill", "tonight.backup", "--key", "recovery.key")
    assert (drilled["entry"], drilled["faults"], drilled["age_s"] < 600) == (1, [], True)
    (listed,) = run("backup")
    assert (listed["verified"], listed["drilled_at"] is not None) == (True, True)

    (taken,) = run("restore", "tonight.backup", "--key", "recovery.key", "--files", "keys")
    assert "signing_key" in taken["files"]
    owner = force.config.owner_database
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE DATABASE put_back")
    empty = psycopg.conninfo.make_conninfo(owner, dbname="put_back")
    monkeypatch.setenv(PREFIX + "OWNER_DATABASE", empty)
    (back,) = run("restore", "tonight.backup", "--key", "recovery.key", "--login", "holdfast_put_back")
    assert (back["entry"], back["faults"], force.name in back["epochs"]) == (1, [], True)
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (1,)
        assert connection.execute("SELECT FROM pg_roles WHERE rolname = 'holdfast_put_back'").fetchone() is not None


def test_the_fleet_a_list_and_a_least_version(run: Run, force: Force):
    laptop = force.laptop()
    laptop.pull_page(program="0.1.0")
    assert run("fleet") == []
    assert run("fleet", "--csv") == []
    Path("officers.csv").write_text("name,role,unit,identity\nAda Lark,officer,Unit,\n")
    (issued,) = run("enrolment-code", "--from", "officers.csv", "--codes", "codes.csv")
    assert issued["codes"] == 1
    (wanted,) = run("least-version", "0.2.0", "--from", "2027-01-15")
    assert wanted == {"least_version": "0.2.0", "from": "2027-01-15T00:00:00+00:00"}
    assert run("least-version", "none")[0]["least_version"] is None


def test_a_lost_laptop(run: Run, force: Force):
    laptop = force.laptop()
    case = laptop.new_case()
    laptop.push()
    assert run("revoke", "--device", laptop.device) == [{"revoked": 1}]
    assert [one["case"] for one in run("device", "cases", laptop.device)] == [case]


def test_what_is_due_and_an_order(run: Run, force: Force, monkeypatch: Any):
    laptop, by, second = force.laptop(), force.officer("supervisor"), force.officer("auditor")
    case = laptop.new_case()
    laptop.push()
    run("recovery-key", "recovery.key")
    monkeypatch.setenv(PREFIX + "RECOVERY_KEY", "recovery.key.pub")
    assert run("retention", "--within", "90") == []
    run("retention", "--hold", case, "--by", by, "--reason", "a trial is coming")
    words = ("erase", case, "--by", by, "--second", second, "--reason", "its time is over", "--rewrite")
    assert "must be kept" in run(*words, code=1)
    run("retention", "--release", case, "--by", by)
    (done,) = run(*words)
    assert (done["case"], done["entries"]) == (case, 1)
    (told,) = run("erase")
    assert (told["case"], told["waits_for"]) == (case, [laptop.device])


def test_new_keys(run: Run, trial: Trial, force: Force, tmp_path: Path):
    with force.owner() as owner:
        owner.execute("UPDATE device SET revoked_at = now(), wiped_at = now()")
    assert len(run("rotate-signing-key")[0]["now"]) == 2
    assert len(run("rotate-signing-key", "--finish")[0]["now"]) == 1
    authority.make_authority(tmp_path, "Another authority")
    authority.make_server(tmp_path, "127.0.0.1")
    (tmp_path / "authority.crt").rename(tmp_path / "new-authority.crt")
    assert len(run("rotate-authority", "new-authority.crt")[0]["now"]) == 2
    run("rotate-certificate", "server.crt", "server.key")
    assert len(run("rotate-authority", "--finish")[0]["now"]) == 1
    assert authority.pin((trial.folder / "authority.crt").read_bytes()) == authority.pin(
        Path("new-authority.crt").read_bytes()
    )
