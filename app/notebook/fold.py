"""The fold: what stands, computed from a set of entries. The order of arrival and repeats change nothing.

A field's value is a set of standing values. A write joins the set and removes exactly what its author saw (rule C1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from app.notebook.entry import Change, Entry
from app.notebook.hybrid import Stamp
from app.notebook.ids import Dot, in_order

KNOWN_OPERATIONS = frozenset({"create", "append", "set", "add", "remove"})


@dataclass(frozen=True)
class Written:
    """Who wrote a change, when by the device's clock and when by the server's (None: not received yet)."""

    author: str
    device_time: str
    stamp: Stamp
    received: str | None = None


@dataclass(frozen=True)
class Standing:
    """A value that no later writer had seen and replaced."""

    value: Any
    dot: Dot
    written: Written


@dataclass
class FieldState:
    """The standing values of one field, and dots that a later writer saw but that have not arrived here yet."""

    live: dict[Dot, Any] = field(default_factory=dict)
    awaited: set[Dot] = field(default_factory=set)

    def write(self, name: Dot, value: Any, saw: Iterable[Dot]) -> None:
        """Join a value and remove what its author saw."""
        self.hide(saw)
        if name in self.awaited:
            self.awaited.discard(name)
        else:
            self.live[name] = value

    def hide(self, saw: Iterable[Dot]) -> None:
        """Remove the named additions, also those that arrive later."""
        for seen in saw:
            if seen in self.live:
                del self.live[seen]
            else:
                self.awaited.add(seen)


@dataclass
class RecordState:
    """One record: its type, who made it, and the standing values of its fields."""

    id: str
    type: str = ""
    appended: set[Dot] = field(default_factory=set)
    created: dict[Dot, Written] = field(default_factory=dict)
    fields: dict[str, FieldState] = field(default_factory=dict)
    written: dict[Dot, Written] = field(default_factory=dict)
    unknown: list[Change] = field(default_factory=list)
    knew: dict[Dot, dict[str, int]] = field(default_factory=dict)

    @property
    def immutable(self) -> bool:
        """Whether the record was appended: what it was made with then stands for ever."""
        return bool(self.appended)

    def standing(self, name: str) -> list[Standing]:
        """The standing values of a field, oldest first as displayed."""
        state = self.fields.get(name)
        if state is None:
            return []
        found = [Standing(value, key, self.written[key]) for key, value in state.live.items()]
        return found if len(found) < 2 else sorted(found, key=lambda s: (s.written.stamp, in_order(s.dot)))

    def seen(self, name: str) -> list[Dot]:
        """The dots that a writer who looks at this record now has seen of a field."""
        state = self.fields.get(name)
        return sorted(state.live) if state else []

    def known(self) -> dict[str, int]:
        """The last sequence number of each device that stands in this record: what a decision about it knew."""
        return heads(d for state in self.fields.values() for d in state.live)

    def first_written(self) -> tuple[Stamp, tuple[str, int]]:
        """When the record was first made, for display order: within one entry, the order of its changes."""
        made = self.created or self.written
        return (
            min((written.stamp, in_order(name)) for name, written in made.items()) if made else (Stamp(0, 0), ("", 0))
        )

    def apply(self, name: Dot, change: Change, written: Written) -> None:
        """Take in one change, once: whoever calls this knows which entries were taken in before."""
        operation = change["op"]
        if operation in ("create", "append"):
            if not self.created or in_order(name) < min(map(in_order, self.created)):
                # Two devices may make one record; which of them arrives first must not matter.
                self.type = change["type"]
            self.created[name] = written
            if "knew" in change:
                self.knew[name] = change["knew"]
            if operation == "append":
                self.appended.add(name)
            for key, value in change["fields"].items():
                if operation == "append":
                    self._field(key).awaited.discard(name)
                self._field(key).write(name, value, ())
        elif operation == "set":
            for key, wish in change["fields"].items():
                self._field(key).write(name, wish["value"], self._removable(wish["saw"]))
                if "knew" in wish:
                    self.knew[name] = wish["knew"]
        elif operation == "add":
            self._field(change["field"]).write(name, change["value"], ())
        elif operation == "remove":
            self._field(change["field"]).hide(self._removable(change["saw"]))
        else:
            self.unknown.append(change)
        self.written[name] = written
        self._forget_replaced()

    def mark_received(self, names: Iterable[Dot], received: str) -> None:
        """Note the server's receipt time of changes that stand here."""
        for name in names:
            if name in self.written:
                self.written[name] = replace(self.written[name], received=received)
            if name in self.created:
                self.created[name] = replace(self.created[name], received=received)

    def _field(self, name: str) -> FieldState:
        return self.fields.setdefault(name, FieldState())

    def _removable(self, saw: Iterable[Dot]) -> list[Dot]:
        # A later write to an appended record stands beside what it was made with: a conflict to see, never a loss.
        return [name for name in saw if name not in self.appended]

    def _forget_replaced(self) -> None:
        # Author and time are kept only for what stands; the entries themselves keep the history.
        needed = set(self.created).union(*(state.live for state in self.fields.values()))
        if len(self.written) > 2 * len(needed) + 8:
            self.written = {name: kept for name, kept in self.written.items() if name in needed}
        if self.knew:
            self.knew = {name: kept for name, kept in self.knew.items() if name in needed}


def heads(names: Iterable[Dot]) -> dict[str, int]:
    """The highest sequence number of each device among the dots."""
    found: dict[str, int] = {}
    for name in names:
        device, sequence = in_order(name)
        found[device] = max(sequence, found.get(device, 0))
    return found


@dataclass
class CaseState:
    """All records of one case."""

    id: str
    records: dict[str, RecordState] = field(default_factory=dict)
    taken_in: set[Dot] = field(default_factory=set)
    version: int = 0
    """Grows with every change, so that what was computed from the state is known to be current or not."""
    _known: dict[str, int] | None = field(default=None, compare=False, repr=False)

    def apply(self, entry: Entry, received: str | None = None) -> set[str]:
        """Take in one entry as a whole and return the ids of the records that it touched: none where it is a repeat."""
        name = entry.dots()[0]
        if name in self.taken_in:
            return set()
        self.taken_in.add(name)
        self.version += 1
        written = Written(entry.author, entry.wall, entry.stamp, received)
        for name, change in zip(entry.dots(), entry.changes, strict=True):
            record = self.records.setdefault(change["record"], RecordState(change["record"]))
            record.apply(name, change, written)
        if self._known is not None:
            self._known[entry.device] = max(self._known.get(entry.device, 0), entry.first + entry.count - 1)
        return {change["record"] for change in entry.changes}

    def known(self) -> dict[str, int]:
        """The last sequence number of each device that stands in this case."""
        if self._known is None:
            # Counted once and kept up by each entry: it is asked for with every record that is made.
            live = (d for record in self.records.values() for state in record.fields.values() for d in state.live)
            self._known = heads(live)
        return dict(self._known)

    def mark_received(self, entry: Entry, received: str) -> set[str]:
        """Note when the server received an entry that was taken in before; returns the ids of its records."""
        self.version += 1
        touched = {change["record"] for change in entry.changes}
        for record_id in touched & set(self.records):
            self.records[record_id].mark_received(entry.dots(), received)
        return touched

    def snapshot(self) -> dict[str, Any]:
        """Everything that stands, as plain data: equal for two replicas that hold the same entries."""
        return {
            key: {
                "type": record.type,
                "immutable": record.immutable,
                "created": sorted(record.created),
                "fields": {
                    name: sorted((d, json.dumps(v, sort_keys=True)) for d, v in state.live.items())
                    for name, state in sorted(record.fields.items())
                    if state.live
                },
                "knew": sorted((d, sorted(known.items())) for d, known in record.knew.items()),
                "unknown": sorted(json.dumps(change, sort_keys=True) for change in record.unknown),
            }
            for key, record in sorted(self.records.items())
        }


def fold(case: str, entries: Iterable[tuple[Entry, str | None]]) -> CaseState:
    """The state of a case from its entries, each with the server's receipt time or None."""
    state = CaseState(case)
    for entry, received in entries:
        state.apply(entry, received)
    return state
