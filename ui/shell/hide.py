"""Hide: a neutral page over the window at once, then everything else: saving, closing what lay on top, the way back.

The page is painted before anything is saved, so that no full disk and no long text can hold it up.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog, QLineEdit, QWidget
from shiboken6 import isValid

from app.casework import desk as desks
from app.problems import Problem
from ui.shell.hide_keys import HideKeys
from ui.shell.neutral import NeutralPage
from ui.shell.window import Window
from ui.widgets import clipboard
from ui.widgets.text import speak_only

MADE_AFTER_MS = 400  # the page is made when the first screen is painted, so that F9 only has to show it


class Standing:
    """Where exactly the officer stood: the field, what was selected in it, how far everything was scrolled."""

    def __init__(self, top: QWidget, window: Window) -> None:
        self._field = top.focusWidget()
        self._selected: tuple[int, int, int] | None = None
        if isinstance(self._field, QLineEdit):
            field = self._field
            self._selected = (field.cursorPosition(), field.selectionStart(), len(field.selectedText()))
        self.where: dict[str, Any] = {}
        self._scrolled: list[tuple[QAbstractScrollArea, int]] = []
        self._window = window

    def look_around(self) -> None:
        """Note the place and how far what is on the screen is scrolled; takes a moment, so after the page is up."""
        self.where = self._window.where()
        for area in self._window.findChildren(QAbstractScrollArea):
            if area.isVisible():
                self._scrolled.append((area, area.verticalScrollBar().value()))

    def take_up(self) -> None:
        """Stand there again."""
        field = self._field
        if field is None or not isValid(field) or not self._window.isAncestorOf(field) or not field.isVisible():
            self._window.go_back_to(self.where)
            return
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(field, QLineEdit) and self._selected is not None:
            cursor, start, length = self._selected
            field.setCursorPosition(cursor)
            if length:
                # Selected from its far end, so that the cursor stands where it stood.
                field.setSelection(*((start, length) if cursor != start else (start + length, -length)))
        for area, value in self._scrolled:
            if isValid(area):
                area.verticalScrollBar().setValue(value)


class Hiding(QObject):
    """Hides one officer's window and brings it back. `program`: has the window of the program as `top`."""

    def __init__(self, program: Any, session: Any, window: Window, double: str, parent: QObject) -> None:
        super().__init__(parent)
        self._top, self._session, self._window = program.top, session, window
        self._standing: Standing | None = None
        self._page: NeutralPage | None = None
        self._ended = False
        self.keys = HideKeys(double, self)
        self.keys.pressed.connect(self.hide)
        session.asked_to_hide.connect(self.hide)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._make_ready)
        self._later.start(MADE_AFTER_MS)

    @property
    def hidden(self) -> bool:
        """Whether the neutral page is shown."""
        return self._standing is not None

    @property
    def page(self) -> NeutralPage:
        """The neutral page, made when it is first wanted."""
        if self._page is None:
            self._page = NeutralPage(self._session.translator, self._session.desk.clock, self._top)
            self._page.given.connect(self._check)
            self._page.lock_wanted.connect(self._session.lock)
        return self._page

    def where(self) -> dict[str, Any]:
        """Where the officer stands, or stood before hiding."""
        return self._standing.where if self._standing is not None else self._window.where()

    def _make_ready(self) -> None:
        page = self.page
        if not self.hidden:
            page.resize(self._top.size())
            page.grab()  # lays it out and draws its letters once

    def hide(self) -> None:
        """Show the neutral page, then save and close what has to be."""
        if self.hidden:
            return
        self._later.stop()
        page = self.page
        self._standing = Standing(self._top, self._window)
        page.begin()
        self._top.cover(page)
        # From here on nothing can be seen any more; the rest may take its time.
        self.keys.asleep = True
        speak_only(page)
        try:
            close_all_but(self._top)
            self._top.activateWindow()  # a dialog may have had the keyboard
            self._standing.look_around()
            page.setFocus(Qt.FocusReason.OtherFocusReason)
            for problem in self._session.flush_all():
                self._session.say_problem(problem)
        finally:
            clipboard.clear_ours()
            self._top.take_out_covered()

    def say_not_yet(self) -> None:
        """Locking was refused once, as something cannot be saved: said on the page, too, in words that tell nothing."""
        if self.hidden:
            self.page.say_not_yet()

    def _check(self, passphrase: str) -> None:
        confirm = partial(desks.confirm, self._session.desk, passphrase)
        self._session.run(confirm, lambda _none: self._come_back(), self._refused)

    def _refused(self, problem: Problem) -> None:
        if not self._ended:
            wait = problem.facts.get("wait_s", 0)
            self.page.refuse(float(wait) if isinstance(wait, int | float) else 0.0)

    def _come_back(self) -> None:
        standing = self._standing
        if standing is None or self._ended:
            return
        self.page.put_field_away()
        self._top.put_back_covered()
        self._standing = None
        standing.take_up()
        self._top.uncover()
        speak_only(None)
        self.keys.asleep = False
        self._session.noted.emit("hidden")

    def stop(self) -> None:
        """The session ends; the screen goes back into the window, which is closed already."""
        self._ended = True
        self._later.stop()
        self.keys.stop()
        speak_only(None)
        if self.hidden:
            self._top.put_back_covered()


def close_all_but(top: QWidget) -> None:
    """Close every open list, menu, tooltip and dialog of the program; a dialog is left as by Esc."""
    popup = QApplication.activePopupWidget()
    while popup is not None:
        popup.close()
        following = QApplication.activePopupWidget()
        popup = following if following is not popup else None
    for other in QApplication.topLevelWidgets():
        if other is not top and other.isVisible():
            if isinstance(other, QDialog):
                other.reject()
            else:
                other.close()
