"""The conditions of asking: where, seen alone, who interpreted. A relative or a child as interpreter needs a reason."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import edit
from app.i18n import N_
from ui.editors.record_form import RecordForm
from ui.pages.fold import Fold
from ui.widgets.bars import Banner

FIELDS = ("place", "victim_seen_alone", "interrupted", "interpreter", "interpreter_reason")
NOT_NEUTRAL = ("relative", "child")
WARNING = N_(
    "A relative or a child must not interpret: what is said may be changed, heard by the wrong person, or hurt the "
    "child. "
    "If there is no other way tonight, write why, ask only what is needed, and ask again with a professional."
)


class Asking(Fold):
    """A fold with the assessment's own fields."""

    def __init__(self, page: Any) -> None:
        self.page = page
        super().__init__(page.words(N_("How it was asked: alone, where, interpreter")), self._make)
        self.set_open(True)

    def _make(self, inside: QVBoxLayout) -> None:
        self.form = RecordForm(
            self.page,
            "assessment",
            FIELDS,
            save=self._save,
            when={"interpreter_reason": lambda read: read("interpreter") in NOT_NEUTRAL},
            explain={"interpreter_reason": N_("Required.")},
        )
        inside.addWidget(self.form)
        self.warning = Banner(self.page.words(WARNING), tone="danger")
        self.warning.hide()
        inside.addWidget(self.warning)

    def show_record(self) -> None:
        """Bring the form in line with the case."""
        seen = self.page.picture
        self.form.record_id = seen.assessment.id if seen.assessment is not None else ""
        self.form.show_record()
        interpreter = seen.assessment.get("interpreter") if seen.assessment is not None else None
        reason = seen.assessment.get("interpreter_reason") if seen.assessment is not None else None
        self.warning.setVisible(interpreter in NOT_NEUTRAL)
        self.form.editors["interpreter_reason"].mark_doubt(
            self.page.words(N_("A reason is missing.")) if interpreter in NOT_NEUTRAL and not reason else ""
        )
        self.form.setEnabled(not seen.completed)

    def _save(self, name: str, value: Any) -> Any:
        assessment = self.page.assessment_id()
        return self.page.act(edit.set_field, assessment, name, value) if assessment else None
