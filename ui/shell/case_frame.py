"""The frame around an open case: a header that never scrolls away, the steps, the page of a step, help beside it."""

from __future__ import annotations

import importlib
from typing import Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.casework import cases, charge, contact, services, steps
from app.changed import Changed
from app.i18n import N_
from app.problems import Problem
from ui import theme
from ui.pages.charge import short_words
from ui.session import Session
from ui.shell import focus
from ui.shell.danger import DangerPanel
from ui.shell.help_column import HelpColumn
from ui.shell.lines import differs_words, is_past, review_words, title_of
from ui.shell.opening_words import duty_words
from ui.shell.step_column import StepColumn
from ui.widgets.bars import Banner
from ui.widgets.choices import CodeBox
from ui.widgets.grades import GradeBadge
from ui.widgets.page import SideScroll, as_high_as_there_is_room, scrolled
from ui.widgets.text import PlainButton, PlainLabel

WIDE_ENOUGH = 1280  # px of window width from which the help stands beside the page by itself
LEAST_PAGE = 260  # px of height that a page has in the lowest window
SHORTEST_STEP = 12  # letters of a step's name and how far it is that its box shows at least
HEADER_AFTER_MS = 40


class Pages(QStackedWidget):
    """The pages of the steps; each scrolls by itself, so none of them makes the window higher."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(LEAST_PAGE)

    def hasHeightForWidth(self) -> bool:
        return False


class CaseFrame(QWidget):
    """One open case. Opening it is a consultation and is logged."""

    def __init__(self, session: Session, case_id: str, reason: str = "") -> None:
        super().__init__()
        self.session, self.case_id, self.desk = session, case_id, session.desk
        self.translator, self.say = session.translator, session.translator.text
        self.step = ""
        self._beside = steps.STEPS[0]  # where a page beside the steps goes back to
        self.view = cases.open_case(self.desk, case_id, reason)
        self.pages: dict[str, Any] = {}
        self._help_wanted: bool | None = None  # None: by the width of the window
        self._came_from: QWidget | None = None
        self.steps = StepColumn(self.translator)
        self.steps.chosen.connect(self.show_step)
        inside = QWidget()
        inside.setProperty("page", True)
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self._header())
        # In a very low window the header scrolls away after all: there would be no room left for the page.
        self._scroller = scrolled(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroller)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        self.step_area = SideScroll(self.steps)  # nine steps with what is missing do not fit into a low window
        self.middle = Pages()
        self._danger: DangerPanel | None = None
        self.help = HelpColumn(self.translator)
        for part in (self.step_area, self.middle, self.help):
            as_high_as_there_is_room(part)
        body.addWidget(self.step_area)
        body.addWidget(self.middle, 1)
        body.addWidget(self.help)
        lines.addLayout(body, 1)
        QShortcut(QKeySequence("Ctrl+D"), self, self.immediate_danger)
        for number, step in enumerate(steps.STEPS, 1):
            # Not the button's own shortcut: that one waits a tenth of a second to show the press.
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, lambda step=step: self.show_step(step))
        QShortcut(QKeySequence(Qt.Key.Key_F7), self, lambda: self.show_step("conflicts"))
        QShortcut(QKeySequence(Qt.Key.Key_F8), self, self.show_last_minutes)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(HEADER_AFTER_MS)
        self._later.timeout.connect(self.show_header)
        self._minute = QTimer(self)
        self._minute.setInterval(60_000)
        self._minute.timeout.connect(self.show_header)
        self._minute.start()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)
        self.show_header()

    @property
    def danger(self) -> DangerPanel:
        """The steps in immediate danger; made when they are first wanted, so that a case opens sooner."""
        if self._danger is None:
            self._danger = DangerPanel(
                self.translator,
                self.desk.library.profile(str(self.view.case.get("profile", "neutral"))),
                [duty_words(duty, self.desk.clock.now(), self.translator) for duty in services.duties(self.desk)],
            )
            self._danger.back.connect(self.leave_danger)
            self._danger.mistaken.connect(self.take_danger_back)
            self.middle.addWidget(self._danger)
        return self._danger

    @property
    def in_danger(self) -> bool:
        """Whether the steps in immediate danger are shown."""
        return self._danger is not None and self.middle.currentWidget() is self._danger

    # -- header

    def _header(self) -> QFrame:
        head = QFrame()
        head.setProperty("bar", "head")
        self.name = PlainLabel(kind="heading")
        self.badge = GradeBadge(self.translator)
        self.review = PlainLabel(wrap=False)
        self.differs = PlainButton(hint=self.say(N_("Compare and decide (F7)")))
        self.differs.clicked.connect(lambda _on=False: self.show_step("conflicts"))
        self.danger_button = PlainButton(
            self.say(N_("Immediate danger")),
            kind="danger",
            icon="danger",
            hint=self.say(N_("Notes the time and shows what to do now (Ctrl+D)")),
        )
        self.danger_button.clicked.connect(self.immediate_danger)
        self.banner = Banner(action=self.say(N_("Change")))
        self.banner.button.setAccessibleName(self.say(N_("Change the safe contact")))
        self.banner.button.clicked.connect(self.change_safe_contact)
        self.step_box = CodeBox(self.steps.titles(), name=self.say(N_("Steps of this case")), empty="")
        self.step_box.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.step_box.setMinimumContentsLength(SHORTEST_STEP)
        self.step_box.removeItem(0)
        self.step_box.answered.connect(self.show_step)
        self.grid = grid = QGridLayout(head)
        grid.setContentsMargins(theme.SPACE_L, theme.SPACE_S, theme.SPACE_L, theme.SPACE_S)
        grid.setHorizontalSpacing(theme.SPACE_M)
        grid.setVerticalSpacing(theme.SPACE_S)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(3, 1)
        self._arrange(theme.NARROW)
        return head

    def _arrange(self, wide: int) -> None:
        """The header in two rows; in a narrow window in more, the steps as a box among them."""
        narrow, small = wide < theme.NARROW, wide < theme.SMALL
        self._arranged, self._narrow = (narrow, small), narrow
        beside = (self.badge, self.review)
        self.name.setFont(theme.font("question" if narrow else "heading", bold=True))
        everything: tuple[QWidget, ...] = (
            self.name,
            *beside,
            self.danger_button,
            self.differs,
            self.banner,
            self.step_box,
        )
        for part in everything:
            self.grid.removeWidget(part)
        self.grid.addWidget(self.name, 0, 0, 1, 5 if narrow else 1)
        for place, sign in enumerate(beside, 1):
            self.grid.addWidget(sign, int(narrow), place)
        if small:
            self.grid.addWidget(self.danger_button, 2, 0, 1, 5)
        else:
            self.grid.addWidget(self.danger_button, int(narrow), 4)
        # A row of its own: two grades in words need the room.
        self.grid.addWidget(self.differs, 3, 0, 1, 5, Qt.AlignmentFlag.AlignLeft)
        self.grid.addWidget(self.banner, 4, 0, 1, 5)
        if narrow:
            self.grid.addWidget(self.step_box, 5, 0, 1, 5)
        self.step_box.setVisible(narrow)

    def show_header(self) -> None:
        """Read the case and bring header and steps in line with it."""
        self._later.stop()
        self.view = cases.read_case(self.desk, self.case_id)
        line, now = cases.summary(self.desk, self.view), self.desk.clock.now()
        self.name.setText(title_of(line.reference, line.short_name, self.translator))
        self.setAccessibleName(self.name.text())
        self.badge.show_grade(line.grade, extreme=line.extreme, provisional=line.provisional)
        # Before the officer has graded, the time of the review would tell the floor.
        self.review.setText(review_words(line.review_due, now, self.translator) if line.grade else "")
        self.review.setProperty("tone", "danger" if is_past(line.review_due, now) else "")
        self.review.style().unpolish(self.review)
        self.review.style().polish(self.review)
        shown = cases.line_of(self.case_id, line)
        self.differs.set_words(" · ".join(differs_words(shown, self.translator)))
        self.differs.setVisible(bool(line.conflicts))
        words, agreed = contact.banner(self.desk, self.view, self.translator)
        self.banner.say(words, "calm" if agreed else "danger")
        self.steps.show_progress(steps.progress(self.desk, self.view))
        self.steps.charge.show_said(short_words(self.say, charge.standing(self.desk, self.view)))
        for place, (_step, words) in enumerate(self.steps.titles()):
            self.step_box.setItemText(place, words)

    def change_safe_contact(self) -> None:
        """Go where the safe contact is recorded."""
        self.show_step("people")
        page = self.pages.get("people")
        if page is not None:
            page.finish()  # the card stands further down, and may not be made yet
        part = getattr(page, "safe_contact", None)
        if page is not None and isinstance(part, QWidget):
            part.setFocus()
            for area in page.findChildren(QScrollArea):
                area.ensureWidgetVisible(part, 0, 60)
            for child in part.findChildren(QWidget):
                if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled():
                    child.setFocus(Qt.FocusReason.OtherFocusReason)
                    break

    # -- steps

    def show_step(self, step: str, *, take_focus: bool = True) -> None:
        """Show a step; what was typed in the one before is saved first."""
        if step not in (*steps.STEPS, *steps.BESIDE):
            step = steps.STEPS[0]
        if step in steps.BESIDE and self.step in steps.STEPS:
            self._beside = self.step
        for problem in self.session.flush_all():
            self.session.say_problem(problem)
        page = self.pages.get(step)
        if page is None:
            page = self._make(step)
        self.step = step
        self.steps.show_step(step)
        self.step_box.setPlaceholderText(page.accessibleName())  # of a page that is no step
        self.step_box.setCurrentIndex(self.step_box.findData(step))
        self.middle.setCurrentWidget(page)
        self.show_help()
        self.session.noted.emit(f"page:{step}")
        if self._narrow and self.help.isVisible():
            self.toggle_help()
        if take_focus:
            # Leaving the step before has sent the focus anywhere on this one, and the page after it.
            page.sheet.verticalScrollBar().setValue(0)
            page.first_focus()
            self._show_focus()

    def _make(self, step: str) -> Any:
        page = importlib.import_module(f"ui.pages.{step}").make_page(self.session, self.case_id)
        self.session.watch(page)
        self.pages[step] = page
        self.middle.addWidget(page)
        told = getattr(page, "help_changed", None)
        if told is not None:
            told.connect(self.show_help)
        left = getattr(page, "left", None)
        if left is not None:
            left.connect(lambda: self.show_step(self._beside))
        return page

    @property
    def page(self) -> Any:
        """The page that is shown, or None."""
        return self.pages.get(self.step)

    def refresh(self, changed: Changed | None = None) -> None:
        """Something changed in this case or elsewhere."""
        if changed is not None and self.case_id not in changed.cases:
            return
        self._later.start()
        for page in self.pages.values():
            page.refresh(changed)
        self.show_help()

    def flush(self) -> None:
        """Save what was typed a moment ago."""
        for page in self.pages.values():
            page.flush()

    def first_focus(self) -> None:
        """Put the focus into the page."""
        if self.page is not None:
            self.page.first_focus()

    # -- where the officer stands

    def where(self) -> dict[str, Any]:
        """Case, step, what has the focus, how far the page is scrolled."""
        found: dict[str, Any] = {"case": self.case_id, "step": self.step}
        if self.page is not None:
            found["focus"] = focus.describe(self.page)
        return found

    def go_back_to(self, where: dict[str, Any]) -> None:
        """Stand again where `where` was."""
        self.show_step(str(where.get("step", "")))
        mark = where.get("focus")
        if isinstance(mark, dict) and self.page is not None:
            finish = getattr(self.page, "finish", None)  # a long page makes its lower parts after the first paint
            if finish is not None:
                finish()
                QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            self.page.finish()  # what stands further down on a long page may not be made yet
            focus.restore(self.page, mark)

    def show_last_minutes(self) -> None:
        """What can be taken back, in the timeline."""
        if not self.in_danger:
            self.show_step("timeline", take_focus=False)
            self.page.last_minutes.open()

    # -- immediate danger

    def immediate_danger(self) -> None:
        """Note the time, mark the case first to send, show what to do now."""
        if self.in_danger:
            return
        self._came_from = self.window().focusWidget()
        for problem in self.session.flush_all():
            self.session.say_problem(problem)
        try:
            changed = cases.immediate_danger(self.desk, self.case_id)
        except Problem as problem:
            self.session.say_problem(problem)  # the steps are shown all the same
            self.danger.noted.setText("")
        else:
            self.session.tell(changed)
            self.danger.show_noted(str(cases.read_case(self.desk, self.case_id).case.get("danger_at")))
        self.middle.setCurrentWidget(self.danger)
        self.show_help()
        self.danger.stand()

    def leave_danger(self) -> None:
        """Back to the form at the same question."""
        if self.page is not None:
            self.middle.setCurrentWidget(self.page)
            self.show_help()
        came_from, self._came_from = self._came_from, None
        if came_from is not None and self.isAncestorOf(came_from) and came_from is not self.danger_button:
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.first_focus()

    def take_danger_back(self) -> None:
        """The button was pressed by mistake: the note goes, the notebook keeps both."""
        try:
            changed = cases.take_danger_back(self.desk, self.case_id)
        except Problem as problem:
            self.session.say_problem(problem)
            return
        self.session.tell(changed)
        self.leave_danger()

    # -- help

    def toggle_help(self) -> None:
        """Fold the help away, or open it."""
        self._help_wanted = not self.help.isVisible()
        self._fold()

    def show_help(self) -> None:
        """Show the help of the page that is shown."""
        page = self.page
        if self.in_danger:
            self.help.show_help("", "danger")
            return
        told = getattr(page, "help_text", None)
        self.help.show_help(told() if told is not None else "", self.step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isVisible() and self.middle.isAncestorOf(new):
            self._show_focus()

    def _show_focus(self) -> None:
        """In a very low window: bring the page from under the header, once it has gone to what has the focus."""
        QTimer.singleShot(0, self, self._show_page)

    def _show_page(self) -> None:
        now = self.window().focusWidget()
        if now is not None and self.middle.isVisible() and self.middle.isAncestorOf(now):
            self._scroller.verticalScrollBar().setValue(self.middle.y())

    def _fold(self) -> None:
        wide = self.window().width() >= WIDE_ENOUGH
        narrow, small = self.window().width() < theme.NARROW, self.window().width() < theme.SMALL
        if (narrow, small) != self._arranged:
            self._arrange(self.window().width())
            self.step_area.setHidden(narrow)
        shown = wide if self._help_wanted is None else self._help_wanted
        self.help.setVisible(shown)
        self.help.take_room(whole=narrow)
        self.middle.setHidden(narrow and shown)
