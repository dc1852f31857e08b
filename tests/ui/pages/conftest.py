"""One step of a case on a screen: a real vault, a real case, the page in a window of its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app import paths
from app.casework import cases
from app.casework.desk import Desk, close_desk
from app.i18n import translator
from ui import tasks
from ui.pages.page import CasePage
from ui.session import Session
from ui.theme import Theme, load_fonts


@pytest.fixture
def open_desk(desk: Desk) -> Iterator[Desk]:
    """The desk, closed at the end."""
    yield desk
    tasks.finish()
    for widget in QApplication.allWidgets():
        if isinstance(widget, CasePage):
            widget.stop()  # as the window does when the session ends
    close_desk(desk)


@pytest.fixture
def session(qtbot: Any, open_desk: Desk) -> Session:
    """An officer's session in English."""
    return make_session(open_desk)


def make_session(desk: Desk, language: str = "en", scheme: str = "light") -> Session:
    """A session as the program makes it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    load_fonts(paths.resources())
    return Session(desk, translator(language), Theme(app, scheme))


@pytest.fixture
def case(session: Session) -> str:
    """A new case."""
    return cases.new_case(session.desk, "NM-2026-0417")


class Stage:
    """A window with one page in it, worked by keys."""

    def __init__(self, session: Session, qtbot: Any) -> None:
        self.session, self._qtbot = session, qtbot
        self.window = QWidget()
        self.window.translator = session.translator  # type: ignore[attr-defined]
        self._column = QVBoxLayout(self.window)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.page: Any = None
        self.window.resize(760, 640)
        if session.translator.rtl:
            self.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        qtbot.addWidget(self.window)

    def open(self, step: str, case_id: str) -> Any:
        """Show a step; the step before is saved and goes."""
        if self.page is not None:
            self.page.flush()
            self._column.removeWidget(self.page)
            self.page.hide()
            self.page.stop()
            self.page.deleteLater()
        self.page = importlib.import_module(f"ui.pages.{step}").make_page(self.session, case_id)
        self._column.addWidget(self.page)
        self.session.changed.connect(self.page.refresh)
        self.window.show()
        self.window.activateWindow()
        self._qtbot.waitUntil(self.window.isActiveWindow)
        self.page.first_focus()
        return self.page

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        QTest.keyClicks(self.focus(), text)

    def key(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press keys on what has the focus."""
        for key in keys:
            QTest.keyClick(self.focus(), key, modifier)
            QApplication.processEvents()

    def focus(self) -> QWidget:
        """What has the focus."""
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def tab_to(self, name: str, most: int = 400) -> QWidget:
        """Press Tab until the focus stands on a control whose accessible name begins so."""
        for _ in range(most):
            if self.focus().accessibleName().startswith(name):
                return self.focus()
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never came to “{name}”")

    def press(self, name: str) -> None:
        """Go to a button by Tab and press it."""
        self.tab_to(name)
        self.key(Qt.Key.Key_Space)

    def fill(self, name: str, text: str) -> None:
        """Go to a field by Tab, type into it, and leave it."""
        self.tab_to(name)
        self.type(text)
        self.key(Qt.Key.Key_Tab)


@pytest.fixture
def stage(session: Session, qtbot: Any) -> Stage:
    """A window for pages."""
    return Stage(session, qtbot)


@pytest.fixture
def stage_in(open_desk: Desk, qtbot: Any) -> Callable[[str, str], Stage]:
    """A window for pages in another language and scheme."""
    return lambda language, scheme: Stage(make_session(open_desk, language, scheme), qtbot)
