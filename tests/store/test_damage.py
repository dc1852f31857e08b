"""Damaged pages: what is read is right, or it is a Problem; never something else, and never another error."""

from __future__ import annotations

import random
import shutil
from functools import partial

import pytest

from app.store.store import Store
from tests.store.vaults import CASE, DEVICE, FILE, KEY, answers, fill, new_store, outcome, problem, raw, settle

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A closed vault database of some size, and what is read from it."""
    folder = tmp_path_factory.mktemp("sound") / "vault"
    store = new_store(folder)
    fill(store, 150)
    for number in range(30):
        fill(store, 1, f"{number:032x}")
    store.close()
    settle(folder)
    return folder, readings(folder)


def readings(folder) -> list:
    """Everything that the program reads, each piece by itself: its value, or the code of its Problem."""
    store = outcome(lambda: Store.open(folder, KEY, DEVICE))
    if isinstance(store, str):
        return [store]
    try:
        return [
            outcome(lambda: sorted(store.cases())),
            outcome(lambda: answers(store)),
            outcome(lambda: [kept.signed.hash for kept in store.entries(CASE)]),
            outcome(lambda: sorted(store.find(["mira"], 100))),
            outcome(lambda: store.find_record(CASE, "p" * 32).get("given_name")),
            outcome(lambda: sorted((line.case_id, line.body) for line in store.lines(lambda view: view.id.encode()))),
            outcome(store.unsent),
            outcome(store.verify),
        ]
    finally:
        store.close()


def spoiled(sound, tmp_path, offset: int, mask: int):
    folder = tmp_path / "vault"
    shutil.copytree(sound, folder)
    with (folder / FILE).open("r+b") as file:
        file.seek(offset)
        [byte] = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ mask]))
    return folder


def test_every_page_with_a_flipped_bit_is_read_right_or_not_at_all(sound, tmp_path):
    folder, right = sound
    pages = (folder / FILE).stat().st_size // PAGE
    assert pages > 40
    chance = random.Random(7)
    unread = 0
    for page in range(pages):
        for attempt in range(2):
            target = tmp_path / f"{page}-{attempt}"
            target.mkdir()
            spoilt = spoiled(folder, target, page * PAGE + chance.randrange(PAGE), 1 << chance.randrange(8))
            found = readings(spoilt)
            if found in (["store.foreign"], ["store.damaged"]):
                unread += 1
            else:
                for got, expected in zip(found, right, strict=True):
                    assert got == expected or got in ("store.damaged", "store.foreign"), (page, got)
                unread += found != right
                with problem("store.damaged"):
                    store = Store.open(spoilt, KEY, DEVICE)
                    try:
                        store.check_pages()
                    finally:
                        store.close()
            shutil.rmtree(target)
    assert unread > pages / 2


def test_a_sound_file_passes_its_checks(sound):
    folder, right = sound
    assert not any(isinstance(piece, str) and piece.startswith("store.") for piece in right)
    store = Store.open(folder, KEY, DEVICE)
    store.check_pages()
    store.verify()
    store.close()


def test_a_torn_log_gives_an_earlier_state_whole_and_never_half_an_entry(tmp_path):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store, 60)
    expected = [kept.signed.hash for kept in store.entries(CASE)]
    chance = random.Random(11)
    for attempt in range(60):
        copy = tmp_path / f"copy{attempt}"
        shutil.copytree(folder, copy)
        (copy / f"{FILE}-shm").unlink()
        log = copy / f"{FILE}-wal"
        size = log.stat().st_size
        place = chance.randrange(32, size)
        data = bytearray(log.read_bytes())
        if attempt % 3 == 0:
            del data[place:]
        elif attempt % 3 == 1:
            data[place:] = bytes(size - place)
        else:
            data[place] ^= 1
        log.write_bytes(bytes(data))
        again = outcome(lambda copy=copy: Store.open(copy, KEY, DEVICE))
        if isinstance(again, str):
            # The first pages, with the tables themselves, are not in the file yet.
            assert again in ("store.damaged", "store.foreign")
        else:
            kept = [kept.signed.hash for kept in again.entries(CASE)]
            assert kept == expected[: len(kept)]
            assert len(answers(again)) == max(0, len(kept) - 2)
            again.verify()
            again.check_pages()
            again.close()
        shutil.rmtree(copy)
    store.close()


def test_pages_half_written_while_the_log_was_brought_into_the_file_are_no_damage(tmp_path):
    folder, copy = tmp_path / "vault", tmp_path / "copy"
    store = new_store(folder)
    fill(store, 60)
    with store.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    expected = answers(store)
    shutil.copytree(folder, copy)
    store.close()
    (copy / f"{FILE}-shm").unlink()
    with (copy / FILE).open("r+b") as file:
        for page in range(0, (copy / FILE).stat().st_size // PAGE, 3):
            file.seek(page * PAGE + 512)
            file.write(bytes(PAGE - 512))
    again = Store.open(copy, KEY, DEVICE)
    again.check_pages()
    assert answers(again) == expected
    again.verify()
    again.close()
    # Without the log the same pages are damage.
    (copy / f"{FILE}-wal").unlink(missing_ok=True)
    with (copy / FILE).open("r+b") as file:
        file.seek(9 * PAGE + 512)
        file.write(bytes(PAGE - 512))
    with problem("store.damaged"):
        again = Store.open(copy, KEY, DEVICE)
        try:
            again.check_pages()
        finally:
            again.close()


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM entry WHERE first = 5",
        "DELETE FROM entry WHERE first = 1",
        "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'yes', 'no') AS BLOB) WHERE first = 5",
        "UPDATE entry SET signature = zeroblob(64) WHERE first = 5",
        "UPDATE entry SET case_id = 'x' WHERE first = 5",
        "UPDATE entry SET hash = 'x' WHERE first = 5",
        "UPDATE entry SET first = 500 WHERE first = 5",
        "UPDATE entry SET count = 2 WHERE first = 5",
        "UPDATE entry SET device = 'b' WHERE first = 5",
        (
            "UPDATE entry SET body = (SELECT body FROM entry WHERE first = 6),"
            " signature = (SELECT signature FROM entry WHERE first = 6) WHERE first = 5"
        ),
        "UPDATE entry SET first = -first WHERE first IN (5, 6); UPDATE entry SET first = 11 + first WHERE first < 0",
        (
            "INSERT INTO entry SELECT device, 999, count, case_id, hash, hlc_ms, hlc_counter, made_at, state, number,"
            " received_at, body, signature, reason FROM entry WHERE first = 5"
        ),
        "UPDATE entry SET body = x'', state = 'gone' WHERE first = 5",
    ],
)
def test_an_entry_that_was_removed_changed_or_moved_is_noticed(sound, tmp_path, harm):
    folder = tmp_path / "vault"
    shutil.copytree(sound[0], folder)
    connection = raw(folder)
    for statement in harm.split("; "):
        assert connection.execute(statement).rowcount > 0
    connection.close()
    store = Store.open(folder, KEY, DEVICE)
    with problem("store.rolled_back"):
        store.verify()
    store.close()


def test_only_the_newest_entries_are_checked_where_that_is_asked_for(sound, tmp_path):
    folder = tmp_path / "vault"
    shutil.copytree(sound[0], folder)
    connection = raw(folder)
    connection.execute("DELETE FROM entry WHERE first = 5")
    connection.close()
    store = Store.open(folder, KEY, DEVICE)
    store.verify(newest=50)
    with problem("store.rolled_back"):
        store.verify()
    connection = raw(folder)
    connection.execute("DELETE FROM entry WHERE first = (SELECT max(first) - 10 FROM entry)")
    connection.close()
    with problem("store.rolled_back"):
        store.verify(newest=50)
    store.close()


def test_one_damaged_page_takes_no_other_case_with_it(tmp_path):
    """A connection that met a page without its seal reads nothing more: the next question must get another one."""
    folder, cases = tmp_path / "vault", [f"{number:032x}" for number in range(8)]
    store = new_store(folder)
    for case in cases:
        fill(store, 10, case)
    store.close()
    settle(folder)
    pages = (folder / FILE).stat().st_size // PAGE
    partly = 0
    for page in range(1, pages):
        target = tmp_path / str(page)
        target.mkdir()
        spoilt = spoiled(folder, target, page * PAGE + 100, 1)
        alone = [_by_itself(spoilt, case) for case in cases]
        assert _one_after_the_other(spoilt, cases) == alone, page
        partly += 0 < alone.count(10) < len(cases)
    assert partly > 3


def _by_itself(folder, case):
    """What is read of one case by a program that has read nothing else."""
    [found] = _one_after_the_other(folder, [case])
    return found


def _one_after_the_other(folder, cases):
    """What one program reads of some cases."""
    store = outcome(lambda: Store.open(folder, KEY, DEVICE))
    if isinstance(store, str):
        return [store] * len(cases)
    try:
        return [outcome(partial(_count, store, case)) for case in cases]
    finally:
        store.close()


def _count(store, case):
    return len(answers(store, case))
