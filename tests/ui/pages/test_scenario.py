"""Scenario SC1 typed through the pages by keyboard alone, and what stands in the case afterwards."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from app.casework import cases, contact, paper, plan, risk, steps, todo
from tests.ui.pages.conftest import Stage
from ui.session import Session

PRESENT = ("F01", "F02", "F03", "F06", "F10", "F13", "F15", "F27", "F33", "F34", "F36")
UNKNOWN = ("F07", "F24")
KEYS = dict.fromkeys(PRESENT, Qt.Key.Key_Y) | dict.fromkeys(UNKNOWN, Qt.Key.Key_K)


def answer_all(stage: Stage, page: Any) -> None:
    """Go through every card with the arrow keys and press the key of its answer."""
    page.finish()
    page.first_focus()
    seen = []
    for _ in range(80):
        card = page.stood
        if card.factor.code not in seen:
            seen.append(card.factor.code)
            stage.key(KEYS.get(card.factor.code, Qt.Key.Key_N))
        stage.key(Qt.Key.Key_Down)
        if page.stood is card:
            break
    assert len(seen) == 43


def test_a_whole_case_by_keyboard(stage: Stage, session: Session, case: str) -> None:
    desk = session.desk

    stage.open("people", case)
    stage.fill("Given name", "Keira")
    stage.fill("Family name", "Holt-Baines")
    stage.fill("Born", "11.2.1999")
    stage.press("Pregnant: Yes")
    stage.press("Add a suspect")
    stage.fill("Given name", "Dane")
    stage.fill("Family name", "Ruskin")
    stage.fill("Born", "1995")
    stage.press("Custody: In custody")
    stage.tab_to("Is the victim’s")
    stage.key(Qt.Key.Key_Down, Qt.Key.Key_Tab)
    stage.press("Living together: Yes")
    stage.tab_to("Safe ways: Call")
    stage.key(Qt.Key.Key_Space)
    stage.fill("Safe number", "+44 20 7946 0000")
    stage.fill("Safe hours", "09:00-12:00")
    stage.press("Voicemail allowed: No")
    stage.press("Confirmed with the victim")

    view = cases.read_case(desk, case)
    victim, suspect = view.victim, view.people("suspect")[0]
    assert victim is not None
    assert (victim.get("given_name"), victim.get("family_name")) == ("Keira", "Holt-Baines")
    assert victim.get("born") == "1999-02-11"
    assert victim.get("pregnant") == "yes"
    assert (suspect.get("given_name"), suspect.get("born"), suspect.get("custody")) == ("Dane", "1995", "in_custody")
    tie = view.one("relationship")
    assert tie is not None
    assert (tie.get("from"), tie.get("to")) == (suspect.id, victim.id)
    assert (tie.get("kind"), tie.get("cohabiting")) == ("partner", "yes")
    assert contact.rule(desk, view).allowed == ("call",)

    stage.open("happened", case)
    stage.fill("Happened from", "16.5.2026 01:10")
    stage.fill("What happened", "Held her throat against a wardrobe; 5 < 6 & <b>")
    stage.press("Injury: Yes")
    stage.fill("Offences", "assault; strangulation")
    stage.press("Arrested: Yes")
    incident = cases.read_case(desk, case).one("incident")
    assert incident is not None
    assert incident.get("narrative") == "Held her throat against a wardrobe; 5 < 6 & <b>"
    assert incident.get("offences") == ["assault", "strangulation"]
    assert incident.get("arrested") == "yes"
    assert incident.get("occurred_from").startswith("2026-05-16T01:10")

    page = stage.open("risk", case)
    answer_all(stage, page)
    stage.press("How unsafe, 0 to 10: 9")
    stage.fill("In the victim’s own words", "He will do it next time.")
    view = cases.read_case(desk, case)
    seen = risk.picture(desk, view)
    assert seen.answered == 43
    assert seen.floor.present == PRESENT
    assert seen.floor.rules == ("H1", "M2", "M3")
    assert seen.facts.rating == 9

    stage.open("grade", case)
    stage.tab_to("Your grade: Standard")
    stage.key(Qt.Key.Key_H)
    stage.fill("Why this grade", "Strangled while pregnant, wants to leave.")
    stage.press("Give this grade")
    view = cases.read_case(desk, case)
    force = risk.in_force(desk, view, risk.picture(desk, view))
    assert (force.grade, force.extreme, force.provisional) == ("high", False, False)
    stage.press("Complete: seal these answers")
    assert cases.read_case(desk, case).one("sealed") is not None

    page = stage.open("plan", case)
    stage.press("Add: My health")
    stage.press("Add: My children")
    stage.key(Qt.Key.Key_Up, modifier=Qt.KeyboardModifier.AltModifier)
    view = cases.read_case(desk, case)
    shown = [line.definition.code for line in plan.modules(desk, view) if line.suggested]
    assert set(shown) >= {"P01", "P04", "P05", "P06", "P07", "P12", "P19", "P22", "P28"}
    page.modules["P07"].fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    stage.press("Add a measure: ")
    stage.type("Bag at a friend's")
    stage.key(Qt.Key.Key_Tab)
    stage.press("Safe to do: Yes")
    measure = cases.read_case(desk, case).one("measure")
    assert measure is not None
    assert (measure.get("module"), measure.get("what"), measure.get("safe")) == ("P07", "Bag at a friend's", "yes")

    page = stage.open("todo", case)
    suggested = {line.code for line in todo.tasks(desk, cases.read_case(desk, case)) if line.suggested}
    assert suggested >= {"T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T12", "T16", "T17"}
    page.cards["T10"].fold.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    stage.press("Status: Done")
    t10 = next(line for line in todo.tasks(desk, cases.read_case(desk, case)) if line.code == "T10")
    assert t10.status == "done"

    stage.open("paper", case)
    stage.press("The suspect lives there: Yes")
    stage.press("Belongings are searched: No")
    stage.press("Kept where: At home")
    assert paper.proposal(desk, cases.read_case(desk, case)).variant == "card"

    stage.open("timeline", case)
    stage.page.flush()
    progress = steps.progress(desk, cases.read_case(desk, case))
    assert progress["people"].done
    assert progress["risk"].done
    assert progress["grade"].done
