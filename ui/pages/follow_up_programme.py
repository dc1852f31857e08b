"""Programmes for people who use violence: what others tell of taking part. It is no proof of safety."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_
from app.records.names import full_name
from app.records.view import Record
from ui.editors.factory import label_of
from ui.pages.cards import CardStack
from ui.pages.folded_card import FoldedCard
from ui.widgets.text import PlainButton, PlainLabel, row


class ProgrammeCard(FoldedCard):
    """Taking part in one programme, as told by others."""

    kind = "programme"
    what = N_("Programme")
    asked = ("person", "name", "status", "told_by", "told_at", "sessions_offered", "sessions_attended", "note")
    explain = {"told_by": N_("Who says so, and from where.")}

    def __init__(self, page: Any, record_id: str, part: ProgrammePart) -> None:
        super().__init__(page, record_id, stack=lambda: part.programmes)

    def title(self, record: Record | None) -> str:
        if record is None:
            return self.words(N_("New programme"))
        session = self.page.session
        parts = [full_name(self.page.view.record(str(record.get("person") or ""))), str(record.get("name") or "")]
        parts.append(label_of(session, "programme_status", record.get("status") or "unknown"))
        offered, attended = record.get("sessions_offered"), record.get("sessions_attended")
        if isinstance(offered, int) and isinstance(attended, int):
            parts.append(self.words(N_("{n} of {total} sessions"), n=attended, total=offered))
        if record.get("told_by"):
            parts.append(self.words(N_("told by {name}"), name=record.get("told_by")))
        return " · ".join(part for part in parts if part)

    def begun(self) -> Mapping[str, Any]:
        suspects = self.page.view.people("suspect")
        return {"person": suspects[0].id} if len(suspects) == 1 else {}


class ProgrammePart(QWidget):
    """The programmes of a case."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, words = page, page.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(page.heading(N_("Programme for the suspect")))
        column.addWidget(
            page.note(
                N_(
                    "Taking part does not lower the risk by itself, and stopping can be a sign of danger. Only what "
                    "somebody who knows has told belongs here."
                )
            )
        )
        self.none = PlainLabel(
            words(N_("No programme is recorded. Add one when the suspect was referred to one, or says so.")),
            kind="quiet",
        )
        column.addWidget(self.none)
        self.programmes = CardStack(lambda record_id: ProgrammeCard(page, record_id, self))
        column.addWidget(self.programmes)
        self.add = PlainButton(words(N_("Add a programme")))
        self.add.clicked.connect(self._add)
        column.addLayout(row(self.add))

    def show_case(self) -> None:
        """Bring the list in line with the case."""
        known = self.page.view.of("programme")
        self.programmes.sync([r.id for r in known])
        self.none.setVisible(not known and self.programmes.draft is None)

    def _add(self) -> None:
        card = ProgrammeCard(self.page, "", self)
        self.programmes.start_draft(card)
        self.none.hide()
        card.focus_first()
