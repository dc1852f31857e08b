"""The victim's own view: how unsafe, in whose words, what is feared, what would and would not help. It can raise, never
lower.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from app.casework import risk
from app.i18n import N_
from ui.editors.editor import Editor
from ui.editors.record_form import RecordForm
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import Card, PlainLabel

FIELDS = ("rating", "words", "feared", "distrusts", "trusts", "wishes")
NOT_GIVEN = "none"


class RatingEditor(Editor):
    """Nought to ten as eleven equal buttons, and “not given”."""

    wide = True

    def make_control(self) -> QWidget:
        options = [(str(n), str(n)) for n in range(11)] + [(NOT_GIVEN, self.words(N_("Not given")))]
        self.row = ChoiceRow(options, name=self.title)
        self.row.chosen.connect(lambda value: self.answer(None if value == NOT_GIVEN else int(value)))
        return self.row

    def put(self, value: Any) -> None:
        self.row.set_value("" if value is None else str(value))


class VictimView(Card):
    """The form of the victim's view in the current assessment."""

    def __init__(self, page: Any) -> None:
        super().__init__(page.words(N_("The victim's own view")))
        self.page = page
        self.body.addWidget(
            PlainLabel(
                page.words(
                    N_(
                        "Ask it as the last question, and write the answer as it was said. The victim's "
                        "view can raise the grade and never lowers it."
                    )
                ),
                quiet=True,
            )
        )
        self.form = RecordForm(
            page,
            "victim_view",
            FIELDS,
            save=self._save,
            kinds={"rating": RatingEditor},
            explain={
                "rating": N_("0: safe. 10: fears for life tonight."),
                "distrusts": N_("If an order is not expected to be obeyed, plan something else beside it."),
            },
        )
        self.body.addWidget(self.form)

    def show_record(self) -> None:
        """Bring the form in line with the case."""
        seen = self.page.picture
        found = risk.victim_view(self.page.view, seen.assessment.id) if seen.assessment is not None else None
        self.form.record_id = found.id if found is not None else ""
        self.form.show_record()
        self.form.setEnabled(not seen.completed)

    def _save(self, name: str, value: Any) -> Any:
        assessment = self.page.assessment_id()
        return self.page.act(risk.set_view, assessment, **{name: value}) if assessment else None
