"""Immediate danger: what to do now and whom to call. The form waits behind it at the same question."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.forms.definitions import Profile
from app.i18n import N_, Translator
from ui import theme
from ui.widgets.page import ColumnPage
from ui.widgets.text import Card, PlainButton, PlainLabel, main_action, row


class DangerPanel(QWidget):
    """`back` to the same question; `mistaken` takes the note back."""

    back = Signal()
    mistaken = Signal()

    def __init__(
        self, translator: Translator, profile: Profile, on_call: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        """`on_call`: who can be called, a line each."""
        super().__init__(parent)
        self._translator = translator
        say = translator.text
        self._page = page = ColumnPage()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(page)
        self.setAccessibleName(say(profile.danger.title))
        card = Card(tone="danger")
        page.column.addWidget(card)
        self.title = PlainLabel(say(profile.danger.title), kind="title")
        self.noted = PlainLabel(kind="question", bold=True)
        card.body.addWidget(self.title)
        card.body.addWidget(self.noted)
        card.body.addWidget(PlainLabel(say(N_("This case is marked to be sent first."))))
        steps = QGridLayout()
        steps.setColumnStretch(1, 1)
        steps.setHorizontalSpacing(theme.SPACE_M)
        card.body.addLayout(steps)
        for number, step in enumerate(profile.danger.steps, 1):
            count = PlainLabel(f"{number}.", kind="question", wrap=False)
            steps.addWidget(count, number, 0, Qt.AlignmentFlag.AlignTop)
            steps.addWidget(PlainLabel(say(step), kind="question"), number, 1)
        numbers = Card(say(N_("On call")))
        page.column.addWidget(numbers)
        for line in on_call:
            numbers.body.addWidget(PlainLabel(line, kind="question", selectable=True))
        if not on_call:
            numbers.body.addWidget(
                PlainLabel(say(N_("No numbers are kept here: use the radio, or ask the control room.")))
            )
        self.back_button = main_action(PlainButton(say(N_("Back to the same question (Esc)")), kind="main"))
        self.back_button.clicked.connect(self.back)
        self.mistake_button = PlainButton(say(N_("Pressed by mistake: take the note back")))
        self.mistake_button.clicked.connect(self.mistaken)
        page.column.addLayout(row(self.back_button))
        page.column.addSpacing(theme.SPACE_S)
        page.column.addLayout(row(self.mistake_button))
        page.column.addStretch(1)

    def stand(self) -> None:
        """Put the focus on the way back, and show the first step: focus alone would scroll to the end."""
        self.back_button.setFocus()
        self._page.verticalScrollBar().setValue(0)

    def show_noted(self, moment: str) -> None:
        """Say when the danger was noted."""
        self.noted.setText(self._translator.text(N_("Noted at {time}"), time=self._translator.moment(moment)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)
