"""What is typed without a pause is handed over all the same, so that a dead battery takes three seconds at most."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.widgets.edits import UNSAVED_AT_MOST_MS, TextSaver


def test_typing_without_a_pause_does_not_put_off_saving(qtbot):
    text, parent = ["a"], QObject()
    saver = TextSaver(lambda: text[0], parent)
    assert saver._longest.interval() == UNSAVED_AT_MOST_MS
    saver._timer.setInterval(10_000_000)
    saver._longest.setInterval(1)
    with qtbot.waitSignal(saver.answered) as handed_over:
        for _ in range(50):
            text[0] += "b"
            saver.changed()
    assert handed_over.args == [text[0]]
    assert not saver.dirty
    assert not saver._timer.isActive()
    text[0] += "c"
    counted = Counted(saver._longest)
    saver._longest = counted
    for _ in range(3):
        saver.changed()
    # Begun once: a change that begins it again would put saving off for ever.
    assert counted.starts == 1
    saver.flush()
    assert not counted.isActive()


class Counted:
    """A timer whose beginnings are counted."""

    def __init__(self, timer) -> None:
        self._timer, self.starts = timer, 0

    def start(self) -> None:
        self.starts += 1
        self._timer.setInterval(10_000_000)
        self._timer.start()

    def __getattr__(self, name):
        return getattr(self._timer, name)
