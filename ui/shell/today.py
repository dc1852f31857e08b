"""Today: what is due, what hurts first, what comes in the next days, what is unfinished; and one big way to a new
attendance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.casework import guide
from app.casework.cases import CaseLine
from app.casework.today import DueLine, to_decide, today, waits_here
from app.clock import iso
from app.i18n import N_
from sync.client.lease import WARNING
from ui import theme
from ui.session import Session
from ui.shell.lines import case_line, decide_line, due_line, waiting_line
from ui.shell.place_page import PlacePage
from ui.widgets.bars import Banner, EmptyState
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.text import PlainButton, main_action, row

NEXT_DAYS = "next days"
"""The key of the line that opens and closes the next days."""

FIRST_TIME = N_(
    "Or learn the program first, with an invented case: this vault is locked then, and the practice vault opens. To "
    "come back, close it and start the program again."
)


class TodayPage(PlacePage):
    """The first place after unlocking."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Today")))
        self.lease = Banner(tone="warn", action=say(N_("The server")))
        self.lease.button.clicked.connect(lambda: session.go("server"))
        self.lines.addWidget(self.lease)
        session.lease_moved.connect(self.refresh)
        self.new_button = main_action(PlainButton(say(N_("New attendance")), kind="main", icon="new"))
        self.new_button.clicked.connect(lambda: session.go("new"))
        self.guide_button = main_action(PlainButton(icon="help"))
        self.guide_button.clicked.connect(session.guide_wanted)
        session.guide_wanted.connect(self._name_guide)
        session.guide_left.connect(self._name_guide)
        self.lines.addLayout(row(self.new_button, self.guide_button))
        self._name_guide()
        self.list = LineList(name=say(N_("What is due and what is unfinished")))
        self.list.opened.connect(self._open)
        self.empty = EmptyState(
            say(N_("No case yet")),
            say(N_("What falls due and what you are in the middle of will stand here. Begin with a new attendance."))
            + ("" if self.desk.practice else f" {say(FIRST_TIME)}"),
            "" if self.desk.practice else say(N_("Learn the program in ten minutes")),
            session.practice_wanted.emit,
        )
        self.lines.addWidget(self.list, 1)
        self.lines.addWidget(self.empty, 1)
        self.lines.setSpacing(theme.SPACE_S)
        self.unfolded = False
        self._shown: dict[str, DueLine | CaseLine] = {}

    def _warn_of_lease(self) -> None:
        found = self.session.lease
        warns = found is not None and found.state == WARNING
        self.lease.setVisible(warns)
        if found is not None and warns:
            words = N_(
                "This laptop has not met its server since {met}. Unless it does, the cases here close on {until}. "
                "Nothing is lost then, and a new attendance can be recorded all the same."
            )
            moment = self.translator.moment
            self.lease.say(self.say(words, met=moment(iso(found.met)), until=moment(iso(found.until))), "warn")

    def _name_guide(self) -> None:
        now = guide.progress(self.desk)
        self.guide_button.setVisible(guide.offered(self.desk) and not now.running)
        half_way = now.begun and guide.current(now) is not None
        self.guide_button.set_words(
            self.say(N_("Go on with the guide") if half_way else N_("Learn the program in ten minutes"))
        )

    def show_now(self) -> None:
        self._name_guide()
        self._warn_of_lease()
        found = today(self.desk, self.session.case_lines())
        made: list[tuple[str, Callable[[], Line]]] = []
        self._shown = {}
        waits = self._waiting(made)
        self._section(made, N_("Overdue"), N_("Nothing is overdue."), found.overdue)
        self._section(made, N_("Due within a day"), N_("Nothing else is due within a day."), found.within_a_day)
        self._next_days(made, found.next_days)
        self._to_decide(made)
        self._in_hand(made, found.in_hand)
        self.list.set_lines(MadeLines(made, lambda one: one[1]()), [key for key, _make in made])
        self.list.setVisible(bool(found.cases or waits))
        self.empty.setVisible(not self.list.isVisibleTo(self))

    def _section(self, made: list[Any], title: str, nothing: str, dues: Sequence[DueLine]) -> None:
        self._heading(made, self._counted(title, len(dues)) if dues else self.say(nothing))
        now = self.desk.clock.now()
        for due in dues:
            self._shown[due.key] = due
            made.append((due.key, lambda due=due: due_line(due, now, self.translator)))

    def _next_days(self, made: list[Any], dues: Sequence[DueLine]) -> None:
        if not dues:
            self._heading(made, self.say(N_("Nothing is due in the next days.")))
            return
        made.append((NEXT_DAYS, lambda: self._fold(len(dues))))
        if self.unfolded:
            now = self.desk.clock.now()
            for due in dues:
                self._shown[due.key] = due
                made.append((due.key, lambda due=due: due_line(due, now, self.translator)))

    def _fold(self, n: int) -> Line:
        closed = "◄" if self.translator.rtl else "►"
        state = self.say(N_("open; Enter closes")) if self.unfolded else self.say(N_("closed; Enter opens"))
        title = self._counted(N_("Next days"), n)
        return Line(NEXT_DAYS, f"{'▼' if self.unfolded else closed}  {title}", spoken=f"{title}. {state}")

    def _waiting(self, made: list[Any]) -> int:
        """What was handed over to this officer, or came back: nobody else goes on with it meanwhile."""
        found, now = waits_here(self.desk, self.session.case_lines()), self.desk.clock.now()
        if found:
            self._heading(made, self._counted(N_("Waiting for you"), len(found)))
        for line in found:
            made.append((f"waits:{line.id}", lambda line=line: waiting_line(line, now, self.translator)))
        return len(found)

    def _to_decide(self, made: list[Any]) -> None:
        found, now = to_decide(self.session.case_lines()), self.desk.clock.now()
        if found:
            self._heading(made, self._counted(N_("Recorded differently"), len(found)))
        for line in found:
            made.append((f"decide:{line.id}", lambda line=line: decide_line(line, now, self.translator)))

    def _in_hand(self, made: list[Any], lines: Sequence[CaseLine]) -> None:
        title = self._counted(N_("In the middle of"), len(lines))
        self._heading(made, title if lines else self.say(N_("No assessment waits to be completed.")))
        now = self.desk.clock.now()
        for line in lines:
            key = f"in hand:{line.id}"
            self._shown[key] = line
            made.append((key, lambda line=line: case_line(line, now, self.translator)))

    def _heading(self, made: list[Any], words: str) -> None:
        made.append(("", lambda: Line("", words, heading=True)))

    def _counted(self, title: str, n: int) -> str:
        return self.say(N_("{title} · {n}"), title=self.say(title), n=n)

    def _open(self, key: str) -> None:
        shown = self._shown.get(key)
        if key.startswith("waits:"):
            self.session.open_case(key.removeprefix("waits:"), "charge")
        elif key.startswith("decide:"):
            self.session.open_case(key.removeprefix("decide:"), "conflicts")
        elif key == NEXT_DAYS:
            self.unfolded = not self.unfolded
            self.show_now()
        elif isinstance(shown, DueLine):
            self.session.open_case(shown.case.id, shown.due.step or None, shown.due.record)
        elif shown is not None:
            self.session.open_case(shown.id)

    def first_focus(self) -> None:
        (self.list if self.list.isVisible() and self.list.current_key() else self.new_button).setFocus()

    def where(self) -> dict[str, Any]:
        return {"line": self.list.current_key(), "open": self.unfolded}

    def go_back_to(self, where: dict[str, Any]) -> None:
        self.unfolded = where.get("open") is True
        self.show_now()
        self.list.make_current(str(where.get("line", "")))
