"""The keys that hide: F9, and a key pressed twice where the officer chose one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from shiboken6 import isValid

DOUBLE_KEYS = {"esc": Qt.Key.Key_Escape, "ctrl": Qt.Key.Key_Control, "shift": Qt.Key.Key_Shift}
DOUBLE_WITHIN_MS = 500  # from press to press, by the time that the window system gave the keys


class HideKeys(QObject):
    """`pressed` on F9, and on the chosen key twice with nothing between.

    Looks at the window that has the keyboard, where Qt asks once for each key whether anybody wants it before any
    shortcut. So dialogs and open lists are covered, too, and no other event of the program is slowed down.
    """

    pressed = Signal()

    def __init__(self, double: str, parent: QObject) -> None:
        super().__init__(parent)
        self._watched: QWindow | None = None
        self._once = False  # the chosen key was the last thing pressed
        self._when = 0
        self.asleep = False  # while the window is hidden already
        self.choose(double)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        self._app = app
        app.focusWindowChanged.connect(self._follow)
        self._follow(QGuiApplication.focusWindow())

    def choose(self, double: str) -> None:
        """Use this double key from now on; none for an empty or unknown name."""
        self._double = DOUBLE_KEYS.get(double)
        self._once = False

    def stop(self) -> None:
        """Watch no more."""
        self._app.focusWindowChanged.disconnect(self._follow)
        self._follow(None)

    def _follow(self, window: QWindow | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = window
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self.asleep:
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self._once = False
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._wanted(event):
            self._once = False
            self.pressed.emit()
            return True
        return False

    def _wanted(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat():
            return False
        # F9 with whatever else is held: a hurried hand may still be on Shift.
        return event.key() == Qt.Key.Key_F9 or self._is_double(event)

    def _is_double(self, event: QKeyEvent) -> bool:
        before, self._once = self._once, event.key() == self._double
        soon = event.timestamp() - self._when <= DOUBLE_WITHIN_MS
        self._when = event.timestamp()
        return self._double is not None and self._once and before and soon
