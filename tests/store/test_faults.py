"""Full disk, no write access, two programs at once, an error in the middle: a Problem, and work goes on afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pytest

from app.notebook import entry as notebook
from app.store import database, rows
from app.store.store import Store
from tests.store.vaults import (
    AUTHOR,
    CASE,
    DEVICE,
    FILE,
    KEY,
    answers,
    clock,
    fill,
    new_store,
    problem,
    put,
    raw,
    settle,
    tables,
)

ROOT = Path(__file__).resolve().parent.parent.parent


def fill_a_disk(folder: Path, how: str, module: str = "tests.store.on_a_small_disk") -> dict:
    program = [sys.executable, "-m", module, str(folder), how]
    own_mounts = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    command = [*own_mounts, *program] if how == "tmpfs" else program
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return {"how": "no unshare here"}
    if how == "tmpfs" and done.returncode and "unshare" in done.stderr:
        return {"how": "no mounts of its own here"}
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("how, code", [("tmpfs", "store.full"), ("limit", "store.disk")])
def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(tmp_path, how, code):
    report = fill_a_disk(tmp_path, how)
    if report["how"] != how:
        # No right to make a small disk here: what a write limit does must hold all the same.
        report, code = fill_a_disk(tmp_path, "limit"), "store.disk"
    assert report.pop("acknowledged") > 20
    assert report == {
        "how": report["how"],
        "codes": [code, code],
        "lines": 1,
        "lost": [],
        "lost_after_reopening": [],
        "never_acknowledged": 0,
    }


@contextlib.contextmanager
def as_nobody():
    """Without the rights of the administrator, whom no file mode holds back."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_without_write_access_is_said_and_nothing_is_changed():
    folder = Path(tempfile.mkdtemp())
    try:
        store = new_store(folder)
        fill(store)
        store.close()
        settle(folder)
        (folder / FILE).chmod(0o444)
        folder.chmod(0o555)
        before = (folder / FILE).read_bytes()
        with as_nobody(), problem("store.read_only"):
            Store.open(folder, KEY, DEVICE)
        assert (folder / FILE).read_bytes() == before
        folder.chmod(0o000)
        with as_nobody(), problem("store.read_only"):
            Store.open(folder, KEY, DEVICE)
        folder.chmod(0o555)
        (folder / FILE).unlink()
        with as_nobody(), problem("store.read_only"):
            Store.create(folder, KEY, DEVICE)
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_file_without_write_access_in_a_folder_that_has_it_is_said(tmp_path):
    folder = Path(tempfile.mkdtemp())
    try:
        store = new_store(folder)
        fill(store, 3)
        store.close()
        settle(folder)
        (folder / FILE).chmod(0o444)
        folder.chmod(0o777)
        with as_nobody(), problem("store.read_only"):
            Store.open(folder, KEY, DEVICE).write(CASE, [notebook.append("n", "note", {})], AUTHOR, clock())
    finally:
        shutil.rmtree(folder)


def test_a_second_program_that_writes_is_said_and_the_work_goes_on_afterwards(tmp_path):
    store = new_store(tmp_path / "vault")
    fill(store)
    other = raw(tmp_path / "vault")
    other.execute("BEGIN IMMEDIATE")
    with problem("store.busy"):
        put(store, "F01", "no")
    # Reading and the list do not wait for the other program.
    assert answers(store)["F01"] == "yes"
    other.execute("ROLLBACK")
    other.close()
    put(store, "F01", "no")
    assert answers(store)["F01"] == "no"
    store.verify()
    store.close()


def test_two_programs_that_write_in_turn_keep_one_chain_and_see_each_other(tmp_path):
    one = new_store(tmp_path / "vault")
    fill(one, 3)
    two = Store.open(tmp_path / "vault", KEY, DEVICE)
    for number in range(10):
        put(one if number % 2 else two, "F00", str(number))
        assert answers(one)["F00"] == answers(two)["F00"] == str(number)
        assert not one.view(CASE).conflicts()
    one.verify()
    two.verify()
    one.close()
    two.close()


WHERE = [
    ("the entry", Store, "insert"),
    ("the rows", rows, "write_rows"),
    ("the signature", notebook, "sign"),
]


@pytest.mark.parametrize("where, owner, name", WHERE, ids=[w for w, _, _ in WHERE])
@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), KeyboardInterrupt(), database.sqlite.OperationalError("disk I/O error")]
)
def test_an_error_in_the_middle_leaves_nothing_behind_and_the_store_goes_on(tmp_path, where, owner, name, error):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store)
    before, shown = tables(folder), answers(store)
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    with mock.patch.object(owner, name, side_effect=error), pytest.raises(BaseException) as caught:
        put(store, "F01", "no")
    expected = "store.disk" if isinstance(error, database.sqlite.Error) else error
    assert getattr(caught.value, "code", caught.value) == expected
    assert tables(folder) == before
    assert answers(store) == shown
    put(store, "F01", "no")
    assert answers(store) == {**shown, "F01": "no"}
    store.verify()
    store.close()


def test_an_error_after_the_rows_were_written_takes_the_rows_back_too(tmp_path):
    folder = tmp_path / "vault"
    store = new_store(folder)
    fill(store)
    before = tables(folder)
    real = rows.write_rows

    def late(*args):
        real(*args)
        raise RuntimeError

    with mock.patch.object(rows, "write_rows", late), pytest.raises(RuntimeError):
        put(store, "F01", "no")
    with mock.patch.object(rows, "write_rows", late), pytest.raises(RuntimeError):
        store.rebuild()
    assert tables(folder) == before
    assert answers(store)["F01"] == "yes"
    store.close()


def test_the_list_is_there_where_its_lines_cannot_be_kept(tmp_path):
    store = new_store(tmp_path / "vault")
    fill(store)
    other = raw(tmp_path / "vault")
    other.execute("BEGIN IMMEDIATE")
    store._connection.execute("PRAGMA busy_timeout = 1")
    assert [line.body for line in store.lines(lambda view: b"made")] == [b"made"]
    other.execute("ROLLBACK")
    other.close()
    assert [line.body for line in store.lines(lambda view: b"again")] == [b"again"]
    assert [line.body for line in store.lines(lambda view: b"not made")] == [b"again"]
    store.close()


@pytest.mark.parametrize("how", ["tmpfs", "limit"])
def test_a_disk_that_is_full_at_any_place_of_an_upgrade_or_a_way_back_loses_nothing(tmp_path, how):
    report = fill_a_disk(tmp_path, how, "tests.store.upgrade_on_a_small_disk")
    if report["how"] != how:
        return  # no right to make a small disk here: the other case holds all the same
    for work in ("upgrade", "back"):
        codes = [code for code, _, _ in report[work]]
        assert len(codes) > 3, work
        assert codes[-1] == "done"
        # With no room at all the file cannot even be opened.
        assert codes[0] in ("store.disk", "store.upgrade_full", "store.upgrade_disk")
        assert set(codes[1:-1]) == {"store.upgrade_full" if how == "tmpfs" else "store.upgrade_disk"}, work
        assert all(whole and clean for _, whole, clean in report[work]), report[work]
