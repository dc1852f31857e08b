"""Today by keys: its sections, opening at the right step, what comes due meanwhile, and a clock that jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from app.casework import cases, edit, risk, todo
from app.clock import iso
from tests.ui.looking import cut, nameless
from ui.shell.due_clock import AT_LEAST_EVERY_MS
from ui.shell.today import NEXT_DAYS

HOUR = 3600


@pytest.fixture
def keira(desk, clock):
    """A case with a suspect in custody, an order, and a task of its own that is due in three hours."""
    case = cases.new_attendance(desk, reference="NM-2026-0417", person={"roles": ["victim"], "given_name": "Keira"})
    for code in ("T02", "T03", "T04"):
        todo.set_task(desk, case, code, status="not_needed", reason="done elsewhere")
    todo.add_task(desk, case, "Call the neighbour", due=iso(clock.now() + timedelta(hours=3)))
    return case


@pytest.fixture
def window(at_work, keira):
    """The window at Today."""
    return at_work().top.screen_shown


def today(window):
    return window.pages["today"]


def lines(window):
    return [today(window).list.rows.lines[n] for n in range(today(window).list.rows.rowCount())]


def titles(window):
    return [line.title for line in lines(window)]


def key(qtbot, *keys):
    for one in keys:
        qtbot.keyClick(QApplication.focusWidget(), one)


def pass_time(window, clock, seconds):
    clock.advance(seconds)
    window.due_clock.tick()


def later(clock, hours):
    return iso(clock.now() + timedelta(hours=hours))


# ---- What stands there


def test_sections_with_what_when_and_why(window, keira):
    assert titles(window) == [
        "Nothing is overdue.",
        "Due within a day · 1",
        "Call the neighbour",
        "Nothing is due in the next days.",
        "No assessment waits to be completed.",
    ]
    task = lines(window)[2]
    assert task.under == "NM-2026-0417 · Keira · Due time set on the to-do list."
    assert task.end.startswith("in 3 h · ")
    assert task.grade.text == "not graded"
    assert cut(today(window)) == []
    assert nameless(today(window)) == []


def test_headings_are_never_the_current_line(window, keira, desk, clock, qtbot):
    todo.add_task(desk, keira, "Ask the neighbour", due=later(clock, 40))
    window.pages["today"].refresh()
    window.session.tell(edit.set_field(desk, keira, keira, "reference", "NM-1"))
    page = today(window)
    seen = []
    for one in (
        Qt.Key.Key_Home,
        Qt.Key.Key_Down,
        Qt.Key.Key_End,
        Qt.Key.Key_Up,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    ):
        key(qtbot, one)
        seen.append(page.list.current_key())
    assert all(seen)
    assert seen[1] == seen[2] == NEXT_DAYS
    assert seen[0] == seen[3] == seen[4]


def test_the_next_days_are_folded_and_open_by_enter(window, keira, desk, clock, qtbot):
    window.session.tell(todo.add_task(desk, keira, "Ask the neighbour", due=later(clock, 40))[1])
    assert "►  Next days · 1" in titles(window)
    assert "Ask the neighbour" not in titles(window)
    key(qtbot, Qt.Key.Key_End, Qt.Key.Key_Return)
    assert "▼  Next days · 1" in titles(window)
    assert "Ask the neighbour" in titles(window)
    assert today(window).list.current_key() == NEXT_DAYS
    assert today(window).where()["open"] is True
    key(qtbot, Qt.Key.Key_Return)
    assert "Ask the neighbour" not in titles(window)


# ---- Going there


def test_a_task_opens_the_to_do_list_at_that_task_and_is_dealt_with_by_keys(window, keira, qtbot, desk):
    key(qtbot, Qt.Key.Key_Return)
    assert (window.place, window.case_frame.step) == ("case", "todo")
    [record] = [r for r in cases.read_case(desk, keira).of("task") if r.get("title")]
    card = window.case_frame.page.cards[record.id]
    assert card.fold.is_open
    assert card.fold.button.hasFocus()
    buttons = card.form.editors["status"].row.buttons
    for _ in range(20):
        if QApplication.focusWidget() in buttons:
            break
        key(qtbot, Qt.Key.Key_Tab)
    key(qtbot, Qt.Key.Key_Right, Qt.Key.Key_Space)
    assert cases.read_case(desk, keira).record(record.id).get("status") == "done"
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert "Call the neighbour" not in titles(window)


def test_a_listed_item_of_another_agency_opens_its_list(window, keira, qtbot, desk, clock):
    window.session.tell(todo.set_task(desk, keira, "HC3", due=iso(clock.now() - timedelta(hours=1))))
    key(qtbot, Qt.Key.Key_Home, Qt.Key.Key_Return)
    page = window.case_frame.page
    assert (window.case_frame.step, page.agency) == ("todo", "health")
    assert page.cards["HC3"].fold.button.hasFocus()


@pytest.mark.parametrize(
    ("kind", "fields", "step"),
    [
        ("order", {"expires": 5}, "follow_up"),
        ("event", {"kind": "court_date", "happened_at": 30}, "timeline"),
        ("assessment", {"started_at": -30}, "risk"),
        ("plan", {"review_date": "2026-05-16"}, "plan"),
        ("safe_contact", {"expires": "2026-05-16", "channels": ["call"]}, "people"),
    ],
)
def test_everything_else_opens_at_its_step(window, keira, qtbot, desk, clock, kind, fields, step):
    made = {name: later(clock, value) if isinstance(value, int) else value for name, value in fields.items()}
    window.session.tell(edit.create(desk, keira, kind, made)[1])
    wanted = [
        n for n, line in enumerate(lines(window)) if line.key.split(":")[1:2] and line.key.split(":")[1] != "task"
    ]
    today(window).list.make_current(lines(window)[wanted[0]].key)
    key(qtbot, Qt.Key.Key_Return)
    assert (window.place, window.case_frame.step) == ("case", step)


def test_a_release_opens_where_it_is_stamped(window, keira, qtbot, desk, clock):
    fields = {"roles": ["suspect"], "given_name": "Dale", "custody": "in_custody", "custody_until": later(clock, 5)}
    person, changed = edit.create(desk, keira, "person", fields)
    window.session.tell(changed)
    assert "Tell the victim before Dale is released" in titles(window)
    key(qtbot, Qt.Key.Key_Home, Qt.Key.Key_Return)
    page = window.case_frame.page
    assert window.case_frame.step == "follow_up"
    from ui.pages.follow_up_releases import ReleasesPart

    assert page.part(ReleasesPart).cards.cards[person].channel.buttons[0].hasFocus()


def test_a_review_opens_at_a_new_assessment(window, keira, qtbot, desk, clock):
    first, _ = risk.start_assessment(desk, keira)
    risk.grade(desk, keira, first, "high", "afraid")
    window.session.tell(risk.complete(desk, keira, first))
    clock.advance(8 * 24 * HOUR)
    window.session.go("today")
    today(window).refresh()
    [review] = [line for line in lines(window) if line.title == "Review"]
    today(window).list.make_current(review.key)
    key(qtbot, Qt.Key.Key_Return)
    assert window.case_frame.step == "risk"
    assert window.case_frame.page.again.hasFocus()


# ---- Reviews


def test_reviews_are_all_of_them_and_open_at_the_risk_questions(window, keira, qtbot, desk, clock):
    window.session.go("reviews")
    page = window.pages["reviews"]
    assert page.empty.isVisible()
    first, _ = risk.start_assessment(desk, keira)
    for factor in desk.library.instrument().codes:
        risk.answer(desk, keira, first, factor, value="no")
    risk.grade(desk, keira, first, "standard", "a quarrel")
    window.session.tell(risk.complete(desk, keira, first))
    shown = [page.list.rows.lines[n] for n in range(page.list.rows.rowCount())]
    assert [line.title for line in shown] == ["Later · 1", "Review"]
    assert shown[1].under == "NM-2026-0417 · Keira · The grade is standard: every 60 days."
    QApplication.processEvents()
    assert cut(page) == []
    assert nameless(page) == []
    page.first_focus()
    key(qtbot, Qt.Key.Key_Return)
    assert (window.place, window.case_frame.step) == ("case", "risk")


def test_cases_without_a_grade_are_counted_there(window):
    window.session.go("reviews")
    assert window.pages["reviews"].not_graded.text().startswith("1 case has no grade yet")


# ---- Time goes by


def test_what_falls_due_while_the_officer_looks_at_it_moves_up(window, keira, clock):
    pass_time(window, clock, 3 * HOUR)
    assert titles(window)[:3] == ["Overdue · 1", "Call the neighbour", "Nothing else is due within a day."]
    assert lines(window)[1].end.startswith("since 1 min")
    assert window.rail["today"].words == "Today"


def test_it_waits_for_the_next_moment_and_at_most_a_minute(window, clock):
    assert window.due_clock.waits_ms == AT_LEAST_EVERY_MS
    pass_time(window, clock, 3 * HOUR - 20)
    assert 20_000 <= window.due_clock.waits_ms <= 21_000


def test_elsewhere_it_is_counted_quietly_on_the_rail(window, keira, desk, clock, qtbot):
    window.session.tell(todo.add_task(desk, keira, "Ask the neighbour", due=later(clock, 4))[1])
    window.session.go("cases")
    wide = window.rail["today"].width()
    pass_time(window, clock, 3 * HOUR)
    button = window.rail["today"]
    assert (button.words, button.accessibleName()) == ("Today · 1", "Today: 1 has come due")
    assert QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name) == "Today: 1 has come due"
    pass_time(window, clock, HOUR)
    assert (button.words, button.accessibleName()) == ("Today · 2", "Today: 2 have come due")
    assert QApplication.activePopupWidget() is None
    assert QApplication.activeModalWidget() is None
    assert window.place == "cases"
    assert button.width() == wide
    window.session.go("today")
    assert (button.words, button.accessibleName()) == ("Today", "Today")


def test_after_unlocking_elsewhere_everything_overdue_is_counted(at_work, keira, desk, clock, qtbot):
    from app.casework import place

    place.stand(desk, {"place": "cases"})
    clock.advance(4 * HOUR)
    window = at_work().top.screen_shown
    assert window.place == "cases"
    qtbot.waitUntil(lambda: window.rail["today"].words == "Today · 1")


def test_a_clock_that_jumps_is_noticed(window, keira, clock):
    window.session.go("cases")
    clock.set(datetime(2026, 5, 20, 12, tzinfo=UTC))
    window.due_clock.tick()
    assert window.rail["today"].words == "Today · 1"
    clock.set(datetime(2026, 5, 16, 20, 30, tzinfo=UTC))
    window.due_clock.tick()
    assert window.rail["today"].words == "Today"
    window.session.go("today")
    assert titles(window)[0] == "Nothing is overdue."
    pass_time(window, clock, 3 * HOUR)
    assert titles(window)[0] == "Overdue · 1"


def test_a_clock_that_was_put_back_counts_anew(window, keira, clock):
    clock.set(datetime(2026, 5, 20, 12, tzinfo=UTC))
    window.due_clock.tick()
    window.session.go("cases")
    clock.set(datetime(2026, 5, 16, 20, 30, tzinfo=UTC))
    window.due_clock.tick()
    pass_time(window, clock, 3 * HOUR)
    assert window.rail["today"].words == "Today · 1"


def test_after_a_sleep_the_window_looks_at_once(window, keira, clock):
    window.session.go("cases")
    clock.set(clock.now() + timedelta(hours=5))  # the program did not run meanwhile
    QApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert window.rail["today"].words == "Today · 1"


def test_the_header_of_an_open_case_knows_when_its_review_is_overdue(window, keira, desk, clock):
    first, _ = risk.start_assessment(desk, keira)
    risk.grade(desk, keira, first, "high", "afraid")
    window.session.tell(risk.complete(desk, keira, first))
    window.session.open_case(keira)
    assert window.case_frame.review.text() == "review in 7 d"
    window.due_clock.tick()
    pass_time(window, clock, 7 * 24 * HOUR + 60)
    assert window.case_frame.review.text().startswith("review overdue")


def test_a_refresh_leaves_whoever_has_scrolled_away_where_they_are(window, keira, desk, clock, qtbot):
    for n in range(40):
        other = cases.new_case(desk, f"NM-2026-{n:04}")
        changed = todo.add_task(desk, other, f"Task {n}", due=later(clock, n / 2 + 4))[1]
    window.session.tell(changed)
    window.session._lines = None
    today(window).refresh()
    bar = today(window).list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 600)
    bar.setValue(500)
    pass_time(window, clock, 60)
    assert bar.value() == 500


def test_a_clock_that_was_stopped_asks_nothing_any_more(window, clock):
    window.stop()
    assert not window.due_clock._timer.isActive()
