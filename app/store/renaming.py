"""The new names of changes that are made anew under another device, in whatever names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.notebook import entry as notebook
from app.notebook.entry import Change
from app.notebook.ids import Dot, dot, in_order
from app.store.connection import Connection

RENAMED = "changes made anew"
"""Under which name the vault keeps what its last change of device renamed: an action may be under way meanwhile."""


@dataclass
class Names:
    """What a device's changes are called under the next one. `numbers`: old to new, of those that were made anew."""

    connection: Connection
    old: str
    new: str
    numbers: dict[int, int] = field(default_factory=dict)

    def text(self) -> str:
        """As the vault keeps it."""
        return json.dumps({"old": self.old, "new": self.new, "numbers": list(self.numbers.items())})

    def change(self, change: Change, case_id: str, last: int) -> Change:
        """A change that names what it named before, under the names that those changes have now.

        `last`: the last number of the old device when it was made, which its own device knew without saying.
        """
        made = {**change}
        if isinstance(change.get("saw"), list):
            made["saw"] = self._dots(change["saw"])
        if isinstance(change.get("takes_back"), list):
            made["takes_back"] = self._dots(change["takes_back"])
        if change["op"] in ("create", "append"):
            # What its own device had done before was known by itself; of the old one it has to be said now.
            knew = self._knew({**change.get("knew", {}), self.old: last}, case_id, own=True)
            made = notebook.knowing({name: value for name, value in made.items() if name != "knew"}, knew)
        elif change["op"] == "set":
            made["fields"] = {name: self._wish(wish, case_id) for name, wish in change["fields"].items()}
        return made

    def _wish(self, wish: dict[str, Any], case_id: str) -> dict[str, Any]:
        made = {**wish, "saw": self._dots(wish["saw"])}
        if "knew" in wish:
            made["knew"] = self._knew(wish["knew"], case_id, own=False)
        return made

    def _dots(self, names: list[Dot]) -> list[Dot]:
        return sorted(self._dot(name) for name in names)

    def _dot(self, name: Dot) -> Dot:
        device, number = in_order(name)
        if device == self.old and number in self.numbers:
            return dot(self.new, self.numbers[number])
        return name

    def _knew(self, knew: Mapping[str, int], case_id: str, *, own: bool) -> dict[str, int]:
        """What was known of each device, with the old one's part told apart: what the server has, what is made anew."""
        found = {device: last for device, last in knew.items() if device != self.old}
        upto = knew.get(self.old, 0)
        stays = self.connection.execute(
            "SELECT max(first + count - 1) FROM entry WHERE device = ? AND case_id = ? AND first <= ?",
            (self.old, case_id, upto),
        ).fetchone()[0]
        if stays:
            found[self.old] = min(stays, upto)
        mine = max((new for number, new in self.numbers.items() if number <= upto), default=0)
        if mine and not own:
            found[self.new] = mine
        return found


def names(connection: Connection, old: str) -> Names | None:
    """What the vault's last change of device renamed, where `old` is the device that it had before."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (RENAMED,)).fetchone()
    kept = json.loads(row[0]) if row else {}
    return Names(connection, old, kept["new"], dict(kept["numbers"])) if kept.get("old") == old else None
