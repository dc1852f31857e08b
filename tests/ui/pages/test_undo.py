"""Taking back by key and by list, archiving with a reason in place, moving to the right case, mending who is who."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from app.casework import cases, contact, edit, risk, todo
from tests.ui.pages.conftest import Stage
from ui.session import Session

CTRL = Qt.KeyboardModifier.ControlModifier
AGAIN = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def suspect(session: Session, case: str) -> str:
    """A suspect beside a victim."""
    edit.create(session.desk, case, "person", {"roles": ["victim"], "given_name": "Unai"})
    return edit.create(
        session.desk, case, "person", {"roles": ["suspect"], "given_name": "Mateo", "custody": "in_custody"}
    )[0]


def undo_key(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Z, modifier=CTRL)


def test_ctrl_z_takes_back_what_was_done_last_and_says_so(
    stage: Stage, session: Session, case: str, suspect: str
) -> None:
    page = stage.open("people", case)
    stage.press("Suspect: Mateo")
    stage.press("Roles in this case: Witness")
    undo_key(stage)
    person = cases.read_case(session.desk, case).record(suspect)
    assert person is not None
    assert person.get("roles") == ["suspect"]
    assert page.undo_bar.said().startswith("Taken back: ")
    stage.key(Qt.Key.Key_Z, modifier=AGAIN)
    assert set(cases.read_case(session.desk, case).record(suspect).get("roles")) == {"suspect", "witness"}  # type: ignore[union-attr]
    assert page.undo_bar.said().startswith("Done again: ")


def test_in_a_field_of_words_ctrl_z_is_the_fields_own(stage: Stage, session: Session, case: str, suspect: str) -> None:
    stage.open("people", case)
    stage.press("Suspect: Mateo")
    stage.press("Roles in this case: Witness")
    field = stage.tab_to("Family name")
    stage.type("Ruz")
    undo_key(stage)
    assert field.text() == ""  # type: ignore[attr-defined]
    assert set(cases.read_case(session.desk, case).record(suspect).get("roles")) == {"suspect", "witness"}  # type: ignore[union-attr]


def test_a_lower_floor_is_said(stage: Stage, session: Session, case: str) -> None:
    assessment, _ = risk.start_assessment(session.desk, case)
    risk.answer(session.desk, case, assessment, "F06", value="yes")
    page = stage.open("grade", case)
    undo_key(stage)
    assert "lowers the floor from Medium to Standard" in page.undo_bar.said()
    assert page.undo_bar.property("tone") == "warn"


def test_what_stays_says_what_to_do_instead(stage: Stage, session: Session, case: str) -> None:
    assessment, _ = risk.start_assessment(session.desk, case)
    risk.answer(session.desk, case, assessment, "F06", value="yes")
    risk.grade(session.desk, case, assessment, "high", "strangled")
    page = stage.open("timeline", case)
    undo_key(stage)
    assert page.problem_bar.problem.code == "undo.grade"
    assert cases.read_case(session.desk, case).case.get("grade") == "high"


def test_a_record_is_archived_with_a_reason_by_keys_and_brought_back(stage: Stage, session: Session, case: str) -> None:
    incident, _ = edit.create(session.desk, case, "incident", {"place": "Gate"})
    page = stage.open("happened", case)
    stage.press("Archive Incident")
    assert stage.focus().accessibleName() == "Archive because: Entered twice"
    stage.key(Qt.Key.Key_Escape)
    assert stage.focus().accessibleName() == "Archive Incident"
    stage.key(Qt.Key.Key_Space)
    stage.tab_to("Another reason")
    stage.type("belongs to the neighbours")
    stage.key(Qt.Key.Key_Return)
    record = cases.read_case(session.desk, case).record(incident)
    assert record is not None
    assert (record.archived, record.get("archive_reason")) == (True, "belongs to the neighbours")
    assert page.undo_bar.said() == "Archived: Incident"
    undo_key(stage)
    assert not cases.read_case(session.desk, case).record(incident).archived  # type: ignore[union-attr]


def test_escape_leaves_the_question_and_archives_nothing(stage: Stage, session: Session, case: str) -> None:
    edit.create(session.desk, case, "incident", {"place": "Gate"})
    stage.open("happened", case)
    stage.press("Archive Incident")
    stage.key(Qt.Key.Key_Escape)
    assert len(cases.read_case(session.desk, case).of("incident")) == 1


def test_the_undo_button_takes_back_exactly_what_it_names(stage: Stage, session: Session, case: str) -> None:
    incident, _ = edit.create(session.desk, case, "incident", {"place": "Gate"})
    person, _ = edit.create(session.desk, case, "person", {"roles": ["witness"]})
    stage.open("happened", case)
    stage.press("Archive Incident")
    stage.press("Archive because: Entered twice")
    edit.set_field(session.desk, case, person, "sex", "male")
    stage.press("Undo: Archived: Incident")
    view = cases.read_case(session.desk, case)
    assert not view.record(incident).archived  # type: ignore[union-attr]
    assert view.record(person).get("sex") == "male"  # type: ignore[union-attr]


def test_the_last_minutes_stand_in_a_list(stage: Stage, session: Session, case: str, suspect: str) -> None:
    edit.set_field(session.desk, case, suspect, "custody", "released")
    edit.create(session.desk, case, "note", {"words": "He is outside"})
    page = stage.open("timeline", case)
    page.last_minutes.open()
    names = [b.accessibleName() for b in page.last_minutes.findChildren(type(page.last_minutes.fold.button))]
    assert not any("Note" in name for name in names if name.startswith("Undo"))
    stage.press("Undo: Person (Mateo): Custody: Released")
    assert cases.read_case(session.desk, case).record(suspect).get("custody") == "in_custody"  # type: ignore[union-attr]
    stage.press("Do it again: Taken back: Person (Mateo): Custody: Released")
    assert cases.read_case(session.desk, case).record(suspect).get("custody") == "released"  # type: ignore[union-attr]


def test_an_incident_is_moved_to_the_case_that_is_found_by_typing(stage: Stage, session: Session, case: str) -> None:
    edit.create(session.desk, case, "incident", {"place": "Gate"})
    other = cases.new_case(session.desk, "NM-2026-0418")
    page = stage.open("happened", case)
    stage.press("Move to another case: Incident")
    stage.type("0418")
    stage.key(Qt.Key.Key_Return)
    stage.press("Choose the case NM-2026-0418")
    assert stage.focus().accessibleName() == "Move 1 record to NM-2026-0418"
    stage.key(Qt.Key.Key_Space)
    assert [r.get("place") for r in cases.read_case(session.desk, other).of("incident")] == ["Gate"]
    assert not cases.read_case(session.desk, case).of("incident")
    stage.press("1 archived here")
    stage.tab_to("Open NM-2026-0418")
    stage.press("Undo: Moved to NM-2026-0418")
    assert not cases.read_case(session.desk, other).of("incident")
    assert page.view.of("incident")


def test_a_changed_role_says_what_follows(stage: Stage, session: Session, case: str, suspect: str) -> None:
    page = stage.open("people", case)
    stage.press("Victim: Unai")
    stage.press("Roles in this case: Victim")
    assert "Nobody is the victim of this case now." in page.undo_bar.said()
    stage.press("Undo: ")
    assert cases.read_case(session.desk, case).victim is not None
    stage.press("Suspect: Mateo")
    stage.press("Roles in this case: Victim")
    assert "Two people are the victim now" in page.undo_bar.said()


def test_victim_and_suspect_are_swapped_and_the_safe_contact_does_not_follow(
    stage: Stage, session: Session, case: str, suspect: str
) -> None:
    desk = session.desk
    victim = cases.read_case(desk, case).victim
    assert victim is not None
    edit.create(desk, case, "safe_contact", {"person": victim.id, "channels": ["call"], "number": "600 100 200"})
    page = stage.open("people", case)
    stage.press("Suspect: Mateo")
    stage.press("Swap victim and suspect")
    assert cases.read_case(desk, case).victim.id == suspect  # type: ignore[union-attr]
    assert "does not count" in page.undo_bar.said()
    assert not contact.rule(desk, cases.read_case(desk, case)).agreed
    stage.press("It is the victim’s: confirm it anew")
    assert contact.rule(desk, cases.read_case(desk, case)).expired
    stage.press("Confirmed with the victim")
    assert contact.rule(desk, cases.read_case(desk, case)).agreed


@pytest.mark.parametrize("language, scheme", [("xx", "light"), ("xx-rtl", "night")])
def test_longer_words_and_the_other_direction_hold(
    stage_in: Callable[[str, str], Stage], open_desk: object, language: str, scheme: str
) -> None:
    stage = stage_in(language, scheme)
    desk = stage.session.desk
    case = cases.new_case(desk, "NM-2026-0417")
    edit.create(desk, case, "incident", {"place": "Gate"})
    page = stage.open("happened", case)
    card = next(iter(page.incidents.cards.values()))
    card.put_away.ask()
    assert page.sheet.horizontalScrollBar().maximum() == 0
    card.put_away.ask_where()
    assert page.sheet.horizontalScrollBar().maximum() == 0


def test_a_whole_group_not_asked_is_taken_back_in_one_go(stage: Stage, session: Session, case: str) -> None:
    assessment, _ = risk.start_assessment(session.desk, case)
    page = stage.open("risk", case)
    page.finish()
    before = len(list(session.desk.store.entries(case)))
    fold, factors, skip = page._folds[0]
    fold.set_open(True)
    skip.click()
    assert len(list(session.desk.store.entries(case))) == before + 1
    answered = risk.answers_of(cases.read_case(session.desk, case), assessment)
    assert {r.get("value") for r in answered.values()} == {"not_asked"}
    assert len(answered) == len(factors)
    page.undo_bar.button.click()
    answered = risk.answers_of(cases.read_case(session.desk, case), assessment)
    assert {r.get("value") for r in answered.values()} == {None}


def test_a_task_of_ones_own_is_archived_and_a_listed_one_stays(stage: Stage, session: Session, case: str) -> None:
    own, _ = todo.add_task(session.desk, case, "Fetch the key")
    page = stage.open("todo", case)
    card = page.cards[own]
    card.fold.set_open(True)
    stage.press("Archive Fetch the key")
    stage.press("Archive because: Entered twice")
    assert own not in page.cards
    stage.press("1 archived here")
    stage.press("Bring back Task (Fetch the key)")
    assert own in page.cards
    listed = next(c for key, c in page.cards.items() if key != own)
    listed.fold.set_open(True)
    assert not listed.put_away.isVisible()


def test_the_timeline_says_what_was_taken_back(stage: Stage, session: Session, case: str, suspect: str) -> None:
    edit.set_field(session.desk, case, suspect, "custody", "released")
    page = stage.open("timeline", case)
    undo_key(stage)
    assert [line.title for line in page.list.rows.lines][1] == "Taken back: Person (Mateo): Custody: Released"
    stage.key(Qt.Key.Key_Z, modifier=AGAIN)
    assert [line.title for line in page.list.rows.lines][1] == "Done again: Person (Mateo): Custody: Released"
