"""The guided practice case at the foot of the window: the story, what to do now, a hint on F2. It covers nothing."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.casework import guide
from app.casework.guide import Progress
from app.i18n import N_
from app.problems import Problem
from ui import theme
from ui.session import Session
from ui.widgets.text import PlainButton, PlainLabel, announce, row

LOOK_AFTER_MS = 120
LOW = 460  # px of window height
SIGNS = {"done": "☑", "skipped": "–", "open": "☐"}


class GuideBar(QFrame):
    """Hidden while the guide does not run. Every step is marked by itself when the officer does it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.desk = session, session.desk
        self.say, self.translator = session.translator.text, session.translator
        self.now = Progress()
        self._shown = ""
        self._low = False
        self.setProperty("tone", "calm")
        self.setAccessibleName(self.say(N_("Guide")))
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_AFTER_MS)
        self._later.timeout.connect(self.look)
        session.changed.connect(lambda _changed: self._later.start())
        session.guide_wanted.connect(self.take_up)
        session.noted.connect(self.note)
        QShortcut(QKeySequence("F2"), self, self.toggle_hint)
        QShortcut(QKeySequence("Shift+F2"), self, self.stand)
        self.show_progress(guide.progress(self.desk))

    def _build(self) -> None:
        self.title = PlainLabel(bold=True)
        self.story = PlainLabel(quiet=True)
        self.task = PlainLabel()
        self.hint = PlainLabel(tone="good")
        self.hint.hide()
        self.steps = QWidget()
        self.steps_grid = QGridLayout(self.steps)
        self.steps_grid.setContentsMargins(0, 0, 0, 0)
        self.steps_grid.setHorizontalSpacing(theme.SPACE_L)
        self.steps_grid.setVerticalSpacing(0)
        self.steps.hide()
        self.hint_button = PlainButton(self.say(N_("Hint (F2)")), kind="quiet")
        self.hint_button.clicked.connect(self.toggle_hint)
        self.skip_button = PlainButton(self.say(N_("Skip this step")), kind="quiet")
        self.skip_button.clicked.connect(self._skip)
        self.leave_button = PlainButton(self.say(N_("Leave the guide")), kind="quiet")
        self.leave_button.clicked.connect(self._leave)
        head = row(self.title, self.hint_button, self.skip_button, self.leave_button, stretch=False)
        head.setStretch(0, 1)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_M, theme.SPACE_XS, theme.SPACE_M, theme.SPACE_S)
        lines.setSpacing(0)
        lines.addLayout(head)
        for part in (self.story, self.task, self.hint, self.steps):
            lines.addWidget(part)

    # -- what happens

    def take_up(self) -> None:
        """Begin the story, or go on with it; at its end begin anew."""
        now = guide.progress(self.desk)
        fresh = not now.begun or guide.current(now) is None
        self.show_progress(guide.begin(self.desk) if fresh else guide.resume(self.desk))

    def note(self, what: str) -> None:
        """Something happened at the screen that a step may wait for."""
        if not self.now.running:
            return
        try:
            self.show_progress(guide.note(self.desk, what))
        except Problem as problem:
            self.session.say_problem(problem)

    def look(self) -> None:
        """Look what is done by now."""
        self._later.stop()
        if not self.now.running:
            return
        try:
            self.show_progress(guide.look(self.desk))
        except Problem as problem:
            self.session.say_problem(problem)

    def toggle_hint(self) -> None:
        """Show the hint, or put it away."""
        if guide.current(self.now) is not None:
            self.hint.setVisible(self.hint.isHidden())
            if self.hint.isVisible():
                announce(self.hint, self.hint.text())

    def stand(self) -> None:
        """Put the focus on the guide."""
        (self.hint_button if self.hint_button.isVisible() else self.leave_button).setFocus()

    def _skip(self) -> None:
        step = guide.current(self.now)
        if step is not None:
            self.show_progress(guide.skip(self.desk, step.id))

    def _leave(self) -> None:
        self.show_progress(guide.leave(self.desk))
        self.session.guide_left.emit()

    # -- what is shown

    def fit(self, height: int) -> None:
        """In a window of this height: a low one has room for what to do now, not for the story."""
        self._low = height < LOW
        self.story.setVisible(not self._low and guide.current(self.now) is not None)

    def show_progress(self, now: Progress) -> None:
        """Show the step that comes next, or at the end what was done."""
        self.now = now
        self.setVisible(now.running)
        if not now.running:
            return
        step = guide.current(now)
        name = step.id if step is not None else "end"
        if name == self._shown:
            return
        self._shown = name
        steps = guide.guide().steps
        for part in (self.task, self.hint_button, self.skip_button):
            part.setVisible(step is not None)
        self.story.setVisible(step is not None and not self._low)
        self.hint.hide()
        self.steps.setVisible(step is None)
        if step is None:
            self._show_end()
            return
        place = steps.index(step) + 1
        self.title.setText(
            self.say(N_("Guide, {n} of {all}: {title}"), n=place, all=len(steps), title=self.say(step.title))
        )
        self.story.setText(self.say(step.story))
        self.task.setText(self.say(step.now))
        self.hint.setText(self.say(step.hint))
        self.leave_button.set_words(self.say(N_("Leave the guide")))
        announce(self, f"{self.title.text()}. {self.story.text()} {self.task.text()}")

    def _show_end(self) -> None:
        done, every = len(self.now.done), len(guide.guide().steps)
        self.title.setText(self.say(N_("Guide: {n} of {all} steps done"), n=done, all=every))
        self.hint.setText(self.say(guide.guide().end))
        self.hint.show()
        while (item := self.steps_grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for number, step in enumerate(guide.guide().steps):
            sign = SIGNS["done" if step.id in self.now.done else "skipped"]
            label = PlainLabel(f"{sign} {self.say(step.title)}", kind="small")
            self.steps_grid.addWidget(label, number // 3, number % 3)
        self.leave_button.set_words(self.say(N_("Close the guide")))
        announce(self, f"{self.title.text()}. {self.hint.text()}")
