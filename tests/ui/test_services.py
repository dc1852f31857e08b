"""The place Services by key presses: who is on call, words and filters, what is open, one service in full."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.casework import cases
from app.problems import Problem
from tests.ui.conftest import shown
from tests.ui.looking import cut, nameless
from tests.ui.practice_vault import at_practice, practice_desk
from ui.widgets import clipboard
from ui.widgets.text import PlainLabel

KEY, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def practice(vault_folder, clock):
    return practice_desk(vault_folder, clock)


@pytest.fixture
def services(program, practice, qtbot):
    """Opens the place by its key; gives program and page."""

    def make(*argv):
        one = at_practice(program, practice, qtbot, *argv)
        qtbot.keyClick(one.top.screen_shown, KEY.Key_5, ALT)
        return one, one.top.screen_shown.pages["services"]

    return make


def press(key):
    QTest.keyClick(QApplication.focusWidget(), key)


def titles(page):
    return [line.title for line in page.search.list.rows.lines]


def said(widget):
    return " | ".join(label.text() for label in shown(widget, PlainLabel))


def test_words_find_a_service_and_enter_leads_to_its_number(services, qtbot):
    _one, page = services()
    assert page.search.text.hasFocus()
    assert len(titles(page)) == 13
    QTest.keyClicks(QApplication.focusWidget(), "keel hou")
    qtbot.waitUntil(lambda: len(titles(page)) == 2)
    press(KEY.Key_Down)
    assert page.search.list.hasFocus()
    press(KEY.Key_Down)
    assert titles(page)[1] == "Keel House, Keel House Trust"
    assert "+44 20 7946 0912" in said(page.detail)
    assert "The address is secret" in said(page.detail)
    assert "Karen, work" in said(page.detail)
    press(KEY.Key_Return)
    assert QApplication.focusWidget().accessibleName() == "Copy the number +44 20 7946 0912"
    press(KEY.Key_Space)
    assert QApplication.clipboard().text() == "+44 20 7946 0912"
    clipboard.clear_ours()


def test_filters_by_keys_and_taking_them_out(services, qtbot):
    _one, page = services()
    page.search.kind.setFocus()
    QTest.keyClick(page.search.kind, KEY.Key_Down)
    assert page.search.kind.value() == "helpline"
    assert titles(page) == ["Anchor Line", "Lantern Line, Lantern Coast", "Lehtisaari Crisis Centre"]
    page.search.text.setFocus()
    QTest.keyClicks(page.search.text, "zzz")
    qtbot.waitUntil(page.search.empty.isVisible)
    assert nameless(page) == []
    page.search.empty.button.setFocus()
    press(KEY.Key_Return)
    assert len(titles(page)) == 13
    assert page.search.text.hasFocus()


def test_open_now_says_until_when_and_follows_the_clock(services, clock, qtbot):
    clock.set(datetime(2026, 5, 15, 19, 0, tzinfo=UTC))  # a Friday evening; tests stand in UTC
    _one, page = services()
    line = next(x for x in page.search.list.rows.lines if x.title == "Anchor Line")
    assert (line.end, line.tone) == ("open now, until 02:00", "good")
    page.search.open_now.setFocus()
    press(KEY.Key_Space)
    assert "Anchor Line" in titles(page)
    assert "Lantern advisers, Lantern Coast" not in titles(page)
    clock.set(datetime(2026, 5, 16, 2, 0, tzinfo=UTC))
    page._again()
    assert "Anchor Line" not in titles(page)
    press(KEY.Key_Space)
    line = next(x for x in page.search.list.rows.lines if x.title == "Anchor Line")
    assert (line.end, line.tone) == ("closed, opens 18:00", "")
    unknown = next(x for x in page.search.list.rows.lines if x.title.startswith("Safe Paws"))
    assert unknown.end == "hours not recorded"


def test_no_address_stands_in_the_list(services):
    _one, page = services()
    lines = " ".join(line.aloud() for line in page.search.list.rows.lines)
    assert "Ropewalk" not in lines
    assert "Chapel Yard" not in lines


def test_who_is_on_call_stands_at_the_top(services, clock):
    clock.set(datetime(2026, 5, 16, 4, 0, tzinfo=UTC))
    _one, page = services()
    assert page.on_call.is_open
    assert page.on_call.button.accessibleName() == "On call: 4 of 6 on duty now"
    words = said(page.on_call)
    assert "Specialist on call\n+44 20 7946 0901" in words
    assert "on duty from 07:00" in words
    assert "hours not recorded" in words
    assert page.on_call.mapTo(page, page.on_call.rect().topLeft()).y() < page.search.y()


def test_what_was_asked_stands_there_again_after_a_lock(services):
    one, page = services()
    QTest.keyClicks(page.search.text, "lantern")
    page.search.language.set_value("pl")
    page.search.look()
    page.search.list.make_current("invented-coast/young")
    where = json.loads(json.dumps(one.top.screen_shown.where()))
    page.search.clear()
    one.top.screen_shown.go({"place": "today"})
    one.top.screen_shown.go_back_to(where)
    assert page.search.text.text() == "lantern"
    assert page.search.language.value() == "pl"
    assert page.search.list.current_key() == "invented-coast/young"


def test_a_real_vault_without_a_directory_says_why_and_what_to_do(at_work, qtbot):
    window = at_work().top.screen_shown
    qtbot.keyClick(window, KEY.Key_5, ALT)
    page = window.pages["services"]
    assert page.empty.isVisible()
    assert "administrator" in page.empty.sentence.text()
    assert not page.search.isVisible()
    assert not page.on_call.isVisible()
    assert not page.warning.isVisible()


def test_a_directory_that_is_out_of_date_or_broken_is_said(services, practice, monkeypatch):
    old = replace(practice.library.directories["invented-coast"], valid_until=date(2026, 5, 15))
    monkeypatch.setitem(practice.library.directories, "invented-coast", old)
    broken = Problem("forms.broken", file="services/x.toml", path="$.title", mistake="no title")
    object.__setattr__(practice.library, "directory_problems", (broken,))
    _one, page = services()
    assert page.warning.isVisible()
    assert "was good until 15 May 2026" in page.warning.label.text()
    assert "services/x.toml" in page.warning.label.text()
    assert len(titles(page)) == 13  # still there: an old number is better than none


def test_immediate_danger_shows_who_is_on_call(program, practice, qtbot):
    case = cases.new_case(practice, "NM-1")
    one = at_practice(program, practice, qtbot)
    window = one.top.screen_shown
    window.session.open_case(case)
    window.case_frame.immediate_danger()
    assert "Domestic abuse unit, Northmere: +44 20 7946 0901 (on duty now)" in said(window.case_frame.danger)


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768)])
@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
def test_nothing_is_cut(services, language, size):
    one, page = services("--language", language)
    one.top.resize(*size)
    for key in ("invented-coast/keel-house", "invented-coast/council-housing", "invented-coast/paws"):
        page.search.list.make_current(key)
        for _ in range(3):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert cut(one.top) == []
        assert nameless(one.top) == []
    page.on_call.button.setChecked(not page.on_call.button.isChecked())
    QApplication.processEvents()
    assert cut(one.top) == []
