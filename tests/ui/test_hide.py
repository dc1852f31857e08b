"""Hide: F9 shows a page that says nothing, saves what was typed, and only the passphrase brings the work back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QToolTip

from app.casework import cases, edit, place, settings
from app.casework.desk import close_desk, open_desk
from app.problems import Problem
from app.vault import vault
from tests.ui.conftest import OFFICER, PASSPHRASE
from tests.ui.looking import cut, nameless, tree
from ui.shell.keys import KeySheet
from ui.widgets import clipboard, text
from ui.widgets.choices import CodeBox
from ui.widgets.edits import WordsEdit

WORDS = ("Keira", "Holm", "Pruitt", "NM-2026", "Mill Lane", "neighbour", "PRACTICE", "danger", "Risk", "Case", OFFICER)
KEY = Qt.Key


@pytest.fixture
def case_id(desk):
    made = cases.new_case(desk, "NM-2026-0001")
    edit.create(desk, made, "person", {"roles": ["victim"], "given_name": "Keira", "family_name": "Holm-Barlow"})
    edit.create(desk, made, "person", {"roles": ["suspect"], "given_name": "Dale", "family_name": "Pruitt"})
    edit.create(desk, made, "incident", {"place": "Mill Lane 4, Northmarsh"})
    return made


@pytest.fixture
def writing(at_work, case_id):
    """The officer in the middle of a sentence, on the page of what happened; gives program and field."""

    def make(*argv):
        one = at_work(*argv)
        one.top.screen_shown.go({"place": "case", "case": case_id, "step": "happened"})
        page = one.top.screen_shown.case_frame.page
        field = next(field for field in page.findChildren(WordsEdit) if field.isVisible() and not field.value())
        field.setFocus()
        QTest.keyClicks(field, "The neighbour heard a blow")
        return one, field

    return make


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    """A key as the window system gives it: to the window that has the keyboard."""
    QTest.keyClick(QGuiApplication.focusWindow(), key, modifier)


def hide(one, key=KEY.Key_F9):
    """Hide, and let the moment pass in which a second F9 is taken for a tremble."""
    press(key)
    assert one.officer.hiding.hidden
    one.clock.advance(2)
    return one.officer.hiding.page


def give(page, words):
    QTest.keyClicks(page.field, words)
    press(KEY.Key_Return)


def come_back(one, qtbot):
    press(KEY.Key_F9)
    give(one.officer.hiding.page, PASSPHRASE)
    qtbot.waitUntil(lambda: not one.officer.hiding.hidden)


def everything_said():
    """Each text that assistive technology can read in the program, seen or unseen."""
    said = []
    for node in tree(QAccessible.queryAccessibleInterface(QApplication.instance())):
        said += [node.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Help)]
        words = node.textInterface()
        if words is not None:
            said.append(words.text(0, words.characterCount()))
    return " | ".join(part for part in said if part)


def written(desk, case_id):
    """All that a desk reads of the incidents of a case."""
    incidents = cases.read_case(desk, case_id).of("incident")
    return " | ".join(str(record.get(name)) for record in incidents for name in record.field_names())


# --- what is seen ---------------------------------------------------------------------------------------------------


def test_f9_leaves_nothing_of_the_case_to_read_or_to_see(writing):
    one, _field = writing()
    assert all(word in everything_said() for word in ("Keira", "Mill Lane", "neighbour"))
    page = hide(one)
    said = everything_said()
    assert "Vehicle checks" in said
    assert [word for word in WORDS if word in said] == []
    assert one.top.grab().toImage() == page.grab().toImage()
    assert {top.windowTitle() for top in QApplication.topLevelWidgets() if top.isVisible()} == {"Holdfast"}
    assert QApplication.focusWidget() is page


def test_the_practice_mark_goes_too(program, vault_folder, clock, qtbot, case_id, desk):
    from app.casework.desk import create_vault
    from app.vault.vault import FLOOR_COST

    folder = vault_folder.with_name("practice")
    practice, _code = create_vault(
        folder, officer=OFFICER, passphrase=PASSPHRASE, practice_passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock
    )
    one = program("--vault", str(folder))
    one.top.resize(1366, 768)
    one.top.show()
    qtbot.waitUntil(one.top.isActiveWindow)
    one.enter_desk(practice)
    assert "PRACTICE" in everything_said()
    hide(one)
    assert "PRACTICE" not in everything_said()
    come_back(one, qtbot)
    assert "PRACTICE" in everything_said()
    close_desk(desk)


def test_the_page_is_painted_before_anything_is_saved(writing):
    one, _field = writing()
    page, told = one.officer.hiding.page, []

    class Watch(QObject):
        def eventFilter(self, _watched, event):  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                told.append("painted")
            return False

    class Editor:
        def flush(self):
            told.append("saved")

    watch, editor = Watch(), Editor()
    page.installEventFilter(watch)
    one.officer.session.watch(editor)
    one.officer.session.saved_at.connect(lambda _moment: told.append("saved"))
    hide(one)
    assert told[0] == "painted"
    assert "saved" in told


def test_what_was_typed_is_on_the_disk_while_the_page_is_shown(writing, desk, clock, case_id):
    one, field = writing()
    assert field.saver.dirty
    hide(one)
    assert not field.saver.dirty
    assert "heard a blow" in written(desk, case_id)
    one.officer.session.flush_all = list  # a program that ends here flushes nothing more
    one.officer.lock()
    again = open_desk(vault.unlock(desk.unlocked.folder, PASSPHRASE, clock=clock), clock=clock)
    assert "heard a blow" in written(again, case_id)
    close_desk(again)


def test_a_full_disk_holds_nothing_up_and_is_said_afterwards(writing, qtbot):
    one, _field = writing()

    class FullDisk:
        def flush(self):
            raise Problem("store.full")

    full = FullDisk()
    one.officer.session.watch(full)
    hide(one)
    assert "disk" not in everything_said()
    come_back(one, qtbot)
    assert one.top.screen_shown.problem_bar.isVisible()
    assert one.top.screen_shown.problem_bar.problem.code == "store.full"


def test_lists_and_tooltips_go(writing, qtbot):
    one, _field = writing()
    window = one.top.screen_shown
    box = next(box for box in window.findChildren(CodeBox) if box.isVisible())
    box.showPopup()
    assert QApplication.activePopupWidget() is not None
    QToolTip.showText(one.top.geometry().center(), "Keira", one.top)
    qtbot.waitUntil(QToolTip.isVisible)
    hide(one)
    assert [top for top in QApplication.topLevelWidgets() if top.isVisible()] == [one.top]


def test_f9_works_from_within_a_dialog(writing, qtbot):
    one, field = writing()
    one.top.screen_shown.show_keys()
    sheet = one.top.findChild(KeySheet)
    qtbot.waitUntil(sheet.isActiveWindow)
    hide(one)
    assert [top for top in QApplication.topLevelWidgets() if top.isVisible()] == [one.top]
    qtbot.waitUntil(one.top.isActiveWindow)
    come_back(one, qtbot)
    assert QApplication.focusWidget() is field


def test_a_hurried_hand_on_shift_hides_too(writing):
    one, _field = writing()
    press(KEY.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    assert one.officer.hiding.hidden


def test_our_words_leave_the_clipboard(writing):
    one, _field = writing()
    clipboard.copy("Mill Lane 4")
    hide(one)
    assert QGuiApplication.clipboard().text() == ""


def test_nothing_but_the_page_is_announced(writing, qtbot, monkeypatch):
    one, _field = writing()
    spoken = []
    monkeypatch.setattr(text.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(text.QAccessible, "updateAccessibility", lambda event: spoken.append(event.message()))
    page = hide(one)
    one.top.screen_shown.problem_bar.show_problem(Problem("store.full"))
    assert spoken == []
    page.refuse(2)
    assert spoken == ["Not correct. Again in 2 seconds."]
    one.clock.advance(2)
    page.put_field_away()
    come_back(one, qtbot)
    one.top.screen_shown.problem_bar.show_problem(Problem("store.full"))
    assert len(spoken) == 2


def test_the_corner_button_hides_when_it_is_pressed_and_keeps_the_cursor(writing, qtbot):
    one, field = writing()
    button = one.top.screen_shown.hide_button
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert one.officer.hiding.hidden
    one.clock.advance(2)
    come_back(one, qtbot)
    assert QApplication.focusWidget() is field
    assert not button.isDown()


# --- the way back ---------------------------------------------------------------------------------------------------


def test_the_right_passphrase_returns_to_the_same_letter(writing, qtbot):
    one, field = writing()
    cursor = field.textCursor()
    cursor.setPosition(4)
    cursor.setPosition(13, QTextCursor.MoveMode.KeepAnchor)
    field.setTextCursor(cursor)
    before = one.top.grab().toImage()
    window = one.top.screen_shown  # the neutral page has an area of its own
    scrolled = [area.verticalScrollBar().value() for area in window.findChildren(QScrollArea)]
    page = hide(one)
    assert not page.field.isVisible()
    come_back(one, qtbot)
    now = field.textCursor()
    assert QApplication.focusWidget() is field
    assert (now.anchor(), now.position(), now.selectedText()) == (4, 13, "neighbour")
    assert [area.verticalScrollBar().value() for area in window.findChildren(QScrollArea)] == scrolled
    assert one.top.grab().toImage().size() == before.size()
    assert not page.isVisible()
    assert page.field.text() == ""
    QTest.keyClicks(field, "child")
    assert field.value() == "The child heard a blow"


def test_a_line_comes_back_with_what_was_marked_in_it(at_work, qtbot):
    one = at_work()
    window = one.top.screen_shown
    window.go({"place": "new"})
    field = window.pages["new"].given_name
    QTest.keyClicks(field, "Amal Rahimi")
    field.setSelection(11, -6)  # marked backwards: the cursor stands before the name
    hide(one)
    come_back(one, qtbot)
    assert QApplication.focusWidget() is field
    assert (field.text(), field.selectedText(), field.cursorPosition()) == ("Amal Rahimi", "Rahimi", 5)


def test_a_field_that_is_gone_is_looked_for_by_its_place(writing, qtbot):
    one, field = writing()
    name = field.accessibleName()
    hide(one)
    one.officer.hiding._standing._field = None
    come_back(one, qtbot)
    assert QApplication.focusWidget().accessibleName() == name


def test_a_wrong_passphrase_stays_hidden_and_waits(writing, qtbot, clock, monkeypatch):
    one, _field = writing()
    page = hide(one)
    for wait in (1, 2):
        press(KEY.Key_Return)
        give(page, "quite another passphrase")
        qtbot.waitUntil(page._tick.isActive)
        assert one.officer.hiding.hidden
        assert "Not correct" in page.state.text()
        assert [word for word in (*WORDS, "passphrase", "vault") if word in everything_said()] == []
        assert vault.look(one.officer.desk.unlocked.folder, clock=clock).wait_s == wait
        give(page, PASSPHRASE)  # not looked at while the wait lasts
        assert page.field.isEnabled()
        page.put_field_away()
        clock.advance(wait)
        page._count_down()
        assert page.state.text() == ""
    come_back(one, qtbot)
    assert vault.look(one.officer.desk.unlocked.folder, clock=clock).wait_s == 0


def test_other_keys_and_a_trembling_f9_betray_nothing(writing, qtbot):
    one, field = writing()
    press(KEY.Key_F9)
    page = one.officer.hiding.page
    press(KEY.Key_F9)
    press(KEY.Key_Return)
    assert not page.field.isVisible()
    one.clock.advance(2)
    for key in (KEY.Key_A, KEY.Key_Space, KEY.Key_Escape, KEY.Key_Question, KEY.Key_F1, KEY.Key_Tab):
        press(key)
    press(KEY.Key_K, Qt.KeyboardModifier.ControlModifier)
    press(KEY.Key_2, Qt.KeyboardModifier.AltModifier)
    assert not page.field.isVisible()
    assert one.officer.hiding.hidden
    assert QApplication.focusWidget() is page
    come_back(one, qtbot)
    assert field.value() == "The neighbour heard a blow"
    assert one.top.screen_shown.place == "case"


def test_the_field_goes_with_esc_and_after_a_while(writing):
    one, _field = writing()
    page = hide(one)
    for go in (lambda: press(KEY.Key_Escape), page._forget.timeout.emit):
        press(KEY.Key_Return)
        QTest.keyClicks(page.field, "mossl")
        assert page.field.isVisible()
        go()
        assert not page.field.isVisible()
        assert page.field.text() == ""
        assert QApplication.focusWidget() is page
    assert page._forget.isSingleShot()


def test_a_double_click_brings_the_field(writing):
    one, _field = writing()
    page = hide(one)
    QTest.mouseClick(page, Qt.MouseButton.LeftButton)
    assert not page.field.isVisible()
    QTest.mouseDClick(page, Qt.MouseButton.LeftButton)
    assert page.field.hasFocus()


# --- locking while hidden -------------------------------------------------------------------------------------------


def test_ctrl_l_locks_and_keeps_the_place(writing, desk, clock, case_id):
    one, field = writing()
    name = field.accessibleName()
    hide(one)
    press(KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert len(one.replaced) == 1
    again = open_desk(vault.unlock(desk.unlocked.folder, PASSPHRASE, clock=clock), clock=clock)
    where = place.place(again)
    close_desk(again)
    assert (where["case"], where["step"], where["focus"]["name"]) == (case_id, "happened", name)


def test_a_lock_that_would_lose_something_is_refused_once(writing):
    one, _field = writing()

    class FullDisk:
        def flush(self):
            raise Problem("store.full")

    full = FullDisk()
    one.officer.session.watch(full)
    page = hide(one)
    press(KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert one.replaced == []
    assert page.state.text() == "Not done yet. The same once more to do it all the same."
    assert [word for word in (*WORDS, "disk", "saved") if word in everything_said()] == []
    press(KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert len(one.replaced) == 1


def test_nobody_there_locks_without_a_word_on_the_page(writing, clock):
    one, _field = writing()
    page = hide(one)
    before = page.grab().toImage()
    clock.advance(275)
    one.officer.idle.tick()
    assert one.top.grab().toImage() == before
    assert "locks in" not in everything_said()
    clock.advance(30)
    one.officer.idle.tick()
    assert len(one.replaced) == 1


def test_sleep_locks(writing):
    one, _field = writing()
    hide(one)
    one.officer.suspend.going.emit()
    assert len(one.replaced) == 1


def test_a_lock_overtakes_the_check_of_the_passphrase(writing, qtbot):
    one, _field = writing()
    page = hide(one)
    press(KEY.Key_F9)
    give(page, PASSPHRASE)
    one.officer.lock()
    QApplication.processEvents()
    assert len(one.replaced) == 1
    assert one.officer.hiding.hidden  # nothing is shown again


# --- the double key -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY.Key_Escape, KEY.Key_Control, KEY.Key_Shift])
def test_no_double_key_unless_one_is_chosen(writing, key):
    one, _field = writing()
    press(key)
    press(key)
    assert not one.officer.hiding.hidden


@pytest.mark.parametrize(
    ("choice", "key"), [("esc", KEY.Key_Escape), ("ctrl", KEY.Key_Control), ("shift", KEY.Key_Shift)]
)
def test_the_chosen_key_twice_hides(at_work, desk, qtbot, choice, key):
    one = at_work()
    window = one.top.screen_shown
    window.go({"place": "settings"})
    editor = window.pages["settings"].rows["hide_key"].editor
    editor.choose(choice)
    assert place.chosen(desk, "hide_key") == desk.policy.hide_key == choice
    press(key)
    press(KEY.Key_A)
    press(key)
    assert not one.officer.hiding.hidden  # something came between
    page = hide(one, key)
    press(key)
    press(key)
    assert not page.field.isVisible()
    come_back(one, qtbot)
    editor.choose("")
    press(key)
    press(key)
    assert not one.officer.hiding.hidden


def test_the_double_key_is_there_after_the_next_unlocking(at_work, desk):
    settings.choose(desk, "hide_key", "ctrl")
    one = at_work()
    press(KEY.Key_Control)
    press(KEY.Key_Control)
    assert one.officer.hiding.hidden


def timed(key, when, *, repeated=False):
    """Qt's question for one press, with the window system's time."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, "", repeated)
    event.setTimestamp(when)
    QApplication.sendEvent(QGuiApplication.focusWindow(), event)


@pytest.mark.parametrize(("later", "hides"), [(500, True), (501, False)])
def test_twice_means_quickly(at_work, desk, later, hides):
    settings.choose(desk, "hide_key", "ctrl")
    one = at_work()
    timed(KEY.Key_Control, 10_000)
    timed(KEY.Key_Control, 10_000 + later)
    assert one.officer.hiding.hidden is hides


def test_a_key_held_down_is_one_press(at_work, desk):
    settings.choose(desk, "hide_key", "esc")
    one = at_work()
    timed(KEY.Key_Escape, 10_000)
    for step in range(5):
        timed(KEY.Key_Escape, 10_030 + step, repeated=True)
    assert not one.officer.hiding.hidden


def test_ctrl_with_a_letter_or_a_click_is_no_tap(at_work, desk):
    settings.choose(desk, "hide_key", "ctrl")
    one = at_work()
    for _ in range(2):
        press(KEY.Key_Control)
        QTest.mouseClick(one.top.windowHandle(), Qt.MouseButton.LeftButton, pos=one.top.rect().center())
    for key in (KEY.Key_Control, KEY.Key_C, KEY.Key_Control):
        timed(key, 20_000)
    assert not one.officer.hiding.hidden


# --- looks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark", "night"])
@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
def test_the_page_in_every_language_and_scheme(at_work, qtbot, language, scheme):
    one = at_work("--language", language, "--scheme", scheme)
    page = hide(one)
    for size in ((1024, 640), (1366, 768), (700, 500)):
        one.top.resize(*size)
        for field in (False, True):
            if field:
                page.refuse(30)
            QApplication.sendPostedEvents()
            QApplication.processEvents()
            assert page.size() == one.top.size()
            assert cut(page) == []
            assert nameless(page) == []
            assert one.top.grab().toImage() == page.grab().toImage()
        page.put_field_away()
    ground = page.grab().toImage().pixelColor(2, 2)
    assert ground == one.theme.scheme.colour("ground")
    assert {label.textFormat() for label in page.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    one.theme.choose("light")


def test_the_sheet_of_keys_names_it(at_work):
    one = at_work()
    one.top.screen_shown.show_keys()
    sheet = one.top.findChild(KeySheet)
    assert any(label.text() == "F9" for label in sheet.findChildren(QLabel))
    sheet.accept()
