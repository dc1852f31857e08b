"""Setting fields and making records: one user action, one signed entry, one transaction.

A write names the standing values that its author saw. Nothing is deleted: a record is archived with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.casework.desk import Desk
from app.casework.values import Finding, clean, doubtful
from app.changed import Changed
from app.notebook import entry as notebook
from app.notebook import ids
from app.notebook.entry import Change
from app.notebook.fold import RecordState
from app.notebook.ids import Dot
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType


def write(desk: Desk, case_id: str, changes: list[Change]) -> Changed:
    """Write changes of one user action on one case. No changes: nothing is written."""
    return write_together(desk, [(case_id, changes)]) if changes else Changed()


def write_together(desk: Desk, written: list[tuple[str, list[Change]]]) -> Changed:
    """Write changes of one user action on several cases, an entry for each: all of them or none."""
    told = [(case_id, _knowing(desk, case_id, changes)) for case_id, changes in written]
    if len(told) > 1:
        told = [(case_id, notebook.together(changes, [case for case, _ in told])) for case_id, changes in told]
    touched = desk.store.write_together(told, desk.author, desk.clock)
    return Changed(frozenset(case_id for case_id, _ in written), frozenset(touched))


def _knowing(desk: Desk, case_id: str, changes: list[Change]) -> list[Change]:
    """The changes, with what is known of other devices' work told where a record is made."""
    known = {d: n for d, n in desk.store.case(case_id).known().items() if d != desk.device_id}
    return [notebook.knowing(c, known) if c["op"] in ("create", "append") else c for c in changes]


def set_field(
    desk: Desk, case_id: str, record_id: str, field: str, value: Any, *, seen: Iterable[Dot] | None = None
) -> Changed:
    """Give a field a new value; None or an empty value clears it. Raises Problem record.unknown, record.immutable.

    `seen`: the values that the officer looked at, where that may be fewer than stand by now; what this device wrote
    is always among them. A value that nobody looked at stays beside the new one.
    """
    return write(desk, case_id, assign(desk, case_id, record_id, {field: value}, seen))


def came_unseen(desk: Desk, case_id: str, record_id: str, field: str, seen: Iterable[Dot]) -> bool:
    """Whether a value of another device stands in a field that is not among those that the officer looked at."""
    record = desk.store.case(case_id).records.get(record_id)
    standing = record.seen(field) if record is not None else []
    return len(_looked_at(desk, standing, seen)) < len(standing)


def set_fields(desk: Desk, case_id: str, record_id: str, values: dict[str, Any]) -> Changed:
    """Give several fields of one record new values in one action."""
    return write(desk, case_id, assign(desk, case_id, record_id, values))


def assign(
    desk: Desk, case_id: str, record_id: str, values: dict[str, Any], seen: Iterable[Dot] | None = None
) -> list[Change]:
    """The changes that give fields of a record new values, each with what stands now as seen, or less: `seen`."""
    record = _state(desk, case_id, record_id)
    declared = declaration(record.type)
    plain, changes = {}, []
    for name, value in values.items():
        field = field_of(declared, name)
        if field.kind == "set":
            changes += _set_elements(record, name, list(clean(value) or []))
        else:
            plain[name] = (clean(value), _looked_at(desk, record.seen(name), seen))
    # Putting away is a decision about the whole record (for a case: about all of it), so it says what it knew.
    state = desk.store.case(case_id)
    knew = (state if record_id == case_id else record).known() if plain.get("archived", ("",))[0] == "yes" else None
    return ([notebook.assign(record_id, plain, knew)] if plain else []) + changes


def create(desk: Desk, case_id: str, kind: str, fields: dict[str, Any], record_id: str = "") -> tuple[str, Changed]:
    """Make a record and return its id."""
    record_id = record_id or ids.new_id(desk.clock.now())
    return record_id, write(desk, case_id, make(kind, record_id, fields))


def make(kind: str, record_id: str, fields: dict[str, Any]) -> list[Change]:
    """The changes that make a record. Elements of a set field are added one by one, so that each can go by itself."""
    declared = declaration(kind)
    cleaned = {name: clean(value) for name, value in fields.items() if value not in (None, "", [])}
    for name in cleaned:
        field_of(declared, name)
    sets = [f.name for f in declared.fields if f.kind == "set" and f.name in cleaned]
    plain = {name: value for name, value in cleaned.items() if name not in sets}
    made = notebook.append if declared.immutable else notebook.create
    return [made(record_id, kind, plain), *(notebook.add(record_id, name, v) for name in sets for v in cleaned[name])]


def put(desk: Desk, case_id: str, kind: str, record_id: str, values: dict[str, Any]) -> Changed:
    """Set fields of a record with a fixed id, making it where it is not there yet."""
    return write(desk, case_id, put_changes(desk, case_id, kind, record_id, values))


def put_changes(desk: Desk, case_id: str, kind: str, record_id: str, values: dict[str, Any]) -> list[Change]:
    """The changes of `put`."""
    if desk.store.case(case_id).records.get(record_id) is None:
        return make(kind, record_id, values)
    return assign(desk, case_id, record_id, values)


def fixed_id(case_id: str, kind: str, *parts: str) -> str:
    """The id that every laptop gives to the same thing of a case: an answer, a listed task, the plan."""
    return ids.fixed_id(case_id, kind, *parts)


def add(desk: Desk, case_id: str, record_id: str, field: str, value: str) -> Changed:
    """Add one element to a set field; one that stands already is not added twice."""
    record = _state(desk, case_id, record_id)
    field_of(declaration(record.type), field)
    if clean(value) in _elements(record, field):
        return Changed()
    return write(desk, case_id, [notebook.add(record_id, field, clean(value))])


def remove(desk: Desk, case_id: str, record_id: str, field: str, value: str) -> Changed:
    """Take one element out of a set field; an addition made elsewhere meanwhile stays."""
    record = _state(desk, case_id, record_id)
    kept = [v for v in _elements(record, field) if v != value]
    return write(desk, case_id, _set_elements(record, field, kept))


def archive(desk: Desk, case_id: str, record_id: str, reason: str = "") -> Changed:
    """Put a record away. It stays in the notebook and can be restored."""
    return set_fields(desk, case_id, record_id, {"archived": "yes", "archive_reason": reason})


def restore(desk: Desk, case_id: str, record_id: str) -> Changed:
    """Take an archived record out again."""
    return set_fields(desk, case_id, record_id, {"archived": "no", "archive_reason": ""})


def resolve(desk: Desk, case_id: str, record_id: str, field: str, value: Any) -> Changed:
    """Decide a conflict: an ordinary write that saw every standing value."""
    return set_field(desk, case_id, record_id, field, value)


def finding(desk: Desk, kind: str, field: str, value: Any) -> Finding | None:
    """The remark on a value that is kept all the same, or None."""
    return doubtful(field_of(declaration(kind), field), value, desk.clock.now())


def declaration(kind: str) -> RecordType:
    """The declaration of a record type. Raises Problem record.unknown."""
    declared = RECORD_TYPES.get(kind)
    if declared is None:
        raise Problem("record.unknown", record=kind)
    return declared


def field_of(declared: RecordType, name: str) -> Field:
    """The declaration of a field. Raises Problem record.field_unknown."""
    field = declared.field(name)
    if field is None:
        raise Problem(
            "record.field_unknown", type=declared.name, field=name, fields=", ".join(f.name for f in declared.fields)
        )
    return field


def _state(desk: Desk, case_id: str, record_id: str) -> RecordState:
    record = desk.store.case(case_id).records.get(record_id)
    if record is None:
        raise Problem("record.unknown", record=record_id)
    if record.immutable:
        raise Problem("record.immutable", type=record.type)
    return record


def _looked_at(desk: Desk, standing: list[Dot], seen: Iterable[Dot] | None) -> list[Dot]:
    if seen is None:
        return standing
    looked_at = set(seen)
    return [dot for dot in standing if dot in looked_at or ids.in_order(dot)[0] == desk.device_id]


def _elements(record: RecordState, name: str) -> list[str]:
    found: list[str] = []
    for standing in record.standing(name):
        values = standing.value if isinstance(standing.value, list) else [standing.value]
        found += [v for v in values if v not in found]
    return found


def _set_elements(record: RecordState, name: str, wanted: list[str]) -> list[Change]:
    held = _elements(record, name)
    gone = [
        s.dot
        for s in record.standing(name)
        if any(v not in wanted for v in (s.value if isinstance(s.value, list) else [s.value]))
    ]
    lost = {v for s in record.standing(name) if s.dot in gone and isinstance(s.value, list) for v in s.value}
    new = [v for v in wanted if v not in held or v in lost]
    changes = [notebook.remove(record.id, name, gone)] if gone else []
    return changes + [notebook.add(record.id, name, v) for v in dict.fromkeys(new)]
