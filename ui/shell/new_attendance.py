"""New attendance: cases that are here already appear while name, reference or place are typed; Enter makes one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.casework import edit
from app.casework.cases import new_case
from app.casework.find import find
from app.changed import Changed
from app.clock import iso
from app.i18n import N_
from ui import theme
from ui.session import Session
from ui.shell.lines import title_of
from ui.shell.place_page import PlacePage
from ui.widgets.choices import ChoiceRow
from ui.widgets.edits import LineEdit
from ui.widgets.lists import Line, LineList
from ui.widgets.text import PlainButton, PlainLabel, main_action, row

LOOK_AFTER_MS = 80
MOST = 8


@dataclass
class _Hit:
    title: str
    matched: list[str]
    weight: int


class NewAttendancePage(PlacePage):
    """Nothing is written before Enter or the button; then the case opens at once."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("New attendance")))
        self.lines.addWidget(
            PlainLabel(
                say(
                    N_(
                        "Type what you know; everything may stay empty. Enter makes a new case. If the case is "
                        "here already, press the down arrow and choose it."
                    )
                ),
                quiet=True,
            )
        )
        self.given_name = LineEdit(name=say(N_("Given name")), main=True)
        self.family_name = LineEdit(name=say(N_("Family name")), main=True)
        self.reference = LineEdit(name=say(N_("Reference")), main=True)
        self.place = LineEdit(name=say(N_("Place")), main=True)
        self.fields = {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "reference": self.reference,
            "place": self.place,
        }
        box = QWidget()
        box.setMaximumWidth(theme.COLUMN_WIDTH)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE_M)
        for number, field in enumerate(self.fields.values()):
            grid.addWidget(PlainLabel(field.accessibleName(), bold=True, buddy=field), number // 2 * 2, number % 2)
            grid.addWidget(field, number // 2 * 2 + 1, number % 2)
            field.textChanged.connect(self._typed)
            field.returnPressed.connect(self.make_case)
            field.installEventFilter(self)
        self.lines.addWidget(box)
        self.role = ChoiceRow(
            [("victim", say(N_("Victim"))), ("suspect", say(N_("Suspect"))), ("other", say(N_("Somebody else")))],
            name=say(N_("This person is")),
            value="victim",
        )
        self.role.setMaximumWidth(theme.COLUMN_WIDTH)
        self.lines.addWidget(PlainLabel(say(N_("This person is")), bold=True))
        self.lines.addWidget(self.role)
        self.make_button = main_action(PlainButton(say(N_("Make a new case")), kind="main", icon="new"))
        self.make_button.clicked.connect(self.make_case)
        self.lines.addLayout(row(self.make_button))
        self.here_label = PlainLabel(say(N_("Already in this vault")), kind="heading")
        self.here = LineList(name=say(N_("Already in this vault")))
        self.here.setMaximumWidth(theme.COLUMN_WIDTH)
        self.here.opened.connect(self.add_to_case)
        self.nothing = PlainLabel(say(N_("No case in this vault has these words.")), quiet=True)
        for widget in (self.here_label, self.here, self.nothing):
            self.lines.addWidget(widget)
            widget.hide()
        self.lines.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER_MS)
        self._timer.timeout.connect(self.look)

    def first_focus(self) -> None:
        self.given_name.setFocus()

    def _typed(self) -> None:
        self._timer.start()

    def look(self) -> None:
        """Find the cases that are here already."""
        self._timer.stop()
        hits: dict[str, _Hit] = {}
        name = f"{self.given_name.value()} {self.family_name.value()}".strip()
        for words in (name, self.reference.value(), self.place.value()):
            for found in find(self.desk, words, 30) if words.strip() else []:
                hit = hits.setdefault(
                    found.case_id, _Hit(title_of(found.reference, found.short_name, self.translator), [], 0)
                )
                hit.weight += 1
                if found.matched and found.matched not in hit.matched:
                    hit.matched.append(found.matched)
        best = sorted(hits.items(), key=lambda item: -item[1].weight)[:MOST]
        self.here.set_lines(
            [
                Line(case_id, hit.title, " · ".join(hit.matched), self.say(N_("Add this attendance")))
                for case_id, hit in best
            ]
        )
        self.here.fit()
        asked = any(field.value().strip() for field in self.fields.values())
        self.here_label.setVisible(bool(best))
        self.here.setVisible(bool(best))
        self.nothing.setVisible(asked and not best)

    def make_case(self) -> None:
        """Make the case with what was typed and open it."""
        given = {name: field.value().strip() for name, field in self.fields.items()}
        case_id = new_case(self.desk, given["reference"])
        changed = Changed(frozenset({case_id}))
        if given["given_name"] or given["family_name"]:
            _, more = edit.create(
                self.desk,
                case_id,
                "person",
                {"roles": [self.role.value()], "given_name": given["given_name"], "family_name": given["family_name"]},
            )
            changed |= more
        self._finish(case_id, changed, "people")

    def add_to_case(self, case_id: str) -> None:
        """Add this attendance to a case that is here already, and open it."""
        self._finish(case_id, Changed(frozenset({case_id})), "happened")

    def _finish(self, case_id: str, changed: Changed, step: str) -> None:
        incident = {"reported_at": iso(self.desk.clock.now()), "place": self.place.value().strip()}
        _, more = edit.create(self.desk, case_id, "incident", incident)
        for field in self.fields.values():
            field.set_value("")
            field.clear()
        self.role.set_value("victim")
        self.look()
        self.session.tell(changed | more)
        self.session.open_case(case_id, step)

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down:
            self.look()
            if self.here.isVisible():
                self.here.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False
