"""What every step of a case has in common: one column, its Problem bar, its undo bar, saving and refreshing.

A page calls casework and nothing else; it decides no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import cases, edit, place, risk, undo, undo_words
from app.changed import Changed
from app.i18n import N_
from app.problems import Problem
from app.records import names
from ui.editors.editor import Editor
from ui.editors.factory import label_of
from ui.pages.history import HistorySheet
from ui.pages.tab_order import is_stop, stops
from ui.pages.undo import UndoBar
from ui.widgets.page import LOWEST, ColumnPage
from ui.widgets.problem_bar import ProblemBar
from ui.widgets.text import PlainLabel

WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut


class CasePage(QWidget):
    """One step: `self.view` is the case as it stands, `self.column` the place for what the step shows."""

    title = ""
    help_changed = Signal()

    def __init__(self, session: Any, case_id: str) -> None:
        super().__init__()
        self.session, self.case_id = session, case_id
        self.words: Callable[..., str] = session.translator.text
        self.view: Any = None
        self._stale = True
        self._later: list[Callable[[], None]] = []
        self.problem_bar = ProblemBar(session)
        self.undo_bar = UndoBar(session.translator)
        self.undo_bar.offered.connect(self._put_undo_last)
        self.sheet = ColumnPage()
        self.sheet.setMinimumHeight(LOWEST)  # a Problem over it is whole in a very low window
        self.column = QVBoxLayout()
        self.column.setSpacing(12)
        self.sheet.column.addLayout(self.column)
        self.sheet.column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.problem_bar)
        whole.addWidget(self.sheet, 1)
        whole.addWidget(self.undo_bar)
        self.setAccessibleName(self.words(self.title))
        # Not while the page is hidden behind another step: then the other one's own key answers.
        QShortcut(QKeySequence("Ctrl+H"), self, self.show_history, context=WITHIN)
        # In a field of words Ctrl+Z is the field's own: it takes the key before any shortcut does.
        QShortcut(QKeySequence("Ctrl+Z"), self, self.take_back)
        QShortcut(QKeySequence("Ctrl+Shift+Z"), self, self.do_again)

    # ---- what a step fills in

    def build(self) -> None:
        """Make the widgets that stay. Called once, with `self.view` read."""

    def show_case(self) -> None:
        """Bring what is shown in line with `self.view`; never touches a field that is being typed in."""

    def help_text(self) -> str:
        """What the help column says about this step."""
        return ""

    # ---- the frame's protocol

    def refresh(self, changed: Changed | None = None) -> None:
        """Read the case again and show it, if it changed."""
        if changed is not None and self.case_id not in changed.cases:
            return
        if changed is not None and not self.isVisible() and self.window().isVisible():
            self._stale = True
            return
        self._read_and_show()

    def flush(self) -> None:
        """Save what was typed a moment ago."""
        for editor in self.findChildren(Editor):
            editor.flush()

    def first_focus(self) -> None:
        """Put the focus where work begins."""
        for stop in stops(self.sheet.paper):
            stop.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale and self.view is not None:
            self._read_and_show()

    def focusNextPrevChild(self, forward: bool) -> bool:
        parts: list[QWidget] = [self.problem_bar, self.sheet.paper, self.undo_bar]
        order = [stop for part in parts if part.isVisible() for stop in stops(part)]
        now = self.focusWidget()
        if not order:
            return super().focusNextPrevChild(forward)
        if now is not None and now not in order and self.isAncestorOf(now):
            # It was hidden under the officer's hand: go on where it stood, not at the top of the page.
            order.append(now)
            order.sort(key=self._place_of)
            here = order.index(now)
            order.remove(now)
            order[min(here, len(order) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        place = order.index(now) + (1 if forward else -1) if now in order else 0 if forward else len(order) - 1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        if not 0 <= place < len(order):
            outside = self._outside(forward)
            (outside or order[0 if forward else -1]).setFocus(reason)
        else:
            order[place].setFocus(reason)
        return True

    def _place_of(self, widget: QWidget) -> tuple[int, int]:
        corner = widget.mapTo(self, widget.rect().topLeft())
        return corner.y(), -corner.x() if self.isRightToLeft() else corner.x()

    def _outside(self, forward: bool) -> QWidget | None:
        """The next tab stop of the window that is not on this page."""
        widget = self.nextInFocusChain() if forward else self.previousInFocusChain()
        while widget is not None and widget is not self:
            if not self.isAncestorOf(widget) and widget.window() is self.window() and is_stop(widget):
                return widget
            widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        return None

    def start(self) -> CasePage:
        """Read the case, build and show; called once by make_page."""
        self.view = cases.read_case(self.session.desk, self.case_id)
        self.session.watch(self)
        self.build()
        self._stale = False
        self.show_case()
        return self

    def finish(self) -> None:
        """Make at once what would be made after the first paint: to return to a field further down, and for tests."""
        while self._later:
            self._later.pop(0)()

    def stop(self) -> None:
        """The session ends: nothing more is made."""
        self._later.clear()

    # ---- for the steps

    def later(self, make: Callable[[], None]) -> None:
        """Make a part of a long page after the first paint, one part at a time, so that nothing stalls."""
        if not self._later:
            QTimer.singleShot(1, self, self._next_part)
        self._later.append(make)

    def _next_part(self) -> None:
        if self._later:
            self._later.pop(0)()
        if self._later:
            QTimer.singleShot(1, self, self._next_part)

    def act(self, function: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """Do one thing through casework and tell every screen. A Problem is shown on the page and None comes back."""
        result = self.act_quietly(function, *args, **facts)
        if result is not None:
            self.announce(result)
        return result

    def act_quietly(self, function: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """Do one thing through casework; whoever calls announces the result."""
        try:
            result = function(self.session.desk, self.case_id, *args, **facts)
        except Problem as problem:
            self.problem_bar.show_problem(problem)
            return None
        self.problem_bar.clear()
        return result

    def archive(self, record_id: str, what: str, reason: str = "") -> None:
        """Put a record away and offer to take that back."""
        if self.act(edit.archive, record_id, reason) is not None:
            self.offer_undo(self.words(N_("Archived: {what}"), what=what))

    def offer_undo(self, sentence: str) -> None:
        """Say what was just done, with the button that takes exactly that back."""
        name = undo.latest(self.session.desk, self.case_id)
        self.undo_bar.offer(sentence, lambda: self.take_back(name))

    def _put_undo_last(self) -> None:
        order = stops(self.sheet.paper)
        if order:
            self.undo_bar.follow(order[-1])

    def take_back(self, name: str = "") -> None:
        """Take back an action of the last minutes, the latest one where none is named; say what that does."""
        self._take(undo.take_back, name)

    def do_again(self) -> None:
        """Do again what was taken back last."""
        self._take(undo.do_again)

    def _take(self, function: Callable[..., Any], *names: str) -> None:
        for problem in self.session.flush_all():
            self.session.say_problem(problem)
        done = self.act_quietly(function, *names)
        if done is None:
            return
        self.announce(done.changed)
        desk, words = self.session.desk, self.session.translator
        what = undo_words.title(desk, done.action, words)
        message = N_("Done again: {what}") if done.action.takes_back else N_("Taken back: {what}")
        what = undo_words.first_done(desk, done.action, words) if done.action.takes_back else what
        said = [self.words(message, what=what)]
        said += [s for effect in done.effects.values() for s in undo_words.effect_words(desk, effect, words)]
        lower = any(undo_words.lowers(effect) for effect in done.effects.values())
        again = not done.action.takes_back
        tone = "warn" if lower else "calm"
        self.undo_bar.offer("\n".join(said), lambda: self.take_back(done.name), again=again, tone=tone)

    def announce(self, result: Any) -> None:
        """Tell every screen what a casework function changed."""
        parts: Iterable[Any] = result if isinstance(result, tuple) else (result,)
        for part in parts:
            if isinstance(part, Changed):
                self.session.tell(part)

    def heading(self, message: str, level: int = 2) -> PlainLabel:
        """A heading in the column."""
        label = PlainLabel(self.words(message), kind="title" if level == 1 else "heading")
        label.setWordWrap(True)
        return label

    def note(self, message: str, **facts: object) -> PlainLabel:
        """A quiet sentence."""
        label = PlainLabel(self.words(message, **facts), kind="quiet")
        label.setWordWrap(True)
        return label

    def people_options(self) -> list[tuple[str, str]]:
        """People of the case for a box: (id, full name), or the role where no name is known."""
        found = []
        for person in self.view.people():
            roles = [label_of(self.session, "role", role) for role in person.get("roles", [])]
            unnamed = self.words(N_("{role}, name not recorded"), role=", ".join(roles))
            found.append((person.id, names.full_name(person) or unnamed))
        return found

    def because(self, causes: Iterable[str]) -> str:
        """Names of factors and facts in words, as the reason of a suggestion."""
        desk = self.session.desk
        known = risk.rule_set(desk, self.view).words
        factors = {name: desk.library.factor(name) for name in causes}
        labels = {name: factor.label for name, factor in factors.items() if factor is not None}
        said = []
        for name in factors:
            # A fact and a factor may say the same, such as a pregnancy: once is enough.
            if name in labels or not any(name in label.lower() for label in labels.values()):
                said.append(self.words(labels.get(name) or known.get(name, name)))
        return "; ".join(said)  # a name may hold a comma

    def show_history(self) -> None:
        """Show every value of the field that the officer stands in."""
        self.flush()
        now: QWidget = self.focusWidget()
        part: QWidget | None = now
        while part is not None and part is not self:
            field_at = getattr(part, "field_at", None)
            found = field_at(now) if field_at is not None else None
            if found is not None:
                self.open_history(*found)
                return
            part = part.parentWidget()

    def open_history(self, record_id: str, field: str) -> None:
        """Show every value of one field."""
        HistorySheet(self, record_id, field).open()

    def keep_draft(self, name: str, text: str) -> None:
        """Keep words that are not yet part of the case in the vault, so that a lock or a crash does not lose them."""
        try:
            place.choose(self.session.desk, f"draft.{self.case_id}.{name}", text)
        except Problem as problem:
            self.problem_bar.show_problem(problem)

    def draft(self, name: str) -> str:
        """Words kept by `keep_draft`."""
        return place.chosen(self.session.desk, f"draft.{self.case_id}.{name}")

    def bring_whole_into_view(self, widget: QWidget) -> None:
        """Scroll so that all of a widget is seen, where it is not higher than the page."""
        if widget.isVisible() and widget.height() <= self.sheet.viewport().height():
            self.sheet.ensureWidgetVisible(widget, 0, 8)

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll so that a widget is seen, once the layout has made room for it."""
        QTimer.singleShot(0, widget, lambda: self.sheet.ensureWidgetVisible(widget, 0, 60))

    def _read_and_show(self) -> None:
        self.view = cases.read_case(self.session.desk, self.case_id)
        self._stale = False
        self.show_case()
