"""Cases: every case of this vault in one list, sorted as wanted; archived ones only when asked for."""

from __future__ import annotations

from typing import Any

from app.casework.cases import CaseLine, archive_case, restore_case
from app.i18n import N_
from ui.session import Session
from ui.shell.lines import case_line
from ui.shell.place_page import PlacePage
from ui.widgets.bars import EmptyState
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.lists import LineList, MadeLines
from ui.widgets.text import PlainButton, PlainCheck, PlainLabel, row

_WEIGHT = {"high": 0, "medium": 1, "standard": 2}
LAST = "9999"


def _by_grade(line: CaseLine) -> tuple[Any, ...]:
    return (not line.extreme, _WEIGHT.get(line.grade or "", 3), line.review_due or LAST)


ORDERS = {
    "review": (N_("Review due first"), lambda line: (line.review_due or LAST, line.reference)),
    "grade": (N_("Highest grade first"), _by_grade),
    "changed": (N_("Last changed first"), None),
    "reference": (N_("By reference"), lambda line: (not line.reference, line.reference, line.short_name)),
    "conflicts": (N_("Most differences first"), lambda line: (-line.conflicts, line.review_due or LAST)),
}


class CasesPage(PlacePage):
    """The list of cases."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Cases")))
        self._shown: list[CaseLine] = []
        self.order = CodeBox(
            [(code, say(words)) for code, (words, _key) in ORDERS.items()], name=say(N_("Order")), empty=""
        )
        self.order.removeItem(0)
        self.order.set_value("review")
        self.order.answered.connect(lambda _code: self.refresh())
        self.archived = PlainCheck(say(N_("Show archived cases")))
        self.archived.toggled.connect(lambda _on: self.refresh())
        self.count = PlainLabel(quiet=True, wrap=False)
        self.lines.addLayout(row(PlainLabel(say(N_("Order")), wrap=False, buddy=self.order), self.order))
        self.lines.addLayout(row(self.archived, self.count))
        self.list = LineList(name=say(N_("Cases")))
        self.list.opened.connect(session.open_case)
        self.list.current.connect(lambda _key: self._follow())
        self.lines.addWidget(self.list, 1)
        self.archive_button = PlainButton(say(N_("Archive this case")))
        self.archive_button.clicked.connect(self._archive)
        self.reason = LineEdit(placeholder=say(N_("Why is this case put away? (Enter)")))
        self.reason.returnPressed.connect(self._archive_now)
        self.lines.addLayout(row(self.archive_button, self.reason))
        self.reason.hide()
        self.empty = EmptyState(
            say(N_("No case here")),
            say(N_("This vault holds no case that is not archived. A new attendance makes one.")),
            say(N_("New attendance")),
            lambda: session.go("new"),
            icon="new",
        )
        self.lines.addWidget(self.empty, 1)

    def _line(self) -> CaseLine | None:
        key = self.list.current_key()
        return next((line for line in self._shown if line.id == key), None)

    def _follow(self) -> None:
        line = self._line()
        self.reason.hide()
        self.archive_button.setVisible(line is not None)
        archived = line is not None and line.archived
        self.archive_button.set_words(
            self.say(N_("Take this case out again")) if archived else self.say(N_("Archive this case"))
        )

    def _archive(self) -> None:
        line = self._line()
        if line is None:
            return
        if line.archived:
            self.session.tell(restore_case(self.desk, line.id))
        else:
            self.reason.show()
            self.reason.setFocus()

    def _archive_now(self) -> None:
        line, why = self._line(), self.reason.value().strip()
        if line is not None and why:
            self.reason.clear()
            self.session.tell(archive_case(self.desk, line.id, why))
            self.first_focus()

    def show_now(self) -> None:
        shown = [line for line in self.session.case_lines() if self.archived.isChecked() or not line.archived]
        key = ORDERS[self.order.value()][1]
        if key is not None:
            shown.sort(key=key)
        now = self.desk.clock.now()
        self._shown = shown
        self.list.set_lines(
            MadeLines(shown, lambda line: case_line(line, now, self.translator)), [line.id for line in shown]
        )
        self.list.setVisible(bool(shown))
        self._follow()
        self.empty.setVisible(not shown)
        self.count.setText(self.translator.plural(N_("{n} case"), N_("{n} cases"), len(shown)))

    def first_focus(self) -> None:
        if self.list.isVisible():
            self.list.setFocus()
        elif self.empty.button is not None:
            self.empty.button.setFocus()

    def where(self) -> dict[str, Any]:
        return {"order": self.order.value(), "archived": self.archived.isChecked(), "line": self.list.current_key()}

    def go_back_to(self, where: dict[str, Any]) -> None:
        if where.get("order") in ORDERS:
            self.order.set_value(where["order"])
        self.archived.setChecked(where.get("archived") is True)
        self.show_now()
        self.list.make_current(str(where.get("line", "")))
