"""Locking ends the process, saves what was typed, and comes back to where the officer stood."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.casework import cases, edit, place, settings
from app.casework.desk import close_desk, open_desk
from app.problems import Problem
from app.vault import vault
from tests.ui.conftest import PASSPHRASE
from ui import start
from ui.widgets import clipboard
from ui.widgets.edits import WordsEdit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def case_id(desk):
    made = cases.new_case(desk, "NM-2026-0001")
    edit.create(desk, made, "person", {"roles": ["victim"], "given_name": "Keira", "family_name": "Holm"})
    edit.create(desk, made, "incident", {"place": "Mill Lane"})
    return made


def test_ctrl_l_closes_the_vault_and_asks_for_a_fresh_process(at_work, desk, qtbot, clock):
    one = at_work("--scheme", "dark", "--language", "en")
    folder = desk.unlocked.folder
    qtbot.keyClick(one.top.screen_shown, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    (command,) = one.replaced
    assert command[:2] == [sys.executable, "-P"]
    assert command[command.index("--scheme") + 1] == "dark"
    assert command[command.index("--vault") + 1] == str(folder)
    assert command[command.index("--last-scheme") + 1] == "dark"
    assert not one.top.isVisible()
    vault.unlock(folder, PASSPHRASE, clock=clock).close()  # the lock is released


def test_what_was_typed_a_moment_ago_is_saved(at_work, desk, qtbot, clock, case_id):
    one = at_work()
    one.top.screen_shown.go({"place": "case", "case": case_id, "step": "happened"})
    page = one.top.screen_shown.case_frame.page
    words = next(field for field in page.findChildren(WordsEdit) if field.isVisible())
    words.setFocus()
    qtbot.keyClicks(words, "The neighbour heard a blow")
    one.officer.lock()
    desk = open_desk(vault.unlock(desk.unlocked.folder, PASSPHRASE, clock=clock), clock=clock)
    stored = cases.read_case(desk, case_id).of("incident")
    assert any(
        "The neighbour heard a blow" in str(record.get(name)) for record in stored for name in record.field_names()
    )
    close_desk(desk)


def test_whatever_is_watched_is_flushed_before_the_vault_closes(at_work, desk, clock, case_id):
    one = at_work()

    class Editor:
        def flush(self):
            edit.set_field(desk, case_id, case_id, "reference", "typed a moment ago")

    editor = Editor()
    one.officer.session.watch(editor)
    one.officer.lock()
    again = open_desk(vault.unlock(desk.unlocked.folder, PASSPHRASE, clock=clock), clock=clock)
    assert cases.read_case(again, case_id).case.get("reference") == "typed a moment ago"
    close_desk(again)


def test_after_unlocking_the_officer_stands_where_the_officer_stood(at_work, program, desk, qtbot, clock, case_id):
    one = at_work()
    folder = desk.unlocked.folder
    one.top.screen_shown.go({"place": "case", "case": case_id, "step": "happened"})
    page = one.top.screen_shown.case_frame.page
    words = next(field for field in page.findChildren(WordsEdit) if field.isVisible())
    words.setFocus()
    name = words.accessibleName()
    one.officer.lock()
    fresh = program("--vault", str(folder))
    fresh.top.resize(1366, 768)
    fresh.top.show()
    qtbot.waitUntil(fresh.top.isActiveWindow)
    fresh.enter_desk(open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock))
    frame = fresh.top.screen_shown.case_frame
    assert (fresh.top.screen_shown.place, frame.case_id, frame.step) == ("case", case_id, "happened")
    assert fresh.top.focusWidget().accessibleName() == name


def test_colours_and_language_chosen_in_the_vault_are_there_after_the_lock(at_work, program, desk, clock, qtbot):
    one = at_work()
    page_of(one, "settings").rows["scheme"].editor.choose("night")
    settings.choose(desk, "language", "xx")
    folder = desk.unlocked.folder
    one.officer.lock()
    (command,) = one.replaced
    given = command[command.index("--scheme") :]
    fresh = program(*given)
    assert (fresh.theme.scheme.name, fresh.translator.language) == ("night", "xx")  # the unlock screen already
    fresh.enter_desk(open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock))
    assert (fresh.theme.scheme.name, fresh.translator.language) == ("night", "xx")
    fresh.theme.choose("light")


def test_what_the_command_line_names_wins(program, desk, qtbot):
    settings.choose(desk, "scheme", "night")
    settings.choose(desk, "language", "xx")
    one = program("--vault", str(desk.unlocked.folder), "--scheme", "dark", "--language", "en")
    one.enter_desk(desk)
    assert (one.theme.scheme.name, one.translator.language) == ("dark", "en")
    one.theme.choose("light")


def page_of(one, name):
    one.top.screen_shown.go({"place": name})
    return one.top.screen_shown.pages[name]


@pytest.mark.parametrize(
    "where",
    [
        {"place": "find", "words": "Holm"},
        {"place": "cases", "order": "grade", "archived": True},
        {"place": "new"},
        {"place": "vault"},
        {"place": "settings"},
    ],
)
def test_every_place_is_found_again(at_work, desk, case_id, where):
    place.stand(desk, where)
    one = at_work()
    now = one.top.screen_shown.where()
    assert {name: now[name] for name in where} == where


@pytest.mark.parametrize("where", [{}, {"place": "nowhere"}, {"place": "case", "case": "gone"}, {"place": 5}])
def test_a_place_that_is_not_there_any_more_is_today(at_work, desk, where):
    place.stand(desk, where)
    assert at_work().top.screen_shown.place == "today"


class FullDisk:
    def flush(self):
        raise Problem("store.full")


def test_an_answer_that_cannot_be_saved_is_said_before_locking(at_work, desk):
    one = at_work()
    full = FullDisk()
    one.officer.session.watch(full)
    window = one.top.screen_shown
    one.officer.lock()
    assert one.replaced == []
    assert window.problem_bar.problem.code == "program.unsaved_at_lock"
    assert "disk is full" in window.problem_bar.happened.text()
    one.officer.lock()
    assert len(one.replaced) == 1
    assert "--unsaved" not in one.replaced[0]  # it was said, and chosen


def test_sleep_locks_all_the_same_and_the_next_program_says_what_is_lost(at_work):
    one = at_work()
    full = FullDisk()
    one.officer.session.watch(full)
    one.officer.suspend.going.emit()
    assert len(one.replaced) == 1
    assert "--unsaved" in one.replaced[0]


def test_sleep_says_nothing_where_all_was_saved(at_work):
    one = at_work()
    one.officer.suspend.going.emit()
    assert "--unsaved" not in one.replaced[0]


def test_locking_takes_our_words_off_the_clipboard(at_work):
    one = at_work()
    clipboard.copy("Mill Lane 4")
    assert QGuiApplication.clipboard().text() == "Mill Lane 4"
    one.officer.lock()
    assert QGuiApplication.clipboard().text() == ""


def test_closing_the_window_saves_and_closes(at_work, desk, qtbot, clock):
    one = at_work()
    folder = desk.unlocked.folder
    assert one.top.close()
    assert one.replaced == []
    vault.unlock(folder, PASSPHRASE, clock=clock).close()


DRIVER = """
import os, sys
sys.path.insert(0, {root!r})
from PySide6.QtCore import QTimer, Qt
from PySide6.QtTest import QTest
from ui import start
from ui.shell.window import Window

def drive(program):
    screen = program.top.screen_shown
    if isinstance(screen, Window):
        print("open", os.getpid(), flush=True)
        os.environ[start.PAINTED] = "1"  # for the fresh program: tell the paint and end
        QTest.keyClick(screen, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        return
    if screen.button.isEnabled() and not screen.passphrase.text():
        QTest.keyClicks(screen.passphrase.edit, {passphrase!r})
        QTest.keyClick(screen.passphrase.edit, Qt.Key.Key_Return)
    QTimer.singleShot(20, lambda: drive(program))

begin = start.Program.begin
def begin_and_drive(program):
    begin(program)
    QTimer.singleShot(0, lambda: drive(program))
start.Program.begin = begin_and_drive
sys.exit(start.main(["--vault", {folder!r}]))
"""


def test_the_process_really_is_replaced(made_vault):
    """The same process id, a fresh memory: the second program's first paint is told under the first one's number."""
    script = DRIVER.format(root=str(ROOT), passphrase=PASSPHRASE, folder=str(made_vault[0]))
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    ) as program:
        said, wrong = program.communicate(timeout=60)
    lines = said.splitlines()
    assert lines[0] == f"open {program.pid}", wrong
    assert "start_to_paint_ms" in json.loads(lines[1])
    assert program.returncode == 0
    assert "Traceback" not in wrong


def test_the_fresh_command_starts_the_program_from_any_folder(tmp_path):
    done = subprocess.run(start.command(["--help"]), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--vault" in done.stdout


def test_a_packed_program_comes_back_to_its_window_through_its_one_door(tmp_path, monkeypatch):
    given = ["--scheme", "dark", "--language", "", "--window", "1,20,1366,736", "--vault", str(tmp_path / "none")]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    fresh = start.command(given)
    assert fresh == [sys.executable, "--afresh", *given]
    # The same words to the door of the packed program.
    door = [sys.executable, "-m", "ui.commands.main", *fresh[1:]]
    told = {**os.environ, "QT_QPA_PLATFORM": "offscreen", start.PAINTED: "1"}
    done = subprocess.run(door, cwd=start.ROOT, env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "start_to_paint_ms" in done.stdout
    assert start.command(["practice"], "ui.commands.main") == [sys.executable, "practice"]
