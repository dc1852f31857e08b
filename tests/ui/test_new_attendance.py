"""The same people again, by key presses: found however they are spelled, told apart by role, asked again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.casework import cases, edit, risk
from tests.ui.looking import cut, nameless


def person(desk, case, role, given, family, **more):
    return edit.create(desk, case, "person", {"roles": [role], "given_name": given, "family_name": family, **more})[0]


@pytest.fixture
def again(desk):
    """Two cases with one suspect; the first one assessed, the second victim's address known."""
    first, second = cases.new_case(desk, "NM-2026-0417"), cases.new_case(desk, "NM-2026-0102")
    person(desk, first, "victim", "Keira", "Holt-Baines", address="Quay Row 4")
    person(desk, first, "suspect", "Dane", "Ruskin")
    person(desk, second, "victim", "Maribel", "Ostrow", address="Mill Lane 2")
    person(desk, second, "suspect", "Dane", "Ruskin")
    edit.create(desk, first, "incident", {"reported_at": "2026-03-14T01:40:00+00:00", "place": "Quay Row"})
    assessment, _ = risk.start_assessment(desk, first)
    risk.answer(desk, first, assessment, "F06", value="yes", source="victim")
    risk.grade(desk, first, assessment, "high", "Throat held")
    risk.complete(desk, first, assessment)
    return first, second


@pytest.fixture
def page(at_work, again, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "new"})
    return window.pages["new"]


def type_name(page, qtbot, given, family=""):
    for field, words in ((page.given_name, given), (page.family_name, family)):
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, words)
    page.look()


def press(*keys):
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key)
        QApplication.processEvents()


def test_a_hit_says_who_it_is_why_it_matched_the_grade_and_the_last_incident(page, again, qtbot):
    type_name(page, qtbot, "Kiera", "Holt Banes")
    (line,) = page.here.rows.lines
    assert line.key == again[0]
    assert line.title == "NM-2026-0417 · Keira H.-B."
    assert line.under == "Keira H.-B.: Victim · “Keira Holt-Baines” · sounds alike"
    assert line.end == "incident 14 Mar 2026"
    assert (line.grade.kind, "HIGH" in line.grade.text) == ("high", True)
    assert not page.elsewhere.isVisible()


def test_a_suspect_of_several_cases_is_told_without_the_other_victims_addresses(page, again, qtbot):
    type_name(page, qtbot, "Dain", "Ruskin")
    assert page.elsewhere.isVisible()
    assert "Dane R. is a suspect in 2 cases here. There are 2 different victims." in page.elsewhere.label.text()
    assert {line.key for line in page.here.rows.lines} == set(again)
    shown = " ".join(line.aloud() for line in page.here.rows.lines) + page.elsewhere.label.text()
    for secret in ("Mill Lane", "Quay Row", "Ostrow", "Baines"):
        assert secret not in shown
    type_name(page, qtbot, "", "")
    assert not page.elsewhere.isVisible()
    assert not page.here.isVisible()


def test_the_address_of_somebody_found_by_name_is_not_shown_but_what_was_typed_is(page, again, qtbot):
    QTest.keyClicks(page.place, "mill")
    page.look()
    (line,) = page.here.rows.lines
    assert line.under == "Maribel O.: Victim · address “Mill”"


def test_enter_on_a_hit_adds_the_attendance_and_leads_to_a_reassessment_that_starts_empty(page, again, desk, qtbot):
    window = page.window().screen_shown
    type_name(page, qtbot, "Keria")
    press(Qt.Key.Key_Down)
    assert page.here.hasFocus()
    press(Qt.Key.Key_Return)
    frame = window.case_frame
    assert (frame.case_id, frame.step) == (again[0], "happened")
    happened = frame.page
    assert happened.ask_again.isVisible()
    assert "before this attendance" in happened.ask_again.label.text()
    newest = cases.read_case(desk, again[0]).latest("incident")
    assert happened.incidents.cards[newest.id].isAncestorOf(QApplication.focusWidget())
    for _ in range(60):
        if QApplication.focusWidget() is happened.ask_again.button:
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is happened.ask_again.button
    press(Qt.Key.Key_Space)
    assert frame.step == "risk"
    assert [a.get("completed_at") is None for a in cases.read_case(desk, again[0]).of("assessment")] == [False, True]
    frame.page.finish()
    assert all(not card.row.value() for card in frame.page.cards), "nothing is filled in"
    assert frame.page.picture.earlier["F06"][0].value == "yes", "what is known stands beside it"
    frame.show_step("happened")
    assert not frame.page.ask_again.isVisible()


def test_a_case_that_was_put_away_is_taken_out_by_the_attendance(page, again, desk, qtbot):
    page.session.tell(cases.archive_case(desk, again[1], "moved away"))
    type_name(page, qtbot, "Maribel")
    (line,) = page.here.rows.lines
    assert "archived" in line.under
    press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert not cases.read_case(desk, again[1]).case.archived


def test_each_accuses_the_other_by_keys_alone(page, again, desk, qtbot):
    window = page.window().screen_shown
    window.session.open_case(again[0], "happened")
    happened = window.case_frame.page
    assert not happened.aggressor.isVisible()
    happened.linked.fold.button.setFocus()
    press(Qt.Key.Key_Space, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is happened.linked.who.box
    press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Tab)
    for _ in range(6):
        if "Counter-allegation" in QApplication.focusWidget().accessibleName():
            break
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    for _ in range(6):
        if QApplication.focusWidget() is happened.linked.make:
            break
        press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert happened.aggressor.isVisible()
    (other,) = {link.get("other_case") for link in cases.read_case(desk, again[0]).of("link")}
    victim = cases.read_case(desk, other).victim
    assert (victim.get("given_name"), victim.get("address")) == ("Dane", None)
    happened.aggressor.focus_first()
    QTest.keyClicks(QApplication.focusWidget(), "Wounds of defence on Keira")
    happened.flush()
    assert cases.read_case(desk, again[0]).case.get("aggressor_reasoning") == "Wounds of defence on Keira"
    window.session.open_case(other, "happened")
    happened = window.case_frame.page
    assert happened.aggressor.is_missing
    assert happened.aggressor.isAncestorOf(QApplication.focusWidget())
    assert "Wounds of defence" not in happened.aggressor.form.editors["aggressor_reasoning"].control.toPlainText()


def test_find_puts_hits_under_headings_that_keys_pass_over(at_work, again, desk, qtbot):
    third = cases.new_case(desk, "NM-2026-0511")
    edit.create(desk, third, "person", {"roles": ["victim"], "original_name": "Марија Руcкин"})
    person(desk, third, "witness", "Ruskin", "Mariah")
    window = at_work().top.screen_shown
    window.focus_find()
    QTest.keyClicks(window.find_box, "ruskin mari")
    window._find()
    found = window.pages["find"]
    lines = list(found.list.rows.lines)
    assert [line.title for line in lines if line.heading] == ["By name", "Nearly the same, or it sounds alike"]
    assert [line.heading for line in lines] == [True, False, True, False]
    assert "Марија" in lines[3].title
    press(Qt.Key.Key_Down)
    assert found.list.current_key() == lines[1].key
    press(Qt.Key.Key_Down)
    assert found.list.current_key() == lines[3].key
    press(Qt.Key.Key_Return)
    assert window.case_frame.case_id == third


@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
@pytest.mark.parametrize("size", [(1024, 640), (1366, 768)])
def test_what_was_found_fits(at_work, again, desk, qtbot, language, size):
    one = at_work("--language", language)
    one.top.resize(*size)
    window = one.top.screen_shown
    window.go({"place": "new"})
    page = window.pages["new"]
    type_name(page, qtbot, "Dain", "Ruskin")
    QApplication.processEvents()
    assert cut(one.top) == []
    assert nameless(one.top) == []
    assert page.here.isVisible()
    top = page.here.mapTo(one.top, page.here.rect().topLeft()).y()
    assert top + page.here.visualRect(page.here.rows.index(0)).height() < size[1], "the first hit is in sight"
    cases.new_attendance(desk, again[0])
    for step in ("happened", "risk"):
        window.session.open_case(again[0], step)
        QApplication.processEvents()
        assert cut(one.top) == []
        assert nameless(one.top) == []
