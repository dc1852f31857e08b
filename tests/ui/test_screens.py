"""Every screen of the shell in every test language, direction and scheme: nothing cut, every control with a name."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from app import paths
from app.casework import cases, edit
from tests.ui.conftest import begin
from tests.ui.looking import cut, nameless
from ui.shell.keys import KeySheet

LANGUAGES = ("en", "xx", "xx-rtl")
SCHEMES = ("light", "dark", "night")
SIZES = ((1024, 640), (1366, 768))
PLACES = ("today", "cases", "new", "find", "services", "reviews", "vault")


@pytest.fixture
def some_cases(desk):
    made = []
    for number, (name, family) in enumerate((("Keira", "Holm-Barlow"), ("Amal", "Rahimi"), ("Bo", "Żółkiewska")), 1):
        case_id = cases.new_case(desk, f"NM-2026-000{number}")
        edit.create(desk, case_id, "person", {"roles": ["victim"], "given_name": name, "family_name": family})
        edit.create(desk, case_id, "incident", {"place": "Mill Lane 4"})
        made.append(case_id)
    cases.immediate_danger(desk, made[0])
    return made


def looks_right(top, qtbot, language):
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    assert cut(top) == []
    assert nameless(top) == []
    rtl = language == "xx-rtl"
    assert top.layoutDirection() == (Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place(at_work, some_cases, qtbot, language, scheme):
    one = at_work("--language", language, "--scheme", scheme)
    window = one.top.screen_shown
    for size in SIZES:
        one.top.resize(*size)
        for place in PLACES:
            window.go({"place": place})
            looks_right(one.top, qtbot, language)
    window.focus_find()
    window.find_box.setText("mill")
    window._find()
    looks_right(one.top, qtbot, language)
    one.theme.choose("light")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_case_frame_and_immediate_danger(at_work, some_cases, qtbot, language):
    one = at_work("--language", language)
    window = one.top.screen_shown
    window.session.open_case(some_cases[0])
    frame = window.case_frame
    for size in SIZES:
        one.top.resize(*size)
        frame.immediate_danger()
        looks_right(one.top, qtbot, language)
        frame.leave_danger()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unlock_screen(program, made_vault, qtbot, language):
    one = begin(program, qtbot, "--vault", str(made_vault[0]), "--language", language)
    for size in SIZES:
        one.top.resize(*size)
        looks_right(one.top, qtbot, language)
        one.top.screen_shown.other_way.click()
        looks_right(one.top, qtbot, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_making_of_a_vault(program, vault_folder, qtbot, language):
    one = begin(program, qtbot, "--vault", str(vault_folder), "--language", language)
    screen = one.top.screen_shown
    for size in SIZES:
        one.top.resize(*size)
        looks_right(one.top, qtbot, language)
    screen.choice.switch.click()
    looks_right(one.top, qtbot, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_of_keys(at_work, qtbot, language):
    one = at_work("--language", language)
    one.top.screen_shown.show_keys()
    sheet = one.top.findChild(KeySheet)
    looks_right(sheet, qtbot, language)
    sheet.accept()


def test_no_part_of_a_screen_flashes_up_as_a_window_of_its_own(at_work, some_cases, qtbot):
    """A widget that is shown before it has a parent is a window for a moment."""
    one = at_work()
    alone = []

    class Watch(QObject):
        def eventFilter(self, watched, event):  # noqa: N802 - Qt's name
            if event.type() == event.Type.Show and watched.isWidgetType() and watched.isWindow():
                alone.append(type(watched).__name__)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    window = one.top.screen_shown
    for place in PLACES:
        window.go({"place": place})
    window.session.open_case(some_cases[0])
    for step in window.case_frame.steps.buttons:
        window.case_frame.show_step(step)
    QApplication.instance().removeEventFilter(watch)
    assert alone == []


def test_the_bundled_font_has_every_sign_that_a_screen_writes():
    """What the font lacks is taken from a font of the system, or is a box where there is none."""
    from fontTools.ttLib import TTFont

    root = paths.resources().parent
    known = TTFont(root / "resources" / "fonts" / "NotoSans-Regular.ttf").getBestCmap().keys()
    missing = {}
    for file in sorted((root / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for sign in node.value:
                    if sign.isprintable() and ord(sign) not in known:
                        missing.setdefault(sign, set()).add(file.name)
    assert missing == {}


def test_letters_are_painted_by_the_bundled_font(at_work, qtbot):
    """A machine without fonts paints boxes; the bundled family must be the one in use."""
    from PySide6.QtGui import QFontInfo

    window = at_work().top.screen_shown
    assert QFontInfo(window.status.font()).family() == "Noto Sans"
    assert QFontInfo(window.lock_button.font()).family() == "Noto Sans"
