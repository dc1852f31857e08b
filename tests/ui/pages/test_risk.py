"""Risk: keys, details where they belong, what is asked at once, skipping a group, earlier answers, interpreters."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.casework import cases, edit, risk
from app.changed import Changed
from app.notebook import entry as notebook
from tests.ui.pages.conftest import Stage
from ui.pages.factor_card import FactorCard
from ui.session import Session


def answers(session: Session, case: str) -> dict[str, Any]:
    """The answers on the disk."""
    return dict(risk.picture(session.desk, cases.read_case(session.desk, case)).answers)


def card(page: Any, code: str) -> FactorCard:
    """A factor's own card."""
    page.finish()
    return next(c for c in page.cards if c.factor.code == code)  # type: ignore[no-any-return]


def test_nothing_is_preset_and_every_key_answers(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("risk", case)
    page.finish()
    assert all(not c.row.value() for c in page.cards)
    wanted = {"F01": "yes", "F05": "no", "F06": "unknown", "F08": "declined", "F22": "not_asked"}
    for key in (Qt.Key.Key_Y, Qt.Key.Key_N, Qt.Key.Key_K, Qt.Key.Key_D, Qt.Key.Key_X):
        stage.key(key, Qt.Key.Key_Down)
    assert {code: a.value for code, a in answers(session, case).items()} == wanted
    assert len(cases.read_case(session.desk, case).of("assessment")) == 1


def test_source_and_note_are_asked_for_yes_and_dont_know_only(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("risk", case)
    first = card(page, "F01")
    stage.key(Qt.Key.Key_N)
    assert not any(e.isVisible() for e in first.details.values())
    stage.key(Qt.Key.Key_K)
    assert all(e.isVisible() for e in first.details.values())
    stage.tab_to("From")
    stage.key(Qt.Key.Key_Down, Qt.Key.Key_Tab)
    stage.press("In the last six months: Yes")
    stage.fill("In the victim’s own words", "pushed me")
    given = answers(session, case)["F01"]
    assert (given.value, given.source, given.recent, given.note) == ("unknown", "victim", "yes", "pushed me")


def test_a_letter_typed_into_a_note_is_a_letter(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("risk", case)
    stage.key(Qt.Key.Key_Y)
    stage.tab_to("In the victim’s own words")
    stage.type("nyxkd")
    stage.key(Qt.Key.Key_Tab)
    assert answers(session, case)["F01"].value == "yes"
    assert answers(session, case)["F01"].note == "nyxkd"
    assert page.stood.factor.code == "F01"


def test_pregnancy_asks_for_violence_in_pregnancy_at_once(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("risk", case)
    pregnant = card(page, "F34")
    (follower,) = pregnant.followers
    assert follower.factor.code == "F10"
    assert not follower.isVisible()
    pregnant.focus_first()
    stage.key(Qt.Key.Key_Y)
    assert follower.isVisible()
    stage.key(Qt.Key.Key_Down)
    assert page.stood is follower
    stage.key(Qt.Key.Key_Y)
    assert answers(session, case)["F10"].value == "yes"
    own = next(c for c in page.cards if c.factor.code == "F10" and c is not follower)
    assert own.row.value() == "yes"


def test_not_safe_to_ask_now_for_one_and_for_a_group(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("risk", case)
    page.finish()
    first = card(page, "F01")
    first.not_safe.setFocus()
    stage.key(Qt.Key.Key_Space)
    assert answers(session, case)["F01"].value == "not_asked"
    assert answers(session, case)["F01"].note == "Not safe to ask now"
    stage.press("Not safe to ask now: Control and stalking")
    skipped = [f.code for f in page.form.of_group("control")]
    assert all(answers(session, case)[code].value == "not_asked" for code in skipped)
    stage.press("Undo")
    assert all(answers(session, case)[code].value is None for code in skipped)


def test_an_earlier_answer_is_offered_with_its_day_and_never_filled_in(
    stage: Stage, session: Session, case: str
) -> None:
    desk = session.desk
    first, _ = risk.start_assessment(desk, case)
    risk.answer(desk, case, first, "F06", value="yes", note="In spring")
    risk.grade(desk, case, first, "high", "Strangled.")
    risk.complete(desk, case, first)
    page = stage.open("risk", case)
    assert not card(page, "F01").row.isEnabled()
    stage.press("Start a new assessment")
    throat = card(page, "F06")
    assert throat.row.value() == ""
    (offer,) = throat._earlier
    assert "16 May 2026" in offer.words
    throat.focus_first()
    assert "In spring" in page.help_text()
    assert "F06" not in answers(session, case)
    offer.setFocus()
    stage.key(Qt.Key.Key_Space)
    assert answers(session, case)["F06"].value == "yes"


def test_a_relative_as_interpreter_is_warned_about_and_needs_a_reason(
    stage: Stage, session: Session, case: str
) -> None:
    page = stage.open("risk", case)
    page.asking.button.setFocus()
    stage.key(Qt.Key.Key_Space)
    stage.tab_to("Interpreter")
    stage.key(*[Qt.Key.Key_Down] * 5, Qt.Key.Key_Tab)
    assert page.asking.warning.isVisible()
    editor = page.asking.form.editors["interpreter_reason"]
    assert editor.isVisible()
    assert "missing" in editor.control.accessibleDescription()
    stage.fill("Why this interpreter", "No signal for the telephone interpreter")
    record = risk.current_assessment(cases.read_case(session.desk, case))
    assert record is not None
    assert record.get("interpreter") == "relative"
    assert record.get("interpreter_reason") == "No signal for the telephone interpreter"
    assert not editor.control.accessibleDescription()


def test_two_different_answers_are_shown_and_decided(stage: Stage, session: Session, case: str) -> None:
    desk = session.desk
    assessment, _ = risk.start_assessment(desk, case)
    risk.answer(desk, case, assessment, "F06", value="no")
    record = risk.answer_id(case, assessment, "F06")
    edit.write(desk, case, [notebook.assign(record, {"value": ("yes", [])})])
    page = stage.open("risk", case)
    assert card(page, "F06").row.value() == "yes"
    card(page, "F06").focus_first()
    asked: list[Any] = []
    session.asked_to_go.connect(asked.append)
    stage.key(Qt.Key.Key_N)  # nothing is overwritten in passing
    there = {"place": "case", "case": case, "step": "conflicts", "record": f"{record}:value"}
    assert (answers(session, case)["F06"].value, asked[-1]) == ("yes", there)
    stage.press("Compare and decide")
    assert len(asked) == 2
    session.tell(edit.set_field(desk, case, record, "value", "no"))
    assert card(page, "F06").row.value() == "no"
    assert not answers(session, case)["F06"].conflict


def test_a_note_in_the_making_survives_a_change_from_elsewhere(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("risk", case)
    stage.key(Qt.Key.Key_Y)
    stage.tab_to("In the victim’s own words")
    QTest.keyClicks(stage.focus(), "half a sen")
    session.tell(Changed(frozenset({case})))
    assert card(page, "F01").details["note"].control.toPlainText() == "half a sen"  # type: ignore[attr-defined]
    session.flush_all()
    assert answers(session, case)["F01"].note == "half a sen"


def test_immediate_danger_is_noted_from_the_first_question(stage: Stage, session: Session, case: str) -> None:
    stage.open("risk", case)
    stage.press("Is anybody in danger at this moment?: Yes")
    assert cases.read_case(session.desk, case).case.get("danger_at")


def test_the_page_is_complete_after_the_first_paint(stage: Stage, case: str, qtbot: Any) -> None:
    page = stage.open("risk", case)
    qtbot.waitUntil(lambda: len({c.factor.code for c in page.cards}) == 43, timeout=5_000)
    qtbot.waitUntil(lambda: page.victim_view is not None, timeout=5_000)
