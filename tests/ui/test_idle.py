"""Idle: a quiet countdown, any key stays, nobody there locks; a laptop that slept locks at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.policy import Policy
from ui.shell.idle import IdleWatch
from ui.shell.keys import KeySheet


def test_the_countdown_is_shown_and_a_key_stays(at_work, clock, qtbot):
    one = at_work()
    window, idle = one.top.screen_shown, one.officer.idle
    clock.advance(269)
    idle.tick()
    assert not window.countdown.isVisible()
    clock.advance(1)
    idle.tick()
    assert window.countdown.isVisible()
    assert "30 seconds" in window.countdown.label.text()
    clock.advance(10)
    idle.tick()
    assert "20 seconds" in window.countdown.label.text()
    QTest.keyClick(QGuiApplication.focusWindow(), Qt.Key.Key_Shift)
    assert not window.countdown.isVisible()
    clock.advance(200)
    idle.tick()
    assert one.replaced == []


def test_a_key_in_a_dialog_that_came_later_stays(at_work, clock, qtbot):
    one = at_work()
    window = one.top.screen_shown
    window.show_keys()
    sheet = one.top.findChild(KeySheet)
    qtbot.waitUntil(sheet.isActiveWindow)
    clock.advance(275)
    one.officer.idle.tick()
    assert window.countdown.isVisible()
    QTest.mouseMove(sheet.windowHandle(), sheet.rect().center())
    assert not window.countdown.isVisible()
    sheet.accept()


def test_who_dictates_is_there(at_work, desk, clock):
    """Words that come without any key are a sign of life as soon as they are saved."""
    one = at_work()
    window = one.top.screen_shown
    clock.advance(275)
    one.officer.idle.tick()
    assert window.countdown.isVisible()
    one.officer.session.saved(clock.now())
    assert not window.countdown.isVisible()


def test_nobody_there_locks(at_work, clock):
    one = at_work()
    clock.advance(280)
    one.officer.idle.tick()
    clock.advance(20)
    one.officer.idle.tick()
    assert len(one.replaced) == 1


def test_the_countdown_takes_no_focus(at_work, clock, qtbot):
    one = at_work()
    window = one.top.screen_shown
    window.go({"place": "new"})
    clock.advance(275)
    one.officer.idle.tick()
    assert window.pages["new"].given_name.hasFocus()


def test_the_policy_sets_the_times(clock, qtbot):
    watch = IdleWatch(Policy(idle_lock_s=60, idle_countdown_s=10), clock)
    heard = []
    watch.counting.connect(heard.append)
    watch.over.connect(lambda: heard.append("over"))
    for _ in range(60):
        clock.advance(1)
        watch.tick()
    assert heard == [*range(10, 0, -1), "over"]


@pytest.mark.parametrize(("lock_on_suspend", "heard"), [(True, ["over"]), (False, [])])
def test_a_laptop_that_slept_without_telling(clock, qtbot, lock_on_suspend, heard):
    watch = IdleWatch(Policy(lock_on_suspend=lock_on_suspend), clock)
    told = []
    watch.over.connect(lambda: told.append("over"))
    clock.advance(1)
    watch.tick()
    run = clock.monotonic()
    clock.advance(3600)
    clock._run = run + 1  # while a laptop sleeps only the wall clock runs
    watch.tick()
    assert told == heard


def test_what_the_program_does_itself_is_no_sign_of_life(at_work, clock, qtbot):
    one = at_work()
    clock.advance(280)
    one.officer.idle.tick()
    made_up = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(one.top.screen_shown, made_up)  # sent by the program, not by the window system
    assert one.top.screen_shown.countdown.isVisible()


def use_it(idle, clock, seconds):
    """Somebody works for so long."""
    for _ in range(seconds // 60):
        clock.advance(60)
        idle.acted()
        idle.tick()


def test_after_a_shift_it_locks_though_somebody_is_there(at_work, clock):
    one = at_work()
    window, idle = one.top.screen_shown, one.officer.idle
    use_it(idle, clock, 12 * 3600 - 360)
    assert not window.closing.isVisible()
    use_it(idle, clock, 60)
    assert window.closing.isVisible()
    assert "5 minutes" in window.closing.label.text()
    use_it(idle, clock, 240)
    assert "1 minute." in window.closing.label.text()
    assert not window.countdown.isVisible()
    assert one.replaced == []
    use_it(idle, clock, 60)
    assert len(one.replaced) == 1


@pytest.mark.parametrize("hours", [1, 24])
def test_the_policy_sets_how_long_it_stays_open(clock, qtbot, hours):
    watch = IdleWatch(Policy(longest_open_h=hours), clock)
    heard = []
    watch.closing.connect(heard.append)
    watch.over.connect(lambda: heard.append("over"))
    use_it(watch, clock, hours * 3600)
    assert heard == [5, 4, 3, 2, 1, "over"]


def test_sleep_counts_and_a_clock_that_is_put_back_gives_no_time(clock, qtbot):
    watch = IdleWatch(Policy(longest_open_h=2, lock_on_suspend=False), clock)
    told = []
    watch.over.connect(lambda: told.append("over"))
    run = clock.monotonic()
    clock.advance(3600)
    clock._run = run + 1  # it slept
    watch.tick()
    clock.advance(-7200)
    clock._run = run + 2
    watch.tick()
    use_it(watch, clock, 3480)
    assert told == []
    use_it(watch, clock, 120)
    assert told == ["over"]


def test_who_chooses_less_than_has_gone_is_told_first(clock, qtbot):
    watch = IdleWatch(Policy(), clock)
    heard = []
    watch.closing.connect(heard.append)
    watch.over.connect(lambda: heard.append("over"))
    use_it(watch, clock, 7200)
    watch.use(Policy(longest_open_h=1))
    use_it(watch, clock, 300)
    assert heard == [4, 3, 2, 1, "over"]


def test_by_no_choice_it_stays_open_for_longer_than_the_policy_says(clock, qtbot):
    watch = IdleWatch(Policy(longest_open_h=2), clock)
    told = []
    watch.over.connect(lambda: told.append("over"))
    use_it(watch, clock, 7080)
    for hours in (2, 1, 2):
        watch.use(Policy(longest_open_h=hours))
    use_it(watch, clock, 120)
    assert told == ["over"]


def test_the_line_goes_where_more_is_chosen(at_work, clock):
    one = at_work()
    window, idle = one.top.screen_shown, one.officer.idle
    idle.use(Policy(longest_open_h=1))
    use_it(idle, clock, 3420)
    assert window.closing.isVisible()
    idle.use(Policy(longest_open_h=12))
    use_it(idle, clock, 60)
    assert not window.closing.isVisible()
