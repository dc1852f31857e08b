"""F1: every page and every place has help, nothing in it is empty, and its keys are the keys of the program."""

from __future__ import annotations

import re
import tomllib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import paths
from app.casework import cases, edit
from app.casework.help import help_of, pages
from app.casework.steps import BESIDE, STEPS
from app.forms.help import load_help
from app.problems import Problem
from tests.ui.conftest import begin, shown
from tests.ui.looking import cut, nameless
from ui.shell.front import FrontScreen
from ui.shell.help_column import HelpColumn
from ui.shell.keys import KEYS
from ui.shell.window import PLACES, WITHIN
from ui.widgets.text import PlainLabel

F1 = Qt.Key.Key_F1
NAMED_KEY = re.compile(r"\b(?:Ctrl|Alt|Shift)\+\w+|\bF\d{1,2}\b|\bTab\b|\bEsc\b")


def texts_of(page):
    return [page.what, page.kept, *(part for one in page.advice for part in (one.on, one.do))]


def declared_keys():
    """Every key that stands on the sheet, also those between two that are named: Ctrl+3 in “Ctrl+1 … Ctrl+9”."""
    found = set()
    for key, _words in KEYS:
        found.update(re.split(r", ?| … ?", key))
        if "…" in key and "+1" in key:
            found |= {f"{key.partition('+')[0]}+{number}" for number in range(1, 10)}
    for _key, words in KEYS:
        found |= set(NAMED_KEY.findall(words))
    return found


def front_screens():
    """The names of the help of every screen before the work."""
    import ui.shell.moved_out
    import ui.shell.new_passphrase
    import ui.shell.new_vault
    import ui.shell.opened_by_others
    import ui.shell.unlock  # noqa: F401

    return {screen.help_name for screen in FrontScreen.__subclasses__()}


def test_every_page_and_place_has_help():
    wanted = {*PLACES, *WITHIN, *STEPS, *BESIDE, "danger", "reason", *front_screens()}
    assert "" not in wanted
    assert set(pages()) == wanted


def test_no_help_is_empty_and_none_is_a_book():
    for name, page in pages().items():
        assert page.advice, name
        assert all(len(text.strip()) >= 10 for text in [page.what, page.kept, *(a.do for a in page.advice)]), name
        assert len(" ".join(texts_of(page))) < 1800, name
        assert all(text[-1] in ".!?" for text in [page.what, page.kept, *(a.do for a in page.advice)]), name


def test_its_keys_are_on_the_sheet_of_keys():
    sheet = dict(KEYS)
    for name, page in pages().items():
        assert page.keys, name
        assert not [key for key in page.keys if key not in sheet], name
        said = {key for text in texts_of(page) for key in NAMED_KEY.findall(text)}
        assert said <= declared_keys(), name
    guide = (paths.resources() / "help" / "guide.toml").read_text(encoding="utf-8")
    words = " ".join(str(step[part]) for step in tomllib.loads(guide)["steps"] for part in ("now", "hint"))
    assert set(NAMED_KEY.findall(words)) <= declared_keys()


def test_help_is_gender_neutral_and_in_one_spelling():
    spoken = " ".join(text for page in pages().values() for text in texts_of(page))
    assert not re.search(r"\b(he|she|him|her|his|hers|husband|wife|woman|women|man|men|mother|father)\b", spoken, re.I)
    assert "'" not in spoken


def test_a_mistake_in_a_help_file_is_named(tmp_path):
    (tmp_path / "pages-a.toml").write_text("format = 'holdfast-help/1'\n[pages.today]\nwhat = 'x'\nkeept = 'y'\n")
    with pytest.raises(Problem) as caught:
        load_help(tmp_path)
    assert caught.value.code == "forms.broken"
    assert caught.value.facts["path"] == "$.pages.today" or "today" in str(caught.value.facts["path"])


# ---- at the window


def words(widget):
    return [label.text() for label in shown(widget, PlainLabel)]


@pytest.mark.parametrize("language", ["en", "xx-rtl"])
def test_f1_opens_the_help_of_every_place_and_folds_it_away(at_work, qtbot, language):
    one = at_work("--language", language)
    window = one.top.screen_shown
    one.top.resize(1024, 640)
    for place in [*PLACES, *WITHIN]:
        window.go({"place": place})
        assert not shown(window, HelpColumn)
        qtbot.keyClick(QApplication.focusWidget() or window, F1)
        (column,) = shown(window, HelpColumn)
        assert any(help_of(place).what in text for text in words(column)) or language != "en"
        assert len(words(column)) > 3
        QApplication.processEvents()
        assert cut(column) == []
        assert nameless(one.top) == []
        qtbot.keyClick(QApplication.focusWidget() or window, F1)
        assert not shown(window, HelpColumn)


def test_open_help_follows_the_officer_to_another_place(at_work, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "cases"})
    qtbot.keyClick(window, F1)
    window.go({"place": "services"})
    (column,) = shown(window, HelpColumn)
    assert help_of("services").what in words(column)
    assert help_of("cases").what not in words(column)


def test_help_keeps_the_cursor_where_it_stands(at_work, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "new"})
    field = window.pages["new"].given_name
    QTest.keyClicks(field, "No")
    qtbot.keyClick(field, F1)
    QTest.keyClicks(QApplication.focusWidget(), "a")
    assert field.text() == "Noa"


def test_the_steps_show_help_of_the_question_and_of_the_page(at_work, desk, qtbot):
    case = cases.new_case(desk, "NM-1")
    edit.create(desk, case, "person", {"roles": ["victim"], "given_name": "Noa"})
    window = at_work().top.screen_shown
    for step in STEPS:
        window.session.open_case(case, step)
        (column,) = shown(window, HelpColumn)
        assert help_of(step).what in words(column), step
    window.session.open_case(case, "risk")
    page = window.case_frame.page
    (column,) = shown(window, HelpColumn)
    assert page.stood.factor.why in column.words.text()
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert help_of("danger").what in words(column)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert help_of("risk").what in words(column)


@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
def test_f1_before_the_work(program, made_vault, qtbot, language):
    one = begin(program, qtbot, "--vault", str(made_vault[0]), "--language", language)
    screen = one.top.screen_shown
    one.top.resize(1024, 640)
    assert screen.help is None
    qtbot.keyClick(screen.passphrase.edit, F1)
    assert screen.help.isVisible()
    assert screen.passphrase.edit.hasFocus()
    assert len(words(screen.help)) > 3
    QApplication.processEvents()
    assert cut(one.top) == []
    qtbot.keyClick(screen.passphrase.edit, F1)
    assert not screen.help.isVisible()


def test_the_new_vault_screen_has_help(program, vault_folder, qtbot):
    one = begin(program, qtbot, "--vault", str(vault_folder))
    qtbot.keyClick(one.top.screen_shown, F1)
    assert help_of("new_vault").what in words(one.top.screen_shown.help)


def test_the_help_button_stands_on_the_rail(at_work, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "today"})
    button = next(b for b in window.findChildren(QWidget) if b.accessibleName() == "Help" and b.isVisible())
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert shown(window, HelpColumn)
