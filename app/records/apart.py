"""What two officers recorded apart: which fields wait for a decision, since when, and which grades stand side by side.

Pure; words and decisions stand in `app.casework.conflicts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.clock import iso, parse_moment
from app.notebook.fold import Standing
from app.records.fields import same
from app.records.view import CaseView, Record

GOES_WITH = {"grade_reason": "grade", "archive_reason": "archived", "done_at": "status"}
"""Fields that are written together with another one, and are decided with it where both differ."""


def to_decide(view: CaseView) -> list[tuple[Record, str]]:
    """Every field whose standing values differ, without those that go with another one that differs as well."""
    return [(record, name) for record, name in view.conflicts() if waits(record, name)]


def waits(record: Record, name: str) -> bool:
    """Whether a field waits for a decision of its own."""
    lead = GOES_WITH.get(name, "")
    return record.in_conflict(name) and not (lead and record.in_conflict(lead))


def sides(record: Record, name: str) -> list[tuple[Any, list[Standing]]]:
    """Standing values, each once, oldest first, with everything that says so."""
    found: list[tuple[Any, list[Standing]]] = []
    declared = record.declared.field(name) if record.declared else None
    for one in record.standing(name):
        said = next((said for value, said in found if same(declared, value, one.value)), None)
        if said is None:
            found.append((one.value, [one]))
        else:
            said.append(one)
    return found


def since(record: Record, name: str) -> str:
    """Since when a field differs (ISO 8601): when its second value was received, or written where nobody received it.

    Receipt is the server's time and is trusted; a laptop's clock is the best there is without it.
    """
    firsts = [min(_moment(one) for one in said) for _value, said in sides(record, name)]
    return sorted(firsts)[1] if len(firsts) > 1 else ""


def open_since(waiting: Iterable[tuple[Record, str]]) -> str:
    """Since when the first of these fields waits for a decision (ISO 8601); empty where there is none."""
    return min((since(record, name) for record, name in waiting), default="")


def grades_apart(view: CaseView) -> list[str]:
    """The grades that stand beside each other, the higher one first; none where officers agree."""
    if not view.case.in_conflict("grade"):
        return []
    declared = view.case.declared.field("grade") if view.case.declared else None
    order = list(declared.cautious) if declared and isinstance(declared.cautious, tuple) else []
    given = [str(value or "") for value, _said in sides(view.case, "grade")]
    return sorted(given, key=lambda grade: order.index(grade) if grade in order else len(order))


def _moment(one: Standing) -> str:
    at = parse_moment(one.written.received or one.written.device_time)
    return iso(at) if at is not None else one.written.device_time
