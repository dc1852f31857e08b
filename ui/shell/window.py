"""The frame of every screen after unlocking: top bar, rail, and the place where the officer is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.casework import cases, status
from app.changed import Changed
from app.i18n import N_
from app.problems import Problem
from ui import lease_watch, theme
from ui.session import Session
from ui.shell.case_frame import CaseFrame
from ui.shell.cases import CasesPage
from ui.shell.closed import ClosedPage
from ui.shell.due_clock import DueClock
from ui.shell.end_of_shift import EndOfShiftPage
from ui.shell.find import FindPage
from ui.shell.guide_bar import GuideBar
from ui.shell.help_column import WithHelp
from ui.shell.keys import KeySheet
from ui.shell.new_attendance import NewAttendancePage
from ui.shell.reason import ReasonPage
from ui.shell.reviews import ReviewsPage
from ui.shell.server import ServerPage
from ui.shell.services import ServicesPage
from ui.shell.settings import SettingsPage
from ui.shell.this_vault import ThisVaultPage
from ui.shell.today import TodayPage
from ui.widgets.bars import Banner, PracticeMark
from ui.widgets.edits import LineEdit
from ui.widgets.page import SideScroll
from ui.widgets.problem_bar import ProblemBar
from ui.widgets.text import PlainButton, PlainLabel

PLACES = {
    "today": (N_("Today"), "today", TodayPage),
    "cases": (N_("Cases"), "cases", CasesPage),
    "new": (N_("New"), "new", NewAttendancePage),
    "find": (N_("Find"), "find", FindPage),
    "services": (N_("Services"), "services", ServicesPage),
    "reviews": (N_("Reviews"), "reviews", ReviewsPage),
    "vault": (N_("This vault"), "vault", ThisVaultPage),
    "shift": (N_("End of shift"), "shift", EndOfShiftPage),
}
# Pages that a place leads to, and that place.
WITHIN = {"settings": ("vault", SettingsPage), "server": ("vault", ServerPage)}
KNOWN = {*PLACES, *WITHIN}
CLOSED = ("today", "cases", "find", "reviews", "shift")
"""Places that show cases; while those are closed, one page stands for all of them."""
FIND_AFTER_MS = 60
MOST_COUNTED = 99
STATUS_AFTER_MS = 150


STAYS = ("case.left", "policy.", "pack.")
"""Problems that stay until they are put away: nothing that changes on this laptop settles them."""


class Window(QWidget):
    """Top bar, rail and places of one session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.translator, self.say = session, session.translator, session.translator.text
        self.pages: dict[str, Any] = {}
        self.place = ""
        self._saved_at: datetime | None = None
        self.problem_bar = ProblemBar(session)
        self.countdown = Banner(tone="warn")
        self.countdown.hide()
        self.closing = Banner(tone="calm")
        self.closing.hide()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self._top_bar())
        if session.desk.practice:
            lines.addWidget(PracticeMark(self.translator))
        lines.addWidget(self.countdown)
        lines.addWidget(self.closing)
        lines.addWidget(self.problem_bar)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        self.rail_area = SideScroll(self._rail())
        body.addWidget(self.rail_area)
        self.stack = QStackedWidget()
        self.beside = WithHelp(self.stack, self.translator)
        body.addLayout(self.beside, 1)
        lines.addLayout(body, 1)
        self.guide = GuideBar(session)
        lines.addWidget(self.guide)
        self._keys()
        self._timers()
        session.asked_to_go.connect(self.go)
        session.problem.connect(self.problem_bar.show_problem)
        session.saved_at.connect(self._saved)
        session.changed.connect(self._changed)
        self.due_clock = DueClock(session, self)
        self.due_clock.counted.connect(self._count_due)
        self.due_clock.ticked.connect(self._time_went_by)
        session.lease_moved.connect(self.show_status)
        self.find_box.setEnabled(not session.closed)
        self.show_status()

    # -- building

    def _top_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("bar", "top")
        self.name = PlainLabel("Holdfast", kind="question", bold=True, wrap=False)
        self.find_box = LineEdit(
            name=self.say(N_("Find a person, place or reference")),
            placeholder=self.say(N_("Name, place, reference · Ctrl+K")),
        )
        self.find_box.setAccessibleName(self.say(N_("Find a person, place or reference")))
        self.find_box.setMinimumWidth(180)
        self.find_box.setMaximumWidth(420)
        self.find_box.installEventFilter(self)
        self.status = PlainLabel(wrap=True, quiet=True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing)
        self.keys_button = PlainButton(
            self.say(N_("Keys")), kind="quiet", icon="keys", hint=self.say(N_("All keys (?)"))
        )
        self.keys_button.clicked.connect(self.show_keys)
        self.lock_button = PlainButton(
            self.say(N_("Lock")), icon="lock", hint=self.say(N_("Save everything and lock (Ctrl+L)"))
        )
        self.lock_button.clicked.connect(self.session.lock)
        self.hide_button = PlainButton(
            self.say(N_("Hide F9")), icon="hide", hint=self.say(N_("Show a neutral page; the work stays (F9)"))
        )
        self.hide_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cursor where it stands
        self.hide_button.pressed.connect(self._hide)  # not only when the button is let go
        line = QHBoxLayout(bar)
        line.setContentsMargins(theme.SPACE_L, theme.SPACE_S, theme.SPACE_M, theme.SPACE_S)
        line.setSpacing(theme.SPACE_M)
        line.addWidget(self.name)
        line.addWidget(self.find_box, 2)
        line.addWidget(self.status, 3)
        line.addWidget(self.keys_button)
        line.addWidget(self.lock_button)
        line.addWidget(self.hide_button)
        return bar

    def _rail(self) -> QFrame:
        rail = QFrame()
        rail.setProperty("bar", "rail")
        lines = QVBoxLayout(rail)
        lines.setContentsMargins(theme.SPACE_S, theme.SPACE_S, theme.SPACE_S, theme.SPACE_S)
        lines.setSpacing(2)
        group = QButtonGroup(self)
        self.rail: dict[str, PlainButton] = {}
        for number, (place, (words, icon, _page)) in enumerate(PLACES.items(), 1):
            button = PlainButton(self.say(words), kind="rail", icon=icon, hint=f"{self.say(words)} · Alt+{number}")
            button.setCheckable(True)
            button.setFont(theme.font("body", bold=True))
            # The chosen place is written in bold, and beside Today stands how much has come due.
            room = self.say(N_("{place} · {n}"), place=self.say(words), n=MOST_COUNTED) if place == "today" else ""
            wide = max(button.sizeHint().width(), button.width_with(room))
            button.setMinimumWidth(wide + theme.SPACE_S)
            button.setFont(theme.font("body"))
            button.clicked.connect(lambda _on, place=place: self.go({"place": place}))
            group.addButton(button)
            if place == "vault":
                lines.addStretch(1)
                self.help_button = self._help_button()
                lines.addWidget(self.help_button)
            lines.addWidget(button)
            self.rail[place] = button
        self._rail_group = group
        return rail

    def _help_button(self) -> PlainButton:
        hint = self.say(N_("Help beside the page (F1)"))
        button = PlainButton(self.say(N_("Help")), kind="rail", icon="help", hint=hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cursor where it stands
        button.clicked.connect(self.toggle_help)
        return button

    def toggle_help(self) -> None:
        """Open the help beside what is shown, or fold it away."""
        page = self.stack.currentWidget()
        if isinstance(page, CaseFrame):
            page.toggle_help()
        else:
            self.beside.toggle(self._help_name())

    def _help_name(self) -> str:
        asks = self.stack.currentWidget() is self.pages.get("reason") and "reason" in self.pages
        return "reason" if asks else self.place

    def _keys(self) -> None:
        for number, place in enumerate(PLACES, 1):
            QShortcut(QKeySequence(f"Alt+{number}"), self, lambda place=place: self.go({"place": place}))
        QShortcut(QKeySequence("Ctrl+K"), self, self.focus_find)
        QShortcut(QKeySequence("Ctrl+L"), self, self.session.lock)
        QShortcut(QKeySequence("Ctrl+E"), self, lambda: self.go({"place": "shift"}))
        QShortcut(QKeySequence("?"), self, self.show_keys)
        QShortcut(QKeySequence("F1"), self, self.toggle_help)

    def _timers(self) -> None:
        self._find_later = QTimer(self)
        self._find_later.setSingleShot(True)
        self._find_later.setInterval(FIND_AFTER_MS)
        self._find_later.timeout.connect(self._find)
        self.find_box.textChanged.connect(self._find_typed)
        self._status_later = QTimer(self)
        self._status_later.setSingleShot(True)
        self._status_later.setInterval(STATUS_AFTER_MS)
        self._status_later.timeout.connect(self.show_status)

    # -- places

    def go(self, wanted: dict[str, Any], *, take_focus: bool = True) -> None:
        """Go to a place; what was typed in the one before is saved first."""
        for problem in self.session.flush_all():
            self.session.say_problem(problem)
        place = str(wanted.get("place", ""))
        if self.session.closed and place in CLOSED:
            place = "today"
        try:
            page = self._case(wanted) if place == "case" else self._page(place if place in KNOWN else "today")
        except Problem as problem:
            if problem.code == "case.reason_missing":
                self._ask_reason(wanted)
            else:
                self.session.say_problem(problem)
            return
        self.place = place if place in KNOWN or place == "case" else "today"
        leads_here = WITHIN[self.place][0] if self.place in WITHIN else self.place
        self._rail_group.setExclusive(False)
        for name, button in self.rail.items():
            button.setChecked(name == leads_here)
        self._rail_group.setExclusive(True)
        # A name that was looked for does not stay in sight beside another place.
        if self.place != "find":
            self.find_box.clear()
        elif take_focus and isinstance(page, FindPage):
            self.find_box.setText(page.words)
        self.stack.setCurrentWidget(page)
        if self.place == "case":
            self.beside.fold()  # a case has its own
            step = str(wanted.get("step") or page.step or "people")
            page.show_step(step, take_focus=take_focus)
            stand_at = getattr(page.page, "stand_at", None)
            if stand_at is not None and wanted.get("record"):
                stand_at(str(wanted["record"]))
        elif self.place == "find" and not self.find_box.hasFocus() and take_focus:
            self.find_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.find_box.selectAll()
        elif take_focus and self.place != "find":
            page.first_focus()
        self.beside.turn(self.place)
        if self.place == "today":
            self.due_clock.look()
        else:
            self.due_clock.begin()

    def _page(self, place: str) -> Any:
        if place not in self.pages:
            kind = PLACES[place][2] if place in PLACES else WITHIN[place][1]
            page = (ClosedPage if self.session.closed and place in CLOSED else kind)(self.session)
            self.pages[place] = page
            self.session.watch(page)
            self.stack.addWidget(page)
        return self.pages[place]

    def _case(self, wanted: dict[str, Any]) -> CaseFrame:
        case_id = str(wanted.get("case", ""))
        now: CaseFrame | None = self.pages.get("case")
        if now is not None and now.case_id == case_id:
            return now
        fresh = CaseFrame(self.session, case_id, str(wanted.get("reason", "")))
        if now is not None:
            self.stack.removeWidget(now)
            now.deleteLater()
        self.pages["case"] = fresh
        self.session.watch(fresh)
        self.stack.addWidget(fresh)
        return fresh

    def _ask_reason(self, wanted: dict[str, Any]) -> None:
        page = self.pages.get("reason")
        if page is None:
            page = self.pages["reason"] = ReasonPage(self.session)
            page.given.connect(self.go)
            self.stack.addWidget(page)
        page.ask(wanted)
        self.stack.setCurrentWidget(page)
        self.beside.turn("reason")
        page.first_focus()

    @property
    def case_frame(self) -> CaseFrame | None:
        """The open case, if there is one."""
        return self.pages.get("case")

    def where(self) -> dict[str, Any]:
        """Where the officer stands, as plain JSON."""
        found: dict[str, Any] = {"place": self.place}
        page = self.pages.get(self.place)
        if page is not None:
            found |= page.where()
        return found

    def go_back_to(self, where: dict[str, Any] | None) -> None:
        """Stand where the officer stood; Today where that is not known or not there any more."""
        if not where or where.get("place") not in {*KNOWN, "case"} or self._is_closed(where):
            self.go({"place": "today"})
            return
        self.go(where)
        if self.place != where["place"]:
            self.go({"place": "today"})
            return
        if self.place == "find":
            self.find_box.setText(str(where.get("words", "")))
        self.pages[self.place].go_back_to(where)

    def _is_closed(self, where: dict[str, Any]) -> bool:
        """Whether a place shows what is closed now."""
        case = str(where.get("case", ""))
        hidden = where["place"] in CLOSED or (bool(case) and not cases.begun(self.session.desk, case))
        return self.session.closed and hidden

    def open_again(self) -> None:
        """The cases may be opened again: the places show them, and what stood for them goes."""
        self.session.read_lines_again()
        self.find_box.setEnabled(True)
        page = self.pages.pop("today", None)
        for other in self.pages.values():
            other.refresh()
        if page is None:
            return
        if self.place == "today":
            self.go({"place": "today"})
        self.stack.removeWidget(page)
        page.deleteLater()

    # -- finding

    def focus_find(self) -> None:
        """Put the cursor into the box at the top."""
        self.find_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_box.selectAll()

    def _find_typed(self) -> None:
        if self.find_box.hasFocus():
            self._find_later.start()

    def _find(self) -> None:
        self._find_later.stop()
        words = self.find_box.value()
        if self.place != "find":
            if not words.strip():
                return
            self.go({"place": "find"}, take_focus=False)
        self.pages["find"].look_for(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A field of one line takes this key from the shortcut on X11, and hands it on.
        if event.key() == Qt.Key.Key_E and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.go({"place": "shift"})
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.find_box and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._find()
                if self.place == "find":
                    self.pages["find"].open_first()
                return True
            if event.key() == Qt.Key.Key_Down and self.place == "find":
                self._find()
                self.pages["find"].first_focus()
                return True
        return False

    # -- what is always true

    def show_status(self) -> None:
        """Say what is kept and what waits."""
        desk = self.session.desk
        parts = [
            self.say(N_("saved on this laptop {time}"), time=self._saved_at.astimezone().strftime("%H:%M:%S"))
            if self._saved_at
            else self.say(N_("saved on this laptop"))
        ]
        parts += status.said(self.translator, status.waiting(desk), desk.practice)
        parts.append(lease_watch.words(self.translator, self.session.lease))
        self.status.setText(" · ".join(filter(None, parts)))

    def _saved(self, moment: datetime) -> None:
        self._saved_at = moment
        self._status_later.start()

    def _changed(self, changed: Changed) -> None:
        told = self.problem_bar.problem
        # What a round goes on to change must not wipe away why a page has closed: that goes when it is put away.
        if told is None or not told.code.startswith(STAYS):
            self.problem_bar.clear()
        self._leave_what_went(changed)
        for page in list(self.pages.values()):
            page.refresh(changed)

    def _leave_what_went(self, changed: Changed) -> None:
        """A case that is open here and has left this laptop closes; what was typed in it was sent before."""
        frame = self.pages.get("case")
        if frame is None or frame.case_id not in changed.cases or cases.is_here(self.session.desk, frame.case_id):
            return
        self.go({"place": "today"})
        del self.pages["case"]
        self.stack.removeWidget(frame)
        frame.deleteLater()
        self.session.say_problem(Problem("case.left"))

    def _count_due(self, n: int) -> None:
        """Quietly say on the rail how much has come due while the officer looked elsewhere."""
        button, today = self.rail["today"], self.say(PLACES["today"][0])
        words = self.say(N_("{place} · {n}"), place=today, n=min(n, MOST_COUNTED)) if n else today
        if button.words == words:
            return
        button.set_words(words)
        if n:
            came = self.translator.plural(
                N_("{place}: {n} has come due"), N_("{place}: {n} have come due"), n, place=today
            )
            button.setAccessibleName(came)

    def _time_went_by(self, something_fell_due: bool) -> None:
        """A minute has gone, or something fell due, or the clock was put to another time."""
        if self.place == "today":
            self.pages["today"].refresh()
            self.due_clock.look()
        elif something_fell_due and self.case_frame is not None and self.place == "case":
            self.case_frame.show_header()
        elif something_fell_due and self.place in self.pages:
            self.pages[self.place].refresh()

    def stop(self) -> None:
        """The session ends: nothing here asks the vault for anything any more."""
        for timer in self.findChildren(QTimer):
            timer.stop()
        for page in self.case_frame.pages.values() if self.case_frame is not None else ():
            page.stop()

    def count_down(self, seconds: int) -> None:
        """Quietly say that the program locks soon."""
        self.countdown.label.setText(
            self.translator.plural(
                N_("Nobody seems to be here: locks in {n} second. Any key stays."),
                N_("Nobody seems to be here: locks in {n} seconds. Any key stays."),
                seconds,
            )
        )
        self.countdown.setAccessibleName(self.countdown.label.text())
        self.countdown.show()

    def stop_count_down(self) -> None:
        """Somebody is here."""
        self.countdown.hide()

    def say_closing(self, minutes: int) -> None:
        """The vault has been open for nearly as long as it may be: say when the passphrase is asked for again.

        No minutes: it may be open for longer after all.
        """
        self.closing.setVisible(minutes > 0)
        if not minutes:
            return
        text = self.translator.plural(
            N_("Open for long: locks in {n} minute. What is written stays; the passphrase opens it again."),
            N_("Open for long: locks in {n} minutes. What is written stays; the passphrase opens it again."),
            minutes,
        )
        self.closing.say(text, "calm")

    def _hide(self) -> None:
        self.hide_button.setDown(False)  # the release never comes
        self.session.hide()

    def show_keys(self) -> None:
        """The sheet of all keys."""
        sheet = KeySheet(self.translator, self)
        sheet.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.guide.fit(event.size().height())
        # In a narrow window the words about what is saved need the room; “?” still shows the keys.
        wide = event.size().width()
        self.keys_button.setVisible(wide >= theme.NARROW)
        self.name.setVisible(wide >= theme.NARROW)
        self.find_box.setMinimumWidth(120 if wide < theme.NARROW else 180)
        for button in (*self.rail.values(), self.help_button):
            button.show_words(wide >= theme.NARROW)
        for button in (self.lock_button, self.hide_button):
            button.show_words(wide >= theme.SMALL)
        self.rail_area.fit()
        self.beside.fit()

    def sizeHint(self) -> QSize:
        return QSize(1366, 768)
