"""One paper: its language, what stands on it, the reason, the preview, and then “Print” or “Save a copy”."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from app.casework import paper
from app.changed import Changed
from app.i18n import N_, languages
from app.problems import Problem
from ui.editors.factory import label_of
from ui.pages import printer as printers
from ui.pages.drafts import DraftWords
from ui.pages.on_paper import OnPaper
from ui.pages.preview import Preview
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainLabel, announce, row, set_tone

ORDER = ("nothing", "card", "discreet")
PREVIEW_SCALE, PRINT_SCALE = 1.3, 300 / 72


class Printing(QWidget):
    """The form for a paper that leaves with the victim, or for a file copy."""

    def __init__(self, page: Any, *, leaves: bool, choice: Callable[[], Any] | None = None) -> None:
        super().__init__()
        self.page, self._leaves, words = page, leaves, page.words
        self._own_choice = choice
        self.words = words
        self._document, self._variant = "safety-plan", ""
        key = "paper" if leaves else "file"
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.warning = PlainLabel("", tone="danger")
        column.addWidget(self.warning)
        self.all_the_same = DraftWords(page, "all_the_same", N_("Why this paper is safe all the same"), lines=1)
        column.addWidget(self.all_the_same)
        self.on_paper = OnPaper(page)
        column.addWidget(self.on_paper)
        self.language = CodeBox(
            [(tag, label_of(page.session, "language", tag)) for tag in languages()],
            name=words(N_("Language of the paper")),
            empty=words(N_("choose a language")),
            value="en",
        )
        column.addWidget(PlainLabel(words(N_("Language of the paper")), buddy=self.language))
        column.addLayout(row(self.language))
        self.why = DraftWords(page, f"{key}_reason", N_("Why it is printed"), lines=1)
        column.addWidget(self.why)
        self.copies = CodeBox(
            [(str(n), str(n)) for n in range(1, 10)], name=words(N_("Copies")), empty=words(N_("choose")), value="1"
        )
        self.given_to = LineEdit(name=words(N_("Given to")))
        column.addLayout(
            row(
                PlainLabel(words(N_("Copies")), buddy=self.copies, wrap=False),
                self.copies,
                PlainLabel(words(N_("Given to")), buddy=self.given_to, wrap=False),
                self.given_to,
                stretch=False,
            )
        )
        self.look = PlainButton(words(N_("Preview")))
        self.look.clicked.connect(self._preview)
        self.print_button = PlainButton("", kind="main")
        self.print_button.clicked.connect(self._print)
        self.copies.answered.connect(lambda _n: self._name_button())
        column.addLayout(row(self.look, self.print_button))
        self.path = LineEdit(
            name=words(N_("Full path of the file to save")), placeholder=words(N_("folder and file name"))
        )
        self.save = PlainButton(words(N_("Save a copy there")))
        self.save.clicked.connect(self._save)
        column.addWidget(
            PlainLabel(
                words(N_("Or save a copy, readable by whoever has the file. It lies only where you say:")),
                kind="small",
                quiet=True,
            )
        )
        column.addWidget(self.path)
        column.addLayout(row(self.save))
        self.said = PlainLabel("")
        column.addWidget(self.said)
        self.preview = Preview(page)
        column.addWidget(self.preview)
        self._name_button()

    def show_variant(self, document: str, variant: str, proposal: Any) -> None:
        """Show the form for this paper; another paper drops the old preview."""
        if (document, variant) != (self._document, self._variant):
            self.preview.clear()
            self.said.setText("")
        self._document, self._variant = document, variant
        more = self._leaves and ORDER.index(variant) > ORDER.index(proposal.variant)
        self.warning.setText(
            self.words(N_("The answers propose less: {reason}"), reason=self.words(proposal.reason)) if more else ""
        )
        self.warning.setVisible(more)
        self.all_the_same.setVisible(more)
        self.on_paper.setVisible(self._leaves)
        if self._leaves:
            self.on_paper.show_variant(variant, self.language.value() or "en")
        self._name_button()

    def _name_button(self) -> None:
        name = (
            label_of(self.page.session, "variant", self._variant)
            if self._leaves
            else label_of(self.page.session, "document", self._document)
        )
        copies = self.copies.value() or "1"
        message = N_("Print {n} copy: {what}") if copies == "1" else N_("Print {n} copies: {what}")
        self.print_button.set_words(self.words(message, n=copies, what=name))

    def _choice(self) -> Any:
        if self._own_choice is not None:
            return self._own_choice()
        return self.on_paper.choice() if self._leaves else None

    def _preview(self) -> None:
        pdf = self.page.act_quietly(
            paper.preview, self._document, self._variant, self.language.value() or "en", self._choice()
        )
        if pdf is not None:
            self.preview.show_pdf(pdf, PREVIEW_SCALE)

    def _made(self, outcome: str) -> Any:
        self.why.flush()
        self.all_the_same.flush()
        return self.page.act_quietly(
            paper.print_out,
            self._document,
            self._variant,
            self.language.value() or "en",
            self.why.text(),
            copies=int(self.copies.value() or 1),
            given_to=self.given_to.value(),
            choice=self._choice(),
            outcome=outcome,
            all_the_same=self.all_the_same.text(),
        )

    def _print(self) -> None:
        if not self._reason_there():
            return
        if not printers.there_is_one():
            none = N_("This laptop has no printer. Nothing was printed and nothing was logged.")
            self._say(self.words(none), "danger")
            return
        printer = printers.choose(self, int(self.copies.value() or 1), self.words(N_("Print")))
        if printer is None:
            return
        made = self._made("printed")
        if made is None:
            return
        self._done(N_("Logged as number {number}. It is being sent to the printer."), number=made.copy_number)
        self.page.session.run(
            lambda: printers.draw(printer, paper.each_page(made.pdf, PRINT_SCALE)),
            lambda taken: self._sent(made.copy_number, taken),
        )

    def _say(self, sentence: str, tone: str = "good") -> None:
        """Say what came of it where it is seen and heard: the button may stand at the lower edge of the window."""
        self.said.setText(sentence)
        set_tone(self.said, tone)
        self.page.sheet.column.activate()
        self.page.bring_into_view(self.said)
        announce(self.said, sentence)

    def _sent(self, number: str, taken: bool) -> None:
        if not taken:
            session = self.page.session
            session.tell(paper.not_printed(session.desk, self.page.case_id, number))
        if not isValid(self):  # the page was left meanwhile
            return
        message = N_("Sent to the printer and logged as number {number}.")
        if not taken:
            message = N_(
                "The printer did not take it. Number {number} is logged as not printed; print again when it is ready."
            )
        self._say(self.words(message, number=number), "good" if taken else "danger")

    def _save(self) -> None:
        if not self._reason_there():
            return
        path = self.path.value().strip()
        if not path:
            self.path.setFocus()
            return
        target = Path(path).expanduser()
        if target.exists():
            self.page.problem_bar.show_problem(Problem("paper.out_exists", file=target.name))
            return
        made = self._made("saved")
        if made is None:
            return
        try:
            paper.save_printed(self.page.session.desk, self.page.case_id, made, target)
        except Problem as problem:
            self.page.problem_bar.show_problem(problem)
            self.page.session.tell(Changed(frozenset({self.page.case_id})))
            return
        self._done(N_("Saved and logged as number {number}."), number=made.copy_number)

    def _reason_there(self) -> bool:
        self.why.flush()
        if self.why.text():
            return True
        self.page.problem_bar.show_problem(Problem("paper.reason_missing"))
        self.why.edit.setFocus()
        return False

    def _done(self, message: str, **facts: object) -> None:
        self.why.used()
        self._say(self.words(message, **facts))
        self.page.session.tell(Changed(frozenset({self.page.case_id})))
