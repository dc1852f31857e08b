"""One field of one record, set from a text as the command line gives it: the same rules as on screen."""

from __future__ import annotations

import json
import re
from typing import Any

from app.casework import casefile_keys as keys
from app.casework import cases, edit, follow_up, paper, plan, risk, todo
from app.casework.desk import Desk
from app.casework.values import Finding, malformed
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from app.records.view import CaseView, Record

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_ALWAYS_THERE = {"paper": paper.paper_id, "plan": plan.plan_id}
"""Records that a case has once: they are made when their first field is set."""


def set_from_text(
    desk: Desk, case_id: str, record: str, name: str, text: str, *, resolve: bool = False
) -> tuple[str, Any, Finding | None]:
    """Set one field; returns the record's id, the value as it stands now, and the remark on a doubtful value.

    `record` is an id or the name of a type of which the case has one. A field whose standing values differ is set only
    with `resolve`. Raises Problem record.*, todo.*, risk.completed, risk.corrects_fixed,
    risk.not_graded.
    """
    view = cases.read_case(desk, case_id)
    found, kind = which_record(view, record)
    declared = edit.field_of(edit.declaration(kind), name)
    value = value_of(desk, view, kind, declared, text)
    standing = view.record(found)
    if standing is not None and standing.in_conflict(name) and not resolve:
        raise Problem("record.in_conflict", field=name)
    _put(desk, view, kind, found, name, value)
    return found, value, edit.finding(desk, kind, name, value)


def _put(desk: Desk, view: CaseView, kind: str, found: str, name: str, value: Any) -> None:
    """The change with what goes with it: a task is checked, a grade is kept as given, what is completed stays."""
    record = view.record(found)
    current = risk.current_assessment(view)
    if kind == "task":
        todo.set_task(desk, view.id, found, **{name: value})
    elif kind == "follow_up":
        follow_up.set_fields(desk, view.id, found, **{name: value})
    elif (kind, name) == ("case", "grade") and value:
        given = risk.grade_changes(desk, view, current.id if current else "", value, "")
        edit.write(desk, view.id, given)
    elif (kind, name) == ("assessment", "corrects"):
        # Taken away, it would let the carried-over answers clear what somebody else has recorded meanwhile.
        raise Problem("risk.corrects_fixed")
    elif (kind, name) == ("assessment", "completed_at") and value:
        risk.complete(desk, view.id, found, value)
    else:
        if kind in ("assessment", "answer", "victim_view") and record is not None:
            risk.refuse_completed(desk, view.id, found if kind == "assessment" else record.get("assessment", ""))
        edit.put(desk, view.id, kind, found, {name: value})


def which_record(view: CaseView, record: str) -> tuple[str, str]:
    """Id and type of the record that an id or a type's name means. Raises Problem record.unknown, record.ambiguous."""
    known = view.record(record)
    if known is not None:
        return known.id, known.type
    if record == "case":
        return view.id, "case"
    if record in _ALWAYS_THERE and not view.of(record):
        return _ALWAYS_THERE[record](view.id), record
    found: list[Record] = view.of(record) if record in RECORD_TYPES else []
    if len(found) > 1:
        raise Problem("record.ambiguous", record=record)
    if not found:
        raise Problem("record.unknown", record=record)
    return found[0].id, found[0].type


def value_of(desk: Desk, view: CaseView, kind: str, declared: Field, text: str) -> Any:
    """The value that a text means for a field; None clears it. Raises Problem record.value."""
    value: Any = text
    if text == "":
        value = [] if declared.kind in ("codes", "set", "names") else None
    elif declared.kind in ("codes", "set", "names"):
        value = _list(declared, text)
    elif declared.kind == "number":
        value = _number(declared, text)
    elif declared.kind == "map":
        raise Problem("record.immutable", type=kind)
    elif declared.kind in ("person", "record"):
        wanted = "person" if declared.kind == "person" else declared.refers
        _allow(declared, [value], tuple(r.id for r in view.of(wanted, archived=True)))
    as_text = Field(declared.name, "names" if isinstance(value, list) else "line", "")
    mistake = malformed(as_text if declared.kind != "number" else declared, value, {})
    if mistake:
        raise Problem("record.value", field=declared.name, mistake=mistake[0], allowed=mistake[1])
    allowed = keys.allowed_for(kind, declared, keys.known_codes(desk.library), keys.line_codes(desk.library))
    if allowed is not None:
        _allow(declared, value if isinstance(value, list) else [value] if value else [], allowed)
    return value


def _list(declared: Field, text: str) -> Any:
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Problem("record.value", field=declared.name, mistake="not a list", allowed='a,b or ["a", "b"]') from None


def _number(declared: Field, text: str) -> int:
    digits = text.strip()
    if not _WHOLE.fullmatch(digits):
        raise Problem("record.value", field=declared.name, mistake="not a whole number", allowed="a whole number")
    return int(digits)


def _allow(declared: Field, values: list[str], allowed: tuple[str, ...]) -> None:
    for value in values:
        if value not in allowed:
            raise Problem(
                "record.value", field=declared.name, mistake=f"unknown value {value!a}", allowed=", ".join(allowed)
            )
