"""An ear in the program under test: it says over a socket what a screen reader would hear and what a passer-by would
see. It presses nothing and changes nothing, save the hour where a night has to go by, and what a proof asks of
`mischief.py`. Python loads it by itself where its folder stands on PYTHONPATH.
"""

from __future__ import annotations

import os
import sys

SOCKET, SAVED = "HOLDFAST_EAR", "HOLDFAST_EAR_SAVED"
HOUR = "HOLDFAST_EAR_HOUR"  # a file with the seconds by which the program's clock is ahead of the machine's
STALLS = "HOLDFAST_EAR_STALLS"  # how long the window stands still is measured
MISCHIEF = "HOLDFAST_EAR_MISCHIEF"  # what of mischief.py is done to the program


def listen(path: str) -> None:
    """Have the program answer questions as soon as its event loop runs."""
    from PySide6.QtWidgets import QApplication

    run = QApplication.exec

    def listen_and_run(*args: object) -> int:
        application = QApplication.instance()
        ear = make_ear(application, path)  # kept alive until the loop ends
        code = run()
        ear.stop()
        return code

    QApplication.exec = listen_and_run


def make_ear(application, path):
    """The ear itself; everything of Qt is imported here, so that no other program of a test pays for it."""
    import ctypes
    import json
    import socket

    from PySide6.QtCore import QAbstractNativeEventFilter, QBuffer, QIODevice, QSocketNotifier, QTimer
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QApplication, QLabel, QWidget

    class Keys(QAbstractNativeEventFilter):
        """Counts the keys that were let go, as the X server tells them."""

        count = 0

        def nativeEventFilter(self, kind, message):  # noqa: N802 - so Qt calls it
            if ctypes.c_uint8.from_address(int(message)).value & 0x7F == 3:
                self.count += 1
            return False, 0

    class Ear:
        def __init__(self):
            self.keys = Keys()
            application.installNativeEventFilter(self.keys)
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            if os.path.exists(path):
                os.unlink(path)
            self.socket.bind(path)
            self.socket.listen(4)
            self.notifier = QSocketNotifier(self.socket.fileno(), QSocketNotifier.Type.Read)
            self.notifier.activated.connect(self.asked)
            self.pulse = take_pulse() if os.environ.get(STALLS) else None

        def stop(self):
            self.notifier.setEnabled(False)
            application.removeNativeEventFilter(self.keys)
            self.socket.close()

        def asked(self):
            with_whom, _ = self.socket.accept()
            question = with_whom.recv(64).decode()
            # Two turns of the loop: a key that was counted has then been handled.
            QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: self.answer(with_whom, question)))

        def answer(self, with_whom, question):
            stall = self.stall(question)
            with with_whom:
                if question == "picture":
                    reply = picture()
                elif question.startswith(("raise ", "crash ")):
                    import mischief

                    reply = mischief.do(question)
                else:
                    reply = json.dumps(stall or self.heard()).encode()
                try:
                    with_whom.sendall(reply)
                except OSError:
                    pass  # whoever asked has gone
            if self.pulse is not None:
                self.pulse.go_on()  # listening and taking pictures is not the program's work

        def stall(self, question):
            """The longest stall since this was last asked; every question ends a pause."""
            if self.pulse is None:
                return None
            found = {"ms": self.pulse.end(), "own_ms": round(self.pulse.own, 1)}
            if question != "stall":
                return None
            self.pulse.begin()
            return found

        def heard(self):
            has = QApplication.focusWidget()
            windows = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
            parts = [part for top in windows for part in [top, *top.findChildren(QWidget)] if part.isVisible()]
            return {
                "process": os.getpid(),
                "born": id(self),
                "keys": self.keys.count,
                "active": bool(QApplication.activeWindow()),
                "titles": [top.windowTitle() for top in windows],
                "places": [
                    type(part).__name__ for part in parts if type(part).__module__.startswith(("ui.shell", "ui.pages"))
                ],
                "said": [part.text() for part in parts if isinstance(part, QLabel) and part.text()],
                "focus": spoken(has) if has is not None else {},
            }

    def spoken(widget):
        heard = QAccessible.queryAccessibleInterface(widget)
        state = heard.state()
        text = heard.textInterface()
        return {
            # Qt tells a box by what is chosen in it and leaves its name to the label; here the name itself is wanted.
            "name": widget.accessibleName() or heard.text(QAccessible.Text.Name),
            "value": text.text(0, text.characterCount()) if text else heard.text(QAccessible.Text.Value),
            "role": heard.role().name,
            "checked": bool(state.checked),
            "seen": not widget.visibleRegion().isEmpty(),
        }

    def picture():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        # Window 0 is the whole screen, with everything that lies on it.
        application.primaryScreen().grabWindow(0).save(buffer, "PNG")
        return bytes(buffer.data())

    if os.environ.get(HOUR):
        live_by(os.environ[HOUR])
    if os.environ.get(SAVED):
        note_what_is_said_to_be_saved(os.environ[SAVED])
    if os.environ.get(MISCHIEF):
        import mischief

        mischief.begin(application, os.environ[MISCHIEF].split())
    return Ear()


def take_pulse():
    """The same measure that the bench takes; its folder stands on PYTHONPATH beside this one."""
    from pulse import Pulse

    return Pulse()


def live_by(path: str) -> None:
    """Have the program's clock run ahead of the machine's by the seconds that stand in a file."""
    from datetime import timedelta

    from app.clock import SystemClock

    now = SystemClock.now

    def later(self):
        with open(path) as file:
            return now(self) + timedelta(seconds=float(file.read()))

    SystemClock.now = later


def note_what_is_said_to_be_saved(path: str) -> None:
    """Write down each value at the moment at which the screen tells the officer that it is saved."""
    import json

    from ui.editors.editor import Editor
    from ui.pages.risk import RiskPage

    out = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(**what) -> None:
        os.write(out, json.dumps(what).encode() + b"\n")

    answer, mark_saved, answer_factor = Editor.answer, Editor.mark_saved, RiskPage.answer_factor

    def answer_and_remember(self, value):
        self.said_last = value
        answer(self, value)

    def mark_saved_and_note(self, moment):
        mark_saved(self, moment)
        note(field=self.name, value=getattr(self, "said_last", None))

    def answer_factor_and_note(self, card, **values):
        done = answer_factor(self, card, **values)
        if done:
            note(factor=card.factor.code, **values)
        return done

    Editor.answer, Editor.mark_saved = answer_and_remember, mark_saved_and_note
    RiskPage.answer_factor = answer_factor_and_note


if "dump" in os.environ.get(MISCHIEF, "").split():
    import mischief

    mischief.leave_dumps()
if os.environ.get(SOCKET) and {"ui.start", "-P"} & set(sys.orig_argv):
    listen(os.environ[SOCKET])
