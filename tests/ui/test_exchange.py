"""The exchange beside the screens: with the trial beside the program, with a server that is away, and with none."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.casework import cases, status
from app.casework import practice as caseload
from app.casework.desk import Desk, create_vault
from app.clock import FixedClock
from app.vault.vault import FLOOR_COST
from sync.client import enrolment, membership
from sync.client.schedule import NUDGE_S
from tests.sync.conftest import Trial, start_trial, stop_trial
from tests.sync.police import enrol
from tests.ui.conftest import OFFICER, PASSPHRASE


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="holdfast-beside-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def trial(place: Path) -> Iterator[Trial]:
    """A trial beside the program, as `dev.py run` starts it."""
    running = start_trial(place / "trial", "--practice-code", str(place / "code"))
    yield running
    stop_trial(running)


@pytest.fixture
def desk(vault_folder: Path, clock: FixedClock) -> Desk:
    """A practice vault without its caseload."""
    return create_vault(
        vault_folder,
        officer=caseload.OFFICER,
        passphrase=PASSPHRASE,
        practice_passphrase=PASSPHRASE,
        cost=FLOOR_COST,
        clock=clock,
    )[0]


def said(one: Any) -> str:
    return str(one.officer.window.status.text())


def record(one: Any) -> None:
    """Somebody answers something."""
    session = one.officer.session
    cases.new_case(session.desk, "A")
    session.saved(session.desk.clock.now())


def test_the_practice_vault_joins_the_trial_by_itself_and_the_first_answer_is_sent(
    at_work: Callable[..., Any], trial: Trial, place: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(enrolment.TRIAL_CODE, str(place / "code"))
    one = at_work("--practice")
    qtbot.waitUntil(lambda: " · sent " in said(one), timeout=20_000)
    record(one)
    qtbot.waitUntil(lambda: "to send" in said(one), timeout=20_000)
    qtbot.waitUntil(lambda: " · sent " in said(one), timeout=20_000)
    assert membership.membership(one.officer.desk.store).trial


def test_what_is_written_while_a_round_runs_is_sent_soon_after_it(
    at_work: Callable[..., Any], trial: Trial, place: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(enrolment.TRIAL_CODE, str(place / "code"))
    one = at_work("--practice")
    exchange = one.officer.exchange
    enrol(one.officer.desk, json.loads(trial.command("enrolment-code", caseload.OFFICER).stdout)["code"])
    exchange.start()
    qtbot.waitUntil(lambda: exchange.running, timeout=20_000)
    record(one)
    qtbot.waitUntil(lambda: not exchange.running, timeout=20_000)
    assert exchange._schedule.due < time.monotonic() + NUDGE_S + 1
    qtbot.waitUntil(lambda: not status.waiting(one.officer.desk).unsent, timeout=20_000)


def test_without_a_server_beside_it_the_program_is_the_same(
    at_work: Callable[..., Any], tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(enrolment.TRIAL_CODE, str(tmp_path / "never there"))
    one = at_work("--practice")
    record(one)
    qtbot.waitUntil(lambda: "practice is never sent" in said(one), timeout=20_000)
    assert one.officer.session.exchange_problem is None


def test_a_code_that_does_not_hold_changes_nothing(
    at_work: Callable[..., Any], tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "code").write_text("no code at all\n")
    monkeypatch.setenv(enrolment.TRIAL_CODE, str(tmp_path / "code"))
    one = at_work("--practice")
    record(one)
    qtbot.waitUntil(lambda: "practice is never sent" in said(one), timeout=20_000)
    assert not status.waiting(one.officer.desk).enrolled


def test_while_the_server_is_away_it_waits_longer_also_after_a_restart_unless_a_person_asks(
    at_work: Callable[..., Any], desk: Desk, qtbot: Any
):
    gone = membership.Membership(
        host="127.0.0.1",
        port=1,
        authority="",
        server_key="",
        organisation="o",
        officer="o",
        name=OFFICER,
        role="officer",
        unit="u",
        epoch="e",
        enrolled_at="2026-05-16T20:00:00+00:00",
        trial=True,
    )
    membership.keep(desk.store, msgspec.structs.replace(gone, authority=_an_authority()))
    one = at_work("--practice")
    exchange = one.officer.exchange
    qtbot.waitUntil(lambda: one.officer.session.exchange_problem is not None, timeout=20_000)
    assert one.officer.session.exchange_problem.code == "sync.unreachable"
    record(one)
    assert exchange._schedule.failures == 1
    exchange._schedule = exchange._schedule.__class__(due=0)  # a fresh program knows nothing,
    exchange.start()
    assert exchange._schedule.failures == 1  # but what its vault kept
    assert exchange._schedule.due > time.monotonic() + 1
    one.officer.session.wants_exchange.emit()
    assert exchange._schedule.due <= time.monotonic()


def _an_authority() -> str:
    from sync.server import authority

    folder = Path(tempfile.mkdtemp(prefix="holdfast-authority-"))
    authority.make_authority(folder)
    text = (folder / "authority.crt").read_text()
    shutil.rmtree(folder)
    return text
