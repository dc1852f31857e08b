"""Every step opens, empty and full, in every language, direction and scheme, and every control has a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QWidget,
)

from app.casework import cases, edit, todo
from app.casework.steps import STEPS
from tests.ui.pages.conftest import Stage
from tests.ui.pages.scene import full_case
from ui.pages.fold import Fold
from ui.session import Session
from ui.widgets.text import PlainLabel


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


def cut(page: QWidget) -> list[str]:
    """Labels and buttons whose words do not fit into the room that they have."""
    found = []
    for widget in page.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            if needed > widget.height() + 2 or (
                not widget.wordWrap() and widget.sizeHint().width() > widget.width() + 2
            ):
                found.append(f"label “{widget.text()[:60]}”")
        elif (
            isinstance(widget, QAbstractButton)
            and widget.text()
            and widget.minimumSizeHint().width() > widget.width() + 2
        ):
            found.append(f"button “{widget.text()[:60]}”")
    return found


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("xx", "light"), ("xx-rtl", "night")])
def test_a_full_case_fits_a_small_window_with_every_part_open(
    stage_in: Callable[[str, str], Stage], language: str, scheme: str
) -> None:
    stage = stage_in(language, scheme)
    case_id = full_case(stage.session.desk)
    stage.window.resize(620, 480)  # what a window of 1,024 x 640 leaves for the page
    for step in STEPS:
        page = stage.open(step, case_id)
        page.finish()
        for _ in range(3):
            for fold in page.findChildren(Fold):
                fold.set_open(True)
            page.finish()
            QApplication.processEvents()
        assert page.sheet.paper.width() <= page.sheet.viewport().width(), step
        assert not cut(page.sheet.paper), step
        assert not nameless(page), step
        assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [stage.window], step


def test_what_is_cut_is_found(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    label = PlainLabel("A sentence that needs more room than it is given here", parent=window)
    label.setGeometry(0, 0, 60, 20)
    window.show()
    assert cut(window)


@pytest.mark.parametrize("day", ["last night", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+00:00"])
def test_doubtful_values_open_every_step(stage: Stage, session: Session, day: str) -> None:
    desk = session.desk
    case_id = full_case(desk)
    view = cases.read_case(desk, case_id)
    odd = {
        "incident": {"incidents_12_months": "many", "occurred_from": day, "reported_at": day},
        "child": {"age": "seven"},
        "person": {"born": day, "custody_until": day},
        "safe_contact": {"hours": "evenings", "expires": day[:10], "confirmed_at": day},
        "event": {"happened_at": day, "expires": day},
        "order": {"served_at": day, "expires": day, "issued_at": day},
        "breach": {"happened_at": day},
        "follow_up": {"contacted_at": day, "next_at": day},
        "programme": {"told_at": day, "sessions_offered": "many"},
        "assessment": {"started_at": day},
        "plan": {"review_date": day},
    }
    for kind, fields in odd.items():
        for record in view.of(kind):
            edit.set_fields(desk, case_id, record.id, fields)
    todo.set_task(desk, case_id, "T06", due=day)
    for step in STEPS:
        page = stage.open(step, case_id)
        page.finish()
        for fold in page.findChildren(Fold):
            fold.set_open(True)
        assert not page.problem_bar.isVisible(), step
