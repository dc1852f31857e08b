"""Before the work: the officer is told that custodians have opened the vault, and says that they have read it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal

from app.casework.recovery import Opening, acknowledge
from app.i18n import N_
from app.problems import Problem
from ui.shell.front import FrontScreen
from ui.widgets.text import PlainButton, PlainLabel, main_action


class OpenedByOthers(FrontScreen):
    """Who opened the vault, and when. `read` when the officer has said so."""

    help_name = "opened_by_others"

    read = Signal()

    def __init__(self, program: Any, desk: Any, openings: Sequence[Opening]) -> None:
        super().__init__(program)
        self.desk = desk
        say, words = self.say, self.translator
        self.title(say(N_("Your vault was opened by custodians")))
        for one in openings:
            said = say(
                N_("{one} and {other} opened it together, {time} by this laptop’s clock."),
                one=one.by[0],
                other=one.by[-1],
                time=words.moment(one.at),
            )
            self.column.addWidget(PlainLabel(said, bold=True))
        for said in (
            N_("Your force has named three custodians. Any two of them can open a vault when its officer cannot."),
            N_("They set a new passphrase. If it was not handed to you by somebody you trust, choose another one now."),
            N_("If you did not know of this, tell professional standards today. It is noted in your vault."),
        ):
            self.column.addWidget(PlainLabel(say(said)))
        self.button = main_action(PlainButton(say(N_("I have read this")), kind="main"))
        self.button.clicked.connect(self._read)
        self.column.addWidget(self.button)
        self.column.addStretch(1)

    def first_focus(self) -> None:
        self.button.setFocus()

    def _read(self) -> None:
        # A full disk keeps nobody from their work: it is told once more at the next unlocking.
        with contextlib.suppress(Problem):
            acknowledge(self.desk)
        self.read.emit()
