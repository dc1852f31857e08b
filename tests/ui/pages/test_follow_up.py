"""Following up by key presses: the safe way first, what was told, the stamp before a release, orders and breaches."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.casework import cases, edit, risk, todo
from app.records.view import CaseView, Record
from tests.ui.pages.conftest import Stage
from ui.pages.follow_up_orders import OrdersPart
from ui.pages.follow_up_programme import ProgrammePart
from ui.pages.follow_up_releases import ReleasesPart
from ui.session import Session
from ui.shell import focus


@pytest.fixture
def people(session: Session, case: str) -> dict[str, str]:
    """A victim who may be called, and a suspect in custody until the evening."""
    desk = session.desk
    victim, _ = edit.create(
        desk, case, "person", {"roles": ["victim"], "given_name": "Keira", "family_name": "Holt-Baines"}
    )
    suspect, _ = edit.create(
        desk,
        case,
        "person",
        {
            "roles": ["suspect"],
            "given_name": "Dane",
            "custody": "in_custody",
            "custody_until": "2026-05-17T18:00:00+00:00",
        },
    )
    agreed = {"person": victim, "channels": ["call"], "confirmed_at": "2026-05-01T19:00:00+00:00"}
    edit.create(desk, case, "safe_contact", agreed)
    return {"victim": victim, "suspect": suspect}


def view(session: Session, case: str) -> CaseView:
    return cases.read_case(session.desk, case)


def last(session: Session, case: str, kind: str) -> Record:
    found = view(session, case).of(kind)
    assert found, kind
    return found[-1]


def opened(stage: Stage, case: str) -> Any:
    page = stage.open("follow_up", case)
    page.finish()
    return page


def contacted(stage: Stage, case: str) -> Any:
    """The page with a contact face to face begun by keys."""
    page = opened(stage, case)
    stage.tab_to("Contact the victim now: in which way?: Face to face")
    stage.key(Qt.Key.Key_Space)
    return page


def test_a_way_that_is_not_safe_is_refused_with_its_reason(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    page = opened(stage, case)
    assert page.contact.rule.isVisible()
    stage.press("Contact the victim now: in which way?: Text message")
    assert page.problem_bar.problem.code == "follow_up.channel_forbidden"
    assert "not agreed" in str(page.problem_bar.problem.sentences(session.translator))
    assert not view(session, case).of("follow_up")
    assert page.contact.ways.value() == ""
    stage.tab_to("Contact the victim now: in which way?: Call")
    stage.key(Qt.Key.Key_Space)
    assert last(session, case, "follow_up").get("channel") == "call"
    assert page.problem_bar.problem is None


def test_with_nothing_agreed_the_page_is_red_and_only_face_to_face_is_taken(
    stage: Stage, session: Session, case: str
) -> None:
    page = opened(stage, case)
    assert page.contact.rule.property("tone") == "danger"
    assert not page.contact.still.isVisible()
    stage.press("Contact the victim now: in which way?: Call")
    assert page.problem_bar.problem.code == "follow_up.channel_forbidden"
    stage.press("Contact the victim now: in which way?: Face to face")
    assert last(session, case, "follow_up").get("channel") == "in_person"


def test_a_contact_is_filled_in_from_the_first_question_on(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    page = contacted(stage, case)
    assert stage.focus().accessibleName() == "The victim was reached: Yes"
    stage.key(Qt.Key.Key_Y)
    stage.press("Feels: Less safe")
    stage.tab_to("Something happened since: Yes")
    stage.key(Qt.Key.Key_Y)
    stage.tab_to("It was reported to the police")
    stage.key(Qt.Key.Key_N)
    stage.fill("What happened since", "He waited at the gate again")
    stage.fill("In the victim’s own words", "I do not sleep")
    stage.fill("Next contact promised for", "tomorrow 09:30")
    page.flush()
    made = last(session, case, "follow_up")
    assert {name: made.get(name) for name in ("reached", "feels", "new_incidents", "reported", "what_happened")} == {
        "reached": "yes",
        "feels": "less_safe",
        "new_incidents": "yes",
        "reported": "no",
        "what_happened": "He waited at the gate again",
    }
    assert made.get("words") == "I do not sleep"
    assert str(made.get("next_at")).startswith("20")
    assert len(view(session, case).of("incident")) == 0
    asked: list[Any] = []
    session.asked_to_go.connect(asked.append)
    stage.press("Add an incident with what was told")
    assert last(session, case, "incident").get("narrative") == "He waited at the gate again"
    stage.press("Start a reassessment")
    assert risk.current_assessment(view(session, case)) is not None
    assert [go["step"] for go in asked] == ["happened", "risk"]


def test_no_answer_is_preset(stage: Stage, case: str, people: dict[str, str]) -> None:
    page = contacted(stage, case)
    [card] = page.contact.contacts.cards.values()
    for name in ("reached", "feels", "new_incidents", "reported"):
        assert card.form.editors[name].row.value() == ""


def test_not_reached_is_a_state_of_its_own_with_the_next_attempt(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    page = contacted(stage, case)
    stage.key(Qt.Key.Key_N)
    [card] = page.contact.contacts.cards.values()
    assert not card.form.editors["feels"].isVisible()
    assert not card.form.editors["new_incidents"].isVisible()
    stage.fill("Next attempt", "tomorrow 09:30")
    assert last(session, case, "follow_up").get("reached") == "no"
    assert "Not reached" in card.fold.button.accessibleName()
    assert page.contact.trend.accessibleName().endswith("Not reached")


def test_the_trend_is_read_aloud_oldest_first(stage: Stage, session: Session, case: str) -> None:
    for day, feels in (("2026-05-12", "less_safe"), ("2026-05-10", "same"), ("2026-05-14", "safer")):
        edit.create(
            session.desk, case, "follow_up", {"contacted_at": f"{day}T10:00:00+00:00", "reached": "yes", "feels": feels}
        )
    page = opened(stage, case)
    assert page.contact.trend.accessibleName() == (
        "How safe the victim has felt, oldest first: 10 May 2026: As before; 12 May 2026: Less safe; 14 May 2026: Safer"
    )
    assert [p.height for p in page.contact.trend.shown()] == [0, -1, 1]


def test_safe_contact_is_confirmed_at_the_contact(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    contacted(stage, case)
    stage.key(Qt.Key.Key_Y)
    stage.press("Safe contact still right: confirm")
    agreed = last(session, case, "safe_contact")
    assert agreed.get("confirmed_by") == session.desk.officer
    assert str(agreed.get("confirmed_at")) > "2026-05-01T19:00:00+00:00"


def test_the_stamp_closes_the_item_and_is_taken_back(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    page = opened(stage, case)
    assert page.untold.isVisible()
    [card] = page.part(ReleasesPart).cards.cards.values()
    page.untold.button.setFocus()
    stage.key(Qt.Key.Key_Return)
    assert stage.focus() is card.channel.buttons[0]
    stage.press("Stamp: the victim was told")
    assert page.problem_bar.problem.code == "follow_up.channel_missing"
    stage.press("How the victim was told: Text message")
    stage.press("Stamp: the victim was told")
    assert page.problem_bar.problem.code == "follow_up.channel_forbidden"
    stage.press("How the victim was told: Face to face")
    stage.press("Stamp: the victim was told")
    [event] = view(session, case).of("event")
    assert event.get("told_by") == session.desk.officer
    assert event.get("told_how") == "in_person"
    assert last(session, case, "task").get("status") == "done"
    assert not page.untold.isVisible()
    assert card.stamp_words.isVisible()
    stage.press("Undo")
    assert [t.status for t in todo.tasks(session.desk, view(session, case)) if t.code == "T08"] == ["open"]
    assert card.asked.isVisible()
    assert page.untold.isVisible()


def test_an_order_is_recorded_with_a_kind_of_its_own(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    page = opened(stage, case)
    part = page.part(OrdersPart)
    assert part.none.isVisible()
    stage.press("Add an order")
    stage.key(Qt.Key.Key_End, Qt.Key.Key_Tab)
    stage.fill("Another kind of order, in words", "Order of the village elders")
    stage.fill("Number of the order", "12/26")
    page.flush()
    order = last(session, case, "order")
    assert (order.get("type"), order.get("number")) == ("Order of the village elders", "12/26")
    assert order.get("person") == people["suspect"]
    [card] = part.orders.cards.values()
    assert "not served" in card.fold.button.accessibleName()
    stage.fill("Served", "yesterday 10:00")
    stage.fill("Expires", "1.1.2100")
    page.flush()
    assert "in force until 1 Jan 2100" in card.fold.button.accessibleName()


def test_a_breach_takes_one_key_and_one_sentence(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    order, _ = edit.create(session.desk, case, "order", {"type": "Protection order", "served_at": "2026-05-10"})
    page = stage.open("follow_up", case)  # its lower parts are still to be made
    stage.key(Qt.Key.Key_B, modifier=Qt.KeyboardModifier.ControlModifier)
    assert stage.focus().accessibleName() == "What was done"
    stage.type("Sent a message through the child")
    page.flush()
    breach = last(session, case, "breach")
    assert breach.get("what") == "Sent a message through the child"
    assert breach.get("order") == order
    assert str(breach.get("happened_at")) == session.desk.clock.now().replace(microsecond=0).isoformat()
    stage.open("risk", case)
    stage.page.finish()
    card = next(c for c in stage.page.cards if c.factor.label == "Order or bail broken")
    assert "Sent a message through the child" in card._known.text()
    assert card.row.value() == ""


def test_what_is_archived_comes_back(stage: Stage, session: Session, case: str) -> None:
    edit.create(session.desk, case, "programme", {"name": "Change Group Alder", "status": "attending"})
    page = opened(stage, case)
    [card] = page.part(ProgrammePart).programmes.cards.values()
    card.fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    stage.press("Archive")
    stage.press("Archive because: Entered twice")
    assert view(session, case).of("programme") == []
    assert page.part(ProgrammePart).none.isVisible()
    stage.press("Undo")
    assert len(view(session, case).of("programme")) == 1


def test_every_empty_part_says_what_it_is_and_what_to_do(stage: Stage, case: str) -> None:
    page = opened(stage, case)
    said = [
        page.contact.empty,
        page.part(ReleasesPart).none,
        page.part(OrdersPart).none,
        page.part(OrdersPart).unbroken,
        page.part(ProgrammePart).none,
    ]
    assert all(label.isVisible() and len(label.text()) > 60 for label in said)


def test_a_lock_leads_back_to_the_field_that_was_typed_in(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    page = contacted(stage, case)
    stage.key(Qt.Key.Key_Y)
    stage.tab_to("In the victim’s own words")
    stage.type("I do not sl")
    mark = focus.describe(page)
    page.flush()
    page = stage.open("follow_up", case)
    page.finish()
    focus.restore(page, mark)
    assert stage.focus().accessibleName() == "In the victim’s own words"
    assert stage.focus().toPlainText() == "I do not sl"  # type: ignore[attr-defined]
