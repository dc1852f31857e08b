"""Copied words: marked so that histories and clouds leave them out, and taken off the clipboard after 30 seconds."""

from __future__ import annotations

import functools
import hashlib

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

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
    watch(text)


def watch(text: str) -> None:
    """Start the 30 seconds for words that were put on the clipboard; then it is cleared, if it still holds them."""
    _guard().start(text)


def clear_ours() -> None:
    """Take our words off the clipboard now, and what is marked off X11's selection: at hiding, lock and the end."""
    _guard().clear()
    board = QGuiApplication.clipboard()
    if board.supportsSelection() and board.ownsSelection():
        board.clear(QClipboard.Mode.Selection)


class _Guard(QObject):
    def __init__(self) -> None:
        super().__init__(QGuiApplication.instance())
        self._mark = b""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_MS)
        self._timer.timeout.connect(self.clear)

    def start(self, text: str) -> None:
        self._mark = _digest(text)
        self._timer.start()

    def clear(self) -> None:
        self._timer.stop()
        board = QGuiApplication.clipboard()
        if self._mark and _digest(board.text()) == self._mark:
            board.clear()
        self._mark = b""


@functools.cache
def _guard() -> _Guard:
    return _Guard()


def _digest(text: str) -> bytes:
    # Only a digest is remembered: the words themselves have nothing to look for in memory.
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
