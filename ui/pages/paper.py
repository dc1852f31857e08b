"""Paper: may it be kept, what is proposed and decided, the preview from memory, printing with its log. Writes no file
by itself.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import paper
from app.i18n import N_
from ui.editors.factory import label_of
from ui.editors.record_form import RecordForm
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.pages.nothing import NothingGiven
from ui.pages.page import CasePage
from ui.pages.printing import Printing
from ui.widgets.bars import Banner
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import Card, PlainLabel

ASKED = ("lives_with_suspect", "searched", "kept_where", "reads")
LEAVING = ("nothing", "card", "discreet")


class PaperPage(CasePage):
    """The step “Paper”."""

    title = N_("Paper")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        asked = Card(self.words(N_("May it safely be kept?")))
        asked.body.addWidget(
            self.note(N_("Ask before anything leaves with the victim. A paper that is found can put a life at risk."))
        )
        self.form = RecordForm(
            self,
            "paper",
            ASKED,
            save=lambda name, value: self.act(paper.set_answers, **{name: value}),
            explain={"reads": N_("Languages that the victim reads well, with semicolons between them.")},
        )
        asked.body.addWidget(self.form)
        self.proposed = Banner(tone="calm")
        asked.body.addWidget(self.proposed)
        self.column.addWidget(asked)
        decide = Card(self.words(N_("You decide what the victim takes along")))
        self.decision = ChoiceRow(
            [(v, label_of(self.session, "variant", v)) for v in LEAVING],
            name=self.words(N_("What the victim takes along")),
            value=self.draft("variant"),
        )
        self.decision.chosen.connect(self._decided)
        decide.body.addWidget(self.decision)
        self.nothing = NothingGiven(self)
        decide.body.addWidget(self.nothing)
        self.leaving = Printing(self, leaves=True)
        decide.body.addWidget(self.leaving)
        self.column.addWidget(decide)
        self.file_copies = Fold(
            self.words(N_("Print for the file: plan, assessment, to-do sheet, handover, timeline, case file")),
            self._fill_file,
        )
        self.column.addWidget(self.file_copies)
        self.log = Fold("", self._fill_log)
        self.column.addWidget(self.log)
        self.session.run(warm_up, lambda _done: None)

    def show_case(self) -> None:
        record = paper.answers(self.view)
        self.form.record_id = record.id if record is not None else ""
        self.form.show_record()
        proposal = paper.proposal(self.session.desk, self.view)
        self.proposed.say(
            self.words(
                N_("Proposed: {variant}. {reason}"),
                variant=label_of(self.session, "variant", proposal.variant),
                reason=self.words(proposal.reason),
            ),
            "danger" if proposal.variant == "nothing" else "calm",
        )
        self.proposal = proposal
        self._show_decision()
        prints = self.view.of("print")
        self.log.set_title(
            self.words(N_("Print log: nothing yet"))
            if not prints
            else self.session.translator.plural(N_("Print log: {n} line"), N_("Print log: {n} lines"), len(prints))
        )
        if self.log.is_filled:
            self._show_log()

    def _decided(self, variant: str) -> None:
        self.keep_draft("variant", variant)
        self._show_decision()

    def _show_decision(self) -> None:
        variant = self.decision.value()
        self.nothing.setVisible(variant == "nothing")
        self.leaving.setVisible(variant in ("card", "discreet"))
        if variant in ("card", "discreet"):
            self.leaving.show_variant("safety-plan", variant, self.proposal)
        if self.file_copies.is_filled:
            self.for_file.show_variant(self.document.value() or "safety-plan", "full", self.proposal)

    def _fill_file(self, inside: QVBoxLayout) -> None:
        documents = ("safety-plan", "risk-assessment", "to-do", "handover", "timeline", "case-file")
        self.document = ChoiceRow(
            [(d, label_of(self.session, "document", d)) for d in documents],
            name=self.words(N_("Document")),
            value="safety-plan",
        )
        self.document.chosen.connect(lambda _d: self._show_decision())
        inside.addWidget(self.document)
        self.for_file = Printing(self, leaves=False)
        inside.addWidget(self.for_file)
        self._show_decision()

    def _fill_log(self, inside: QVBoxLayout) -> None:
        self._lines = QVBoxLayout()
        inside.addLayout(self._lines)
        self._show_log()

    def _show_log(self) -> None:
        clear(self._lines)
        for line in reversed(self.view.of("print")):
            said = self.session.translator.plural(
                N_("{when}: {document}, {variant}, {outcome}, {n} copy. {reason}"),
                N_("{when}: {document}, {variant}, {outcome}, {n} copies. {reason}"),
                line.get("copies", 0) or 0,
                when=self.session.translator.moment(line.get("printed_at")),
                document=label_of(self.session, "document", line.get("document")),
                variant=label_of(self.session, "variant", line.get("variant")),
                outcome=label_of(self.session, "print_outcome", line.get("outcome")),
                reason=line.get("reason", ""),
            )
            if line.get("copy_number"):
                said += " · " + self.words(N_("number {number}"), number=line.get("copy_number"))
            self._lines.addWidget(PlainLabel(said))
        if not self.view.of("print"):
            self._lines.addWidget(
                PlainLabel(self.words(N_("Nothing was printed or read out for this case yet.")), quiet=True)
            )


def warm_up() -> None:
    """Load in the pool what the first preview would otherwise wait for."""
    import pypdfium2  # noqa: F401
    import reportlab.platypus  # noqa: F401


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return PaperPage(session, case_id).start()
