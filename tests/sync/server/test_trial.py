"""The trial as a person starts it: ready in one line, ended in order or not, started again, with either PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from app.casework import practice
from sync.server import cluster
from sync.server.trial import ORGANISATION
from sync.wire import code, limits, messages, signing
from tests.sync.conftest import SERVER, Trial, start_trial, stop_trial
from tests.sync.laptops import Force, Laptop


def living(folder: Path) -> list[int]:
    """The processes of a folder's database."""
    wanted = str((folder / "database").resolve())
    found = []
    for place in Path("/proc").iterdir():
        try:
            told = (place / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if wanted in told and "postgres" in told:
            found.append(int(place.name))
    return found


def wait_until_gone(folder: Path) -> None:
    while living(folder):
        time.sleep(0.01)


def enrolled(trial: Trial, force: Force | None = None) -> tuple[Force, Laptop]:
    """A laptop of the trial's first officer, by the code that was shown."""
    told = code.read(trial.said["codes"][0]["code"])
    made = force or Force(trial.folder, trial.port)
    laptop = Laptop(made, "")
    laptop.enrol(told.secret)
    return made, laptop


def test_started_again_it_goes_on_with_its_data_at_its_address_with_fresh_codes(trial_place: Path):
    first = start_trial(trial_place / "again", "--officers", "3")
    assert (first.said["ready"], first.said["pid"]) == (True, first.process.pid)
    assert [one["role"] for one in first.said["codes"]] == ["officer"] * 3 + ["supervisor"]
    assert len({one["unit"] for one in first.said["codes"]}) == 1
    force, laptop = enrolled(first)
    case = laptop.new_case()
    laptop.push()
    leave(force, laptop)
    assert living(first.folder)
    assert stop_trial(first) == 0
    assert living(first.folder) == []
    second = start_trial(first.folder)
    assert second.said["address"] == first.said["address"]
    assert {c["code"] for c in first.said["codes"]}.isdisjoint(c["code"] for c in second.said["codes"])
    force, other = enrolled(second)
    assert [one.case for one in other.snapshots().snapshots] == [case]
    # The laptop of before is still enrolled, and its head is known.
    assert laptop.pull_page().head.last == 1
    leave(force, laptop, other)
    assert stop_trial(second) == 0


def test_a_practice_vault_finds_a_code_for_as_long_as_the_trial_runs_however_many_there_were(trial_place: Path):
    file, folder = trial_place / "practice-code", trial_place / "practice"
    trial = start_trial(folder, "--practice-code", str(file))
    assert file.stat().st_mode & 0o077 == 0
    force = Force(trial.folder, trial.port)
    shown = [file.read_text().strip()]
    while len(shown) < limits.DEVICES_PER_OFFICER:
        shown.append(
            json.loads(trial.command("enrolment-code", "--organisation", ORGANISATION, practice.OFFICER).stdout)["code"]
        )
    for text in shown:
        laptop = Laptop(force, "")
        laptop.enrol(code.read(text).secret, author=practice.OFFICER)
        laptop.close()
    leave(force)
    assert stop_trial(trial) == 0
    assert not file.exists()
    trial = start_trial(folder, "--practice-code", str(file))
    force = Force(trial.folder, trial.port)
    laptop = Laptop(force, "")
    laptop.enrol(code.read(file.read_text().strip()).secret, author=practice.OFFICER)
    leave(force, laptop)
    assert stop_trial(trial) == 0


def test_killed_it_takes_its_database_with_it_and_blocks_nothing(trial_place: Path):
    trial = start_trial(trial_place / "killed")
    trial.process.kill()
    stop_trial(trial)
    if sys.platform.startswith("linux"):
        # Only Linux tells a child of its parent's end; elsewhere the next start ends it.
        wait_until_gone(trial.folder)
    assert stop_trial(start_trial(trial.folder)) == 0


def test_a_database_that_outlived_it_is_ended_first(trial_place: Path):
    trial = start_trial(trial_place / "outlived")
    (database,) = [pid for pid in living(trial.folder) if os.getpgid(pid) == pid]
    os.kill(database, signal.SIGSTOP)  # so that it does not hear of our end before the next start looks at it
    trial.process.kill()
    stop_trial(trial)
    os.kill(database, signal.SIGCONT)
    assert stop_trial(start_trial(trial.folder)) == 0


def test_a_second_one_in_the_same_folder_is_refused_and_the_first_goes_on(trial: Trial):
    done = subprocess.run(
        [*SERVER, "trial", "--folder", str(trial.folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("A trial server runs in the folder")
    assert trial.command("health").stdout.strip() == '{"ready": true}'


def test_a_port_that_is_taken_is_a_problem(trial: Trial, trial_place: Path):
    words = [*SERVER, "trial", "--folder", str(trial_place / "port"), "--port", str(trial.port)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The address 127.0.0.1, port {trial.port}, is taken")
    assert living(trial_place / "port") == []


def test_the_wheels_postgresql_does_as_well_also_in_a_folder_that_only_we_can_enter(tmp_path: Path):
    """The one trial of this run has the machine's own PostgreSQL, where there is one."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    trial = start_trial(closed / "trial", environment={**os.environ, "HOLDFAST_TRIAL_POSTGRESQL": "wheel"})
    place = (trial.folder / "database").resolve()
    force, laptop = enrolled(trial)
    laptop.new_case()
    assert laptop.push().outcomes[0].outcome == "accepted"
    assert force.rows("SHOW server_version_num") >= [("150000",)]
    leave(force, laptop)
    assert stop_trial(trial) == 0
    # PostgreSQL does not run as root, so root's lies where the other user can reach it.
    assert (place.stat().st_uid == 0) is False
    shutil.rmtree(place)


@pytest.mark.parametrize("which", ["machine", "wheel"])
def test_where_there_is_no_postgresql_it_says_so(monkeypatch, which: str):
    monkeypatch.setattr(cluster.Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(cluster.Problem) as problem:
        cluster.find(which)
    assert problem.value.code == "server.no_postgresql"


def test_killed_in_mid_push_it_has_all_of_it_or_nothing(trial_place: Path):
    trial = start_trial(trial_place / "mid-push")
    force, laptop = enrolled(trial)
    for n in range(100):
        laptop.new_case(str(n))

    # Killed while the push stands in its transaction, before its commit: nothing of it is there.
    # The database goes with it, so the connection that held the lock may be told so.
    with contextlib.suppress(psycopg.OperationalError), force.owner() as slow:
        slow.autocommit = False
        slow.execute("SELECT number FROM counter FOR UPDATE")
        request(laptop)
        waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT number, leaves%%'"
        while not force.rows(waiting):
            pass
        trial.process.kill()
        stop_trial(trial)
    leave(force, laptop)
    trial = start_trial(trial.folder)
    assert laptop.pull_page().head.last == 0

    # Killed after its commit, before anybody heard: all of it is there, and said again it is told the same.
    force = Force(trial.folder, trial.port)
    request(laptop)
    while force.rows("SELECT max(number) FROM counter") != [(100,)]:
        pass
    trial.process.kill()
    stop_trial(trial)
    leave(force, laptop)
    trial = start_trial(trial.folder)
    answer = laptop.push()
    assert [(one.outcome, one.number) for one in answer.outcomes] == [("already", n) for n in range(1, 101)]
    assert trial.command("verify", "--organisation", "Trial force").returncode == 0
    laptop.close()
    assert stop_trial(trial) == 0


def request(laptop: Laptop) -> None:
    """Send a push and wait for no answer."""
    packed = signing.pack(messages.encode(laptop.push_message(*laptop.writer.entries)))
    connection = laptop.connect()
    connection.request("POST", "/v1/push", packed, laptop.headers("/v1/push", packed))
    laptop.keep(connection)


def leave(force: Force, *laptops: Laptop) -> None:
    for laptop in laptops:
        laptop.close()
    force.close()
