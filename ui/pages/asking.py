"""The conditions of asking: where, seen alone, who interpreted. A relative or a child as interpreter needs a reason."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import edit
from app.i18n import N_
from ui.editors.factory import label_of
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
        super().__init__(page.words(N_("How it was asked")), self._make)

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
        self.show_record()
        inside.addWidget(self.warning)

    def show_record(self) -> None:
        """Bring heading and form in line with the case; a missing reason opens the form."""
        seen = self.page.picture
        assessment = seen.assessment
        interpreter = assessment.get("interpreter") if assessment is not None else None
        reason = assessment.get("interpreter_reason") if assessment is not None else None
        if interpreter in NOT_NEUTRAL and not reason:
            self.set_open(True)
        self.set_title(self._summary(assessment))
        if not self.is_filled:
            return
        self.form.record_id = assessment.id if assessment is not None else ""
        self.form.show_record()
        self.warning.setVisible(interpreter in NOT_NEUTRAL)
        self.form.editors["interpreter_reason"].mark_doubt(
            self.page.words(N_("A reason is missing.")) if interpreter in NOT_NEUTRAL and not reason else ""
        )
        self.form.setEnabled(not seen.completed)

    def _summary(self, assessment: Any) -> str:
        words, session = self.page.words, self.page.session
        said = []
        if assessment is not None:
            if assessment.get("place"):
                said.append(label_of(session, "assessment_place", assessment.get("place")))
            if assessment.get("victim_seen_alone") == "yes":
                said.append(words(N_("seen alone")))
            elif assessment.get("victim_seen_alone"):
                said.append(words(N_("not seen alone")))
            if assessment.get("interpreter"):
                who = label_of(session, "interpreter", assessment.get("interpreter"))
                said.append(words(N_("interpreter: {who}"), who=who))
        title = words(N_("How it was asked"))
        return f"{title}: {', '.join(said)}" if said else words(N_("How it was asked: alone? where? interpreter?"))

    def _save(self, name: str, value: Any) -> Any:
        assessment = self.page.assessment_id()
        return self.page.act(edit.set_field, assessment, name, value) if assessment else None
