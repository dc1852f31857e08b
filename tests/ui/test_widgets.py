"""The small parts of every screen: words, choices, moments, grades, lists, clipboard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.i18n import translator
from app.problems import Problem
from ui.widgets import clipboard, grades
from ui.widgets.bars import SavedMark
from ui.widgets.choices import ChipSet, ChoiceRow, CodeBox
from ui.widgets.edits import LONGEST_WORDS, LineEdit, SecretEdit, WordsEdit, clean
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.moments import FUTURE, LONG_AGO, NOT_READ, DayEdit, MomentEdit, Reading, read_day, read_moment
from ui.widgets.text import PlainButton, PlainCheck, PlainLabel

EN = translator("en")
NOW = datetime(2026, 5, 16, 20, 0, tzinfo=timezone(timedelta(hours=2)))
TODAY = date(2026, 5, 16)


@pytest.fixture
def put(qtbot):
    """Shows a widget in a window that is in front."""

    def show(widget: QWidget):
        qtbot.addWidget(widget)
        widget.show()
        qtbot.waitUntil(widget.isActiveWindow)
        return widget

    return show


# --- words


def test_text_is_saved_after_a_pause_and_on_leaving(put, qtbot):
    edit = put(WordsEdit(name="Note"))
    heard = []
    edit.answered.connect(heard.append)
    edit.setFocus()
    qtbot.keyClicks(edit, "pushed her")
    assert heard == []
    qtbot.waitUntil(lambda: heard == ["pushed her"])
    qtbot.keyClicks(edit, " twice")
    edit.clearFocus()
    assert heard == ["pushed her", "pushed her twice"]
    edit.flush()
    assert len(heard) == 2  # nothing new, nothing said


def test_text_that_assistive_technology_enters_is_saved(put, qtbot):
    for edit in (put(WordsEdit(name="Note")), put(LineEdit(name="Line"))):
        heard = []
        edit.answered.connect(heard.append)
        QAccessible.queryAccessibleInterface(edit).editableTextInterface().insertText(0, "said")
        edit.flush()
        assert heard == ["said"]


def test_a_field_that_is_typed_in_is_not_changed_under_the_cursor(put, qtbot):
    edit = put(LineEdit("old", name="Line"))
    edit.setFocus()
    edit.end(False)
    qtbot.keyClicks(edit, "er")
    edit.set_value("from another laptop")
    assert edit.text() == "older"
    edit.flush()
    edit.set_value("from another laptop")
    assert edit.text() == "from another laptop"


def test_only_text_is_pasted(put):
    edit = put(WordsEdit(name="Note"))
    data = QMimeData()
    data.setHtml('<img src="//10.255.255.1/x.png"><b>hello</b>')
    assert not edit.canInsertFromMimeData(data) or "img" not in data.text()
    data.setText("hello <b>")
    edit.insertFromMimeData(data)
    assert edit.toPlainText() == "hello <b>"


def test_a_megabyte_is_cut_with_a_message(put):
    edit = put(WordsEdit(name="Note"))
    heard, said = [], []
    edit.answered.connect(heard.append)
    edit.noticed.connect(said.append)
    data = QMimeData()
    data.setText("a word " * 150_000)
    edit.insertFromMimeData(data)
    edit.flush()
    assert len(heard[0]) == LONGEST_WORDS
    assert str(LONGEST_WORDS) in said[0]


def test_what_cannot_be_stored_is_taken_out(put):
    assert clean("a\0b\ud800c\x9fd\te\r\nf") == "abcd\te\nf"
    edit = put(LineEdit(name="Line"))
    heard = []
    edit.answered.connect(heard.append)
    edit.setText("Kei\0ra\udfff")
    edit.flush()
    assert heard == ["Keira"]


@pytest.mark.parametrize("kind", [WordsEdit, LineEdit])
def test_nothing_typed_is_learnt(put, kind):
    hints = put(kind(name="x")).inputMethodHints()
    assert hints & Qt.InputMethodHint.ImhSensitiveData
    assert hints & Qt.InputMethodHint.ImhNoPredictiveText


def test_tab_leaves_a_field_of_words(put, qtbot):
    window = QWidget()
    from PySide6.QtWidgets import QVBoxLayout

    lines = QVBoxLayout(window)
    one, two = WordsEdit(name="One"), LineEdit(name="Two")
    lines.addWidget(one)
    lines.addWidget(two)
    put(window)
    one.setFocus()
    qtbot.keyClick(one, Qt.Key.Key_Tab)
    assert two.hasFocus()
    assert one.toPlainText() == ""


@pytest.mark.parametrize("shown", [False, True])
def test_a_passphrase_cannot_be_copied(put, qtbot, shown):
    clipboard.copy("before")
    edit = put(SecretEdit(name="Passphrase"))
    edit.show_text(shown)
    edit.setFocus()
    qtbot.keyClicks(edit, "mosslamp tinkettle")
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(edit, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "before"
    assert edit.text() == "mosslamp tinkettle"


def test_a_passphrase_may_be_pasted(put, qtbot):
    clipboard.copy("mosslamp tinkettle")
    edit = put(SecretEdit(name="Passphrase"))
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edit.text() == "mosslamp tinkettle"


# --- clipboard


@pytest.mark.parametrize("kind", [WordsEdit, LineEdit])
def test_copied_words_are_marked_and_leave_after_a_while(put, qtbot, kind):
    edit = put(kind("Mill Lane 4", name="Place"))
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    board = QGuiApplication.clipboard()
    assert board.text() == "Mill Lane 4"
    for mark in clipboard.MARKS:
        assert board.mimeData().hasFormat(mark)
    clipboard._guard().clear()
    assert board.text() == ""


def test_what_somebody_else_copied_stays(qtbot):
    clipboard.copy("ours")
    QGuiApplication.clipboard().setText("theirs")
    clipboard.clear_ours()
    assert QGuiApplication.clipboard().text() == "theirs"


# --- choices

FIVE = [
    ("yes", "Yes", "y"),
    ("no", "No", "n"),
    ("unknown", "Don’t know", "k"),
    ("declined", "Declined", "d"),
    ("not_asked", "Not asked", "x"),
]


def test_none_is_preset_and_keys_choose(put, qtbot):
    row = put(ChoiceRow(FIVE, name="Question 1"))
    heard = []
    row.chosen.connect(heard.append)
    assert row.value() == ""
    row.buttons[0].setFocus()
    for key in "ynkdx":
        qtbot.keyClicks(row.buttons[0], key)
    assert heard == ["yes", "no", "unknown", "declined", "not_asked"]
    assert [button.isChecked() for button in row.buttons] == [False, False, False, False, True]


def test_arrows_move_and_choose_nothing(put, qtbot):
    row = put(ChoiceRow(FIVE, name="Question 1"))
    row.buttons[0].setFocus()
    qtbot.keyClick(row.buttons[0], Qt.Key.Key_Right)
    assert row.buttons[1].hasFocus()
    qtbot.keyClick(row.buttons[1], Qt.Key.Key_Left)
    qtbot.keyClick(row.buttons[0], Qt.Key.Key_Left)
    assert row.buttons[-1].hasFocus()
    qtbot.keyClick(row.buttons[-1], Qt.Key.Key_Right)
    qtbot.keyClick(row.buttons[0], Qt.Key.Key_Right)
    assert row.value() == ""
    qtbot.keyClick(row.buttons[1], Qt.Key.Key_Return)
    assert row.value() == "no"
    qtbot.keyClick(row.buttons[1], Qt.Key.Key_Space)
    assert row.value() == "no"  # choosing twice keeps the choice


def test_choices_are_as_wide_as_their_words_and_high_enough(put):
    row = put(ChoiceRow(FIVE, name="Question 1"))
    row.resize(300, 200)
    assert min(button.height() for button in row.buttons) >= 40
    assert all(button.width() >= button.fontMetrics().horizontalAdvance(button.label) for button in row.buttons)


def test_chips_hold_several_values_in_the_order_of_the_options(put, qtbot):
    chips = put(ChipSet([("a", "A"), ("b", "B"), ("c", "C")], name="Needs", values=["c"]))
    heard = []
    chips.answered.connect(heard.append)
    chips.chips["a"].click()
    qtbot.keyClick(chips.chips["c"], Qt.Key.Key_Space)
    assert heard == [["a", "c"], ["a"]]


def test_a_code_that_is_not_on_the_list_is_kept(put):
    box = put(CodeBox([("a", "A")], name="Kind", empty="choose", value="from-a-newer-version"))
    assert box.value() == "from-a-newer-version"
    box.set_options([("b", "B")])
    assert box.value() == "from-a-newer-version"


# --- days and moments


@pytest.mark.parametrize(("typed", "kept"), [
    ("", Reading("")),
    ("14:20", Reading("2026-05-16T14:20:00+02:00")),
    ("9.05 pm", Reading("2026-05-15T21:05:00+02:00")),
    ("9:05 pm", Reading("2026-05-15T21:05:00+02:00")),
    ("23:10", Reading("2026-05-15T23:10:00+02:00")),  # later than now: the evening before
    ("yesterday 23:10", Reading("2026-05-15T23:10:00+02:00")),
    ("today 01:05", Reading("2026-05-16T01:05:00+02:00")),
    ("3.5.2026 9:05", Reading("2026-05-03T09:05:00+02:00")),
    ("3 May 9:05", Reading("2026-05-03T09:05:00+02:00")),
    ("3 May 2026", Reading("2026-05-03")),
    ("2026-05", Reading("2026-05")),
    ("now", Reading("2026-05-16T20:00:00+02:00")),
    ("2026-05-16T18:00:00+00:00", Reading("2026-05-16T18:00:00+00:00")),
    ("tomorrow 10:00", Reading("2026-05-17T10:00:00+02:00", FUTURE)),
    ("25:00", Reading("25:00", NOT_READ)),
    ("31.12", Reading("2026-12-31", FUTURE)),
    ("around midnight", Reading("around midnight", NOT_READ)),
    ("31.2.2026 10:00", Reading("31.2.2026 10:00", NOT_READ)),
])  # fmt: skip
def test_moments_as_officers_type_them(typed, kept):
    assert read_moment(typed, NOW) == kept


@pytest.mark.parametrize(("typed", "kept"), [
    ("1995", Reading("1995")),
    ("06/1995", Reading("1995-06")),
    ("June 1995", Reading("1995-06")),
    ("1.6.1995", Reading("1995-06-01")),
    ("1/6/95", Reading("1995-06-01")),
    ("1995-06-01", Reading("1995-06-01")),
    ("1.13.1995", Reading("1.13.1995", NOT_READ)),
    ("2031", Reading("2031", FUTURE)),
    ("1.1.1850", Reading("1850-01-01", LONG_AGO)),
    ("about thirty", Reading("about thirty", NOT_READ)),
])  # fmt: skip
def test_days_as_officers_type_them(typed, kept):
    assert read_day(typed, TODAY) == kept


def test_a_doubtful_day_is_kept_and_marked(put, qtbot):
    edit = put(DayEdit(EN, lambda: NOW, name="Born"))
    heard = []
    edit.answered.connect(heard.append)
    edit.edit.setFocus()
    qtbot.keyClicks(edit.edit, "2031")
    edit.flush()
    assert heard == ["2031"]
    assert edit.edit.property("doubtful")
    assert edit.note.isVisible()
    assert "future" in edit.note.text()


def test_a_stored_moment_is_shown_in_local_time_and_not_said_again(put):
    edit = put(MomentEdit(EN, lambda: datetime(2026, 5, 16, 20, 0, tzinfo=UTC), name="When"))
    heard = []
    edit.answered.connect(heard.append)
    edit.set_value("2026-05-16T18:30:00+00:00")
    edit.flush()
    assert heard == []
    assert "16 May 2026" in edit.edit.text()
    edit.set_value("around midnight")
    assert edit.edit.text() == "around midnight"
    assert edit.edit.property("doubtful")


# --- grades, marks, lists


@pytest.mark.parametrize(("grade", "extreme", "provisional", "text", "spoken"), [
    ("high", False, False, "HIGH", "Grade high"),
    ("high", True, False, "EXTREME", "Grade high, extreme"),
    ("medium", False, True, "MEDIUM (provisional)", "Grade medium, provisional"),
    ("standard", False, False, "STANDARD", "Grade standard"),
    (None, False, False, "not graded", "Not graded yet"),
    (None, False, True, "not graded", "Not graded yet"),
])  # fmt: skip
def test_a_grade_is_a_word_for_eye_and_ear(grade, extreme, provisional, text, spoken):
    shown = grades.sign(grade, extreme, provisional, EN)
    assert (shown.text, shown.spoken) == (text, spoken)


def test_a_grade_is_never_told_by_colour_alone(put):
    """Two badges of one width, painted in one colour, still differ: by word and by shape."""
    pictures = set()
    for grade in ("standard", "medium", "high"):
        badge = put(grades.GradeBadge(EN))
        badge.show_grade(grade)
        badge.resize(140, 30)
        grey = badge.grab().toImage().convertToFormat(badge.grab().toImage().Format.Format_Mono)
        pictures.add(bytes(grey.constBits()))
    assert len(pictures) == 3


def test_saved_says_when_and_failed_says_what(put):
    mark = put(SavedMark(EN))
    mark.saved(NOW)
    assert mark.text().startswith("saved ")
    mark.failed(Problem("store.full"))
    assert "disk is full" in mark.text()
    assert mark.property("tone") == "danger"


def test_a_long_list_makes_only_the_lines_that_are_seen(put):
    made = []

    def make(number):
        made.append(number)
        return Line(str(number), f"Case {number}", "under", "end")

    view = LineList(name="Cases")
    view.resize(400, 400)
    put(view)
    view.set_lines(MadeLines(range(10_000), make), [str(n) for n in range(10_000)])
    view.grab()
    assert view.rows.rowCount() == 10_000
    assert 0 < len(made) < 60


def test_a_list_keeps_its_line_and_says_all_of_it(put, qtbot):
    view = put(LineList(name="Cases"))
    opened = []
    view.opened.connect(opened.append)
    lines = [Line("1", "A", "under", "in 6 d", grades.sign("high", False, False, EN)), Line("2", "B")]
    view.set_lines(lines)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    view.set_lines([Line("0", "new"), *lines])
    assert view.current_key() == "2"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["2"]
    aloud = view.rows.data(view.rows.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == "A. Grade high. under. in 6 d"


def test_a_label_shows_letters_and_reads_no_mnemonic(put):
    field = LineEdit()
    label = put(PlainLabel("A & B <i>", buddy=field))
    assert label.text() == "A && B <i>"  # doubled, so that it is shown as one
    assert label.textFormat() == Qt.TextFormat.PlainText
    field.deleteLater()


# --- what assistive technology switches ------------------------------------------------------------------------------


def switch(widget):
    """The first action that assistive technology finds; for a button that can be on or off it is no click."""
    heard = QAccessible.queryAccessibleInterface(widget).actionInterface()
    assert heard.actionNames()[0] == "Toggle"
    heard.doAction("Toggle")


def test_an_answer_switched_by_assistive_technology_is_an_answer(qtbot):
    row = ChoiceRow([("yes", "Yes"), ("no", "No")], name="Hurt?")
    qtbot.addWidget(row)
    row.show()
    told = []
    row.chosen.connect(told.append)
    assert QAccessible.queryAccessibleInterface(row.buttons[0]).role() == QAccessible.Role.RadioButton
    switch(row.buttons[0])
    switch(row.buttons[1])
    row.set_value("yes")  # what is stored, shown by the program: no answer
    row.set_value("")
    assert told == ["yes", "no"]
    assert [button.isChecked() for button in row.buttons] == [False, False]


def test_tab_goes_to_each_answer_also_after_one_was_chosen(qtbot):
    row = ChoiceRow([("yes", "Yes"), ("no", "No"), ("unknown", "Don’t know")], name="Hurt?")
    qtbot.addWidget(row)
    row.show()
    qtbot.waitUntil(row.isActiveWindow)
    row.buttons[0].setFocus()
    qtbot.keyClick(row.buttons[0], Qt.Key.Key_Space)
    qtbot.keyClick(row.buttons[0], Qt.Key.Key_Tab)
    assert row.buttons[1].hasFocus()
    qtbot.keyClick(row.buttons[1], Qt.Key.Key_Tab)
    assert row.buttons[2].hasFocus()
    qtbot.keyClick(row.buttons[2], Qt.Key.Key_Backtab)
    assert row.buttons[1].hasFocus()


def test_chips_checks_and_rail_buttons_switched_by_assistive_technology_act(qtbot):
    told = []
    chips = ChipSet([("a", "A"), ("b", "B")], name="Which")
    chips.answered.connect(told.append)
    check = PlainCheck("Read it")
    check.clicked[bool].connect(told.append)
    button = PlainButton("Today", kind="rail")
    button.setCheckable(True)
    button.clicked[bool].connect(told.append)
    for part in (chips, check, button):
        qtbot.addWidget(part)
        part.show()
    switch(chips.chips["b"])
    switch(check)
    switch(button)
    chips.set_values(["a"])
    check.setChecked(False)
    button.setChecked(False)
    assert told == [["b"], True, True]
