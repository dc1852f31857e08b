"""The invented caseload: made once, walked through without a window, never in a real vault."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.casework import cases, practice
from app.casework.desk import close_desk
from app.clock import FixedClock, parse_moment
from app.problems import Problem
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.commands.conftest import holdfast


def test_headless_does_the_whole_job_and_says_what_it_made_and_where(home):
    first = holdfast("practice", "--headless", "--json", XDG_DATA_HOME=str(home)).line
    assert first["made"] is True
    assert first["cases"] == len(practice.files())
    assert (first["floor"], first["grade"], first["rules"]) == ("high", "high", ["H1", "M2", "M3"])
    assert [Path(path).read_bytes()[:5] for path in first["papers"]] == [b"%PDF-", b"%PDF-"]
    assert len(first["passphrase"].split()) == 5
    second = holdfast("practice", "--headless", XDG_DATA_HOME=str(home))
    assert second.code == 0, second.err
    assert first["passphrase"] in second.out
    assert "PRACTICE" in second.out
    assert first["vault"] in second.out
    # The passphrase of the unlock screen works for every other command.
    listed = holdfast("case", "list", "--json", "--vault", first["vault"], given=first["passphrase"])
    assert len(listed.lines) == first["cases"]


def test_without_a_screen_it_needs_no_headless(home):
    said = holdfast("practice", "--json", XDG_DATA_HOME=str(home), QT_QPA_PLATFORM="")
    assert said.line["cases"] == len(practice.files())


def test_a_real_vault_is_never_taken_for_practice(full):
    said = holdfast("practice", "--headless", "--vault", full.folder)
    assert said.code == 1
    assert "real one" in said.err


@pytest.mark.parametrize("now", ["2026-11-22T00:50:00+00:00", "2001-01-01T00:00:00+00:00", "2035-06-01T12:00:00+00:00"])
def test_the_caseload_takes_place_now_whatever_the_clock_says(tmp_path, now):
    at = parse_moment(now)
    desk, made = practice.open_practice(tmp_path / "p", clock=FixedClock(at), cost=FLOOR_COST)
    assert made
    assert desk.practice
    assert vault.look(tmp_path / "p").practice_passphrase == practice.passphrase_of(tmp_path / "p")
    lines = {line.reference: line for line in cases.list_cases(desk)}
    assert {line.grade for line in lines.values()} == {"high", "medium", "standard", None}
    reported = parse_moment(cases.read_case(desk, lines["NM-2026-0417"].id).one("incident").get("reported_at"))
    assert timedelta() < at - reported < timedelta(hours=12)
    assert sum(line.review_due < now for line in lines.values()) < len(lines) / 2
    close_desk(desk)


def test_a_caseload_that_was_cut_short_is_completed(tmp_path, monkeypatch):
    real = practice.files()
    monkeypatch.setattr(practice, "files", lambda: [*real[:3], tmp_path / "not-there.json"])
    with pytest.raises(FileNotFoundError):
        practice.open_practice(tmp_path / "p", cost=FLOOR_COST)
    monkeypatch.undo()
    for made in (False, False):
        desk, was_made = practice.open_practice(tmp_path / "p", cost=FLOOR_COST)
        assert was_made is made
        assert len(cases.list_cases(desk)) == len(real)
        close_desk(desk)


def test_the_vault_stays_closed_to_others_after_a_failure(tmp_path, monkeypatch):
    desk, _ = practice.open_practice(tmp_path / "p", cost=FLOOR_COST)
    with pytest.raises(Problem) as met:
        practice.open_practice(tmp_path / "p", cost=FLOOR_COST)
    assert met.value.code == "vault.in_use"
    close_desk(desk)


def test_dates_of_birth_stay_and_moments_move():
    data = json.loads(practice.files()[-1].read_bytes())
    moved = practice.moved(data, datetime(2031, 1, 1, tzinfo=UTC))
    assert moved["people"][0]["born"] == data["people"][0]["born"]
    assert moved["incident"]["reported_at"] > data["incident"]["reported_at"]
    assert moved["reference"] == data["reference"]
