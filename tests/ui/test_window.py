"""The window by key presses: places, find, new attendance, the case frame, immediate danger."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app import logs
from app.casework import cases, contact, edit
from app.casework.operations import logged
from app.casework.steps import BESIDE, STEPS
from app.changed import Changed
from app.problems import Problem
from app.records.names import full_name
from app.store import snapshots
from ui.shell.keys import KeySheet
from ui.widgets.text import PlainButton

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def keira(desk):
    """A case with a victim, a suspect and a place."""
    case_id = cases.new_case(desk, "NM-2026-0001")
    edit.create(desk, case_id, "person", {"roles": ["victim"], "given_name": "Keira", "family_name": "Holm-Barlow"})
    edit.create(desk, case_id, "person", {"roles": ["suspect"], "given_name": "Dale", "family_name": "Pruitt"})
    edit.create(desk, case_id, "incident", {"place": "Mill Lane 4, Northmarsh"})
    return case_id


def key(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def test_every_place_opens_by_its_key(at_work, qtbot):
    window = at_work().top.screen_shown
    for number, place in enumerate(("today", "cases", "new", "find", "services", "reviews", "vault"), 1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number}"), ALT)
        assert window.place == place
        assert [name for name, button in window.rail.items() if button.isChecked()] == [place]
        assert window.stack.currentWidget() is window.pages[place]


def test_an_empty_vault_says_why_and_what_to_do(at_work, qtbot):
    window = at_work().top.screen_shown
    today = window.pages["today"]
    assert today.empty.isVisible()
    assert not today.list.isVisible()
    assert today.new_button.hasFocus()
    key(qtbot, Qt.Key.Key_Return)
    assert window.place == "new"
    window.go({"place": "cases"})
    assert window.pages["cases"].empty.isVisible()


def test_a_name_is_found_while_it_is_typed(at_work, keira, qtbot):
    window = at_work().top.screen_shown
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    assert window.find_box.hasFocus()
    qtbot.keyClicks(window.find_box, "prui")
    qtbot.waitUntil(lambda: window.place == "find" and len(window.pages["find"].list.rows.lines) == 2)
    heading, line = window.pages["find"].list.rows.lines
    assert (heading.heading, heading.title) == (True, "By name")
    assert line.title == "Dale P.: Suspect"  # the short name, and the role held there
    assert "NM-2026-0001 · Keira H.-B." in line.under
    assert window.find_box.hasFocus()  # nothing takes the cursor away
    key(qtbot, Qt.Key.Key_Return)
    assert window.place == "case"
    assert window.case_frame.case_id == keira
    assert window.find_box.text() == ""  # the name does not stay in sight
    window.go({"place": "find"})
    assert window.find_box.text() == "prui"


def test_a_find_without_a_hit_says_what_was_searched(at_work, keira, qtbot):
    window = at_work().top.screen_shown
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.find_box, "nobody of that name")
    qtbot.waitUntil(lambda: window.place == "find" and window.pages["find"].empty.isVisible())
    assert "this vault" in window.pages["find"].empty.sentence.text()
    key(qtbot, Qt.Key.Key_Return)
    assert window.place == "find"


def test_words_that_look_like_a_query_are_only_words(at_work, keira, qtbot):
    window = at_work().top.screen_shown
    for words in ('"', "*", "a AND", "NEAR(", "%_", "<b>x</b>", "\\"):
        window.focus_find()
        window.find_box.setText(words)
        window._find()
    assert not window.problem_bar.isVisible()


def test_a_new_attendance_makes_a_case_by_enter(at_work, desk, qtbot):
    window = at_work().top.screen_shown
    qtbot.keyClick(window, Qt.Key.Key_3, ALT)
    page = window.pages["new"]
    assert page.given_name.hasFocus()
    qtbot.keyClicks(page.given_name, "Amal")
    key(qtbot, Qt.Key.Key_Tab)
    qtbot.keyClicks(page.family_name, "Rahimi")
    key(qtbot, Qt.Key.Key_Tab)
    qtbot.keyClicks(page.reference, "NM-7")
    key(qtbot, Qt.Key.Key_Tab)
    qtbot.keyClicks(page.place, "Dock Street 1")
    key(qtbot, Qt.Key.Key_Return)
    frame = window.case_frame
    assert (window.place, frame.step) == ("case", "people")
    view = cases.read_case(desk, frame.case_id)
    assert view.case.get("reference") == "NM-7"
    assert full_name(view.victim) == "Amal Rahimi"
    assert view.latest("incident").get("place") == "Dock Street 1"
    first = next(iter(desk.store.entries(frame.case_id))).entry
    assert [c["type"] for c in first.changes if c["op"] == "create"] == ["case", "person", "incident"]
    window.go({"place": "new"})
    assert [field.text() for field in page.fields.values()] == ["", "", "", ""]


def test_a_half_typed_new_attendance_stands_there_again_after_a_lock(at_work, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "new"})
    page = window.pages["new"]
    qtbot.keyClicks(page.family_name, "Rahi")
    page.role.set_value("suspect")
    where = json.loads(json.dumps(window.where()))
    page.family_name.clear()
    page.role.set_value("victim")
    window.go({"place": "today"})
    window.go_back_to(where)
    assert window.place == "new"
    assert (page.family_name.text(), page.given_name.text(), page.role.value()) == ("Rahi", "", "suspect")


def test_a_new_attendance_finds_the_case_that_is_here_already(at_work, desk, keira, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "new"})
    page = window.pages["new"]
    qtbot.keyClicks(page.given_name, "kei")
    qtbot.waitUntil(page.here.isVisible)
    assert [line.key for line in page.here.rows.lines] == [keira]
    key(qtbot, Qt.Key.Key_Down)
    assert page.here.hasFocus()
    key(qtbot, Qt.Key.Key_Return)
    assert window.case_frame.case_id == keira
    assert window.case_frame.step == "happened"
    view = cases.read_case(desk, keira)
    assert len(view.of("incident")) == 2
    assert len(cases.list_cases(desk)) == 1


def test_opening_a_case_is_logged_once(at_work, desk, keira):
    window = at_work().top.screen_shown
    for _ in range(3):
        window.go({"place": "today"})
        window.session.open_case(keira)
    assert [line.what for line in logged(desk, keira) if line.operation == "consultation"] == ["case"]


def test_a_profile_that_demands_a_reason_is_asked_for_one(at_work, desk, keira, qtbot, monkeypatch):
    from msgspec.structs import replace

    profile = replace(desk.library.profile(), reason_for=("consultation",))
    monkeypatch.setitem(desk.library.profiles, "neutral", profile)
    window = at_work().top.screen_shown
    window.session.open_case(keira, "happened")
    page = window.pages["reason"]
    assert window.case_frame is None
    assert page.reason.hasFocus()
    assert not page.button.isEnabled()
    qtbot.keyClicks(page.reason, "call to the address")
    key(qtbot, Qt.Key.Key_Return)
    assert (window.case_frame.case_id, window.case_frame.step) == (keira, "happened")
    assert [line.reason for line in logged(desk, keira) if line.operation == "consultation"] == ["call to the address"]


def test_the_header_follows_the_case(at_work, desk, keira, qtbot):
    window = at_work().top.screen_shown
    window.session.open_case(keira)
    frame = window.case_frame
    assert "none agreed yet" in frame.banner.label.text()
    assert frame.banner.property("tone") == "danger"
    assert frame.badge.accessibleName() == "Not graded yet"
    victim = cases.read_case(desk, keira).victim
    _, changed = edit.create(
        desk,
        keira,
        "safe_contact",
        {"person": victim.id, "channels": ["call"], "hours": "09-12", "confirmed_at": desk.clock.now().isoformat()},
    )
    window.session.tell(changed)
    words, agreed = contact.banner(desk, cases.read_case(desk, keira), window.translator)
    assert agreed
    qtbot.waitUntil(lambda: frame.banner.label.text() == words)
    assert frame.banner.property("tone") == "calm"
    window.session.tell(edit.set_field(desk, keira, keira, "reference", "NM-2026-0002"))
    qtbot.waitUntil(lambda: frame.name.text().startswith("NM-2026-0002"))
    assert "Holm-Barlow" not in frame.name.text()  # the short name only


def test_every_step_opens_by_its_key(at_work, keira, qtbot):
    window = at_work().top.screen_shown
    window.session.open_case(keira)
    frame = window.case_frame
    for number, step in enumerate(frame.steps.buttons, 1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number}"), CTRL)
        assert frame.step == step
        assert frame.middle.currentWidget() is frame.pages[step]
        assert not window.problem_bar.isVisible()


def test_in_a_very_low_window_each_page_of_a_case_comes_from_under_its_header(at_work, keira, qtbot):
    one = at_work()
    window = one.top.screen_shown
    one.top.resize(512, 320)
    window.session.open_case(keira)
    frame = window.case_frame
    for step in (*STEPS, *BESIDE, "risk"):
        frame._scroller.verticalScrollBar().setValue(0)
        frame.show_step(step)
        qtbot.waitUntil(lambda: not QApplication.focusWidget().visibleRegion().isEmpty())
        assert frame.page.isAncestorOf(QApplication.focusWidget())


def test_immediate_danger_leaves_the_form_at_the_same_question(at_work, desk, keira, qtbot):
    window = at_work().top.screen_shown
    window.session.open_case(keira, "risk")
    frame = window.case_frame
    before = QApplication.focusWidget()
    assert frame.page.isAncestorOf(before)
    key(qtbot, Qt.Key.Key_D, CTRL)
    assert frame.middle.currentWidget() is frame.danger
    assert frame.danger.back_button.hasFocus()
    view = cases.read_case(desk, keira)
    assert view.case.get("send_first") == "yes"
    assert view.case.get("danger_at")
    shown = [
        label.text() for label in frame.danger.findChildren(QWidget) if hasattr(label, "text") and label.isVisible()
    ]
    assert any("radio" in text for text in shown)
    assert any("No numbers are kept here" in text for text in shown)
    key(qtbot, Qt.Key.Key_Escape)
    assert frame.middle.currentWidget() is frame.page
    assert QApplication.focusWidget() is before


def test_immediate_danger_by_mistake_is_taken_back(at_work, desk, keira, qtbot):
    window = at_work().top.screen_shown
    window.session.open_case(keira)
    window.case_frame.danger_button.click()
    window.case_frame.danger.mistake_button.click()
    view = cases.read_case(desk, keira)
    assert not view.case.get("danger_at")
    assert view.case.get("send_first") == "no"
    assert view.of("event") == []


def test_help_stands_beside_wide_windows_and_opens_on_f1(at_work, keira, qtbot):
    one = at_work()
    window = one.top.screen_shown
    window.session.open_case(keira)
    assert window.case_frame.help.isVisible()
    one.top.resize(1024, 640)
    qtbot.waitUntil(lambda: not window.case_frame.help.isVisible())
    key(qtbot, Qt.Key.Key_F1)
    assert window.case_frame.help.isVisible()
    key(qtbot, Qt.Key.Key_F1)
    assert not window.case_frame.help.isVisible()


def test_cases_are_sorted_and_archived_ones_are_hidden(at_work, desk, keira, qtbot):
    old = cases.new_case(desk, "AA-1")
    cases.archive_case(desk, old, "moved away")
    new = cases.new_case(desk, "ZZ-9")
    window = at_work().top.screen_shown
    window.go({"place": "cases"})
    page = window.pages["cases"]
    page.order.set_value("reference")
    page.refresh()
    assert [line.key for line in page.list.rows.lines] == [keira, new]
    page.archived.click()
    assert [line.key for line in page.list.rows.lines] == [old, keira, new]
    assert "3 cases" in page.count.text()


def test_a_case_is_archived_with_a_reason_and_taken_out_again(at_work, desk, keira, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "cases"})
    page = window.pages["cases"]
    page.archive_button.click()
    assert page.reason.isVisible()
    qtbot.keyClicks(page.reason, "entered twice")
    key(qtbot, Qt.Key.Key_Return)
    assert page.empty.isVisible()
    page.archived.click()
    assert page.list.current_key() == keira
    page.archive_button.click()
    assert not cases.list_cases(desk)[0].archived


def test_the_status_counts_what_waits(at_work, desk, keira, qtbot):
    window = at_work().top.screen_shown
    before = window.status.text()
    window.session.tell(edit.set_field(desk, keira, keira, "reference", "NM-3"))
    qtbot.waitUntil(lambda: window.status.text() != before)
    assert "20:00:00" in window.status.text()
    assert "to send" in window.status.text()


def test_a_problem_is_said_without_a_dialog_and_put_away(at_work, qtbot):
    window = at_work().top.screen_shown
    window.session.say_problem(Problem("store.full"))
    assert window.problem_bar.isVisible()
    assert "disk is full" in window.problem_bar.happened.text()
    window.problem_bar.close_button.click()
    assert not window.problem_bar.isVisible()


def test_an_error_that_nobody_caught_is_said_without_its_data(at_work, qtbot, capsys):
    import sys

    window = at_work().top.screen_shown
    try:
        raise ValueError("Keira Holm-Barlow")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert window.problem_bar.problem.code == "program.bug"
    assert "Keira" not in capsys.readouterr().err


def test_the_titles_of_all_windows_are_neutral(at_work, keira, qtbot):
    one = at_work()
    window = one.top.screen_shown
    window.session.open_case(keira)
    window.show_keys()
    sheet = window.findChild(KeySheet)
    assert {w.windowTitle() for w in QApplication.topLevelWidgets() if w.isVisible()} == {"Holdfast"}
    sheet.accept()


def test_text_from_people_is_never_read_as_markup(at_work, desk, qtbot):
    hostile = "<img src=//10.255.255.1/x.png><b>A & B</b>"
    case_id = cases.new_case(desk, hostile)
    window = at_work().top.screen_shown
    window.session.open_case(case_id)
    assert window.case_frame.name.text() == hostile
    assert window.case_frame.name.textFormat() == Qt.TextFormat.PlainText
    button = PlainButton(hostile, hint=hostile)
    qtbot.addWidget(button)
    assert button.text() == hostile.replace("&", "&&")
    assert "<img" not in button.toolTip()
    assert "&lt;img" in button.toolTip()


def test_a_case_that_leaves_while_it_is_open_closes_and_is_in_no_list(at_work, desk, keira):
    other = cases.new_case(desk, "NM-2026-0002")
    window = at_work().top.screen_shown
    window.go({"place": "cases"})
    window.go({"place": "case", "case": keira})
    with desk.store.transaction() as connection:
        connection.execute("UPDATE entry SET state = 'sent', number = 1 WHERE case_id = ?", (keira,))
    assert snapshots.remove(desk.store, keira, "left", 9, "2026-05-16T20:00:00+00:00")
    window.session.changed.emit(Changed(frozenset({keira})))
    assert window.place == "today"
    assert window.case_frame is None
    window.session.changed.emit(Changed(frozenset({other})))  # the same round goes on with other cases
    assert window.problem_bar.isVisible()
    assert "has left this laptop" in window.problem_bar.happened.text()
    window.go({"place": "cases"})
    assert [line.id for line in window.session.case_lines()] == [other]
    # What somebody writes in it this very moment brings no part of it back to life.
    with pytest.raises(Problem, match="gone"):
        edit.create(desk, keira, "person", {"given_name": "Keira"})
    with pytest.raises(Problem, match="unknown"):
        cases.read_case(desk, keira)
    assert cases.list_cases(desk)[0].id == other


def test_a_log_that_cannot_be_written_quotes_nothing(monkeypatch, capsys):
    import io
    import sys

    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(logs.LOG, "handlers", [logs.StandardError()])
    try:
        raise ValueError("Keira Holm-Barlow")
    except ValueError as error:
        for nowhere in (gone, None):
            with monkeypatch.context() as patch:
                patch.setattr(sys, "stderr", nowhere)
                logs.report_bug(ValueError, error, error.__traceback__)
    assert capsys.readouterr().err == ""
    logs.LOG.error("once more")
    assert capsys.readouterr().err == "once more\n"
