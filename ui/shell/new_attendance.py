"""New attendance: cases that are here already appear while name, reference or place are typed; Enter makes one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.casework.cases import new_attendance, restore_case
from app.casework.find import Found, about, elsewhere, find, warm
from app.changed import Changed
from app.i18n import N_
from ui import theme
from ui.session import Session
from ui.shell.found import case_found, elsewhere_words
from ui.shell.place_page import PlacePage
from ui.widgets.bars import Banner
from ui.widgets.choices import ChoiceRow
from ui.widgets.edits import LineEdit
from ui.widgets.lists import LineList
from ui.widgets.text import PlainButton, PlainLabel, main_action, row

LOOK_AFTER_MS = 80
NOTHING = N_("No case in this vault has these words.")
CLOSED = N_("The cases in this vault are closed, so it cannot be seen whether one has these words.")
MOST = 10
NEARLY = 4
"""How many of them, at most, are only nearly what was typed."""


class NewAttendancePage(PlacePage):
    """Nothing is written before Enter or the button; then the case opens at once."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("New attendance")))
        self.lines.addWidget(
            PlainLabel(
                say(
                    N_(
                        "Type what you know, as you heard it; everything may stay empty. Enter makes a new case; the "
                        "down arrow goes to the cases that are here already."
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
        grid.addWidget(PlainLabel(say(N_("This person is")), bold=True), 4, 0)
        grid.addWidget(self.role, 5, 0)
        self.make_button = main_action(PlainButton(say(N_("Make a new case")), kind="main", icon="new"))
        self.make_button.clicked.connect(self.make_case)
        grid.addLayout(row(self.make_button), 5, 1, Qt.AlignmentFlag.AlignTop)
        self.elsewhere = Banner(tone="warn")
        self.elsewhere.setMaximumWidth(theme.COLUMN_WIDTH * 4 // 3)
        self.here_label = PlainLabel(say(N_("Here already: Enter adds the attendance there")), bold=True)
        self.here = LineList(name=say(N_("Here already")))
        self.here.setMaximumWidth(theme.COLUMN_WIDTH * 4 // 3)
        self.here.opened.connect(self.add_to_case)
        self.nothing = PlainLabel(quiet=True)
        for widget in (self.elsewhere, self.here_label, self.here, self.nothing):
            self.lines.addWidget(widget)
            widget.hide()
        self.lines.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER_MS)
        self._timer.timeout.connect(self.look)
        self._archived: set[str] = set()
        session.run(warm, lambda _done: None)

    def first_focus(self) -> None:
        self.given_name.setFocus()

    def _typed(self) -> None:
        self._timer.start()

    def look(self) -> None:
        """Find the cases that are here already."""
        self._timer.stop()
        found = self._found()
        cases: dict[str, list[Found]] = {}
        for hit in found:
            cases.setdefault(hit.case_id, []).append(hit)
        # What fits more than one field comes first, then what begins exactly so before what is only like it.
        best = sorted(cases.values(), key=_weight)
        exact = [hits for hits in best if _exact(hits)][:MOST]
        best = exact + [hits for hits in best if not _exact(hits)][: max(NEARLY, MOST - len(exact))]
        self._archived = {hits[0].case_id for hits in best if hits[0].line.archived}
        self.here.set_lines(
            [case_found(hits[0].case_id, hits, about(self.desk, hits[0].case_id), self.session) for hits in best]
        )
        self.here.fit(3)
        told = elsewhere_words(elsewhere(self.desk, [hit for hits in best for hit in hits])[:3], self.translator)
        if told:
            told.append(self.say(N_("An allegation against a victim is a linked case: choose the case, then People.")))
        self.elsewhere.say("\n".join(told), "warn")
        self.elsewhere.setVisible(bool(told))
        asked = any(field.value().strip() for field in self.fields.values())
        self.here_label.setVisible(bool(best))
        self.here.setVisible(bool(best))
        self.nothing.setVisible(asked and not best)
        self.nothing.setText(self.say(CLOSED if self.session.closed else NOTHING))

    def _found(self) -> list[Found]:
        name = f"{self.given_name.value()} {self.family_name.value()}"
        typed = (("name", name), ("reference", self.reference.value()), ("place", self.place.value()))
        found: list[Found] = []
        for kind, words in typed:
            if words.strip():
                hits = find(self.desk, words, 30, NEARLY * 2, only=kind)
                found += [hit for hit in hits if not hit.archived]
        return found

    def make_case(self) -> None:
        """Make the case with what was typed and open it."""
        given = {name: field.value().strip() for name, field in self.fields.items()}
        names = {name: given[name] for name in ("given_name", "family_name")}
        person = {"roles": [self.role.value()], **names} if any(names.values()) else None
        place = given["place"]
        self._finish(new_attendance(self.desk, reference=given["reference"], person=person, place=place), "people")

    def add_to_case(self, case_id: str) -> None:
        """Add this attendance to a case that is here already, and open it; one that was put away is taken out."""
        if case_id in self._archived:
            self.session.tell(restore_case(self.desk, case_id))
        self._finish(new_attendance(self.desk, case_id, place=self.place.value().strip()), "happened")

    def _finish(self, case_id: str, step: str) -> None:
        for field in self.fields.values():
            field.set_value("")
            field.clear()
        self.role.set_value("victim")
        self.look()
        self.session.tell(Changed(frozenset({case_id})))
        self.session.open_case(case_id, step)

    def where(self) -> dict[str, Any]:
        """What was typed and not made a case yet: after a lock it stands here again."""
        typed = {name: field.text() for name, field in self.fields.items() if field.text()}
        return {"typed": typed, "role": self.role.value()} if typed else {}

    def go_back_to(self, where: dict[str, Any]) -> None:
        typed = where.get("typed")
        for name, text in typed.items() if isinstance(typed, dict) else ():
            if name in self.fields:
                self.fields[name].setText(str(text))
        if where.get("role"):
            self.role.set_value(str(where["role"]))
        self.look()

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down:
            self.look()
            if self.here.isVisible():
                self.here.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False


def _exact(hits: list[Found]) -> bool:
    return any(hit.how == "exact" for hit in hits)


def _weight(hits: list[Found]) -> tuple[Any, ...]:
    line = hits[0].line
    gravest = (not line.extreme, ("high", "medium", "standard", None).index(line.grade)) if _exact(hits) else ()
    return (not _exact(hits), -len({hit.kind for hit in hits}), line.archived, gravest)
