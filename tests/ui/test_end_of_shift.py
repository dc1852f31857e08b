"""End of shift by keys: what it shows, what is ticked, the hand-over, the lock."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.casework import cases, place, shift, todo
from tests.documents.reading import text_of
from tests.ui.looking import cut, nameless
from ui.pages import printer as printers


@pytest.fixture
def worked(desk, clock):
    """A shift with one case that was worked on and one that was only looked at."""
    old = cases.new_case(desk, "NM-2026-0001")
    clock.advance(20 * 3600)
    shift.begin(desk)
    clock.advance(60)
    case = cases.new_attendance(desk, reference="NM-2026-0417", person={"roles": ["victim"], "given_name": "Keira"})
    todo.add_task(desk, case, "Call the neighbour", owner="Sam")
    cases.open_case(desk, old, "asked for it")
    return case, old


@pytest.fixture
def page(at_work, worked, qtbot):
    """The page, come to by its key."""
    one = at_work()
    window = one.top.screen_shown
    qtbot.keyClick(one.top, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.place == "shift")
    found = window.pages["shift"]
    qtbot.waitUntil(lambda: len(found.cards) == 2)
    found.program = one
    return found


def lines(page, case):
    return [label.text() for label in page.cards[case].open_lines]


def test_its_key_and_its_place_on_the_rail(page):
    assert page.window().screen_shown.rail["shift"].isChecked()
    assert "This shift began 17 May 2026 16:00" in page.since.text().replace("\u202f", " ") or page.since.text()


def test_it_shows_what_was_done_and_what_is_open(page, worked):
    case, old = worked
    assert list(page.cards) == [case, old]
    assert page.cards[case].done.text().startswith("2 actions in this shift")
    assert "☐  Task Call the neighbour, Sam" in lines(page, case)
    assert page.cards[old].done.text().startswith("nothing recorded in this shift")
    assert page.cards[case].check.isChecked()
    assert not page.cards[old].check.isChecked()
    assert "on this laptop only" in page.unsent.text()
    assert page.print_button.words == "Print 1 case, end the shift and lock"


def test_ticks_follow_the_officer_and_stay_when_something_changes(page, worked, qtbot):
    case, old = worked
    assert page.cards[case].check.hasFocus()
    qtbot.keyClick(page.cards[case].check, Qt.Key.Key_Space)
    qtbot.keyClick(page.cards[old].check, Qt.Key.Key_Space)
    assert [line.id for line in page.chosen()] == [old]
    page.session.tell(todo.add_task(page.desk, case, "Ask the school")[1])
    page.finish()
    assert [line.id for line in page.chosen()] == [old]
    assert "☐  Task Ask the school" in lines(page, case)


def test_without_a_name_nothing_is_printed(page, worked, qtbot):
    qtbot.keyClick(page.print_button, Qt.Key.Key_Return)
    assert page.window().screen_shown.problem_bar.problem.code == "shift.nobody_named"
    assert page.to.hasFocus()
    assert not cases.read_case(page.desk, worked[0]).of("print")


def test_printing_hands_over_ends_the_shift_and_locks(page, worked, qtbot, monkeypatch, clock):
    drawn = []
    monkeypatch.setattr(printers, "there_is_one", lambda: True)
    monkeypatch.setattr(printers, "choose", lambda *_: "a printer")
    monkeypatch.setattr(printers, "draw", lambda printer, pages: drawn.append((printer, len(list(pages)))) or True)
    ended = []

    def end(desk):
        ended.append([p.get("given_to") for p in desk.store.view(worked[0]).of("print")])

    monkeypatch.setattr(shift, "end", end)
    qtbot.keyClicks(page.to, "PC Wren Adair")
    qtbot.keyClick(page.print_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.program.replaced), timeout=20_000)
    assert drawn == [("a printer", 2)]
    assert ended == [["PC Wren Adair", "PC Wren Adair"]], "it was logged before the shift ended"


def test_a_printer_that_refuses_ends_no_shift(page, worked, qtbot, monkeypatch):
    monkeypatch.setattr(printers, "there_is_one", lambda: True)
    monkeypatch.setattr(printers, "choose", lambda *_: "a printer")
    monkeypatch.setattr(printers, "draw", lambda *_: False)
    qtbot.keyClicks(page.to, "PC Wren Adair")
    qtbot.keyClick(page.print_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "did not take it" in page.said.text(), timeout=20_000)
    assert page.program.replaced == []
    outcomes = [p.get("outcome") for p in cases.read_case(page.desk, worked[0]).of("print")]
    assert outcomes == ["printed", "printed", "not_printed", "not_printed"]


def test_a_copy_is_saved_and_the_shift_goes_on(page, worked, qtbot, tmp_path):
    qtbot.keyClicks(page.to, "Desk 4")
    qtbot.keyClicks(page.path, str(tmp_path / "over.pdf"))
    qtbot.keyClick(page.save_button, Qt.Key.Key_Return)
    assert "Desk 4" in text_of((tmp_path / "over.pdf").read_bytes())
    assert "Saved and logged" in page.said.text()
    assert page.program.replaced == []


def test_the_lock_without_paper_ends_the_shift(page, qtbot, clock):
    qtbot.keyClick(page.lock_button, Qt.Key.Key_Return)
    assert len(page.program.replaced) == 1


def test_the_name_that_was_typed_is_there_after_a_lock(page, qtbot):
    qtbot.keyClicks(page.to, "PC Wren Adair")
    page.session.flush_all()
    assert place.chosen(page.desk, "shift.to") == "PC Wren Adair"


def test_the_preview_shows_the_pages(page, qtbot):
    qtbot.keyClick(page.preview_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.preview.pages) == 2, timeout=20_000)


def test_an_empty_shift_says_so(at_work, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "shift"})
    found = window.pages["shift"]
    assert found.empty.isVisible()
    assert not found.print_button.isEnabled()
    assert found.lock_button.isEnabled()


def test_unlocking_begins_a_shift(at_work, desk, clock):
    at_work()
    assert shift.began(desk) == clock.now()
    clock.advance(3600)
    assert shift.began(desk) < clock.now()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("xx", "dark"), ("xx-rtl", "night")])
def test_it_looks_right(at_work, worked, qtbot, language, scheme):
    one = at_work("--language", language, "--scheme", scheme)
    window = one.top.screen_shown
    for size in ((1024, 640), (1366, 768)):
        one.top.resize(*size)
        window.go({"place": "shift"})
        window.pages["shift"].finish()
        qtbot.waitUntil(lambda: cut(one.top) == [])
        assert nameless(one.top) == []
    one.theme.choose("light")
