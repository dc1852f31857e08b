"""The guided practice case, from the button on Today to its end, by key presses at the real window."""

from __future__ import annotations

import tomllib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import paths
from app.casework import cases, guide, risk
from app.casework.desk import close_desk, open_desk
from app.forms.guide import Fact, read_guide
from app.problems import Problem
from app.vault import vault
from tests.ui.conftest import PASSPHRASE
from tests.ui.looking import cut, nameless
from tests.ui.practice_vault import at_practice, practice_desk

KEY = Qt.Key
CTRL, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)
GUIDE = paths.resources() / "help" / "guide.toml"


@pytest.fixture
def practice(vault_folder, clock):
    return practice_desk(vault_folder, clock)


def press(key, modifier=NONE):
    QTest.keyClick(QGuiApplication.focusWindow(), key, modifier)
    QApplication.processEvents()


def typed(text):
    QTest.keyClicks(QApplication.focusWidget(), text)


def tab_to(name, most=300):
    """Press Tab until the focus stands on a control whose accessible name begins so."""
    for _ in range(most):
        if QApplication.focusWidget().accessibleName().startswith(name):
            return
        press(KEY.Key_Tab)
    raise AssertionError(f"Tab never came to “{name}”")


def fill(name, text):
    tab_to(name)
    typed(text)
    press(KEY.Key_Tab)


def push(name):
    tab_to(name)
    press(KEY.Key_Space)


class Learner:
    """Somebody who does what the bar says."""

    def __init__(self, program, desk, qtbot, *argv):
        self.qtbot = qtbot
        self.one = at_practice(program, desk, qtbot, *argv)
        self.window = self.one.top.screen_shown
        self.one.top.activateWindow()
        qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is not None and QApplication.focusWidget() is not None)

    @property
    def bar(self):
        return self.window.guide

    def step(self, number, title):
        """Wait until the bar has come to this step by itself."""
        self.qtbot.waitUntil(lambda: self.bar.title.text() == f"Guide, {number} of 15: {title}")

    def go(self, number):
        press(getattr(KEY, f"Key_{number}"), CTRL)
        self.window.case_frame.page.finish()
        QApplication.processEvents()

    def begin(self):
        self.window.pages["today"].guide_button.setFocus()
        press(KEY.Key_Return)


def test_the_whole_story_by_key_presses(program, practice, qtbot, clock):
    at = Learner(program, practice, qtbot)
    folder = practice.unlocked.folder
    assert not at.bar.isVisible()
    at.begin()
    at.step(1, "A new attendance")
    assert "Alt+3" in at.bar.task.text()

    press(KEY.Key_3, ALT)
    fill("Given name", "Noa")
    fill("Family name", "Lindqvist")
    tab_to("Place")
    typed("5 Net Loft Lane, Northmere")
    press(KEY.Key_Return)
    at.step(2, "Immediate danger")

    press(KEY.Key_D, CTRL)
    at.step(3, "Who is who")  # it is noted at once; the steps are still being read
    press(KEY.Key_Escape)

    push("Add a suspect")
    fill("Given name", "Robin")
    push("Add a child")
    fill("Given name", "Juno")
    at.step(4, "Safe contact")

    push("Safe ways: Call")
    fill("Safe hours", "09:00-12:00")
    push("Confirmed with the victim")
    at.step(5, "What happened")

    at.go(2)
    fill("What happened", "Robin pushed Noa against the stove and held the throat.")
    at.step(6, "Ten first questions")

    at.go(3)
    page = at.window.case_frame.page
    first = page.form.first_layer
    for _ in range(len(first) + 4):
        code = page.stood.factor.code
        if all(page._value(f) for f in first):
            break
        press({"F06": KEY.Key_Y, "F05": KEY.Key_K}.get(code, KEY.Key_Y if code in ("F01", "F33") else KEY.Key_N))
        press(KEY.Key_Down)
    at.step(7, "Not safe to ask")
    press(KEY.Key_X)
    at.step(8, "A grade below the floor")

    at.go(4)
    tab_to("Your grade: Standard")
    press(KEY.Key_Space)
    fill("Why this grade", "Calm now.")
    push("Give this grade")
    at.step(9, "Raise it")
    case = at.window.case_frame.case_id
    force = risk.in_force(practice, cases.read_case(practice, case), risk.picture(practice, practice.store.view(case)))
    assert (force.given, force.grade) == ("standard", "medium")
    tab_to("Your grade: High")
    press(KEY.Key_Space)
    fill("Why this grade", "Pressure on the neck, separation, a child.")
    push("Give another grade")
    at.step(10, "A measure in the plan")

    at.go(5)
    at.window.case_frame.page.modules["P12"].fold.button.setFocus()
    press(KEY.Key_Space)
    push("Add a measure: ")
    tab_to("What")
    typed("Change the keys")
    press(KEY.Key_Tab)
    push("Safe to do: Yes")
    at.step(11, "The to-do list")

    at.go(6)
    push("T10 Medical care")
    push("Status: Done")
    at.step(12, "May Noa keep it?")

    at.go(7)
    push("The suspect lives there: No")
    push("Belongings are searched: Yes")
    push("Kept where: Nowhere safe")
    push("What the victim takes along: Nothing")
    tab_to("Why nothing is given")
    typed("Read it out, pockets are searched")
    press(KEY.Key_Tab)
    push("Log")
    at.step(13, "Hide")

    press(KEY.Key_F9)
    clock.advance(2)
    assert at.one.officer.hiding.hidden
    press(KEY.Key_F9)
    QTest.keyClicks(at.one.officer.hiding.page.field, PASSPHRASE)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: not at.one.officer.hiding.hidden)
    at.step(14, "Lock and come back")

    press(KEY.Key_L, CTRL)
    assert at.one.officer.ended
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    at = Learner(program, desk, qtbot)
    assert at.window.case_frame.case_id == case
    at.step(15, "Everything stays")

    at.go(9)
    at.go(3)
    tab_to("Has this person")
    press(KEY.Key_N)
    press(KEY.Key_Y)
    press(KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: at.bar.title.text() == "Guide: 15 of 15 steps done")
    assert "whole way" in at.bar.hint.text()
    assert at.bar.steps.isVisible()
    tab = [b for b in at.bar.findChildren(QWidget) if b.accessibleName() == "Close the guide" and b.isVisible()]
    tab[0].setFocus()
    press(KEY.Key_Return)
    assert not at.bar.isVisible()
    at.window.go({"place": "today"})
    assert at.window.pages["today"].guide_button.words == "Learn the program in ten minutes"


def test_the_hint_by_f2_and_leaving_and_going_on(program, practice, qtbot):
    at = Learner(program, practice, qtbot)
    at.begin()
    at.step(1, "A new attendance")
    press(KEY.Key_F2)
    assert at.bar.hint.isVisible()
    assert "Everything may stay empty" in at.bar.hint.text()
    press(KEY.Key_F2)
    assert not at.bar.hint.isVisible()
    press(KEY.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert at.bar.hint_button.hasFocus()
    push("Skip this step")
    at.step(2, "Immediate danger")
    push("Leave the guide")
    assert not at.bar.isVisible()
    today = at.window.pages["today"]
    assert today.guide_button.words == "Go on with the guide"
    today.guide_button.setFocus()
    press(KEY.Key_Return)
    at.step(2, "Immediate danger")


def test_it_is_still_there_after_a_lock_half_way(program, practice, qtbot, clock):
    at = Learner(program, practice, qtbot)
    at.begin()
    press(KEY.Key_3, ALT)
    typed("Noa")
    press(KEY.Key_Return)
    at.step(2, "Immediate danger")
    press(KEY.Key_L, CTRL)
    desk = open_desk(vault.unlock(practice.unlocked.folder, PASSPHRASE, clock=clock), clock=clock)
    again = Learner(program, desk, qtbot)
    again.step(2, "Immediate danger")
    assert guide.progress(desk).done == ("new", "lock")  # also out of turn: what was done is done


def test_what_was_done_stays_done(program, practice, qtbot):
    at = Learner(program, practice, qtbot)
    at.begin()
    press(KEY.Key_3, ALT)
    press(KEY.Key_Return)
    at.step(2, "Immediate danger")
    press(KEY.Key_D, CTRL)
    at.step(3, "Who is who")
    at.window.case_frame.danger.mistake_button.click()
    at.bar.look()
    at.step(3, "Who is who")


def test_the_bar_covers_nothing(program, practice, qtbot):
    at = Learner(program, practice, qtbot)
    at.one.top.resize(1024, 640)
    at.begin()
    press(KEY.Key_F2)
    QApplication.processEvents()
    for place in ("today", "new", "services"):
        at.window.go({"place": place})
        QApplication.processEvents()
        assert at.window.stack.geometry().bottom() < at.bar.geometry().top()
        assert at.bar.geometry().bottom() <= at.window.rect().bottom()
        assert at.bar.height() < 150
    at.one.top.resize(683, 384)  # twice the size on an ordinary screen
    QApplication.processEvents()
    assert not at.bar.story.isVisible()
    assert at.bar.task.isVisible()
    assert at.window.stack.height() > 100


@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
def test_every_step_can_be_read(program, practice, qtbot, language):
    at = Learner(program, practice, qtbot, "--language", language, "--scheme", "night")
    at.one.top.resize(1024, 640)
    at.begin()
    for _step in guide.guide().steps:
        at.bar.toggle_hint()
        for _ in range(3):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert cut(at.bar) == []
        assert nameless(at.one.top) == []
        at.bar._skip()
    QApplication.processEvents()
    assert cut(at.bar) == []
    assert guide.current(guide.progress(at.one.officer.desk)) is None
    at.one.theme.choose("light")


def test_a_real_vault_has_no_guide_but_leads_to_practice(at_work, desk, qtbot):
    one = at_work("--language", "en")
    window = one.top.screen_shown
    today = window.pages["today"]
    assert not today.guide_button.isVisible()
    assert not window.guide.isVisible()
    assert "practice vault opens" in today.empty.sentence.text()
    today.empty.button.setFocus()
    press(KEY.Key_Return)
    assert one.officer.ended
    (command,) = one.replaced
    assert command[-5:] == ["practice", "--language", "en", "--scheme", "system"]
    assert "ui.commands.main" in " ".join(command)
    assert guide.begin is not None
    close_desk(desk)


# ---- the data


def test_every_fact_is_known_and_every_page_is_there():
    from app.casework.steps import STEPS

    assert set(guide.FACTS) == set(Fact.__args__)
    assert 12 <= len(guide.guide().steps) <= 15
    named = {c.page for step in guide.guide().steps for c in step.done if c.page}
    assert named <= set(STEPS)


BROKEN = [
    ("fact = 'case_made'", "fact = 'case_mad'", "$.steps[0].done[0].fact"),
    ("record = 'event'", "record = 'evnt'", "$.steps[1].done[0].record"),
    ("filled = ['narrative']", "filled = ['naration']", "$.steps[4].done[0]"),
    ("{ fact = 'case_made' }", "{ fact = 'case_made', page = 'risk' }", "$.steps[0].done[0]"),
    ("done = [{ fact = 'case_made' }]", "done = []", "$.steps[0].done"),
    ("{ page = 'timeline' }", "{ page = 'timeline', filled = ['x'] }", "$.steps[14].done[0]"),
    ("id = 'danger'", "id = 'new'", "$.steps"),
    ("hint = 'Everything", "hnt = 'Everything", "$.steps[0]"),
]


@pytest.mark.parametrize(("before", "after", "path"), BROKEN, ids=lambda v: str(v)[:20])
def test_a_mistake_in_the_story_is_named(tmp_path, before, after, path):
    text = GUIDE.read_text(encoding="utf-8")
    assert before in text
    file = tmp_path / "guide.toml"
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_guide(file)
    assert caught.value.code == "forms.broken"
    assert caught.value.facts["path"] == path


def test_the_story_is_gender_neutral_and_invented():
    import re

    spoken = " ".join(
        str(step[part])
        for step in tomllib.loads(GUIDE.read_text("utf-8"))["steps"]
        for part in ("story", "now", "hint")
    )
    assert not re.search(r"\b(he|she|him|her|his|hers|husband|wife|woman|man)\b", spoken, re.I)
    assert "'" not in spoken
