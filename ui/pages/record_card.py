"""A card with the form of one record, in one or several parts. A draft becomes a record with its first answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ui.editors.record_form import RecordForm, When
from ui.pages.cards import CardStack
from ui.pages.put_away import PutAway
from ui.widgets.text import Card, PlainLabel

Parts = Sequence[tuple[str, Sequence[str]]]
"""(heading, field names); an empty heading shows none."""


class RecordCard(Card):
    """The forms of a record and the ways to put it away. `title()` may give the card a heading that follows the
    record.
    """

    def __init__(
        self,
        page: Any,
        kind: str,
        parts: Parts,
        record_id: str = "",
        *,
        stack: Callable[[], CardStack],
        what: str,
        preset: Callable[[], Mapping[str, Any]] | None = None,
        when: Mapping[str, When] | None = None,
        explain: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.page, self._stack, self._what = page, stack, page.words(what)
        self.record_id = record_id
        self.setAccessibleName(self._what)
        self.forms: list[RecordForm] = []
        for heading, names in parts:
            if heading:
                self.body.addWidget(PlainLabel(page.words(heading), bold=True))
            form = RecordForm(
                page,
                kind,
                names,
                record_id=record_id,
                preset=preset,
                explain=explain,
                labels=labels,
                when={name: rule for name, rule in (when or {}).items() if name in names},
            )
            form.made.connect(self._made)
            self.forms.append(form)
            self.body.addWidget(form)
        self.put_away = PutAway(page, lambda: self.record_id, lambda: self._what)
        self.body.addWidget(self.put_away)

    def show_record(self) -> None:
        """Bring the forms in line with the case."""
        people = self.page.people_options()
        for form in self.forms:
            form.offer_people(people)
            form.show_record()
        self.put_away.show_record()

    def focus_first(self) -> None:
        """Stand on the first field."""
        next(iter(self.forms[0].editors.values())).control.setFocus()

    def editor(self, name: str) -> Any:
        """The editor of a field."""
        return next(form.editors[name] for form in self.forms if name in form.editors)

    def _made(self, record_id: str) -> None:
        self.record_id = record_id
        for form in self.forms:
            form.record_id = record_id
        self._stack().adopt(record_id)
