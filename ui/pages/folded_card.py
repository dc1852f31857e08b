"""A record folded to one line that says how it stands, with its form inside. A draft becomes a record with its first
answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.i18n import N_
from app.records.view import Record
from ui.editors.editor import Editor
from ui.editors.record_form import RecordForm, When
from ui.pages.cards import CardStack
from ui.pages.fold import Fold
from ui.pages.put_away import PutAway
from ui.widgets.text import Card

OPEN = "open_card"
"""Under which name the vault keeps which card of a case was opened last."""


class FoldedCard(Card):
    """One record of a kind. A kind gives `kind`, `what`, `asked` and the words of `title`."""

    kind = ""
    what = ""
    asked: ClassVar[Sequence[str]] = ()
    explain: ClassVar[Mapping[str, str]] = {}
    labels: ClassVar[Mapping[str, str]] = {}
    kinds: ClassVar[Mapping[str, type[Editor]]] = {}

    def __init__(self, page: Any, record_id: str = "", *, stack: Callable[[], CardStack]) -> None:
        super().__init__()
        self.page, self.words, self.record_id, self._stack = page, page.words, record_id, stack
        self.form: RecordForm | None = None
        self.body.setContentsMargins(8, 2, 8, 4)
        self.body.setSpacing(0)
        self.fold = Fold("", self._fill)
        self.body.addWidget(self.fold)
        self.put_away = PutAway(page, lambda: self.record_id, lambda: self.words(self.what))
        self.put_away.setParent(self)
        self.put_away.hide()
        # What was open last is open again, so that a lock leads back to the field that was typed in.
        if not record_id or page.draft(OPEN) == record_id:
            self.fold.set_open(True)
        self.fold.opened.connect(self._remember)

    # ---- what a kind fills in

    def title(self, record: Record | None) -> str:
        """The one line to which the record is folded."""
        raise NotImplementedError

    def asked_when(self) -> Mapping[str, When]:
        """Fields that are asked only where others say so."""
        return {}

    def begun(self) -> Mapping[str, Any]:
        """What a draft begins with."""
        return {}

    def fill_more(self, inside: QVBoxLayout) -> None:
        """What stands below the form; made once, when the card is first opened."""

    def show_more(self) -> None:
        """Bring what a kind added in line with the case."""

    # ---- for the page

    @property
    def record(self) -> Record | None:
        """The record as it stands, or None while there is none."""
        found: Record | None = self.page.view.record(self.record_id) if self.record_id else None
        return found

    def show_record(self) -> None:
        """Bring heading and form in line with the case."""
        record = self.record
        said = self.title(record)
        if record is not None and record.conflicts():
            said = " · ".join((said, self.words(N_("recorded differently"))))
        self.fold.set_title(said)
        self.setAccessibleName(said)
        if self.form is not None:
            self.put_away.show_record()
            self.form.offer_people(self.page.people_options())
            self.show_more()
            self.form.show_record()

    def open_at(self, field: str) -> None:
        """Open the card and stand on a field."""
        self.fold.set_open(True)
        assert self.form is not None
        control = self.form.editors[field].control
        (control.focusProxy() or control).setFocus(Qt.FocusReason.OtherFocusReason)
        # Once the layout has made room: as much of the card as there is room for, from its top on.
        QTimer.singleShot(0, self, self._bring_into_view)

    def focus_first(self) -> None:
        """Stand on the first field."""
        self.open_at(self.asked[0])

    def save(self, name: str, value: Any) -> Any:
        """Save a field of a record that is there already, where a kind does so in its own way."""
        raise NotImplementedError

    # ---- inside

    def _fill(self, inside: QVBoxLayout) -> None:
        own_save = type(self).save is not FoldedCard.save
        self.form = RecordForm(
            self.page,
            self.kind,
            self.asked,
            record_id=self.record_id,
            preset=self.begun,
            when=self.asked_when(),
            explain=self.explain,
            labels=self.labels,
            kinds=self.kinds,
            save=self.save if own_save else None,
        )
        self.form.made.connect(self._made)
        inside.addWidget(self.form)
        self.fill_more(inside)
        inside.addWidget(self.put_away)
        self.show_record()

    def _made(self, record_id: str) -> None:
        self.record_id = record_id
        self._stack().adopt(record_id)
        self._remember(True)

    def _remember(self, is_open: bool) -> None:
        if self.record_id:
            self.page.keep_draft(OPEN, self.record_id if is_open else "")

    def _bring_into_view(self) -> None:
        self.page.sheet.ensureWidgetVisible(self, 0, 8)
        self.page.sheet.ensureWidgetVisible(self.fold.button, 0, 12)
