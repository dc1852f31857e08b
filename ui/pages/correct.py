"""Correcting a completed assessment: the reason and the button in place, and the note over a draft that corrects."""

from __future__ import annotations

from typing import Any

from app.casework import correction
from app.i18n import N_
from ui.pages.drafts import DraftWords
from ui.widgets.bars import Banner
from ui.widgets.text import Card, PlainButton, PlainLabel, row


class Correct(Card):
    """Shown under a completed assessment that no other one has followed."""

    def __init__(self, page: Any) -> None:
        words = page.words
        super().__init__(words(N_("Something was recorded wrongly?")))
        self.page = page
        self.body.addWidget(
            PlainLabel(
                words(
                    N_(
                        "A correction is a new draft with these answers. The completed assessment stays as it is, and "
                        "the grade in force stays until a grade is given; lowering it needs a supervisor. If the "
                        "victim was asked again, start a new assessment instead."
                    )
                ),
                quiet=True,
            )
        )
        self.why = DraftWords(page, "correction", N_("What was recorded wrongly, and why"))
        self.body.addWidget(self.why)
        self.begin = PlainButton(words(N_("Correct this assessment")))
        self.begin.clicked.connect(self._begin)
        self.body.addLayout(row(self.begin))
        self.hide()

    def show_case(self) -> None:
        """Show or hide it as the current assessment stands."""
        current = self.page.picture.assessment
        self.setVisible(current is not None and correction.can_be_corrected(self.page.view, current))

    def _begin(self) -> None:
        self.why.flush()
        done = self.page.act_quietly(correction.correct, self.page.picture.assessment.id, self.why.text())
        if done is None:
            self.why.edit.setFocus()
            return
        self.why.used()
        self.page.announce(done)
        self.page.first_focus()
        self.page.bring_into_view(self.page.correcting)
        self.page.offer_undo(self.page.words(N_("A correction was begun.")))


class CorrectionNote(Banner):
    """Says over an assessment which one it corrects, and why."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page = page
        self.hide()

    def show_case(self) -> None:
        """Bring it in line with the current assessment."""
        current = self.page.picture.assessment
        old = self.page.view.record(str(current.get("corrects", ""))) if current is not None else None
        self.setVisible(old is not None)
        if old is not None:
            message = N_(
                "This corrects the assessment of {when}. Reason: {reason}. Its answers were carried over; change only "
                "what was recorded wrongly. The old one stays as it was."
            )
            when = self.page.session.translator.moment(old.get("completed_at") or old.created_at)
            reason = str(current.get("correction_reason", "")).rstrip(".")
            self.say(self.page.words(message, when=when, reason=reason), "warn")
