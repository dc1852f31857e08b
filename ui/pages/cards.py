"""Cards for the records of one kind, kept in step with the case without touching those that stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget


class CardStack(QWidget):
    """One card a record, in the order given; a card that is still a draft stands last, or first where asked for, and
    becomes a record's own. A card is a widget that can `show_record`.
    """

    def __init__(self, make: Callable[[str], Any], *, draft_first: bool = False) -> None:
        super().__init__()
        self._make, self._draft_first = make, draft_first
        self.cards: dict[str, Any] = {}
        self.draft: Any = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def sync(self, ids: Sequence[str]) -> None:
        """Show exactly these records."""
        for record_id in [known for known in self.cards if known not in ids]:
            gone = self.cards.pop(record_id)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, record_id in enumerate(ids, 1 if self.draft is not None and self._draft_first else 0):
            card = self.cards.get(record_id)
            if card is None:
                card = self.cards[record_id] = self._make(record_id)
                self._column.insertWidget(place, card)
            elif self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
            card.show_record()

    def start_draft(self, card: Any) -> None:
        """Put a card without a record at the end; an earlier empty draft goes."""
        self.drop_draft()
        self.draft = card
        self._column.insertWidget(0 if self._draft_first else -1, card)
        card.show()  # at once: what is shown later cannot take the focus now
        card.show_record()

    def adopt(self, record_id: str) -> None:
        """The draft has become this record's card."""
        if self.draft is not None:
            self.cards[record_id] = self.draft
            self.draft = None

    def drop_draft(self) -> None:
        """Take an empty draft away."""
        if self.draft is not None:
            self._column.removeWidget(self.draft)
            self.draft.hide()
            self.draft.deleteLater()
            self.draft = None


def clear(lines: QVBoxLayout) -> None:
    """Take every widget out of a layout."""
    while lines.count():
        item = lines.takeAt(0)
        widget: QWidget | None = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
