"""Copied words: marked so that histories and clouds leave them out, and taken off the clipboard after 30 seconds."""

from __future__ import annotations

import functools

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QGuiApplication

KEEP_MS = 30_000
MARKS = {
    "x-kde-passwordManagerHint": b"secret",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"\x01\x00\x00\x00",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\x00\x00\x00\x00",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\x00\x00\x00\x00",
    "org.nspasteboard.ConcealedType": b"",
}


def private(text: str) -> QMimeData:
    """The text with every mark that says: do not keep, do not upload."""
    made = QMimeData()
    made.setText(text)
    for kind, value in MARKS.items():
        made.setData(kind, value)
    return made


def copy(text: str) -> None:
    """Put text on the clipboard for 30 seconds."""
    QGuiApplication.clipboard().setMimeData(private(text))
    watch()


def watch() -> None:
    """Start the 30 seconds; what is on the clipboard then is cleared, if it is still ours."""
    _guard().start()


def clear_ours() -> None:
    """Take our words off the clipboard now: at lock and at the end of the program."""
    board = QGuiApplication.clipboard()
    if board.ownsClipboard():
        board.clear()


class _Guard(QObject):
    def __init__(self) -> None:
        super().__init__(QGuiApplication.instance())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_MS)
        self._timer.timeout.connect(clear_ours)

    def start(self) -> None:
        self._timer.start()


@functools.cache
def _guard() -> _Guard:
    return _Guard()
