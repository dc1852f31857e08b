"""Every step opens, empty and full, in every language, direction and scheme, and every control has a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QListView, QPlainTextEdit, QWidget

from app.casework import cases
from app.casework.steps import STEPS
from tests.ui.pages.conftest import Stage


def nameless(page: QWidget) -> list[str]:
    """Controls that assistive technology could not name."""
    kinds = (QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QListView)
    stops = [
        w
        for w in page.findChildren(QWidget)
        if isinstance(w, kinds) and w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisibleTo(page)
    ]
    return [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in stops if not w.accessibleName()]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("xx", "dark"), ("xx-rtl", "night")])
def test_every_step_opens_on_an_empty_case(
    stage_in: Callable[[str, str], Stage], step: str, language: str, scheme: str
) -> None:
    stage = stage_in(language, scheme)
    case_id = cases.new_case(stage.session.desk)
    page = stage.open(step, case_id)
    assert not nameless(page)
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [stage.window]
