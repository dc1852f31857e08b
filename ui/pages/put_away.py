"""Archiving a record with a reason, in place: a reason is chosen or written, nothing stands in the way, and undo comes
after it. Beside it the way to the right case, for what was entered in the wrong one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import move
from app.i18n import N_
from ui.editors.differs import CaseDiffers
from ui.pages.buttons import Buttons
from ui.pages.moving import MovePanel
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainLabel, row

OFFERED = ("entered_twice", "wrong_person", "wrong_case", "not_true")
"""The reasons to choose from; any other is written."""


class PutAway(QWidget):
    """The buttons at the foot of a record's card. `record_id` and `what` say which record, in words."""

    def __init__(self, page: Any, record_id: Callable[[], str], what: Callable[[], str]) -> None:
        super().__init__()
        self.page, self.words, self._record_id, self._what = page, page.words, record_id, what
        self._asking: Callable[[], QWidget] | None = None
        self._asked = QWidget(self)
        self._asked.hide()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)
        self.differs = CaseDiffers(page, "archived")
        self._lines.addWidget(self.differs)
        self.archive = PlainButton(self.words(N_("Archive")), kind="quiet")
        self.archive.clicked.connect(self.ask)
        self.move_button = PlainButton(self.words(N_("Move to another case")), kind="quiet")
        self.move_button.clicked.connect(self.ask_where)
        self._lines.addLayout(row(self.archive, self.move_button))

    def show_record(self) -> None:
        """Bring the buttons in line with the record; a draft has none."""
        record = self.page.view.record(self._record_id()) if self._record_id() else None
        self.setVisible(record is not None)
        if record is None:
            return
        self.differs.show_record(record)
        self.archive.setAccessibleName(self.words(N_("Archive {what}"), what=self._what()))
        self.move_button.setAccessibleName(self.words(N_("Move to another case: {what}"), what=self._what()))
        self.move_button.setVisible(move.movable(self.page.view, record))

    def ask(self) -> None:
        """Ask for the reason, in place; a second press folds the question away."""
        if self._fold_up() == self._question:
            return
        self._open(self._question)
        self._asked.findChildren(PlainButton)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_where(self) -> None:
        """Ask for the right case, in place; a second press folds the question away."""
        if self._fold_up() == self._where:
            return
        self._open(self._where)
        self._asked.findChildren(LineEdit)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _where(self) -> QWidget:
        return MovePanel(self.page, self._record_id(), self._what())

    def _question(self) -> QWidget:
        whole = QWidget()
        lines = QVBoxLayout(whole)
        lines.setContentsMargins(8, 4, 8, 4)
        lines.setSpacing(4)
        lines.addWidget(PlainLabel(self.words(N_("Archive it because …")), kind="small"))
        reasons = Buttons()
        desk = self.page.session.desk
        for code in OFFERED:
            label = self.words(desk.library.label("archive_reason", code))
            button = PlainButton(label, name=self.words(N_("Archive because: {reason}"), reason=label))
            button.clicked.connect(lambda _=False, code=code: self._archive(code))
            reasons.add(button)
        lines.addWidget(reasons)
        self.other = LineEdit(name=self.words(N_("Another reason")), placeholder=self.words(N_("Another reason")))
        done = PlainButton(self.words(N_("Archive with these words")))
        done.clicked.connect(self._archive_in_words)
        self.other.returnPressed.connect(self._archive_in_words)
        lines.addWidget(self.other)
        lines.addLayout(row(done))
        return whole

    def _archive_in_words(self) -> None:
        if self.other.value().strip():
            self._archive(self.other.value().strip())
        else:
            self.other.setFocus()

    def _archive(self, reason: str) -> None:
        self.page.archive(self._record_id(), self._what(), reason)

    def _open(self, make: Callable[[], QWidget]) -> None:
        self._asking, self._asked = make, make()
        self._lines.addWidget(self._asked)
        self._asked.show()
        self.page.bring_into_view(self._asked)

    def _fold_up(self) -> Callable[[], QWidget] | None:
        """Fold away what is asked; returns what it was."""
        was, self._asking = self._asking, None
        self._asked.hide()
        self._asked.deleteLater()
        self._asked = QWidget(self)
        self._asked.hide()
        return was

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._asking is not None:
            opener = self.archive if self._asking == self._question else self.move_button
            self._fold_up()
            opener.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)
