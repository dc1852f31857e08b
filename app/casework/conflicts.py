"""Fields that two officers recorded apart: both values in words, which one is in force and why, and the decision.

A decision is an ordinary write that saw every standing value, so two decisions made apart are again a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.casework import cases, edit, follow_up, operations, risk, todo
from app.casework.change_words import ChangeWords
from app.casework.desk import Desk
from app.changed import Changed
from app.i18n import N_, Translator
from app.notebook.entry import Change, Entry
from app.notebook.fold import Standing
from app.notebook.ids import Dot, in_order
from app.problems import Problem
from app.records import apart
from app.records.fields import Field, same
from app.records.view import CaseView, Record

COMPARED = ("line", "words", "names")
"""Kinds of fields whose values are compared word by word."""


@dataclass(frozen=True)
class Writer:
    """Who wrote a value on which laptop: when by its clock, and when the server received it (ISO 8601 or None)."""

    who: str
    at: str
    received: str | None
    device: str
    here: bool


@dataclass(frozen=True)
class Side:
    """One of the values, in words (empty: the field was emptied), and everybody who wrote it."""

    value: Any
    text: str
    writers: tuple[Writer, ...]
    in_force: bool
    beside: str = ""
    """What was written together with it, in words: the reason of a grade."""


@dataclass(frozen=True)
class Conflict:
    """One field that waits for a decision. `since`: ISO 8601; `seen`: what whoever decides has looked at."""

    record_id: str
    kind: str
    field: str
    heading: str
    label: str
    sides: tuple[Side, ...]
    in_force: str
    """The value in force in words: one of the sides, or what follows from them all."""
    why: str
    """Why that one, as a sentence in words."""
    since: str
    seen: tuple[Dot, ...]
    decidable: bool
    """What was written once for good is shown, and cannot be decided."""
    compared: bool
    """Both are texts that are compared word by word."""

    @property
    def key(self) -> str:
        """What tells it from the others of its case."""
        return key_of(self.record_id, self.field)


@dataclass(frozen=True)
class Decision:
    """A decision that somebody took: what was kept, over what, who, when, and why where that was said."""

    record_id: str
    field: str
    heading: str
    label: str
    text: str
    over: tuple[str, ...]
    writer: Writer
    reason: str
    stands: bool
    """It is still what stands; otherwise somebody has written since, or decided apart."""


def key_of(record_id: str, field: str) -> str:
    """The key of a field of a record in lists and in links."""
    return f"{record_id}:{field}"


def open_conflicts(desk: Desk, view: CaseView, words: Translator) -> list[Conflict]:
    """Everything in a case that waits for a decision, what has waited longest first."""
    found = [conflict_of(desk, view, record, name, words) for record, name in apart.to_decide(view)]
    return sorted(found, key=lambda one: one.since)


def conflict_of(desk: Desk, view: CaseView, record: Record, name: str, words: Translator) -> Conflict:
    """One field that differs, in words."""
    told = ChangeWords(desk, view, words)
    field = record.declared.field(name) if record.declared else None
    holds = record.get(name)
    sides = tuple(
        Side(
            value,
            _text(told, field, value),
            tuple(writer(desk, s) for s in said),
            same(field, value, holds),
            _beside(told, record, name, said),
        )
        for value, said in apart.sides(record, name)
    )
    return Conflict(
        record.id,
        record.type,
        name,
        told.heading(record.type, record.id),
        words.text(field.label) if field is not None else name,
        tuple(sorted(sides, key=lambda side: not side.in_force)),
        _text(told, field, holds),
        _why(field, name, words),
        apart.since(record, name),
        tuple(_seen(record, name)),
        field is not None and not record.state.immutable and (record.type, name) != ("assessment", "corrects"),
        field is not None and field.kind in COMPARED,
    )


def writer(desk: Desk, standing: Standing) -> Writer:
    """Who wrote a standing value."""
    device = in_order(standing.dot)[0]
    said = standing.written
    return Writer(said.author, said.device_time, said.received, device[:8], device == desk.device_id)


def in_short(desk: Desk, view: CaseView, record: Record, name: str, words: Translator) -> str:
    """Both values and who wrote them, on one line: “Released” (Ilse Marrow) · “In custody” (Tomas Brandt)."""
    told, field = ChangeWords(desk, view, words), record.declared.field(name) if record.declared else None
    said = [
        words.text(
            N_("“{value}” ({who})"),
            value=_shortened(_text(told, field, value) or words.text(N_("empty"))),
            who=", ".join(dict.fromkeys(s.written.author for s in writers)),
        )
        for value, writers in apart.sides(record, name)
    ]
    return " · ".join(said)


# -- deciding


def asks_why(record: Record, name: str, value: Any) -> bool:
    """Whether a decision for this value needs a reason: a grade, and what is less cautious than what is in force."""
    field = record.declared.field(name) if record.declared else None
    if (record.type, name) == ("case", "grade"):
        return True
    return field is not None and field.cautious is not None and not same(field, value, record.get(name))


def decide(
    desk: Desk, case_id: str, record_id: str, name: str, value: Any, *, seen: Iterable[Dot], reason: str = ""
) -> Changed:
    """Decide what stands in a field. `seen`: the dots of the values that the person looked at.

    Raises Problem conflict.changed where other values stand by now, conflict.reason_missing, conflict.for_good, and
    those of the field itself (grade.*, todo.*, follow_up.*). The rules for lowering a grade hold as ever.
    """
    view = cases.read_case(desk, case_id)
    record = view.record(record_id)
    if record is None or set(_seen(record, name)) != set(seen):
        raise Problem("conflict.changed")
    if record.state.immutable or record.declared is None:
        raise Problem("conflict.for_good")
    if asks_why(record, name, value) and not reason.strip():
        raise Problem("conflict.reason_missing")
    return edit.write(desk, case_id, _changes(desk, view, record, name, value, reason.strip()))


def _changes(desk: Desk, view: CaseView, record: Record, name: str, value: Any, reason: str) -> list[Change]:
    if (record.type, name) == ("case", "grade") and value:
        current = risk.current_assessment(view)
        return risk.grade_changes(desk, view, current.id if current else "", str(value), reason)
    fields = {name: value}
    if record.type == "task":
        fields = todo.fields_to_set(desk, view, record.id, fields)[1]
    elif (record.type, name) == ("follow_up", "channel") and value:
        follow_up.refuse_channel(desk, view, str(value))
    if name == "archived" and value != "yes":
        fields["archive_reason"] = ""
    # Nothing else tells taking out of the archive from deciding that it stays in the case.
    logged = bool(reason) or name == "archived"
    said = [operations.operation(desk, "alteration", operations.DECISION, reason)] if logged else []
    return edit.assign(desk, view.id, record.id, fields) + said


# -- what was decided before


def decisions(desk: Desk, view: CaseView, words: Translator) -> list[Decision]:
    """Every decision between values that differed, latest first."""
    return list(_Decided(desk, view, words).all())


class _Decided:
    """Looks through the entries of a case for writes that saw several different values."""

    def __init__(self, desk: Desk, view: CaseView, words: Translator) -> None:
        self._desk, self._view, self._told = desk, view, ChangeWords(desk, view, words)
        kept = [one for one in desk.store.entries(view.id) if one.state != "refused"]
        self._kept = sorted(kept, key=lambda one: (one.entry.stamp, one.entry.device), reverse=True)
        self._values = {
            (dot, name): value
            for one in kept
            for dot, change in zip(one.entry.dots(), one.entry.changes, strict=True)
            for name, value in _written(change)
        }

    def all(self) -> Iterator[Decision]:
        """Latest first."""
        for one in self._kept:
            for dot, change in zip(one.entry.dots(), one.entry.changes, strict=True):
                for name, wish in change["fields"].items() if change["op"] == "set" else ():
                    if apart.GOES_WITH.get(name) in change["fields"]:
                        continue  # decided with the field that it goes with
                    found = self._decision(one.entry, one.received_at, dot, change["record"], name, wish)
                    if found is not None:
                        yield found

    def _decision(
        self, entry: Entry, received: str | None, dot: Dot, record_id: str, name: str, wish: Mapping[str, Any]
    ) -> Decision | None:
        record = self._view.record(record_id)
        field = record.declared.field(name) if record is not None and record.declared else None
        over: list[Any] = []
        for seen in wish["saw"]:
            value = self._values.get((seen, name))
            if (seen, name) in self._values and not any(same(field, value, known) for known in over):
                over.append(value)
        logged = _logged(entry)
        if record is None or (len(over) < 2 and not (name == "archived" and logged is not None)):
            return None
        here = entry.device == self._desk.device_id
        return Decision(
            record_id,
            name,
            self._told.heading(record.type, record_id),
            self._told.label(field, name),
            _text(self._told, field, wish["value"]),
            tuple(_text(self._told, field, value) for value in over if not same(field, value, wish["value"])),
            Writer(entry.author, entry.wall, received, entry.device[:8], here),
            logged or str((_fields_set(entry, record_id).get("grade_reason") or {}).get("value") or ""),
            [s.dot for s in record.standing(name)] == [dot],
        )


def _fields_set(entry: Entry, record_id: str) -> Mapping[str, Any]:
    """Everything that an entry set in a record."""
    found: dict[str, Any] = {}
    for change in entry.changes:
        if change["op"] == "set" and change["record"] == record_id:
            found |= change["fields"]
    return found


def _written(change: Change) -> Iterator[tuple[str, Any]]:
    if change["op"] in ("create", "append"):
        yield from (change.get("fields") or {}).items()
    elif change["op"] == "set":
        yield from ((name, wish["value"]) for name, wish in change["fields"].items())


def _logged(entry: Entry) -> str | None:
    """The reason that was logged with a decision; None where the entry logs none."""
    for change in entry.changes:
        fields = change.get("fields") or {}
        if change.get("type") == "operation" and fields.get("what") == operations.DECISION:
            return str(fields.get("reason", ""))
    return None


# -- words


def _seen(record: Record, name: str) -> list[Dot]:
    return [one.dot for one in record.standing(name)]


def _text(told: ChangeWords, field: Field | None, value: Any) -> str:
    """A value in words; one that no words are known for as it stands."""
    said = told.value(field, value)
    return said if said or value in (None, "", []) else str(value)


def _beside(told: ChangeWords, record: Record, name: str, said: Iterable[Standing]) -> str:
    """What the same changes wrote into the fields that go with this one."""
    dots = {one.dot for one in said}
    found = []
    for other in (other for other, lead in apart.GOES_WITH.items() if lead == name):
        field = record.declared.field(other) if record.declared else None
        found += [_text(told, field, one.value) for one in record.standing(other) if one.dot in dots]
    return " · ".join(dict.fromkeys(text for text in found if text))


def _shortened(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


_WHY = {
    "both": N_("In force is only what all of them allow."),
    "either": N_("In force is what any of them says."),
    "highest": N_("The highest is in force until somebody decides."),
    "earliest": N_("The earliest is in force until somebody decides."),
}
_ORDERED = N_("The more cautious one is in force until somebody decides.")
_LATEST = N_("Neither is the more cautious one. The one written last is shown first until somebody decides.")
_ARCHIVED = N_(
    "One officer archived this while another one changed it. It stays in the case, with the change, until somebody "
    "decides."
)


def _why(field: Field | None, name: str, words: Translator) -> str:
    if name == "archived":
        return words.text(_ARCHIVED)
    if field is None or field.cautious is None:
        return words.text(_LATEST)
    return words.text(_ORDERED if isinstance(field.cautious, tuple) else _WHY[field.cautious])
