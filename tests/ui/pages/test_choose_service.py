"""“Choose a service” by key presses: on the card with its neutral name, in the plan, for an agency that took a task."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.casework import cases, edit, paper, todo
from app.casework.desk import Desk, close_desk
from tests.ui.pages.conftest import Stage, make_session
from tests.ui.practice_vault import practice_desk
from ui import tasks


@pytest.fixture
def practice(vault_folder: Any, clock: Any) -> Iterator[Desk]:
    """The desk of a practice vault."""
    desk = practice_desk(vault_folder, clock)
    yield desk
    tasks.finish()
    close_desk(desk)


@pytest.fixture
def case_id(practice: Desk) -> str:
    """A case whose victim speaks Tigrinya and lives in Northmere."""
    made = cases.new_case(practice, "NM-1")
    edit.create(
        practice,
        made,
        "person",
        {"roles": ["victim"], "given_name": "Noa", "languages": ["ti"], "address": "5 Net Loft Lane, Northmere"},
    )
    return made


@pytest.fixture
def stage(practice: Desk, qtbot: Any) -> Stage:
    """A window for pages."""
    return Stage(make_session(practice), qtbot)


def choose(stage: Stage, chooser: Any, key: str) -> None:
    """Open the chooser by Space, go to a service by arrow keys, and take it."""
    chooser.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    QApplication.processEvents()
    chooser.search.text.setFocus()
    stage.key(Qt.Key.Key_Down)
    for _ in range(20):
        if chooser.search.list.current_key() == f"invented-coast/{key}":
            break
        stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Return)
    assert stage.focus().accessibleName().startswith("Choose: ")
    stage.key(Qt.Key.Key_Return)


def on_card(stage: Stage, case_id: str) -> Any:
    """The paper step with the card chosen and its numbers open."""
    page = stage.open("paper", case_id)
    page.decision.choose("card")
    part = page.leaving.on_paper
    part._numbers.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    return part


def test_the_card_gets_the_neutral_name_and_the_plan_the_service(stage: Stage, practice: Desk, case_id: str) -> None:
    part = on_card(stage, case_id)
    choose(stage, part.choose_service, "keel-house")
    assert [field.text() for field in part.numbers[0]] == ["Karen, work", "+44 20 7946 0912"]
    assert [(n.label, n.number) for n in part.choice().numbers] == [("Karen, work", "+44 20 7946 0912")]
    (measure,) = cases.read_case(practice, case_id).of("measure")
    assert (measure.get("module"), measure.get("what")) == ("P28", "Keel House, Keel House Trust")
    assert "Karen, work" in measure.get("note")
    # Nothing was printed, and nothing is proposed that was not proposed before.
    assert not cases.read_case(practice, case_id).of("print")
    assert paper.proposal(practice, cases.read_case(practice, case_id)).variant == "nothing"


def test_it_asks_for_the_victims_language_and_place_first(stage: Stage, case_id: str) -> None:
    part = on_card(stage, case_id)
    part.choose_service.button.click()
    asked = part.choose_service.search.wanted()
    assert (asked.language, asked.place) == ("ti", "Northmere")
    first = part.choose_service.search.list.rows.lines[0]
    assert first.title.startswith(("Bridge", "Keel House"))
    assert "Anchor Line" not in [line.title for line in part.choose_service.search.list.rows.lines]


def test_the_same_number_stands_there_once(stage: Stage, case_id: str) -> None:
    part = on_card(stage, case_id)
    choose(stage, part.choose_service, "keel-house")
    part.choose_service.take.click()
    assert "already" in part._taken.text()
    assert not part.numbers[1][0].text()


def test_a_service_without_a_neutral_name_is_not_for_a_card(stage: Stage, practice: Desk, case_id: str) -> None:
    part = on_card(stage, case_id)
    part.choose_service.button.click()
    part.choose_service.search.clear()
    part.choose_service.search.list.make_current("invented-coast/turning")
    part.choose_service.take.click()
    assert "no neutral name" in part._taken.text()
    assert not part.choice().numbers
    assert not cases.read_case(practice, case_id).of("measure")


def test_what_was_chosen_for_the_card_survives_a_lock(stage: Stage, practice: Desk, case_id: str) -> None:
    part = on_card(stage, case_id)
    choose(stage, part.choose_service, "keel-house")
    assert json.loads(part.page.draft("card_numbers"))[0] == ["Karen, work", "+44 20 7946 0912"]
    again = on_card(stage, case_id)
    assert [field.text() for field in again.numbers[0]] == ["Karen, work", "+44 20 7946 0912"]


def test_a_service_is_noted_in_the_plan(stage: Stage, practice: Desk, case_id: str) -> None:
    page = stage.open("plan", case_id)
    page.others.button.click()
    module = page.modules["P28"]
    module.fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    chooser = next(part for part in module.findChildren(type(module.fold)) if hasattr(part, "search"))
    choose(stage, chooser, "harbour-clinic")
    (measure,) = cases.read_case(practice, case_id).of("measure")
    assert measure.get("what") == "Harbour clinic after violence, Northmere Harbour Hospital"
    assert measure.get("safe") is None


def test_an_agency_that_took_a_task_is_chosen_and_the_task_closes(stage: Stage, practice: Desk, case_id: str) -> None:
    page = stage.open("todo", case_id)
    page.rest.button.click()
    card = page.cards["T17"]
    card.fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    assert not card.agency.isVisible()
    stage.press("Status: Done by another agency")
    assert card.agency.isVisible()
    choose(stage, card.agency, "lantern-advice")
    line = next(x for x in todo.tasks(practice, cases.read_case(practice, case_id)) if x.code == "T17")
    assert line.status == "done_by_other_agency"
    assert line.record is not None
    assert line.record.get("agency_name") == "Lantern advisers, Lantern Coast"
