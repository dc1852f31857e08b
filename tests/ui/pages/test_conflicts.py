"""Two officers who disagree are both heard: on the screen, with two real vaults, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit

from app.casework import cases, edit, risk
from app.casework.desk import Desk, close_desk
from app.changed import Changed
from app.clock import FixedClock
from app.notebook import entry as notebook
from tests.casework.laptops import carry, laptop
from tests.ui.looking import cut, nameless
from tests.ui.pages.conftest import Stage
from ui.pages.history import HistorySheet
from ui.pages.person_card import PersonCard
from ui.session import Session
from ui.widgets.text import PlainButton


@pytest.fixture
def other(tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    """Another officer's vault."""
    desk = laptop(tmp_path / "other", "Tomas Brandt", FixedClock(clock.now()))
    yield desk
    close_desk(desk)


class Apart:
    """Both officers on one case; each sees what the other wrote after `meet`."""

    def __init__(self, session: Session, other: Desk, case: str) -> None:
        self.session, self.mine, self.other, self.case = session, session.desk, other, case
        self.person = edit.create(self.mine, case, "person", {"roles": ["suspect"], "given_name": "Dane"})[0]
        self.incident = edit.create(self.mine, case, "incident", {"place": "12 Mill Lane"})[0]
        self.assessment = risk.start_assessment(self.mine, case)[0]
        risk.answer(self.mine, case, self.assessment, "F01", value="no")
        self.meet()

    def meet(self) -> None:
        now = self.mine.clock.now()
        carry(self.case, self.mine, self.other, now)
        carry(self.case, self.other, self.mine, now)
        self.session.changed.emit(Changed(frozenset({self.case})))

    def custody(self) -> None:
        """At large, says this officer; in custody, says the other one."""
        edit.set_field(self.mine, self.case, self.person, "custody", "at_large")
        edit.set_field(self.other, self.case, self.person, "custody", "in_custody")
        self.meet()

    def grades(self) -> None:
        """High, says this officer; standard, says the other one."""
        risk.grade(self.mine, self.case, self.assessment, "high", "He knows where they sleep.")
        risk.grade(self.other, self.case, self.assessment, "standard", "First call here.")
        self.meet()

    @property
    def view(self) -> Any:
        return cases.read_case(self.mine, self.case)

    def stands(self, name: str, record: str = "") -> list[Any]:
        return [s.value for s in self.view.record(record or self.person).standing(name)]


@pytest.fixture
def apart(session: Session, other: Desk, case: str) -> Apart:
    return Apart(session, other, case)


def words(page: Any) -> str:
    """Everything that can be read on a page."""
    QApplication.processEvents()
    said = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    return "\n".join(
        [*said, *(field.toPlainText() for field in page.findChildren(QPlainTextEdit) if field.isVisible())]
    )


def test_both_values_with_who_when_and_why_one_is_in_force(stage: Stage, apart: Apart) -> None:
    apart.custody()
    page = stage.open("conflicts", apart.case)
    said = words(page)
    for part in ("At large", "In custody", "Tomas Brandt", "in force", "The more cautious one is in force"):
        assert part in said
    assert "not yet received by the server" in said  # this laptop’s own value
    assert "received " in said
    sides = [card.side for card in page.deciding.sides.cards]
    assert [(side.value, side.in_force) for side in sides] == [("at_large", True), ("in_custody", False)]
    assert not cut(stage.window)
    assert not nameless(stage.window)


def test_the_less_cautious_one_needs_a_reason_and_undo_brings_both_back(stage: Stage, apart: Apart) -> None:
    apart.custody()
    page = stage.open("conflicts", apart.case)
    stage.press("Keep “In custody”")
    stage.press("Decide: “In custody”")
    assert page.problem_bar.isVisible()
    assert sorted(apart.stands("custody")) == ["at_large", "in_custody"]
    assert stage.focus() is page.deciding.reason.edit
    stage.type("Seen in the cell at 02:10.")
    stage.press("Decide: “In custody”")
    assert apart.stands("custody") == ["in_custody"]
    assert page.empty.isVisible()
    page.before.set_open(True)
    assert "Because: Seen in the cell at 02:10." in words(page)
    stage.key(Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert sorted(apart.stands("custody")) == ["at_large", "in_custody"]


def test_another_value_may_be_written(stage: Stage, apart: Apart) -> None:
    edit.set_field(apart.mine, apart.case, apart.incident, "place", "12 Mill Lane, back door")
    edit.set_field(apart.other, apart.case, apart.incident, "place", "12 Mill Lane, stairs")
    apart.meet()
    page = stage.open("conflicts", apart.case)
    # Free text stands side by side with what differs, and nothing is mixed by the program.
    assert page.deciding.difference.isVisible()
    assert {"Only in the first: “back door”", "Only in the first: “stairs”"} & set(words(page).splitlines())
    stage.press("Write another value")
    stage.type("12 Mill Lane, stairs to the back door")
    stage.press("Decide: “12 Mill Lane, stairs to the back door”")
    assert apart.stands("place", apart.incident) == ["12 Mill Lane, stairs to the back door"]


def test_a_value_that_comes_while_somebody_decides_is_looked_at_first(stage: Stage, apart: Apart) -> None:
    apart.custody()
    page = stage.open("conflicts", apart.case)
    stage.press("Keep “At large”")
    edit.write(apart.other, apart.case, [notebook.assign(apart.person, {"custody": ("bailed", [])})])
    now = apart.mine.clock.now()
    carry(apart.case, apart.other, apart.mine, now)  # and no screen has been told yet
    stage.press("Decide: “At large”")
    assert page.problem_bar.problem.code == "conflict.changed"
    assert sorted(apart.stands("custody")) == ["at_large", "bailed", "in_custody"]
    assert len(page.deciding.sides.cards) == 3


def test_two_decisions_apart_are_shown_as_a_conflict_again(stage: Stage, apart: Apart) -> None:
    apart.custody()
    page = stage.open("conflicts", apart.case)
    stage.press("Keep “At large”")
    stage.press("Decide: “At large”")
    assert page.empty.isVisible()
    edit.resolve(apart.other, apart.case, apart.person, "custody", "in_custody")
    apart.meet()
    assert page.deciding.isVisible()
    assert {card.side.value for card in page.deciding.sides.cards} == {"at_large", "in_custody"}
    assert page.before.isVisible()
    assert len(page.taken) == 2


def test_a_lower_grade_says_that_a_supervisor_is_needed(stage: Stage, apart: Apart) -> None:
    apart.grades()
    page = stage.open("conflicts", apart.case)
    stage.press("Keep “Standard”")
    stage.fill("Why this is right", "Nothing speaks for more.")
    stage.press("Decide: “Standard”")
    assert page.supervisor.isVisible()
    assert "High stays in force until a supervisor has decided" in page.supervisor.label.text()
    line = cases.list_cases(apart.mine)[0]
    assert (line.grade, line.conflicts, line.apart) == ("high", 0, ())
    assert not page.undo_bar.isVisible()  # a grade is written for good


def test_archive_against_edit_keeps_the_edit_and_is_marked_on_the_card(stage: Stage, apart: Apart) -> None:
    edit.archive(apart.mine, apart.case, apart.person, "by_mistake")
    edit.set_field(apart.other, apart.case, apart.person, "address", "4 Rope Walk")
    apart.meet()
    page = stage.open("people", apart.case)
    [card] = page.findChildren(PersonCard)
    card.fold.set_open(True)
    assert card.put_away.differs.isVisible()
    assert "Archived" in card.put_away.differs.words.text()
    page = stage.open("conflicts", apart.case)
    stage.tab_to("Keep “No”")
    assert "It stays in the case, with the change" in words(page)
    stage.press("Keep “No”")
    stage.press("Decide: “No”")
    record = apart.view.record(apart.person)
    assert (record.archived, record.get("address")) == (False, "4 Rope Walk")


def test_equal_values_are_no_conflict(stage: Stage, apart: Apart) -> None:
    edit.set_field(apart.mine, apart.case, apart.person, "custody", "at_large")
    edit.set_field(apart.other, apart.case, apart.person, "custody", "at_large")
    apart.meet()
    assert len(apart.stands("custody")) == 2  # both stay
    page = stage.open("conflicts", apart.case)
    assert page.empty.isVisible()
    assert not page.deciding.isVisible()


def test_nothing_that_came_while_typing_is_replaced_unseen(stage: Stage, apart: Apart) -> None:
    page = stage.open("happened", apart.case)
    editor = page.incidents.cards[apart.incident].editor("place")
    editor.control.setFocus()
    QTest.keyClicks(editor.control, " and the yard")
    edit.set_field(apart.other, apart.case, apart.incident, "place", "6 Rope Walk")
    apart.meet()
    stage.key(Qt.Key.Key_Tab)
    # Both stand: the one that was typed, and the one that nobody here had looked at.
    assert len(apart.stands("place", apart.incident)) == 2
    assert "6 Rope Walk" in apart.stands("place", apart.incident)
    assert editor.differs is not None
    assert editor.differs.isVisible()
    assert not editor.control.isEnabled()


def test_a_note_to_an_answer_is_not_replaced_unseen_either(stage: Stage, apart: Apart) -> None:
    record = risk.answer_id(apart.case, apart.assessment, "F01")
    risk.answer(apart.mine, apart.case, apart.assessment, "F01", value="yes")
    apart.meet()
    page = stage.open("risk", apart.case)
    page.finish()
    card = next(one for one in page.cards if one.factor.code == "F01")
    card.focus_first()
    note = card.details["note"].control
    note.setFocus()
    QTest.keyClicks(note, "Pushed in May.")
    risk.answer(apart.other, apart.case, apart.assessment, "F01", note="Pushed against the door.")
    apart.meet()
    stage.key(Qt.Key.Key_Tab)
    assert sorted(apart.stands("note", record)) == ["Pushed against the door.", "Pushed in May."]


def test_what_was_seen_is_replaced(stage: Stage, apart: Apart) -> None:
    """The control of the line above."""
    page = stage.open("happened", apart.case)
    editor = page.incidents.cards[apart.incident].editor("place")
    edit.set_field(apart.other, apart.case, apart.incident, "place", "6 Rope Walk")
    apart.meet()
    editor.control.setFocus()
    QTest.keyClicks(editor.control, "8 ")
    stage.key(Qt.Key.Key_Tab)
    assert len(apart.stands("place", apart.incident)) == 1
    assert not apart.view.conflicts()


def test_the_grade_page_shows_both_and_gives_no_other_in_passing(stage: Stage, apart: Apart) -> None:
    apart.grades()
    page = stage.open("grade", apart.case)
    said = words(page)
    assert "“High”" in said
    assert "“Standard” (Tomas Brandt)" in said
    assert page.badge.accessibleName().startswith("Grade high")
    assert not page.give.isEnabled()
    page = stage.open("conflicts", apart.case)
    stage.press("Keep “High”")
    stage.fill("Why this is right", "He said so.")
    stage.press("Decide: “High”")
    page = stage.open("grade", apart.case)
    assert page.give.isEnabled()
    assert not any(mark.isVisible() for mark in page.differs)


def test_the_sheet_of_earlier_values_leads_there(stage: Stage, apart: Apart) -> None:
    apart.custody()
    page = stage.open("people", apart.case)
    asked: list[Any] = []
    apart.session.asked_to_go.connect(asked.append)
    sheet = HistorySheet(page, apart.person, "custody")
    sheet.open()
    next(b for b in sheet.findChildren(PlainButton) if b.text() == "Compare and decide").click()
    assert asked[-1]["step"] == "conflicts"
