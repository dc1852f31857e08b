"""Noticing that the laptop goes to sleep, is locked or has its lid closed; holding the sleep back until all is saved.

Linux: logind and UPower on the system's D-Bus, with a delay inhibitor. Windows: the system's power broadcast. macOS
tells only native programs; there, and wherever the system says nothing, the idle watch notices the sleep afterwards.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QCoreApplication, QObject, Signal, Slot

from app.logs import LOG

LOGIND, LOGIND_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
LOGIND_MANAGER = "org.freedesktop.login1.Manager"
SESSION = "org.freedesktop.login1.Session"
UPOWER, UPOWER_PATH = "org.freedesktop.UPower", "/org/freedesktop/UPower"
PROPERTIES = "org.freedesktop.DBus.Properties"
WM_POWERBROADCAST, PBT_APMSUSPEND = 0x218, 0x4
ASK_MS = 500


class SuspendWatch(QObject):
    """`going` when the laptop is about to sleep, its session is locked or its lid closes. This one hears nothing."""

    going = Signal()

    def let_go(self) -> None:
        """All is saved: the laptop may sleep."""


class LogindWatch(SuspendWatch):
    """Listens to logind and UPower on a D-Bus connection of QtDBus."""

    def __init__(self, bus: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus, self._inhibitor = bus, None
        own = self._own_session()
        self.listening = [
            self._listen(LOGIND, LOGIND_PATH, LOGIND_MANAGER, "PrepareForSleep", SLOT("sleeps(bool)")),
            self._listen(LOGIND, own, SESSION, "Lock", SLOT("locks()")),
            self._listen(
                UPOWER, UPOWER_PATH, PROPERTIES, "PropertiesChanged", SLOT("changes(QString,QVariantMap,QStringList)")
            ),
        ]
        self._hold_back()

    def let_go(self) -> None:
        self._inhibitor = None  # closing the descriptor ends the delay

    @Slot(bool)
    def sleeps(self, begins: bool) -> None:
        """logind: the laptop is about to sleep, or woke."""
        if begins:
            self.going.emit()

    @Slot()
    def locks(self) -> None:
        """logind: this session is to be locked."""
        self.going.emit()

    @Slot(str, "QVariantMap", "QStringList")
    def changes(self, _interface: str, values: dict[str, Any], _gone: list[str]) -> None:
        """UPower: something changed; the lid is what matters."""
        if values.get("LidIsClosed") is True:
            self.going.emit()

    @property
    def holding_back(self) -> bool:
        """Whether sleep waits for us."""
        return self._inhibitor is not None

    def _listen(self, service: str, path: str, interface: str, signal: str, slot: Any) -> bool:
        return bool(self._bus.connect(service, path, interface, signal, self, slot))

    def _call(self, member: str, *given: Any) -> Any:
        from PySide6.QtDBus import QDBus, QDBusMessage

        message = QDBusMessage.createMethodCall(LOGIND, LOGIND_PATH, LOGIND_MANAGER, member)
        message.setArguments(list(given))
        answer = self._bus.call(message, QDBus.CallMode.Block, ASK_MS)
        if answer.type() != QDBusMessage.MessageType.ReplyMessage or not answer.arguments():
            LOG.info("logind did not answer %s", member)
            return None
        return answer.arguments()[0]

    def _own_session(self) -> str:
        """The path of our own session; empty (every session) where logind does not tell."""
        found = self._call("GetSession", os.environ.get("XDG_SESSION_ID") or "auto")
        return str(found.path()) if hasattr(found, "path") else str(found or "")

    def _hold_back(self) -> None:
        self._inhibitor = self._call("Inhibit", "sleep", "Holdfast", "Saving", "delay")


class WindowsWatch(SuspendWatch):
    """Listens to Windows' power broadcast."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._filter = _Messages(self)
        app = QCoreApplication.instance()
        if app is not None:
            app.installNativeEventFilter(self._filter)

    def message(self, kind: int, detail: int) -> None:
        """A message of Windows, by its number and first parameter."""
        if (kind, detail) == (WM_POWERBROADCAST, PBT_APMSUSPEND):
            self.going.emit()


class _Messages(QAbstractNativeEventFilter):
    def __init__(self, watch: WindowsWatch) -> None:
        super().__init__()
        self._watch = watch

    def nativeEventFilter(self, kind: Any, message: Any) -> Any:
        if bytes(kind) in (b"windows_generic_MSG", b"windows_dispatcher_MSG"):
            import ctypes.wintypes

            given = ctypes.wintypes.MSG.from_address(int(message))
            self._watch.message(given.message, given.wParam)
        return False, 0


def watch_system(parent: QObject | None = None) -> SuspendWatch:
    """The watch of this system; one that hears nothing where the system has none."""
    if sys.platform.startswith("linux"):
        from PySide6.QtDBus import QDBusConnection

        bus = QDBusConnection.systemBus()
        return LogindWatch(bus, parent) if bus.isConnected() else SuspendWatch(parent)
    if sys.platform == "win32":
        return WindowsWatch(parent)
    return SuspendWatch(parent)
