"""Before the work: a vault that is on its way to another laptop is closed here by a receipt, or taken back."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal

from app.casework.new_laptop import close_here, take_back
from app.i18n import N_
from app.problems import Problem
from ui import tasks
from ui.shell.front import FrontScreen
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainLabel, main_action, row


class MovedOut(FrontScreen):
    """`back` when the officer goes on here, `closed` when the vault is no more on this laptop."""

    help_name = "moved_out"

    back = Signal()
    closed = Signal()

    def __init__(self, program: Any, desk: Any, at: str) -> None:
        super().__init__(program)
        self.desk = desk
        say = self.say
        self.title(say(N_("This vault is moving to another laptop")))
        time = self.translator.moment(at)
        self.column.addWidget(PlainLabel(say(N_("It was written into a file, {time}."), time=time), bold=True))
        words = N_("Nothing more is written here. When it has arrived, the other laptop shows a receipt: type it here.")
        self.column.addWidget(PlainLabel(say(words)))
        self.receipt = LineEdit(
            name=say(N_("Receipt of the other laptop")), main=True, placeholder="XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"
        )
        self.question(say(N_("Receipt of the other laptop")), self.receipt)
        self.receipt.returnPressed.connect(self._close)
        self.button = main_action(PlainButton(say(N_("It has arrived: remove it here")), kind="main"))
        self.button.clicked.connect(self._close)
        self.column.addWidget(self.button)
        self.back_button = PlainButton(say(N_("Go on here after all")), kind="quiet")
        self.back_button.clicked.connect(lambda: self._work(partial(take_back, desk), self.back.emit))
        self.column.addLayout(row(self.back_button))
        self.column.addStretch(1)

    def first_focus(self) -> None:
        self.receipt.setFocus()

    def _close(self) -> None:
        typed = self.receipt.text().strip()
        if typed:
            self._work(partial(close_here, self.desk, typed), self.closed.emit)

    def _work(self, work: Any, done: Any) -> None:
        self.problem_bar.clear()
        for button in (self.button, self.back_button):
            button.setEnabled(False)
        tasks.run(work, lambda _nothing: done(), self._failed)

    def _failed(self, problem: Problem) -> None:
        for button in (self.button, self.back_button):
            button.setEnabled(True)
        self.problem_bar.show_problem(problem)
        self.receipt.setFocus()
