"""The to-do lists: what a status needs is asked for in place, and consent, custody and safe contact are enforced."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.casework import cases, edit, todo
from tests.ui.pages.conftest import Stage
from ui.session import Session


@pytest.fixture
def people(session: Session, case: str) -> dict[str, str]:
    """A victim who may be called, and a suspect in custody."""
    desk = session.desk
    victim, _ = edit.create(desk, case, "person", {"roles": ["victim"], "given_name": "Keira"})
    suspect, _ = edit.create(
        desk, case, "person", {"roles": ["suspect"], "given_name": "Dane", "custody": "in_custody"}
    )
    edit.create(
        desk,
        case,
        "safe_contact",
        {"person": victim, "channels": ["call"], "confirmed_at": "2026-05-16T19:00:00+00:00"},
    )
    return {"victim": victim, "suspect": suspect}


def line(session: Session, case: str, code: str) -> Any:
    """A task as it stands."""
    view = cases.read_case(session.desk, case)
    return next(x for x in todo.tasks(session.desk, view) if x.code == code)


def opened(stage: Stage, case: str, code: str) -> Any:
    """The page with one card open and the focus on its heading."""
    page = stage.open("todo", case)
    card = page.cards[code]
    if not card.isVisible():
        page.rest.set_open(True)
    card.fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    return card


def test_not_needed_waits_for_its_reason(stage: Stage, session: Session, case: str, people: dict[str, str]) -> None:
    card = opened(stage, case, "T01")
    stage.press("Status: Not needed")
    assert line(session, case, "T01").status == "open"
    assert card.pending.isVisible()
    stage.fill("Reason", "Lives with her parents already")
    assert line(session, case, "T01").status == "not_needed"
    assert line(session, case, "T01").record.get("reason") == "Lives with her parents already"
    assert not card.pending.isVisible()


def test_done_by_another_agency_names_it(stage: Stage, session: Session, case: str, people: dict[str, str]) -> None:
    opened(stage, case, "T08")
    stage.press("Status: Done by another agency")
    assert line(session, case, "T08").status == "open"
    stage.fill("Which agency", "Probation service")
    assert line(session, case, "T08").status == "done_by_other_agency"


def test_release_must_be_known_and_the_channel_allowed(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    card = opened(stage, case, "T08")
    assert card.contact.isVisible()
    stage.press("Status: Done")
    assert line(session, case, "T08").status == "open"
    assert "custody ends" in card.pending.label.text()
    stage.fill("Release", "17.5.2026 09:00")
    assert line(session, case, "T08").status == "open"
    assert "reached" in card.pending.label.text()
    stage.tab_to("How the victim was reached")
    stage.key(*[Qt.Key.Key_Down] * 3, Qt.Key.Key_Tab)  # text message: not agreed
    assert line(session, case, "T08").status == "open"
    assert stage.page.problem_bar.problem.code == "todo.channel_forbidden"
    stage.tab_to("How the victim was reached")
    stage.key(Qt.Key.Key_Up, Qt.Key.Key_Tab)  # call
    stage.press("Status: Done")
    assert line(session, case, "T08").status == "done"


def test_victim_support_waits_for_consent(stage: Stage, session: Session, case: str, people: dict[str, str]) -> None:
    card = opened(stage, case, "T04")
    stage.tab_to("How the victim was reached")
    stage.key(Qt.Key.Key_Down, Qt.Key.Key_Tab)
    stage.press("Status: Done")
    assert line(session, case, "T04").status == "open"
    assert "consent" in card.pending.label.text()
    card.consent.fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    stage.fill("Language", "English")
    stage.press("Decision: Given")
    stage.press("Record this decision")
    assert cases.read_case(session.desk, case).one("consent").get("wording_version") == "victim_support/1"  # type: ignore[union-attr]
    assert line(session, case, "T04").status == "done"


def test_a_lock_before_a_consent_is_recorded_loses_nothing_of_it(
    stage: Stage, session: Session, case: str, people: dict[str, str]
) -> None:
    def asking() -> None:
        card = opened(stage, case, "T04")
        stage.tab_to("How the victim was reached")
        stage.key(Qt.Key.Key_Down, Qt.Key.Key_Tab)
        stage.press("Status: Done")
        card.consent.fold.button.setFocus()
        stage.key(Qt.Key.Key_Space)

    asking()
    stage.fill("Recipient", "Harbour Advice")
    stage.fill("Language", "English")
    stage.press("Decision: Given")
    stage.page.flush()
    asking()
    stage.press("Record this decision")
    record = cases.read_case(session.desk, case).one("consent")
    assert record is not None
    assert [record.get(n) for n in ("recipient", "language", "decision")] == ["Harbour Advice", "en", "given"]
    assert stage.page.draft("consent.victim_support") == ""


def test_an_own_task_and_the_other_lists(stage: Stage, session: Session, case: str, people: dict[str, str]) -> None:
    page = stage.open("todo", case)
    stage.tab_to("What is to be done")
    stage.type("Ask the neighbour for the recording")
    stage.press("Add this task")
    own = [x for x in todo.tasks(session.desk, cases.read_case(session.desk, case)) if x.definition is None]
    assert [x.title for x in own] == ["Ask the neighbour for the recording"]
    stage.press("Whose list: Health care")
    assert set(page.cards) == {f"HC{n}" for n in range(1, 6)}


def test_a_reason_that_is_fact_and_answer_is_said_once(stage: Stage, case: str) -> None:
    page = stage.open("todo", case)
    assert page.because(["pregnant", "F34"]) == "Pregnant or recent birth"
    assert page.because(["pregnant"]) == "The victim is pregnant"
