"""The sheet of keys: every key of the program is on it, and all of it can be read in a small window."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import paths
from app.casework.steps import STEPS
from tests.ui.looking import cut, nameless
from ui.shell.keys import GROUPS, KEYS, KeySheet
from ui.widgets.text import PlainLabel


def bound_keys():
    """Every key that the source binds to something by name."""
    for file in sorted((paths.resources().parent / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QKeySequence":
                (given,) = node.args
                if isinstance(given, ast.Constant):
                    yield given.value, file.name


def test_every_bound_key_is_declared():
    declared = " ".join(key for _group, keys in GROUPS for key, _words in keys)
    missing = [f"{key} in {file}" for key, file in bound_keys() if key not in declared]
    assert missing == []
    assert {"Ctrl+K", "F1", "?"} <= {key for key, _file in bound_keys()}


def test_steps_are_counted_by_the_programs_own_list():
    assert f"Ctrl+1 … Ctrl+{len(STEPS)}" in dict(KEYS)


@pytest.mark.parametrize("size", [(1366, 768), (512, 320)])
@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
def test_the_sheet_fits_and_scrolls_by_keys(at_work, qtbot, language, size):
    one = at_work("--language", language)
    one.top.setMinimumSize(1, 1)
    one.top.resize(*size)
    one.top.screen_shown.show_keys()
    sheet = one.top.findChild(KeySheet)
    qtbot.waitUntil(sheet.isActiveWindow)
    QApplication.processEvents()
    assert sheet.width() <= size[0]
    assert sheet.height() <= size[1]
    assert cut(sheet) == []
    assert nameless(sheet) == []
    said = [label.text() for label in sheet.findChildren(PlainLabel)]
    assert all(key in said for _group, keys in GROUPS for key, _words in keys)
    if size[1] == 320:
        bar = sheet._page.verticalScrollBar()
        sheet._page.setFocus()
        QTest.keyClick(sheet._page, Qt.Key.Key_PageDown)
        assert bar.value() > 0
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
