"""Why a case is opened: asked where the profile demands a reason for every look."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal

from app.i18n import N_
from ui import theme
from ui.session import Session
from ui.shell.place_page import PlacePage
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainLabel, row


class ReasonPage(PlacePage):
    """`given(dict)`: the place that was wanted, with the reason in it."""

    given = Signal(object)

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Why do you open this case?")))
        self.wanted: dict[str, Any] = {}
        self.lines.addWidget(PlainLabel(say(N_("Every look at a case is logged with its reason.")), quiet=True))
        self.reason = LineEdit(name=say(N_("Reason")), main=True)
        self.reason.setMaximumWidth(theme.COLUMN_WIDTH)
        self.button = PlainButton(say(N_("Open the case")), kind="main")
        self.lines.addWidget(self.reason)
        self.lines.addLayout(row(self.button))
        self.lines.addStretch(1)
        self.reason.textChanged.connect(self._follow)
        self.reason.returnPressed.connect(self._give)
        self.button.clicked.connect(self._give)
        self._follow()

    def ask(self, wanted: dict[str, Any]) -> None:
        """Ask for the reason of going to this place."""
        self.wanted = wanted
        self.reason.clear()

    def first_focus(self) -> None:
        self.reason.setFocus()

    def _follow(self) -> None:
        self.button.setEnabled(bool(self.reason.value().strip()))

    def _give(self) -> None:
        if self.button.isEnabled():
            self.given.emit({**self.wanted, "reason": self.reason.value().strip()})
