"""Fields: when what is typed is saved, doubtful values, two values of one field, nothing moving under the cursor."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from app.casework import cases, edit
from app.notebook import entry as notebook
from app.problems import Problem
from app.records.view import CaseView
from tests.ui.pages.conftest import Stage
from ui.pages.record_card import RecordCard
from ui.session import Session


@pytest.fixture
def incident(session: Session, case: str) -> str:
    """A case with one incident."""
    return edit.create(session.desk, case, "incident", {"place": "12 Mill Lane"})[0]


def stored(session: Session, case: str, record: str, field: str) -> Any:
    """The value on the disk."""
    found = cases.read_case(session.desk, case).record(record)
    return found.get(field) if found is not None else None


def card_of(stage: Stage, record: str) -> RecordCard:
    """The incident's card on the page."""
    return stage.page.incidents.cards[record]  # type: ignore[no-any-return]


def test_words_are_saved_after_a_pause(stage: Stage, session: Session, case: str, incident: str, qtbot: Any) -> None:
    stage.open("happened", case)
    editor = card_of(stage, incident).editor("narrative")
    editor.control.setFocus()
    QTest.keyClicks(editor.control, "He shouted")
    assert stored(session, case, incident, "narrative") is None
    qtbot.waitUntil(lambda: stored(session, case, incident, "narrative") == "He shouted", timeout=2_000)
    assert "saved" in editor._saved.text()


def test_text_entered_by_assistive_technology_is_saved(
    stage: Stage, session: Session, case: str, incident: str, qtbot: Any
) -> None:
    stage.open("happened", case)
    control = card_of(stage, incident).editor("narrative").control
    assert isinstance(control, QPlainTextEdit)
    control.setPlainText("Dictated, not typed")  # what a screen reader or dictation does: no key, no focus
    qtbot.waitUntil(lambda: stored(session, case, incident, "narrative") == "Dictated, not typed", timeout=2_000)


def test_leaving_and_flushing_save_at_once(stage: Stage, session: Session, case: str, incident: str) -> None:
    stage.open("happened", case)
    card = card_of(stage, incident)
    card.editor("narrative").control.setFocus()
    stage.type("one")
    stage.key(Qt.Key.Key_Tab)
    assert stored(session, case, incident, "narrative") == "one"
    card.editor("place").control.setFocus()
    stage.type("two ")
    session.flush_all()
    assert str(stored(session, case, incident, "place")).startswith("two ")


def test_the_first_answer_makes_the_record_and_only_one(stage: Stage, session: Session, case: str) -> None:
    stage.open("happened", case)
    stage.fill("Place", "Back garden")
    stage.fill("What happened", "Window broken")
    found = cases.read_case(session.desk, case).of("incident")
    assert [(r.get("place"), r.get("narrative")) for r in found] == [("Back garden", "Window broken")]


def test_a_doubtful_value_is_kept_and_marked(stage: Stage, session: Session, case: str, incident: str) -> None:
    stage.open("happened", case)
    stage.fill("Incidents in 12 months", "many")
    record = cases.read_case(session.desk, case).record(incident)
    assert record is not None
    assert [standing.value for standing in record.standing("incidents_12_months")] == ["many"]
    assert record.get("incidents_12_months") is None  # nothing counts with it
    editor = card_of(stage, incident).editor("incidents_12_months")
    assert editor.control.text() == "many"
    assert "no whole number" in editor.control.accessibleDescription()
    stage.fill("Reported", "the day before")
    assert stored(session, case, incident, "reported_at") == "the day before"


def test_a_question_that_does_not_apply_is_hidden(stage: Stage, session: Session, case: str, incident: str) -> None:
    stage.open("happened", case)
    card = card_of(stage, incident)
    assert not card.editor("no_arrest_reason").isVisible()
    stage.press("Arrested: No")
    assert card.editor("no_arrest_reason").isVisible()
    edit.set_field(session.desk, case, incident, "no_arrest_reason", "not_found")
    stage.press("Arrested: Yes")
    assert card.editor("no_arrest_reason").isVisible()  # it holds an answer, and no answer is ever hidden


def test_what_is_being_typed_does_not_change_under_the_cursor(
    stage: Stage, session: Session, case: str, incident: str
) -> None:
    stage.open("happened", case)
    control = card_of(stage, incident).editor("place").control
    assert isinstance(control, QPlainTextEdit)
    control.setFocus()
    stage.key(Qt.Key.Key_End, modifier=Qt.KeyboardModifier.ControlModifier)
    stage.type(", rear")
    session.tell(edit.set_field(session.desk, case, incident, "place", "from another laptop"))
    assert control.toPlainText() == "12 Mill Lane, rear"
    stage.key(Qt.Key.Key_Tab)
    assert stored(session, case, incident, "place") == "12 Mill Lane, rear"


def test_a_field_that_was_only_looked_at_follows_when_it_is_left(
    stage: Stage, session: Session, case: str, incident: str
) -> None:
    stage.open("happened", case)
    control = card_of(stage, incident).editor("place").control
    assert isinstance(control, QPlainTextEdit)
    control.setFocus()
    session.tell(edit.set_field(session.desk, case, incident, "place", "from another laptop"))
    assert control.toPlainText() == "12 Mill Lane"
    stage.key(Qt.Key.Key_Tab)
    assert control.toPlainText() == "from another laptop"
    assert stored(session, case, incident, "place") == "from another laptop"


def differ(session: Session, case: str, record: str, field: str, *values: str) -> CaseView:
    """Put several standing values on a field, as two laptops do that did not know of each other."""
    for value in values:
        # An assignment that saw nothing replaces nothing.
        edit.write(session.desk, case, [notebook.assign(record, {field: (value, [])})])
    return cases.read_case(session.desk, case)


def test_two_values_are_shown_and_decided(stage: Stage, session: Session, case: str, incident: str) -> None:
    view = differ(session, case, incident, "injury", "no", "yes", "yes")
    record = view.record(incident)
    assert record is not None
    assert record.in_conflict("injury")
    stage.open("happened", case)
    editor = card_of(stage, incident).editor("injury")
    assert editor.differs is not None
    assert editor.differs.isVisible()
    assert editor.differs.words.text().count("“Yes”") == 1  # each value once
    assert editor.row.value() == "yes"  # the more cautious value is in force
    assert not editor.control.isEnabled()  # nothing is overwritten in passing
    asked: list[Any] = []
    session.asked_to_go.connect(asked.append)
    stage.press("Compare and decide: Injury")
    assert asked[-1] == {"place": "case", "case": case, "step": "conflicts", "record": f"{incident}:injury"}
    session.tell(edit.set_field(session.desk, case, incident, "injury", "no"))
    assert not editor.differs.isVisible()
    assert editor.control.isEnabled()


def test_what_could_not_be_saved_stays_on_the_screen_and_is_tried_again(
    stage: Stage, session: Session, case: str, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open("happened", case)
    card = card_of(stage, incident)

    def full(*_args: Any, **_facts: Any) -> Any:
        raise Problem("store.full")

    monkeypatch.setattr(session.desk.store, "write_together", full)
    card.editor("narrative").control.setFocus()
    stage.type("Kept in sight")
    stage.key(Qt.Key.Key_Tab)
    assert stage.page.problem_bar.isVisible()
    assert card.editor("narrative").control.toPlainText() == "Kept in sight"
    assert stored(session, case, incident, "narrative") is None
    monkeypatch.undo()
    session.flush_all()
    assert stored(session, case, incident, "narrative") == "Kept in sight"
    assert not stage.page.problem_bar.isVisible()


def test_archiving_can_be_undone(stage: Stage, session: Session, case: str, incident: str) -> None:
    stage.open("happened", case)
    stage.press("Archive Incident")
    stage.press("Archive because: Entered twice")
    assert not cases.read_case(session.desk, case).of("incident")
    stage.press("Undo: Archived: Incident")
    assert [r.id for r in cases.read_case(session.desk, case).of("incident")] == [incident]


def test_no_piece_of_a_page_is_ever_a_window_of_its_own(stage: Stage, case: str, incident: str) -> None:
    stage.open("happened", case)
    stage.press("Arrested: No")
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [stage.window]
