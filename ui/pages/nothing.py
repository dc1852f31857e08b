"""“Nothing given” as an outcome of its own: why, and whether the plan was read out instead."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import paper
from app.i18n import N_
from ui.pages.drafts import DraftWords
from ui.widgets.text import PlainButton, row


class NothingGiven(QWidget):
    """A reason and two buttons."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, words = page, page.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.why = DraftWords(page, "nothing_reason", N_("Why nothing is given"), lines=1)
        column.addWidget(self.why)
        self.nothing = PlainButton(words(N_("Log: nothing given")))
        self.read_out = PlainButton(words(N_("Log: nothing given, read out")))
        self.nothing.clicked.connect(lambda: self._log(read_out=False))
        self.read_out.clicked.connect(lambda: self._log(read_out=True))
        column.addLayout(row(self.nothing, self.read_out))

    def _log(self, *, read_out: bool) -> None:
        self.why.flush()
        done = self.page.act_quietly(paper.nothing_given, self.why.text(), read_out=read_out)
        if done is not None:
            self.why.used()
            self.page.announce(done)
            self.page.log.set_open(True)
