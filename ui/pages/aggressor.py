"""Who is the primary aggressor, where each of two people says that the other one was violent: the reasoning in words.

It stands where a case has a counter-allegation. Each of the linked cases has a reasoning of its own.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.i18n import N_
from app.records.view import CaseView
from ui.editors.record_form import RecordForm
from ui.widgets.text import Card, PlainLabel

FIELD = "aggressor_reasoning"
QUESTIONS = (
    N_("Who has been controlling whom over time: money, telephone, comings and goings, friends, children?"),
    N_("Who is afraid, and of what? Watch who falls silent, who speaks for both, who is calm."),
    N_("Which injuries come from attacking, and which from defending: forearms, bites, scratches on hands and face?"),
    N_("What came before: earlier attendances, orders, other partners, messages, recordings, witnesses?"),
    N_("Who could go on if police leave now, and who would be hurt?"),
)


class Aggressor(Card):
    """Hidden while there is no counter-allegation."""

    def __init__(self, page: Any) -> None:
        super().__init__(page.words(N_("Who is the primary aggressor?")))
        self.page = page
        self.body.addWidget(
            PlainLabel(
                page.words(
                    N_(
                        "Each says the other was violent. Look at the whole history, not at the last blow alone; an "
                        "arrest of both protects nobody."
                    )
                )
            )
        )
        questions = QVBoxLayout()
        questions.setSpacing(2)
        for question in QUESTIONS:
            questions.addWidget(PlainLabel("• " + page.words(question), quiet=True))
        self.body.addLayout(questions)
        self.form = RecordForm(
            page,
            "case",
            (FIELD,),
            record_id=page.case_id,
            explain={
                FIELD: N_(
                    "Write what you saw and heard, and what follows from it. It does not count who called first, who "
                    "is louder, larger or drunk, or who weeps."
                )
            },
        )
        self.body.addWidget(self.form)
        self.missing = PlainLabel(page.words(N_("Not written yet. The linked case needs a reasoning of its own.")))
        self.body.addWidget(self.missing)
        self.hide()

    @property
    def is_missing(self) -> bool:
        """Whether the reasoning is wanted and not written yet."""
        return is_counter_allegation(self.page.view) and not self.page.view.case.get(FIELD)

    def focus_first(self) -> None:
        """Stand where the reasoning is written."""
        control = self.form.editors[FIELD].control
        control.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page.bring_into_view(control)

    def show_record(self) -> None:
        """Bring it in line with the case."""
        self.setVisible(is_counter_allegation(self.page.view))
        self.form.show_record()
        self.missing.setVisible(not self.page.view.case.get(FIELD))


def is_counter_allegation(view: CaseView) -> bool:
    """Whether the case is linked with one that says the reverse."""
    return any(link.get("kind") == "counter_allegation" for link in view.of("link"))
