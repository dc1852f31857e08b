"""The page of this vault ends where its words end; its diagnostic file is written where the officer says, and never
over another one."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import OFFICER
from ui import theme
from ui.widgets.page import ColumnPage


@pytest.mark.parametrize("place", ["vault", "settings"])
@pytest.mark.parametrize("size", [(1366, 640), (700, 480)])
def test_a_page_scrolls_as_far_as_its_words_go_and_no_further(at_work, qtbot, place, size):
    one = at_work()
    one.top.resize(*size)
    window = one.top.screen_shown
    window.go({"place": place})
    page = window.stack.currentWidget().findChild(ColumnPage)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0)
    parts = [page.column.itemAt(n) for n in range(page.column.count())]
    end = max(part.geometry().bottom() + 1 for part in parts if part.spacerItem() is None)
    cards = [part.widget() for part in parts if part.widget() is not None]
    assert page.paper.height() == end + theme.SPACE_XL
    assert page.viewport().height() <= window.stack.currentWidget().height()  # and nothing else scrolls
    assert all(card.height() >= card.heightForWidth(card.width()) for card in cards)  # and nothing of them is cut


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
