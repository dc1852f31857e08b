"""Reviews: every review and every assessment to be completed, however far off, what falls due first in front; and
what officers recorded differently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from app.casework.today import DueLine, reviews, to_decide
from app.i18n import N_
from ui.session import Session
from ui.shell.lines import decide_line, due_line
from ui.shell.place_page import PlacePage
from ui.widgets.bars import EmptyState
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.text import PlainLabel


class ReviewsPage(PlacePage):
    """The place “Reviews”: the lines of Today that are reviews, and those beyond its days."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Reviews")))
        self.not_graded = PlainLabel(quiet=True)
        self.lines.addWidget(self.not_graded)
        self.list = LineList(name=say(N_("Reviews, what falls due first in front")))
        self.list.opened.connect(self._open)
        self.lines.addWidget(self.list, 1)
        self.empty = EmptyState(
            say(N_("No review is due")),
            say(N_("The review of a case stands here once the case has a grade, with the moment by which it is due.")),
            say(N_("New attendance")),
            lambda: session.go("new"),
            icon="new",
        )
        self.lines.addWidget(self.empty, 1)
        self._shown: dict[str, DueLine] = {}

    def show_now(self) -> None:
        found = reviews(self.desk, self.session.case_lines())
        made: list[tuple[str, Callable[[], Line]]] = []
        self._shown = {}
        self._to_decide(made)
        for title, dues in (
            (N_("Overdue"), found.overdue),
            (N_("Due within a day"), found.within_a_day),
            (N_("Next days"), found.next_days),
            (N_("Later"), found.later),
        ):
            self._section(made, title, dues, self.desk.clock.now())
        self.list.set_lines(MadeLines(made, lambda one: one[1]()), [key for key, _make in made])
        self.list.setVisible(bool(made))
        self.empty.setVisible(not made)
        self.not_graded.setVisible(bool(found.not_graded))
        self.not_graded.setText(
            self.translator.plural(
                N_("{n} case has no grade yet; it stands here when its review is near."),
                N_("{n} cases have no grade yet; they stand here when their review is near."),
                found.not_graded,
            )
        )

    def _section(self, made: list[Any], title: str, dues: Sequence[DueLine], now: datetime) -> None:
        if not dues:
            return
        words = self.say(N_("{title} · {n}"), title=self.say(title), n=len(dues))
        made.append(("", lambda: Line("", words, heading=True)))
        for due in dues:
            self._shown[due.key] = due
            made.append((due.key, lambda due=due: due_line(due, now, self.translator)))

    def _to_decide(self, made: list[Any]) -> None:
        """What officers recorded differently, with whose case it is and since when: a supervisor sees what waits."""
        found, now = to_decide(self.session.case_lines()), self.desk.clock.now()
        if found:
            words = self.say(N_("{title} · {n}"), title=self.say(N_("Recorded differently")), n=len(found))
            made.append(("", lambda: Line("", words, heading=True)))
        for line in found:
            made.append((f"decide:{line.id}", lambda line=line: decide_line(line, now, self.translator)))

    def _open(self, key: str) -> None:
        if key.startswith("decide:"):
            self.session.open_case(key.removeprefix("decide:"), "conflicts")
            return
        shown = self._shown.get(key)
        if shown is not None:
            self.session.open_case(shown.case.id, shown.due.step or None, shown.due.record)

    def first_focus(self) -> None:
        if self.list.isVisible():
            self.list.setFocus()
        elif self.empty.button is not None:
            self.empty.button.setFocus()

    def where(self) -> dict[str, Any]:
        return {"line": self.list.current_key()}

    def go_back_to(self, where: dict[str, Any]) -> None:
        self.list.make_current(str(where.get("line", "")))
