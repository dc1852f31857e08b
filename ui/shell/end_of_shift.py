"""End of shift: what was done, what is open, promised and unsent; the hand-over on paper; and the lock.

Whoever only closes the lid loses nothing: here nothing is saved that is not saved already.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.casework import handing_over, paper, place, shift
from app.casework.cases import CaseLine
from app.casework.shift import ShiftCase
from app.casework.status import waiting
from app.i18n import N_, languages
from app.problems import Problem
from ui import theme
from ui.editors.factory import label_of
from ui.pages import printer as printers
from ui.pages.buttons import Buttons
from ui.pages.preview import Preview
from ui.pages.printing import PREVIEW_SCALE, PRINT_SCALE
from ui.session import Session
from ui.shell.lines import title_of
from ui.shell.place_page import PlacePage
from ui.widgets.bars import EmptyState
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.page import ColumnPage
from ui.widgets.text import Card, PlainButton, PlainCheck, PlainLabel, announce, main_action, row

_TO = "shift.to"
"""Under which name the name that was typed is kept, so that a lock does not lose it."""


class CaseOfShift(Card):
    """One case: whether it is handed over, what was done in it, what is open."""

    def __init__(self, page: EndOfShiftPage, found: ShiftCase, chosen: bool) -> None:
        super().__init__()
        say, words = page.say, page.translator
        self.line = found.line
        title = title_of(found.line.reference, found.line.short_name, words)
        self.setAccessibleName(title)
        # Isolated by its own first letter: else the dot of “Maribel S.” stands before the name in a mirrored card.
        self.check = PlainCheck(f"\u2068{title}\u2069", name=say(N_("Hand over {case}"), case=title))
        self.check.setFont(theme.font("question", bold=True))
        self.check.setChecked(chosen)
        self.check.toggled.connect(lambda on: page.choose(found.line.id, on))
        self.look = PlainButton(say(N_("Open")), kind="quiet", name=say(N_("Open {case}"), case=title))
        self.look.clicked.connect(lambda: page.session.open_case(found.line.id))
        head = row(self.check, stretch=True)
        head.addWidget(self.look)
        self.body.addLayout(head)
        self.done = PlainLabel(done_words(found, page), quiet=True)
        self.body.addWidget(self.done)
        self.open_lines = [PlainLabel(f"☐  {one.said(words)}", bold=one.overdue) for one in found.open]
        for one, label in zip(found.open, self.open_lines, strict=True):
            if one.overdue:
                label.setProperty("tone", "danger")
            self.body.addWidget(label)
        if not found.open:
            self.body.addWidget(PlainLabel(say(N_("Nothing is open here."))))
        as_high_as_wide(self)


def as_high_as_wide(card: Card) -> None:
    """Let the labels of a card ask for the height of their width alone: guessed for a narrow one, many of them leave
    a screen of nothing at the end of the page.
    """
    for label in card.findChildren(PlainLabel):
        policy = label.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        label.setSizePolicy(policy)


def done_words(found: ShiftCase, page: EndOfShiftPage) -> str:
    """What was done in a case in this shift, and what of it is on this laptop only."""
    done = page.translator.plural(N_("{n} action in this shift"), N_("{n} actions in this shift"), found.done)
    parts = [done if found.done else page.say(N_("nothing recorded in this shift"))]
    if found.unsent and not page.desk.practice:
        parts.append(page.translator.plural(N_("{n} to send"), N_("{n} to send"), found.unsent))
    return " · ".join(parts)


class EndOfShiftPage(PlacePage):
    """What the officer leaves behind, and to whom."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("End of shift")))
        self.words: Callable[..., str] = say
        self._chosen: dict[str, bool] = {}
        self._waiting: list[CaseLine] = []
        self._focus_wanted = False
        self.cards: dict[str, CaseOfShift] = {}
        self.sheet = ColumnPage()
        self.lines.setContentsMargins(theme.SPACE_S, theme.SPACE_L, 0, 0)
        self.title.setContentsMargins(theme.SPACE_L, 0, theme.SPACE_L, 0)
        self.lines.addWidget(self.sheet, 1)
        column: QVBoxLayout = self.sheet.column
        self.since = PlainLabel(quiet=True)
        self.unsent = PlainLabel(bold=True)
        column.addWidget(self.since)
        column.addWidget(self.unsent)
        self.empty = EmptyState(
            say(N_("Nothing to hand over")),
            say(N_("In this shift nothing was recorded, nothing is unfinished, and nothing is due within a day.")),
        )
        column.addWidget(self.empty)
        self._first_card = column.count()
        column.addWidget(self._hand_over())
        column.addStretch(1)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(1)
        self._next.timeout.connect(self._make_next)

    # ---- building

    def _hand_over(self) -> Card:
        say = self.say
        card = Card(say(N_("Hand over")))
        self.to = LineEdit(place.chosen(self.desk, _TO), name=say(N_("Who takes over")), main=True)
        self.to.answered.connect(self._keep)
        self.language = CodeBox(
            [(tag, label_of(self.session, "language", tag)) for tag in languages()],
            name=say(N_("Language of the paper")),
            empty=say(N_("choose a language")),
            value="en",
        )
        self.language_label = PlainLabel(say(N_("Language of the paper")), buddy=self.language)
        self.print_button = main_action(PlainButton(kind="main"))
        self.print_button.clicked.connect(self._print)
        self.preview_button = PlainButton(say(N_("Preview")))
        self.preview_button.clicked.connect(self._preview)
        self.lock_button = main_action(PlainButton(say(N_("End the shift and lock")), icon="lock"))
        self.lock_button.clicked.connect(self.end_shift)
        buttons = Buttons()
        for button in (self.print_button, self.preview_button, self.lock_button):
            buttons.add(button)
        self.path = LineEdit(name=say(N_("Full path of the file to save")), placeholder=say(N_("folder and file name")))
        self.save_button = PlainButton(say(N_("Save a copy there")))
        self.save_button.clicked.connect(self._save)
        self.said = PlainLabel("", tone="good", bold=True)
        card.body.addWidget(PlainLabel(say(N_("Who takes over")), bold=True, buddy=self.to))
        card.body.addWidget(self.to)
        card.body.addWidget(self.language_label)
        card.body.addLayout(row(self.language))
        for part in (self.language, self.language_label):
            part.setVisible(len(languages()) > 1)
        words = N_("The list of the shift, then a handover sheet for each case that is ticked. It is logged.")
        card.body.addWidget(PlainLabel(say(words), quiet=True))
        card.body.addWidget(buttons)
        words = N_("Or save a copy, readable by whoever has the file. It lies only where you say:")
        card.body.addWidget(PlainLabel(say(words), kind="small", quiet=True))
        card.body.addWidget(self.path)
        card.body.addLayout(row(self.save_button))
        card.body.addWidget(self.said)
        self.preview = Preview(self)
        card.body.addWidget(self.preview)
        as_high_as_wide(card)
        return card

    # ---- showing

    def show_now(self) -> None:
        tr, began = self.translator, shift.began(self.desk)
        words = N_("This shift began {when}. Everything is saved: you may also just close the lid.")
        self.since.setText(self.say(words, when=tr.moment(began.isoformat())))
        self._show_unsent()
        self._waiting = shift.cases_of(self.desk, self.session.case_lines())
        for gone in self.cards.keys() - {line.id for line in self._waiting}:
            self._chosen.pop(gone, None)
        for card in self.cards.values():
            self.sheet.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {}
        self.empty.setVisible(not self._waiting)
        self._name_button()
        self._next.start()

    def finish(self) -> None:
        """Make at once what would be made after the first paint."""
        while self._waiting:
            self._make_next()

    def _make_next(self) -> None:
        # One case after another, so that keys are never kept waiting.
        if not self._waiting:
            return
        line = self._waiting.pop(0)
        found = shift.of_case(self.desk, line)
        self._chosen.setdefault(line.id, found.proposed)
        card = self.cards[line.id] = CaseOfShift(self, found, self._chosen[line.id])
        # In the page's own layout: a nested one follows the height of its texts one step too late.
        self.sheet.column.insertWidget(self._first_card + len(self.cards) - 1, card)
        self._name_button()
        if self._focus_wanted:
            self._focus_wanted = False
            card.show()  # at once: what is shown later cannot take the focus now
            card.check.setFocus()
        if self._waiting:
            self._next.start()

    def _show_unsent(self) -> None:
        if self.desk.practice:
            self.unsent.setText(self.say(N_("Practice is never sent.")))
            return
        count = waiting(self.desk).unsent
        one, many = (
            N_("{n} entry is on this laptop only and waits to be sent."),
            N_("{n} entries are on this laptop only and wait to be sent."),
        )
        sent = self.say(N_("Everything is sent."))
        self.unsent.setText(self.translator.plural(one, many, count) if count else sent)

    def first_focus(self) -> None:
        first = next(iter(self.cards.values()), None)
        self._focus_wanted = first is None and bool(self._waiting)  # the first card is not made yet
        if not self._focus_wanted:
            (first.check if first is not None else self.to).setFocus()

    def flush(self) -> None:
        self.to.flush()

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll so that a widget is seen, once the layout has made room for it."""
        QTimer.singleShot(0, widget, lambda: self.sheet.ensureWidgetVisible(widget, 0, 60))

    def choose(self, case_id: str, on: bool) -> None:
        """Whether a case is handed over."""
        self._chosen[case_id] = on
        self._name_button()

    def chosen(self) -> list[CaseLine]:
        """The cases that are handed over, in their order on the page."""
        return [card.line for card in self.cards.values() if self._chosen.get(card.line.id)]

    def _name_button(self) -> None:
        # Those that are still to be made again count as they did, so that no button goes from under a finger.
        count = len(self.chosen()) + sum(self._chosen.get(line.id, False) for line in self._waiting)
        one, many = N_("Print 1 case, end the shift and lock"), N_("Print {n} cases, end the shift and lock")
        self.print_button.set_words(self.translator.plural(one, many, count))
        self.print_button.setEnabled(bool(count))
        self.preview_button.setEnabled(bool(count))
        self.save_button.setEnabled(bool(count))

    # ---- doing

    def end_shift(self) -> None:
        """End the shift and lock. What cannot be noted is said first; the lock is always there."""
        try:
            shift.end(self.desk)
        except Problem as problem:
            self.session.say_problem(problem)
            return
        self.session.lock()

    def _keep(self, text: str) -> None:
        try:
            place.choose(self.desk, _TO, text)
        except Problem as problem:
            self.session.say_problem(problem)

    def _preview(self) -> None:
        self.finish()
        pdf = self._do(lambda: handing_over.preview(self.desk, self.chosen(), self.to.value(), self._language()))
        if pdf is not None:
            self.preview.show_pdf(pdf, PREVIEW_SCALE)

    def _language(self) -> str:
        return self.language.value() or "en"

    def _do(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Problem as problem:
            self.session.say_problem(problem)
            if problem.code == "shift.nobody_named":
                self.to.setFocus()
            return None

    def _made(self, outcome: str) -> Any:
        self.finish()
        self.to.flush()
        made = self._do(
            lambda: handing_over.hand_over(self.desk, self.chosen(), self.to.value(), self._language(), outcome)
        )
        if made is not None:
            self.session.tell(made.changed)
        return made

    def _print(self) -> None:
        if not self.to.value().strip():
            self._do(self._nobody)
            return
        if not printers.there_is_one():
            self._say(self.say(N_("This laptop has no printer. Nothing was printed and nothing was logged.")))
            return
        printer = printers.choose(self, 1, self.say(N_("Print")))
        made = self._made("printed") if printer is not None else None
        if made is None:
            return
        self._say(self.say(N_("Logged. It is being sent to the printer.")))
        self.session.run(
            lambda: printers.draw(printer, paper.each_page(made.pdf, PRINT_SCALE)),
            lambda taken: self._printed(made, taken),
        )

    @staticmethod
    def _nobody() -> None:
        raise Problem("shift.nobody_named")

    def _printed(self, made: Any, taken: bool) -> None:
        if taken:
            self._keep("")
            self.end_shift()
            return
        self.session.tell(handing_over.not_printed(self.desk, made))
        if isValid(self):
            words = N_("The printer did not take it, and the log says so. Print again when it is ready.")
            self._say(self.say(words))

    def _save(self) -> None:
        path = self.path.value().strip()
        if not path:
            self.path.setFocus()
            return
        target = Path(path).expanduser()
        if target.exists():
            self.session.say_problem(Problem("paper.out_exists", file=target.name))
            return
        made = self._made("saved")
        if made is None:
            return
        try:
            paper.save_copy(made.pdf, target)
        except Problem as problem:
            self.session.tell(handing_over.not_printed(self.desk, made))
            self.session.say_problem(problem)
            return
        self._say(self.say(N_("Saved and logged in each case. The shift goes on until you end it.")))

    def _say(self, sentence: str) -> None:
        self.finish()  # so that nothing grows above the sentence any more
        self.said.setText(sentence)
        self.bring_into_view(self.said)
        announce(self.said, sentence)
