"""A vault that is open while its officer has not come to the work yet: something is told or asked first.

It locks there as it does at work: when nobody is there, or when the laptop goes to sleep.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from app.casework.desk import close_desk
from ui import tasks
from ui.shell.idle import IdleWatch
from ui.shell.suspend import watch_system


class BeforeWork(QObject):
    """Watches from the opening on, until `end`."""

    def __init__(self, program: Any, desk: Any) -> None:
        super().__init__(program)
        self._program, self._desk = program, desk
        self.idle = IdleWatch(desk.policy, desk.clock, self)
        self.idle.over.connect(self.lock)
        self.suspend = watch_system(self)
        self.suspend.going.connect(self._going_to_sleep)
        self.idle.start()

    def end(self) -> None:
        """The work begins, and watches for itself; or the vault is no more."""
        self.idle.stop()
        self.suspend.let_go()
        self.deleteLater()

    def lock(self) -> None:
        """End this process: nothing was typed here that could be lost."""
        self.end()
        self._program.top.hide()
        tasks.finish()
        close_desk(self._desk)
        self._program.replace(self._program.again(self._desk.unlocked.folder))

    def _going_to_sleep(self) -> None:
        if self._desk.policy.lock_on_suspend:
            self.lock()
