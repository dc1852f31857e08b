"""Following up: is the victim safer, was the victim told before a release, are orders obeyed, what do others tell.

Nothing here lowers a risk, and what follows from an answer is offered, never done by itself.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.casework import releases
from app.i18n import N_
from app.records.view import Record
from ui.pages.archived import Archived
from ui.pages.follow_up_contact import ContactPart
from ui.pages.follow_up_orders import OrdersPart
from ui.pages.follow_up_programme import ProgrammePart
from ui.pages.follow_up_releases import ReleasesPart
from ui.pages.page import CasePage
from ui.widgets.bars import Banner

WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut
"""Not while the page is hidden behind another step."""


class FollowUpPage(CasePage):
    """The step “Follow-up”."""

    title = N_("Follow-up")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.untold = Banner(tone="danger", action=self.words(N_("Go there")))
        self.untold.button.clicked.connect(self._go_to_release)
        self.column.addWidget(self.untold)
        self.parts: list[Any] = []
        self.contact = self._add(ContactPart(self))
        self.later(self._add_rest)
        QShortcut(QKeySequence("Ctrl+B"), self, self.note_breach, context=WITHIN)

    def _add_rest(self) -> None:
        for part in (ReleasesPart, OrdersPart, ProgrammePart):
            self._add(part(self))
            self.parts[-1].show_case()
        self._add(Archived(self, ("follow_up", "order", "breach", "programme"))).show_case()

    def _add(self, part: QWidget) -> Any:
        self.parts.append(part)
        self.column.addWidget(part)
        part.show()  # at once: what is shown later cannot take the focus now
        return part

    def part(self, kind: type[Any]) -> Any:
        """One part of the page, made if it is not there yet."""
        self.finish()
        return next(part for part in self.parts if isinstance(part, kind))

    def show_case(self) -> None:
        now = self.session.desk.clock.now()
        waiting = [r for r in releases.untold(self.session.desk, self.view) if r.state(now) != "time_unknown"]
        passed = any(r.state(now) == "passed" for r in waiting)
        self.untold.setVisible(bool(waiting))
        self.untold.say(
            self.words(
                N_("A suspect was released, and nobody has noted that the victim was told.")
                if passed
                else N_("A suspect will be released. The victim must be told before.")
            ),
            "danger",
        )
        for part in self.parts:
            part.show_case()

    def first_focus(self) -> None:
        self.contact.ways.buttons[0].setFocus()

    def note_breach(self, contact: Record | None = None) -> None:
        """Begin a breach, with what was told in a contact where it comes from one."""
        begun = {}
        if contact is not None:
            begun = {"source": "victim", "what": contact.get("what_happened"), "reported": contact.get("reported")}
        self.part(OrdersPart).note_breach({name: value for name, value in begun.items() if value})

    def stand_at(self, record: str) -> None:
        """Go to a release or an order; to the way of contact for everything else."""
        order = self.part(OrdersPart).orders.cards.get(record)
        if order is not None:
            order.focus_first()
        elif record in self.part(ReleasesPart).cards.cards:
            self._stand_at_release(record)
        else:
            self.first_focus()

    def _go_to_release(self) -> None:
        desk, now = self.session.desk, self.session.desk.clock.now()
        open_now = [r.key for r in releases.untold(desk, self.view) if r.state(now) != "time_unknown"]
        if open_now:
            self._stand_at_release(open_now[0])

    def _stand_at_release(self, key: str) -> None:
        card = self.part(ReleasesPart).cards.cards.get(key)
        if card is not None:
            card.channel.buttons[0].setFocus()
            self.bring_into_view(card)


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return FollowUpPage(session, case_id).start()
