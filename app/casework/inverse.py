"""The changes that take an action back: fields as its author found them, what was made archived, sets as they were.

What was written once for good stays: a grade, a completed assessment, a print, a decision on consent, a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.casework import edit, todo
from app.casework.desk import Desk
from app.casework.operations import DECISION
from app.casework.told import Told, is_log
from app.notebook import entry as notebook
from app.notebook.entry import Change, Entry
from app.notebook.fold import KNOWN_OPERATIONS, RecordState
from app.notebook.ids import Dot
from app.problems import Problem

TAKEN_BACK = "taken_back"
"""The reason under which something is archived that was made by an action taken back."""

FOR_GOOD = {
    "grade": "undo.grade",
    "sealed": "undo.sealed",
    "print": "undo.print",
    "consent": "undo.consent",
    "note": "undo.note",
    "hand_over": "undo.hand_over",
    "hand_over_answer": "undo.hand_over",
}
_OF_ASSESSMENTS = ("assessment", "answer", "victim_view")
_FIXED = {
    "answer": ("assessment", "factor"),
    "victim_view": ("assessment",),
    "task": ("code", "agency"),
    "plan": (),
    "paper": (),
    "no_action": ("factor",),
}
"""Records with an id of their own on every laptop, and what says which one it is. They are emptied, not archived:
whoever answers again writes into the same record, and that must be in sight."""


class Inverse:
    """Takes back the entries of one action in one case."""

    def __init__(self, desk: Desk, case_id: str, told: Told, entries: tuple[Entry, ...]) -> None:
        self._desk, self._case_id, self._told, self._entries = desk, case_id, told, entries
        self._state = desk.store.case(case_id)
        self._written = [(n, c) for entry in entries for n, c in zip(entry.dots(), entry.changes, strict=True)]
        self._own = {name for name, _ in self._written}
        self._made = {c["record"]: c for _, c in self._written if c["op"] == "create"}

    def changes(self) -> list[Change]:
        """The changes that take the action back. Raises Problem undo.*, and todo.* where a task may not be closed."""
        self._refuse_for_good()
        self._refuse_completed()
        self._refuse_later()
        found: list[Change] = []
        for record_id, change in self._made.items():
            found += self._unmake(record_id, change)
        for record_id in dict.fromkeys(c["record"] for _, c in self._written if c["op"] in ("set", "add", "remove")):
            if record_id not in self._made:
                found += self._set_back(record_id)
        if not found:
            raise Problem("undo.log")
        return found

    # -- what speaks against it

    def _refuse_for_good(self) -> None:
        for _, change in self._written:
            if change["op"] not in KNOWN_OPERATIONS:
                raise Problem("undo.newer")
            if change["op"] == "append" and not is_log(change):
                raise Problem(FOR_GOOD.get(str(change["type"]), "undo.newer"))

    def _refuse_completed(self) -> None:
        for record_id in {change["record"] for _, change in self._written}:
            record = self._state.records.get(record_id)
            if record is None or record.type not in _OF_ASSESSMENTS:
                continue
            named = [s.value for s in record.standing("assessment")] if record.type != "assessment" else [record_id]
            for assessment in named:
                asked = self._state.records.get(str(assessment))
                if asked is not None and any(s.value for s in asked.standing("completed_at")):
                    raise Problem("undo.sealed")

    def _refuse_later(self) -> None:
        for entry in self._told.since(self._entries[-1]):
            for change in entry.changes:
                if not is_log(change) and self._meets(change):
                    mine = entry.session == self._desk.session and self._desk.wrote(entry)
                    raise Problem("undo.later_first" if mine else "undo.changed_since")
        for record_id, name in self._fields_set():
            record = self._record(record_id)
            if not _same(self._wrote(record_id, name), [s.value for s in record.standing(name)]):
                raise Problem("undo.changed_since")

    def _meets(self, later: Change) -> bool:
        """Whether a later change is about the same: the same field, the same element, or a record made here."""
        if later["record"] in self._made or self._case_id in self._made:
            return True
        if any(_names(value, self._made) for value in _values(later)):
            return True
        return any(
            later["record"] == mine["record"] and not self._parts(later).isdisjoint(self._parts(mine))
            for _, mine in self._written
        )

    def _parts(self, change: Change) -> set[str]:
        """The fields that a change concerns; of a set, the elements."""
        if change["op"] == "set":
            return set(change["fields"])
        if change["op"] == "add":
            return {f"{change['field']} {value}" for value in _each(change["value"])}
        if change["op"] == "remove":
            taken = (self._told.value(name, change["field"]) for name in change["saw"])
            return {f"{change['field']} {value}" for found in taken for value in _each(found)}
        return set()

    # -- what is written

    def _unmake(self, record_id: str, change: Change) -> list[Change]:
        kept = _FIXED.get(change["type"])
        if change["type"] == "task" and record_id != todo.task_id(self._case_id, str(change["fields"].get("code", ""))):
            kept = None
        if kept is None:
            away = {"archived": "yes", "archive_reason": TAKEN_BACK}
            return edit.assign(self._desk, self._case_id, record_id, away)
        emptied = dict.fromkeys((name for name in change["fields"] if name not in kept), None)
        # Where nothing was answered yet there is nothing to empty, and it is still said that it was taken back.
        same = {name: change["fields"].get(name) for name in kept[:1]}
        return edit.assign(self._desk, self._case_id, record_id, emptied or same)

    def _set_back(self, record_id: str) -> list[Change]:
        first: dict[str, Any] = {}
        beside: list[Change] = []
        for _, name in (pair for pair in self._fields_set() if pair[0] == record_id):
            stood = self._stood(record_id, name) or [None]
            first[name] = stood[0]
            # Where several values stood, each stands again: a decision taken back is a conflict again.
            if name == "archived" and self._decided():
                stood = ["yes", "no"]  # the change that stood beside it was no write to this field
                first[name] = stood[0]
            beside += [notebook.assign(record_id, {name: (value, [])}) for value in stood[1:]]
        for name in self._sets(record_id):
            first[name] = self._elements_before(record_id, name)
        self._check_task(record_id, first)
        return [*edit.assign(self._desk, self._case_id, record_id, first), *beside]

    def _decided(self) -> bool:
        """Whether the action decided between values that differed."""
        return any((change.get("fields") or {}).get("what") == DECISION for _, change in self._written)

    def _check_task(self, record_id: str, values: dict[str, Any]) -> None:
        record = self._desk.store.view(self._case_id).record(record_id)
        if record is None or record.type != "task" or values.get("status") in (None, todo.OPEN):
            return
        after = {**{name: record.get(name) for name in record.field_names()}, **values}
        view = self._desk.store.view(self._case_id)
        todo.check_closing(self._desk, view, self._desk.library.task(str(record.get("code", ""))), after)

    def _fields_set(self) -> list[tuple[str, str]]:
        pairs = [(c["record"], name) for _, c in self._written if c["op"] == "set" for name in c["fields"]]
        return [pair for pair in dict.fromkeys(pairs) if pair[0] not in self._made]

    def _wrote(self, record_id: str, name: str) -> list[Any]:
        """What the action left standing in a field: its last write, and what it wrote beside that."""
        found: list[Any] = []
        for _, change in self._written:
            wish = change["fields"].get(name) if change["op"] == "set" and change["record"] == record_id else None
            if wish is not None:
                found = [*([] if wish["saw"] else found), wish["value"]]
        return found

    def _stood(self, record_id: str, name: str) -> list[Any]:
        """The values that stood in a field before the action, each once."""
        found: list[Any] = []
        for _, change in self._written:
            wish = change["fields"].get(name) if change["op"] == "set" and change["record"] == record_id else None
            for seen in wish["saw"] if wish is not None else ():
                value = self._before(seen, name)
                if seen not in self._own and value not in found:
                    found.append(value)
        return found

    def _sets(self, record_id: str) -> list[str]:
        found = [c["field"] for _, c in self._written if c["record"] == record_id and c["op"] in ("add", "remove")]
        return list(dict.fromkeys(found))

    def _elements_before(self, record_id: str, name: str) -> list[str]:
        mine = [c for _, c in self._written if c["record"] == record_id and c.get("field") == name]
        added = [v for c in mine if c["op"] == "add" for v in _each(c["value"])]
        taken = self._taken_out(record_id, name)
        standing = self._record(record_id).standing(name)
        there = list(dict.fromkeys(v for s in standing for v in _each(s.value)))
        earlier = {v for s in standing if self._told.before(s.dot, self._entries[0]) for v in _each(s.value)}
        gone = {v for v in added if v not in taken and v not in earlier}
        return [v for v in there if v not in gone] + [v for v in taken if v not in there]

    def _taken_out(self, record_id: str, name: str) -> list[str]:
        mine = [c for _, c in self._written if c["record"] == record_id and c.get("field") == name]
        seen = [n for c in mine if c["op"] == "remove" for n in c["saw"] if n not in self._own]
        return list(dict.fromkeys(v for n in seen for v in _each(self._before(n, name))))

    def _before(self, seen: Dot, name: str) -> Any:
        """What a change had written that the action's author found. Never guessed: nothing known is no empty field."""
        if not self._told.knows(seen):
            raise Problem("undo.not_here")
        return self._told.value(seen, name)

    def _record(self, record_id: str) -> RecordState:
        return self._state.records.get(record_id) or RecordState(record_id)


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _values(change: Change) -> Iterator[Any]:
    if change["op"] == "set":
        yield from (wish["value"] for wish in change["fields"].values())
    elif change["op"] in ("create", "append"):
        yield from change["fields"].values()


def _names(value: Any, ids: Iterable[str]) -> bool:
    return any(value == one or (isinstance(value, list) and one in value) for one in ids)


def _same(one: list[Any], other: list[Any]) -> bool:
    told = [sorted({json.dumps(v, sort_keys=True) for v in values}) for values in (one, other)]
    return told[0] == told[1]
