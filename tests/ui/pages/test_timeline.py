"""The timeline by keys: filters, a line looked at closely, earlier values, two values decided, texts compared."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.casework import cases, edit
from app.notebook import entry as notebook
from tests.ui.looking import cut, nameless
from tests.ui.pages.conftest import Stage
from ui.editors.record_form import RecordForm
from ui.pages.history import HistorySheet
from ui.pages.person_card import PersonCard
from ui.session import Session
from ui.widgets.difference import differing
from ui.widgets.text import PlainButton, PlainLabel


@pytest.fixture
def victim(session: Session, case: str) -> str:
    return edit.create(session.desk, case, "person", {"roles": ["victim"], "given_name": "Keira"})[0]


@pytest.fixture
def suspect(session: Session, case: str) -> str:
    return edit.create(session.desk, case, "person", {"roles": ["suspect"], "given_name": "Dane"})[0]


def titles(page) -> list[str]:
    return [line.title for line in page.list.rows.lines if not line.heading]


def sheet() -> HistorySheet:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, HistorySheet) and w.isVisible()]
    assert len(found) == 1
    return found[0]


def test_the_lines_of_one_action_are_one_line_under_its_day(stage: Stage, session: Session, case: str, clock) -> None:
    clock.advance(24 * 3600)
    session.tell(cases.immediate_danger(session.desk, case))
    page = stage.open("timeline", case)
    lines = list(page.list.rows.lines)
    assert [line.heading for line in lines] == [True, False, True, False]
    assert lines[0].title == "17 May 2026"
    assert lines[1].title.startswith("Immediate danger noted: 17 May 2026")
    assert "and 1 more" in lines[1].title
    assert "Ilse Varga · this laptop" in lines[1].under
    assert page.list.current_key(), "the first action is the current line, not the heading of the day"
    assert "Immediate danger noted" in page.detail_text.text()


def test_up_and_down_pass_over_the_days(stage: Stage, session: Session, case: str, clock) -> None:
    clock.advance(24 * 3600)
    edit.create(session.desk, case, "pet", {"kind": "Cat"})
    page = stage.open("timeline", case)
    first = page.list.current_key()
    stage.key(Qt.Key.Key_Down)
    assert page.list.current_key() not in ("", first)
    stage.key(Qt.Key.Key_Up)
    assert page.list.current_key() == first


def test_filters_by_kind_person_officer_and_words(
    stage: Stage, session: Session, case: str, victim: str, suspect: str
) -> None:
    edit.create(session.desk, case, "incident", {"place": "Gate of the mill"})
    page = stage.open("timeline", case)
    assert len(titles(page)) == 4
    page.kind.setFocus()
    stage.type("Incident")
    assert [t for t in titles(page) if "Gate" in t] == titles(page) != []
    page.kind.setFocus()
    stage.key(Qt.Key.Key_Home)
    page.person.setFocus()
    stage.type("Dane")
    assert titles(page) == ["Person (Dane) added: Given name: Dane · and 1 more"]
    page.show_everything()
    page.text.setFocus()
    stage.type("mill gate")
    assert len(titles(page)) == 1
    stage.type(" nowhere")
    assert titles(page) == []
    assert page.empty.isVisible()
    stage.press("Show everything")
    assert len(titles(page)) == 4


def test_a_period_is_chosen_by_days(stage: Stage, session: Session, case: str, clock) -> None:
    clock.advance(3 * 24 * 3600)
    edit.create(session.desk, case, "pet", {"kind": "Cat"})
    page = stage.open("timeline", case)
    stage.fill("From day", "18.5.2026")
    assert titles(page) == ["Pet (Cat) added"]
    page.since.set_value("")
    stage.fill("To day", "17.5.2026")
    assert "Cat" not in " ".join(titles(page))
    page.until.set_value("no day at all")
    page._show_lines()
    assert len(titles(page)) == 2, "what is no day chooses nothing"


def test_enter_goes_into_a_line_and_on_to_every_earlier_value(
    stage: Stage, session: Session, case: str, victim: str, clock
) -> None:
    for value in ("Kiera", "Keira M."):
        clock.advance(60)
        edit.set_field(session.desk, case, victim, "given_name", value)
    stage.open("timeline", case)
    stage.key(Qt.Key.Key_Return)
    assert stage.focus().accessibleName() == "Earlier values of Person (Keira M.): Given name"
    stage.key(Qt.Key.Key_Return)
    found = sheet()
    said = [(line.title, line.end) for line in found.list.rows.lines]
    assert said == [("Keira M.", "in force"), ("Kiera", "replaced"), ("Keira", "replaced")]
    assert "replaced by Ilse Varga, 16 May 2026" in found.list.rows.lines[1].under
    assert cut(found) == []
    assert nameless(found) == []
    stage.key(Qt.Key.Key_Escape)


def test_two_versions_of_a_text_stand_side_by_side_and_say_what_differs(
    stage: Stage, session: Session, case: str
) -> None:
    incident, _ = edit.create(session.desk, case, "incident", {"narrative": "He pushed her once against the door."})
    edit.set_field(session.desk, case, incident, "narrative", "He pushed her twice against the kitchen door.")
    page = stage.open("timeline", case)
    page.open_history(incident, "narrative")
    found = sheet()
    assert found.difference.earlier.text.toPlainText() == "He pushed her once against the door."
    assert found.difference.gone.text() == "Only in the first: “once”"
    assert found.difference.come.text() == "Only in the second: “twice” · “kitchen”"
    assert "“kitchen”" in found.difference.later.text.accessibleDescription()
    marked = [s.cursor.selectedText() for s in found.difference.later.text.extraSelections()]
    assert [m.strip() for m in marked] == ["twice", "kitchen"]
    assert all(s.format.fontUnderline() for s in found.difference.later.text.extraSelections())
    found.reject()


def test_markup_in_a_text_stays_letters(stage: Stage, session: Session, case: str) -> None:
    incident, _ = edit.create(session.desk, case, "incident", {"narrative": "<b>one</b> 😀 two"})
    edit.set_field(session.desk, case, incident, "narrative", "<img src=x> 😀 three")
    page = stage.open("timeline", case)
    page.open_history(incident, "narrative")
    found = sheet()
    assert found.difference.later.text.toPlainText() == "<img src=x> 😀 three"
    marked = [s.cursor.selectedText() for s in found.difference.later.text.extraSelections()]
    assert marked == ["<img src=x>", "three"], "a sign that counts twice in Qt shifts no mark"
    found.reject()


@pytest.mark.parametrize(
    ("here", "there", "gone", "come"),
    [
        ("", "all new", [], ["all new"]),
        ("all gone", "", ["all gone"], []),
        ("the same", "the same", [], []),
        ("a b c", "a x c", ["b"], ["x"]),
        ("one\n\ntwo", "one\n\nthree", ["two"], ["three"]),
    ],
)
def test_differences_word_by_word(here: str, there: str, gone: list[str], come: list[str]) -> None:
    found = differing(here, there)
    assert [here[a:b] for a, b in found.here] == gone
    assert [there[a:b] for a, b in found.there] == come


def test_both_values_are_said_and_lead_to_where_it_is_decided(
    stage: Stage, session: Session, case: str, suspect: str
) -> None:
    desk = session.desk
    for value in ("released", "in_custody"):
        edit.write(desk, case, [notebook.assign(suspect, {"custody": (value, [])})])
    asked: list[Any] = []
    session.asked_to_go.connect(asked.append)
    page = stage.open("timeline", case)
    assert page.conflicts.isVisible()
    said = " ".join(label.text() for label in page.conflicts.findChildren(PlainLabel))
    assert "“Released”" in said
    assert "“In custody”" in said
    stage.press("Compare and decide")
    assert asked[-1] == {"place": "case", "case": case, "step": "conflicts"}
    page.open_history(suspect, "custody")
    found = sheet()
    assert [line.end for line in found.list.rows.lines] == ["stands beside", "in force"]
    next(b for b in found.findChildren(PlainButton) if b.text() == "Compare and decide").click()
    assert asked[-1]["record"] == f"{suspect}:custody"
    edit.set_field(desk, case, suspect, "custody", "released")
    page.refresh()
    assert not page.conflicts.isVisible()


def test_ctrl_h_in_a_field_shows_its_earlier_values(
    stage: Stage, session: Session, case: str, victim: str, suspect: str
) -> None:
    edit.set_field(session.desk, case, victim, "given_name", "Keira M.")
    page = stage.open("people", case)
    next(c for c in page.findChildren(PersonCard) if c.person_id == victim).fold.set_open(True)
    forms = [f for f in page.findChildren(RecordForm) if f.record_id == victim]
    form = next(f for f in forms if "given_name" in f.editors)
    form.editors["given_name"].control.setFocus()
    stage.key(Qt.Key.Key_H, modifier=Qt.KeyboardModifier.ControlModifier)
    found = sheet()
    assert [line.title for line in found.list.rows.lines] == ["Keira M.", "Keira"]
    stage.key(Qt.Key.Key_Escape)


def test_the_print_takes_what_is_chosen(stage: Stage, session: Session, case: str, victim: str, tmp_path) -> None:
    from tests.documents.reading import flat, text_of

    edit.create(session.desk, case, "pet", {"kind": "Cat"})
    page = stage.open("timeline", case)
    page.kind.setFocus()
    stage.type("Pet")
    page.printing.set_open(True)
    page.for_file.why.edit.setFocus()
    stage.type("for the file")
    page.for_file.path.setFocus()
    stage.type(str(tmp_path / "copy.pdf"))
    stage.press("Save a copy there")
    text = flat(text_of((tmp_path / "copy.pdf").read_bytes()))
    assert flat("Pet (Cat) added") in text
    assert flat("only actions with: Pet") in text
    assert "Keira" not in text
    assert cases.read_case(session.desk, case).of("print")[0].get("document") == "timeline"


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("xx", "dark"), ("xx-rtl", "night")])
def test_it_looks_right(stage_in, open_desk, language: str, scheme: str) -> None:
    from tests.ui.pages.scene import full_case

    stage = stage_in(language, scheme)
    case = full_case(open_desk)
    page = stage.open("timeline", case)
    assert cut(page) == []
    assert nameless(page) == []
    page.open_history(cases.read_case(open_desk, case).of("incident")[0].id, "narrative")
    assert cut(sheet()) == []
    assert nameless(sheet()) == []
    sheet().reject()
