"""The last minutes: what this officer did in this case in this session, each with a button that takes it back.

What cannot be taken back stands here too, with the reason and what to do instead.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import undo, undo_words
from app.i18n import N_
from app.problems import Problem
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.widgets.text import PlainButton, PlainLabel

SHOWN = 20


class LastMinutes(QWidget):
    """A folded part of the timeline's page; F8 opens it from every step."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, self.words, self._shown = page, page.words, 0
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.fold = Fold(self.words(N_("Last minutes: what you can take back")), self._fill)
        self.fold.opened.connect(lambda _on: self.show_case())
        whole.addWidget(self.fold)

    def show_case(self) -> None:
        """Bring the list in line with the case."""
        if not self.fold.is_filled or not self.fold.is_open:
            return
        focused = self.fold.body.isAncestorOf(self.window().focusWidget() or self)
        clear(self._lines)
        self._shown += 1
        desk = self.page.session.desk
        actions = undo.last_minutes(desk, self.page.case_id)
        for action in actions[:SHOWN]:
            self._lines.addWidget(self._line(action))
        if not actions:
            minutes = desk.policy.undo_minutes
            said = N_("You have done nothing in this case in the last {n} minutes. What is earlier stands below.")
            self._lines.addWidget(PlainLabel(self.words(said, n=minutes), quiet=True))
        if focused:
            self._stand_later()

    def open(self) -> None:
        """Unfold it and stand on the latest line."""
        self.fold.set_open(True)
        self.show_case()
        self.page.bring_into_view(self.fold)
        self._stand_later()

    def first_focus(self) -> None:
        """Stand on the first button, or on the heading where there is none."""
        buttons = [b for b in self.fold.body.findChildren(PlainButton) if b.isVisibleTo(self)]
        (buttons[0] if buttons else self.fold.button).setFocus()

    def _stand_later(self) -> None:
        # Only when the layout has shown the new lines can one of them take the focus.
        self.fold.button.setFocus()
        QTimer.singleShot(0, self, self.first_focus)

    def _fill(self, inside: QVBoxLayout) -> None:
        minutes = self.page.session.desk.policy.undo_minutes
        inside.addWidget(
            self.page.note(
                N_(
                    "What you did in this case in the last {n} minutes, latest first. Ctrl+Z takes back the latest, "
                    "also without this list, and Ctrl+Shift+Z does it again. Nothing vanishes: both stay in the "
                    "timeline."
                ),
                n=minutes,
            )
        )
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        inside.addLayout(self._lines)

    def _line(self, action: undo.Action) -> QWidget:
        desk, tr = self.page.session.desk, self.page.session.translator
        title = undo_words.title(desk, action, tr)
        part = QWidget()
        line = QHBoxLayout(part)
        line.setContentsMargins(0, 0, 0, 0)
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(PlainLabel(title))
        under = PlainLabel(tr.moment(action.at), kind="small", quiet=True)
        told.addWidget(under)
        line.addLayout(told, 1)
        shown = self._shown
        self.page.later(lambda: self._say_under(shown, under, action))
        if undo.refusal(desk, action) is None:
            again = action.takes_back
            words = self.words(N_("Do it again")) if again else self.words(N_("Undo"))
            name = self.words(N_("Do it again: {what}") if again else N_("Undo: {what}"), what=title)
            button = PlainButton(words, name=name)
            button.clicked.connect(lambda _=False, name=action.name: self.page.take_back(name))
            line.addWidget(button)
        return part

    def _say_under(self, shown: int, under: PlainLabel, action: undo.Action) -> None:
        # The rules are asked for each line, so one line at a time, and not for a list that has changed meanwhile.
        if shown == self._shown:
            moment = self.page.session.translator.moment(action.at)
            under.setText(" · ".join([moment, *self._under(action)]))

    def _under(self, action: undo.Action) -> list[str]:
        """What taking it back does to the floor, or why it cannot be taken back and what to do instead."""
        desk, tr = self.page.session.desk, self.page.session.translator
        try:
            found = undo.effects(desk, action)
        except Problem as problem:
            said = problem.sentences(tr)
            return [said.happened, said.next]
        return [
            self.words(N_("Undo: {what}"), what=sentence)
            for effect in found.values()
            for sentence in undo_words.effect_words(desk, effect, tr)
        ]
