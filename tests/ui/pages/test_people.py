"""People: roles, children, safe contact, the linked case that takes no address along; the plan's gaps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.casework import cases, contact, edit, plan, risk
from tests.ui.pages.conftest import Stage
from ui.session import Session


@pytest.fixture
def two(session: Session, case: str) -> tuple[str, str]:
    """A victim and a suspect."""
    desk = session.desk
    victim, _ = edit.create(
        desk,
        case,
        "person",
        {"roles": ["victim"], "given_name": "Unai", "address": "Calle Uno 1", "phone": "600 100 200"},
    )
    suspect, _ = edit.create(
        desk, case, "person", {"roles": ["suspect"], "given_name": "Mateo", "address": "Calle Dos 2"}
    )
    return victim, suspect


def test_one_person_may_hold_several_roles(stage: Stage, session: Session, case: str, two: tuple[str, str]) -> None:
    stage.open("people", case)
    stage.press("Victim: Unai")
    stage.press("Roles in this case: Witness")
    person = cases.read_case(session.desk, case).record(two[0])
    assert person is not None
    assert set(person.get("roles")) == {"victim", "witness"}
    stage.press("Roles in this case: Witness")
    assert cases.read_case(session.desk, case).record(two[0]).get("roles") == ["victim"]  # type: ignore[union-attr]


def test_a_new_person_keeps_the_role_it_was_added_with(
    stage: Stage, session: Session, case: str, two: tuple[str, str]
) -> None:
    page = stage.open("people", case)
    stage.press("Add a suspect")
    assert page.cards.draft is not None
    stage.press("Roles in this case: Witness")
    added = [p for p in cases.read_case(session.desk, case).people("suspect") if p.id != two[1]]
    assert [set(p.get("roles")) for p in added] == [{"suspect", "witness"}]


def test_a_child_has_a_record_of_its_own(stage: Stage, session: Session, case: str, two: tuple[str, str]) -> None:
    stage.open("people", case)
    stage.press("Add a child")
    stage.fill("Given name", "Wren")
    stage.fill("Age", "7")
    stage.press("Saw or heard it: Yes")
    stage.fill("In the child’s own words", "I hid")
    view = cases.read_case(session.desk, case)
    (child,) = view.of("child")
    assert view.record(child.get("person")).get("given_name") == "Wren"  # type: ignore[union-attr]
    assert (child.get("age"), child.get("saw_or_heard"), child.get("own_words")) == (7, "yes", "I hid")


def test_a_person_is_archived_and_brought_back(stage: Stage, session: Session, case: str, two: tuple[str, str]) -> None:
    stage.open("people", case)
    stage.press("Suspect: Mateo")
    stage.press("Archive Suspect: Mateo")
    stage.press("Archive because: Wrong person")
    assert not cases.read_case(session.desk, case).people("suspect")
    stage.press("1 archived here")
    stage.press("Bring back Person (Mateo)")
    assert cases.read_case(session.desk, case).people("suspect")


def test_safe_contact_is_confirmed_with_a_day_on_which_it_ends(
    stage: Stage, session: Session, case: str, two: tuple[str, str]
) -> None:
    stage.open("people", case)
    assert not contact.rule(session.desk, cases.read_case(session.desk, case)).agreed
    stage.press("Safe ways: Call")
    stage.press("Confirmed with the victim")
    record = cases.read_case(session.desk, case).one("safe_contact")
    assert record is not None
    assert (record.get("person"), record.get("confirmed_by")) == (two[0], session.desk.officer)
    assert record.get("expires") == "2026-06-15"


def test_a_counter_allegation_is_a_linked_case_without_addresses(
    stage: Stage, session: Session, case: str, two: tuple[str, str]
) -> None:
    stage.open("people", case)
    stage.press("A second victim, or an allegation")
    stage.press("Make the linked case")
    assert not cases.read_case(session.desk, case).of("link")
    stage.tab_to("Who is the victim there")
    stage.key(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Tab)
    stage.press("Why a second case: Counter-allegation")
    stage.press("Make the linked case")
    (link,) = (x for x in cases.read_case(session.desk, case).of("link") if x.get("person") == two[1])
    other = cases.read_case(session.desk, link.get("other_case"))
    assert other.victim is not None
    assert other.victim.get("given_name") == "Mateo"
    assert not any(p.get("address") or p.get("phone") for p in other.people())
    stage.fill("Who is the primary aggressor", "Wounds of defence on Unai")
    assert cases.read_case(session.desk, case).case.get("aggressor_reasoning") == "Wounds of defence on Unai"


def test_each_gap_ends_with_a_measure_or_a_written_reason(stage: Stage, session: Session, case: str) -> None:
    desk = session.desk
    assessment, _ = risk.start_assessment(desk, case)
    for factor in ("F15", "F25"):
        risk.answer(desk, case, assessment, factor, value="yes")
    assert plan.uncovered(desk, cases.read_case(desk, case)) == ["F15", "F25"]
    page = stage.open("plan", case)
    assert page.uncovered.isVisible()
    stage.tab_to("No action on “Extreme jealousy” because")
    stage.type("Covered by the order")
    stage.press("Write down why nothing is done")
    assert plan.uncovered(desk, cases.read_case(desk, case)) == ["F25"]
    stage.tab_to("Subject for a measure")
    stage.key(Qt.Key.Key_Down)
    stage.press("Add a measure against")
    stage.type("Meet at the station")
    stage.key(Qt.Key.Key_Tab)
    (measure,) = cases.read_case(desk, case).of("measure")
    assert measure.get("what") == "Meet at the station"
    assert plan.uncovered(desk, cases.read_case(desk, case)) == []


def test_an_archived_person_stays_by_name_where_it_was_chosen(
    stage: Stage, session: Session, case: str, two: tuple[str, str]
) -> None:
    event, _ = edit.create(session.desk, case, "event", {"kind": "release", "person": two[1]})
    edit.archive(session.desk, case, two[1], "twice")
    page = stage.open("happened", case)
    editor = page._events.cards[event].editor("person")
    assert editor.box.currentText() == "Mateo"
