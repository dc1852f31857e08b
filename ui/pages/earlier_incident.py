"""An incident of an earlier attendance, folded to one line so that the newest one stands open on top."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.i18n import N_
from ui.editors.factory import label_of
from ui.pages.fold import Fold
from ui.pages.record_card import RecordCard


class EarlierIncident(Fold):
    """Opened, it is the incident's own card."""

    def __init__(self, page: Any, record_id: str, make: Callable[[str], RecordCard]) -> None:
        self.page, self.record_id, self._make = page, record_id, make
        self.card: RecordCard | None = None
        super().__init__(" ", self._fill_card)

    def show_record(self) -> None:
        """Bring the line, and the card where it was opened, in line with the case."""
        record, session = self.page.view.record(self.record_id), self.page.session
        at = str(record.get("occurred_from") or record.get("reported_at") or record.created_at)
        kind = label_of(session, "place_kind", record.get("place_kind"))
        offences = ", ".join(record.get("offences", []))
        said = self.page.words(N_("Earlier incident, {day}"), day=session.translator.day(at))
        self.set_title(" · ".join(part for part in (said, kind, offences) if part))
        if self.card is not None:
            self.card.show_record()

    def focus_first(self) -> None:
        """Open it and stand on its first field."""
        self.set_open(True)
        assert self.card is not None
        self.card.focus_first()

    def editor(self, name: str) -> Any:
        """The editor of a field, once it was opened."""
        assert self.card is not None
        return self.card.editor(name)

    def _fill_card(self, inside: QVBoxLayout) -> None:
        self.card = self._make(self.record_id)
        inside.addWidget(self.card)
        self.card.show_record()
