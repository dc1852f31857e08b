"""Waiting times: they double, they end, and no clock makes them longer than a quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.clock import FixedClock
from app.problems import Problem
from app.vault import attempts, vault
from tests.vault.doubles import OTHER, PASSPHRASE, clock, make


def test_waits_double_up_to_a_quarter_of_an_hour(tmp_path: Path) -> None:
    now, waits = clock(), []
    for _ in range(14):
        waits.append(attempts.failed(tmp_path, now))
        assert attempts.wait_s(tmp_path, now) == waits[-1]
        now.advance(waits[-1] - 0.5)
        assert attempts.wait_s(tmp_path, now) == 1
        now.advance(0.5)
        assert attempts.wait_s(tmp_path, now) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]
    attempts.forget(tmp_path)
    assert attempts.failed(tmp_path, now) == 1


def test_a_guess_during_the_wait_is_not_looked_at(vault_folder: Path) -> None:
    make(vault_folder).unlocked.close()
    now = clock()
    for wait in (1, 2, 4):
        with pytest.raises(Problem) as caught:
            vault.unlock(vault_folder, OTHER, clock=now)
        assert (caught.value.code, caught.value.facts) == ("vault.wrong_passphrase", {"wait_s": wait})
        assert vault.look(vault_folder, clock=now).wait_s == wait
        for typed in (OTHER, PASSPHRASE):
            with pytest.raises(Problem) as caught:
                vault.unlock(vault_folder, typed, clock=now)
            assert (caught.value.code, caught.value.facts) == ("vault.wait", {"wait_s": wait})
        now.advance(wait)
    vault.unlock(vault_folder, PASSPHRASE, clock=now).close()
    assert vault.look(vault_folder, clock=now).wait_s == 0
    with pytest.raises(Problem) as caught:
        vault.unlock(vault_folder, OTHER, clock=now)
    assert caught.value.facts == {"wait_s": 1}


@pytest.mark.parametrize("year", [2001, 2035, 1970, 9000])
@pytest.mark.parametrize("failures", [1, 5, 20])
def test_a_wrong_clock_neither_locks_out_nor_forgets(tmp_path: Path, year: int, failures: int) -> None:
    now = FixedClock(datetime(2026, 11, 14, tzinfo=UTC))
    wait = [attempts.failed(tmp_path, now) for _ in range(failures)][-1]
    now.set(datetime(year, 1, 1, tzinfo=UTC))
    assert attempts.wait_s(tmp_path, now) == (wait if year < 2026 else 0)
    now.advance(wait)
    assert attempts.wait_s(tmp_path, now) == 0
    # Nothing was forgotten: the next mistake waits twice as long, and the clock put right waits no longer than that.
    following = attempts.failed(tmp_path, now)
    assert following == min(900, wait * 2) or (wait, following) == (900, 900)
    now.set(datetime(2026, 11, 14, tzinfo=UTC))
    assert attempts.wait_s(tmp_path, now) <= 900
    now.advance(900)
    assert attempts.wait_s(tmp_path, now) == 0


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"failed":-3,"since":"2026-11-14T00:00:00+00:00"}',
        b'{"failed":1,"since":"yesterday"}',
        b'{"failed":1,"since":"2026-11-14T00:00:00"}',
        b'{"failed":' + b"9" * 900 + b"}",
        b"\0" * 4096,
    ],
)
def test_an_unreadable_note_keeps_nobody_out(tmp_path: Path, note: bytes) -> None:
    (tmp_path / attempts.NAME).write_bytes(note)
    assert attempts.wait_s(tmp_path, clock()) == 0
    assert attempts.failed(tmp_path, clock()) == 1


def test_a_huge_count_waits_no_longer(tmp_path: Path) -> None:
    (tmp_path / attempts.NAME).write_bytes(b'{"failed":1000000000000,"since":"2026-11-14T01:10:00Z"}')
    assert attempts.wait_s(tmp_path, clock()) == 900
    assert attempts.failed(tmp_path, clock()) == 900


def test_the_note_holds_no_guess(vault_folder: Path) -> None:
    make(vault_folder).unlocked.close()
    with pytest.raises(Problem):
        vault.unlock(vault_folder, OTHER, clock=clock())
    assert (vault_folder / attempts.NAME).read_bytes() == b'{"failed":1,"since":"2026-11-14T01:10:00Z"}'
