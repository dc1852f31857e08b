"""Today: what is due, what hurts first, what is unfinished; and one big way to a new attendance."""

from __future__ import annotations

from app.casework.today import today
from app.i18n import N_
from ui import theme
from ui.session import Session
from ui.shell.lines import case_line, due_line
from ui.shell.place_page import PlacePage
from ui.widgets.bars import EmptyState
from ui.widgets.lists import LineList, MadeLines
from ui.widgets.text import PlainButton, PlainLabel, main_action, row


class TodayPage(PlacePage):
    """The first place after unlocking."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Today")))
        self.new_button = main_action(PlainButton(say(N_("New attendance")), kind="main", icon="new"))
        self.new_button.clicked.connect(lambda: session.go("new"))
        self.lines.addLayout(row(self.new_button))
        self.due_label = PlainLabel(say(N_("Due")), kind="heading")
        self.due = LineList(name=say(N_("Due")))
        self.due.opened.connect(lambda key: session.open_case(key.partition(":")[2]))
        self.nothing_due = PlainLabel(say(N_("Nothing is due within a day.")), quiet=True)
        self.hand_label = PlainLabel(say(N_("In hand")), kind="heading")
        self.in_hand = LineList(name=say(N_("In hand")))
        self.in_hand.opened.connect(session.open_case)
        self.empty = EmptyState(
            say(N_("No case yet")),
            say(N_("What falls due and what you are in the middle of will stand here. Begin with a new attendance.")),
        )
        for widget in (self.due_label, self.due, self.nothing_due, self.hand_label, self.in_hand):
            self.lines.addWidget(widget, 3 if widget is self.due else 2 if widget is self.in_hand else 0)
        self.lines.addWidget(self.empty, 1)
        self.lines.addStretch(0)
        self.lines.setSpacing(theme.SPACE_S)

    def show_now(self) -> None:
        found = today(self.desk, self.session.case_lines())
        now = self.desk.clock.now()
        numbered = list(enumerate(found.due))
        self.due.set_lines(
            MadeLines(numbered, lambda item: due_line(item[1], item[0], now, self.translator)),
            [f"{number}:{line.case_id}" for number, line in numbered],
        )
        self.in_hand.set_lines(
            MadeLines(found.in_hand, lambda line: case_line(line, now, self.translator)),
            [line.id for line in found.in_hand],
        )
        self.due.fit()
        self.in_hand.fit()
        self.empty.setVisible(not found.cases)
        self.due_label.setVisible(bool(found.cases))
        self.due.setVisible(bool(found.due))
        self.nothing_due.setVisible(bool(found.cases) and not found.due)
        for widget in (self.hand_label, self.in_hand):
            widget.setVisible(bool(found.in_hand))

    def first_focus(self) -> None:
        (self.due if self.due.isVisible() else self.new_button).setFocus()
