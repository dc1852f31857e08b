"""A supervisor's decision on a grade below the least allowed: a coded reason, words, and a name that is not the
officer's.
"""

from __future__ import annotations

from typing import Any

from app.casework import risk
from app.i18n import N_
from ui.editors.factory import label_of, options_of
from ui.pages.drafts import DraftWords
from ui.widgets.choices import CodeBox
from ui.widgets.text import Card, PlainButton, PlainLabel, row


class Supervisor(Card):
    """Shown while a request is open."""

    def __init__(self, page: Any) -> None:
        super().__init__(page.words(N_("A supervisor decides")))
        self.page, words = page, page.words
        self.code = CodeBox(
            options_of(page.session, "lowering"), name=words(N_("Coded reason")), empty=words(N_("choose a reason"))
        )
        self.code.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.code.setMinimumContentsLength(20)
        self.who = DraftWords(page, "supervisor", N_("Name of the supervisor"), lines=1)
        self.why = DraftWords(page, "supervisor_reason", N_("Why, in the supervisor's words"))
        self.body.addWidget(self.who)
        self.body.addWidget(PlainLabel(words(N_("Coded reason")), buddy=self.code))
        self.body.addWidget(self.code)
        self.body.addWidget(self.why)
        self.decide = PlainButton("")
        self.decide.clicked.connect(self._decide)
        self.body.addLayout(row(self.decide))

    def show_case(self) -> None:
        """Name the grade that is asked for on the button."""
        given = label_of(self.page.session, "grade", self.page.force.given)
        self.decide.set_words(self.page.words(N_("The supervisor allows {grade}"), grade=given))

    def _decide(self) -> None:
        for field in (self.who, self.why):
            field.flush()
        assessment = self.page.picture.assessment
        # An empty code or name must reach the rule, which then says what is missing.
        done = self.page.act(
            risk.grade,
            assessment.id,
            self.page.force.given,
            self.why.text(),
            code=self.code.value() or "none",
            supervisor=self.who.text(),
        )
        if done is not None:
            for field in (self.who, self.why):
                field.used()
