"""What was done in a case, entry after entry, with what has been taken back again: the ground that undo stands on.

An entry that takes back others cancels them and itself; taking back such an entry brings the others back. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.notebook.entry import Change, Entry
from app.notebook.ids import Dot


class Told:
    """The entries of one case in the order in which they came to this vault."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = list(entries)
        self.by_name = {entry.dots()[0]: entry for entry in self.entries}
        self._place = {name: place for place, entry in enumerate(self.entries) for name in entry.dots()}
        self._changes = {
            name: change for entry in self.entries for name, change in zip(entry.dots(), entry.changes, strict=True)
        }
        self._taken: set[Dot] = set()
        for entry in reversed(self.entries):
            if entry.dots()[0] not in self._taken:
                self._taken.update(entry.takes_back)

    def stands(self, entry: Entry) -> bool:
        """Whether nobody has taken this entry back."""
        return entry.dots()[0] not in self._taken

    def takes_back_an_action(self, entry: Entry) -> bool:
        """Whether this entry takes back an action, and not something that was itself taking back."""
        named = [self.by_name[name] for name in entry.takes_back if name in self.by_name]
        return bool(named) and not any(one.takes_back for one in named)

    def knows(self, name: Dot) -> bool:
        """Whether a change lies in this vault: of a case that came as a whole, what was before may not."""
        return name in self._changes

    def value(self, name: Dot, field: str) -> Any:
        """What a change wrote into a field; None where it wrote nothing there."""
        change = self._changes.get(name, {})
        if change.get("op") == "set":
            return change["fields"].get(field, {}).get("value")
        if change.get("op") == "add":
            return change["value"]
        return (change.get("fields") or {}).get(field)

    def before(self, name: Dot, entry: Entry) -> bool:
        """Whether a change came to this vault before an entry."""
        return self._place.get(name, len(self.entries)) < self._place[entry.dots()[0]]

    def since(self, last: Entry) -> Iterator[Entry]:
        """The entries after this one whose effect still stands: pairs that cancel each other are left out."""
        start = self._place[last.dots()[0]] + 1
        gone: set[Dot] = set()
        for entry in reversed(self.entries[start:]):
            name = entry.dots()[0]
            later = [n for n in entry.takes_back if self._place.get(n, -1) >= start]
            if name not in gone and entry.takes_back and len(later) == len(entry.takes_back):
                gone.update((name, *later))
        yield from (entry for entry in self.entries[start:] if entry.dots()[0] not in gone)


def is_log(change: Change) -> bool:
    """Whether a change only logs an operation and alters nothing of the case."""
    return change["op"] == "append" and change.get("type") == "operation"
