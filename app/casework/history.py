"""The history of one field: every value that was ever written to it, what became of each, and what stands now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from app.casework.change_words import ChangeWords
from app.casework.desk import Desk
from app.i18n import Translator
from app.notebook.entry import Change, Entry
from app.notebook.fold import Standing
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from app.records.view import Record

State = Literal["in_force", "beside", "replaced"]


@dataclass(frozen=True)
class Version:
    """One value as it was written. `text`: in words, empty where the field was cleared.

    `state`: in force; standing beside another value in conflict; or replaced, `by` whom and `replaced_at` when.
    `change` is "value" for an ordinary write, "added" or "taken_out" for an element of a set.
    """

    value: Any
    text: str
    who: str
    at: str
    received: str | None
    device: str
    here: bool
    state: State
    by: str = ""
    replaced_at: str = ""
    change: Literal["value", "added", "taken_out"] = "value"


@dataclass(frozen=True)
class History:
    """All versions of a field, latest first, and what the record and the field are called."""

    record: str
    field: str
    kind: str
    """The kind of the field (line, words, code, …)."""
    versions: tuple[Version, ...]

    @property
    def standing(self) -> tuple[Version, ...]:
        """What stands: one value, or several in conflict."""
        return tuple(v for v in self.versions if v.state != "replaced" and v.change == "value")

    @property
    def differs(self) -> bool:
        """Whether values stand side by side that differ."""
        values = [v.value for v in self.standing]
        return any(value != values[0] for value in values[1:])


@dataclass(frozen=True)
class _Write:
    dot: str
    entry: Entry
    received: str | None
    value: Any
    change: Literal["value", "added", "taken_out"]
    saw: tuple[str, ...]


def history(desk: Desk, case_id: str, record_id: str, field: str, words: Translator) -> History:
    """Every value that was ever written to a field, latest first."""
    view = desk.store.view(case_id)
    record = view.record(record_id)
    kind = record.type if record else ""
    declared = RECORD_TYPES.get(kind)
    known = declared.field(field) if declared else None
    writes = [
        write
        for kept in desk.store.entries(case_id)
        for write in _writes(kept.entry, kept.received_at, record_id, field)
    ]
    writes.sort(key=lambda w: (w.entry.stamp, w.entry.device))
    told = ChangeWords(desk, view, words)
    replaced = {dot: write for write in reversed(writes) for dot in write.saw}
    standing = record.standing(field) if record else []
    versions = [
        _version(desk, told, record, known, write, replaced.get(write.dot), standing) for write in reversed(writes)
    ]
    label = words.text(known.label) if known else field
    return History(told.heading(kind, record_id), label, known.kind if known else "", tuple(versions))


def _writes(entry: Entry, received: str | None, record_id: str, field: str) -> Iterator[_Write]:
    for dot, change in zip(entry.dots(), entry.changes, strict=True):
        if change["record"] == record_id:
            yield from _write(entry, received, dot, change, field)


def _write(entry: Entry, received: str | None, dot: str, change: Change, field: str) -> Iterator[_Write]:
    operation, fields = change["op"], change.get("fields") or {}
    if operation in ("create", "append") and field in fields:
        yield _Write(dot, entry, received, fields[field], "value", ())
    elif operation == "set" and field in fields:
        yield _Write(dot, entry, received, fields[field]["value"], "value", tuple(fields[field]["saw"]))
    elif operation == "add" and change["field"] == field:
        yield _Write(dot, entry, received, change["value"], "added", ())
    elif operation == "remove" and change["field"] == field:
        yield _Write(dot, entry, received, None, "taken_out", tuple(change["saw"]))


def _version(
    desk: Desk,
    told: ChangeWords,
    record: Record | None,
    field: Field | None,
    write: _Write,
    later: _Write | None,
    standing: list[Standing],
) -> Version:
    stands = any(s.dot == write.dot for s in standing)
    state: State = "replaced"
    if stands:
        in_force = record.get(field.name) if record is not None and field is not None else write.value
        beside = write.change == "value" and len(standing) > 1 and _empty(write.value) != _empty(in_force)
        state = "beside" if beside else "in_force"
    text = told.value(field, [write.value] if write.change == "added" else write.value)
    if field is not None and not text and write.value not in (None, "", []):
        text = str(write.value)
    return Version(
        write.value,
        text,
        write.entry.author,
        write.entry.wall,
        write.received,
        write.entry.device[:8],
        write.entry.device == desk.device_id,
        state,
        later.entry.author if later and not stands else "",
        later.entry.wall if later and not stands else "",
        write.change,
    )


def _empty(value: Any) -> Any:
    """A value to compare by: nothing is nothing, however it was written."""
    return None if value in ("", []) else value
