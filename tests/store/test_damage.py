"""Damage to more than a bit, or by somebody with the key, is noticed. Turned bits: `python -m tests.proof flipped`."""

from __future__ import annotations

import shutil
from functools import partial

import pytest

from app.store.store import Store
from tests.store import damaged
from tests.store.damaged import PAGE
from tests.store.vaults import DEVICE, FILE, KEY, answers, fill, new_store, outcome, problem, raw, settle


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A closed vault database of some size, and what is read from it."""
    folder = tmp_path_factory.mktemp("sound") / "vault"
    return folder, damaged.make_sound(folder)


def test_a_sound_file_passes_its_checks(sound):
    folder, right = sound
    assert not any(isinstance(piece, str) and piece.startswith("store.") for piece in right)
    store = Store.open(folder, KEY, DEVICE)
    store.check_pages()
    store.verify()
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
        spoilt = damaged.turn(folder, tmp_path / str(page), page * PAGE + 100, 0)
        alone = [_by_itself(spoilt, case) for case in cases]
        assert _one_after_the_other(spoilt, cases) == alone, page
        partly += 0 < alone.count(10) < len(cases)
    assert partly > 3


def test_a_case_that_cannot_be_read_takes_no_other_from_the_list(tmp_path):
    folder, cases = tmp_path / "vault", [f"{number:032x}" for number in range(8)]
    store = new_store(folder)
    for case in cases:
        fill(store, 10, case)
    store.close()
    settle(folder)
    partly = 0
    for page in range(1, (folder / FILE).stat().st_size // PAGE):
        spoilt = damaged.turn(folder, tmp_path / str(page), page * PAGE + 100, 0)
        alone = [_by_itself(spoilt, case) for case in cases]
        store = outcome(partial(Store.open, spoilt, KEY, DEVICE))
        found = outcome(partial(_listed, store)) if isinstance(store, Store) else ""
        if isinstance(store, Store):
            store.close()
        if isinstance(found, str):
            continue  # where the lines themselves lie
        assert found == {case: count == 10 for case, count in zip(cases, alone, strict=True)}, page
        partly += 0 < alone.count(10) < len(cases)
    assert partly > 3


def _listed(store):
    """Every case of the list, and whether it could be read."""
    lines = store.lines(lambda view: view.id.encode())
    assert all(line.body == (b"" if line.unread else line.case_id.encode()) for line in lines)
    return {line.case_id: not line.unread for line in lines}


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
