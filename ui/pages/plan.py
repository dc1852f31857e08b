"""The safety plan: what matters most to the victim, the subjects that follow, and measures: who, what, when, safe,
done.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import plan, services
from app.i18n import N_
from ui.editors.record_form import RecordForm
from ui.pages.archived import Archived
from ui.pages.cards import CardStack
from ui.pages.choose_service import ChooseService
from ui.pages.fold import Fold
from ui.pages.page import CasePage
from ui.pages.priorities import Priorities
from ui.pages.record_card import RecordCard
from ui.pages.uncovered import Uncovered
from ui.widgets.text import Card, PlainButton, PlainLabel, row

MEASURE = ("what", "who", "when", "safe", "done", "note")


class ModulePart(Card):
    """One subject of the plan, folded; its measures are kept in step while it is open."""

    def __init__(self, page: Any, line: Any) -> None:
        super().__init__()
        self.page, self.line = page, line
        self.words = page.words
        self.measures: CardStack | None = None
        self.fold = Fold("", self._fill)
        self.body.setContentsMargins(8, 2, 8, 6)
        self.body.setSpacing(0)
        self._why = PlainLabel("", kind="small", quiet=True)
        self._why.setIndent(34)
        self.body.addWidget(self.fold)
        self.body.addWidget(self._why)

    def show_line(self, line: Any) -> None:
        """Bring heading, reason and measures in line with the case."""
        self.line = line
        title = self.words(line.definition.title)
        count = len(line.measures)
        if count:
            done = sum(1 for m in line.measures if m.get("done") == "yes")
            title += " · " + self.page.session.translator.plural(
                N_("{n} measure, {done} done"), N_("{n} measures, {done} done"), count, done=done
            )
        if any(measure.conflicts() for measure in line.measures):
            title += " · " + self.words(N_("recorded differently"))
        self.fold.set_title(title)
        because = self.page.because(line.because)
        self._why.setText(self.words(N_("Because: {causes}"), causes=because) if because else "")
        self._why.setVisible(bool(because))
        if self.measures is not None:
            self.measures.sync([m.id for m in line.measures])

    def add(self, against: str = "") -> None:
        """Open a card for a new measure, against a factor where one is named, and stand in it."""
        self.fold.set_open(True)
        if self.measures is not None:
            card = self._card("", against)
            self.measures.start_draft(card)
            card.focus_first()
            self.page.bring_into_view(card)

    def _add_one(self) -> None:
        self.add()

    def _fill(self, inside: QVBoxLayout) -> None:
        inside.addWidget(
            PlainLabel("\n".join("• " + self.words(prompt) for prompt in self.line.definition.prompts), quiet=True)
        )
        if self.line.definition.leaving == "nothing":
            inside.addWidget(
                PlainLabel(self.words(N_("Nothing of this goes on paper that leaves.")), kind="small", quiet=True)
            )
        self.measures = CardStack(self._card)
        inside.addWidget(self.measures)
        self.add_button = PlainButton(
            self.words(N_("Add a measure")),
            name=self.words(N_("Add a measure: {subject}"), subject=self.words(self.line.definition.title)),
        )
        self.add_button.clicked.connect(self._add_one)
        inside.addLayout(row(self.add_button))
        if self.line.definition.code == services.MODULE:
            inside.addWidget(ChooseService(self.page, self._take_service))
        self.measures.sync([m.id for m in self.line.measures])

    def _take_service(self, offer: services.Offer) -> None:
        self.page.act(services.note_in_plan, offer, self.page.session.translator)

    def _card(self, record_id: str, against: str = "") -> RecordCard:
        assert self.measures is not None
        stack = self.measures
        known = [name for name in self.line.because if self.page.session.desk.library.factor(name) is not None]
        factors = [*known, against] if against and against not in known else known
        return RecordCard(
            self.page,
            "measure",
            [("", MEASURE)],
            record_id,
            stack=lambda: stack,
            what=N_("Measure"),
            preset=lambda: {"module": self.line.definition.code, "factors": factors},
            explain={"safe": N_("Safe if somebody reads it or sees it being done?")},
        )


class PlanPage(CasePage):
    """The step “Plan”."""

    title = N_("Safety plan")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.column.addWidget(
            self.note(
                N_(
                    "Options, not orders. Skip what is not safe. Plan a separation with a specialist; "
                    "announcing it is dangerous."
                )
            )
        )
        self.priorities = Priorities(self)
        self.column.addWidget(self.priorities)
        self.uncovered = Uncovered(self)
        self.modules: dict[str, ModulePart] = {}
        self._suggested = QWidget()
        self._suggested_column = QVBoxLayout(self._suggested)
        self._suggested_column.setContentsMargins(0, 0, 0, 0)
        self._suggested_column.setSpacing(8)
        self.column.addWidget(self.heading(N_("Suggested for this case")))
        self.column.addWidget(self._suggested)
        self._other_column: QVBoxLayout | None = None
        self.others = Fold(self.words(N_("Other subjects")), self._fill_others)
        self.column.addWidget(self.others)
        self.column.addWidget(self.uncovered)
        self._kept = Card(self.words(N_("Review and keeping")))
        self.kept = RecordForm(
            self,
            "plan",
            ("review_date", "holder", "kept_where"),
            save=lambda name, value: self.act(plan.set_plan, **{name: value}),
        )
        self._kept.body.addWidget(self.kept)
        self.column.addWidget(self._kept)
        self.archived = Archived(self, ("measure",))
        self.column.addWidget(self.archived)

    def show_case(self) -> None:
        self.lines = plan.modules(self.session.desk, self.view)
        shown = [line for line in self.lines if line.suggested or line.measures]
        self._show(shown, self._suggested_column)
        if self._other_column is not None:
            self._show([line for line in self.lines if not (line.suggested or line.measures)], self._other_column)
        record = self.view.record(plan.plan_id(self.case_id))
        self.kept.record_id = record.id if record is not None else ""
        self.kept.show_record()
        self.priorities.show_record(list(record.get("priorities", [])) if record is not None else [])
        self.uncovered.show_codes(plan.uncovered(self.session.desk, self.view))
        self.archived.show_case()

    def add_to(self, module: str, against: str) -> None:
        """Add a measure against a factor to a module, wherever it stands."""
        if module not in self.modules:
            self.others.set_open(True)
        self.modules[module].add(against)

    def _show(self, lines: list[Any], column: QVBoxLayout) -> None:
        for place, line in enumerate(lines):
            part = self.modules.get(line.definition.code)
            if part is None:
                part = self.modules[line.definition.code] = ModulePart(self, line)
            if column.indexOf(part) != place:
                column.insertWidget(place, part)
            part.show_line(line)

    def _fill_others(self, inside: QVBoxLayout) -> None:
        self._other_column = QVBoxLayout()
        self._other_column.setSpacing(8)
        inside.addLayout(self._other_column)
        self._show([line for line in self.lines if not (line.suggested or line.measures)], self._other_column)


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return PlanPage(session, case_id).start()
