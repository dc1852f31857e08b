"""The diagnostic file from the page of this vault: written where the officer says, and never over another one."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt

from tests.ui.conftest import OFFICER


def test_the_officer_writes_a_diagnostic_file(at_work, desk, qtbot, tmp_path):
    one = at_work()
    window = one.top.screen_shown
    window.go({"place": "vault"})
    page = window.stack.currentWidget()
    page.diagnostics_button.click()
    assert page.path.hasFocus()
    qtbot.keyClicks(page.path, str(tmp_path / "for the administrator"))
    qtbot.keyClick(page.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "is written" in page.diagnostics_state.text(), timeout=20_000)
    text = (tmp_path / "for the administrator").read_text()
    assert (json.loads(text)["notebook"], OFFICER.split()[1] in text) == ("whole", False)
    page.diagnostics_button.setFocus()
    qtbot.keyClick(page.diagnostics_button, Qt.Key.Key_Space)
    assert page.diagnostics_button.hasFocus()
    qtbot.waitUntil(window.problem_bar.isVisible, timeout=20_000)
    assert window.problem_bar.problem.code == "container.there"
    assert page.diagnostics_button.isEnabled()
    assert page.diagnostics_button.hasFocus()
