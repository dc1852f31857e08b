"""The to-do lists: what is suggested and why, and a true status for each item.

Suggestions are a pure function of the case. Consent, the end of custody and the safe-contact rule are enforced here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.casework import consent, contact, edit, risk
from app.casework.desk import Desk
from app.casework.risk import GradeInForce, Picture
from app.changed import Changed
from app.clock import iso, parse_moment
from app.forms.definitions import TaskDefinition
from app.notebook import ids
from app.problems import Problem
from app.records.view import CaseView, Record
from app.rules.safe_contact import ContactRule
from app.rules.suggestions import suggested_tasks

OPEN, DONE = "open", "done"
CLOSED = frozenset({"done", "done_by_other_agency", "not_needed", "refused_by_victim"})
"""How an item stands for which nobody waits any more; what is not possible now still waits."""
_NEEDS_REASON = frozenset({"not_needed", "not_possible_now"})


@dataclass(frozen=True)
class TaskLine:
    """One item: its definition (None for a task of the officer's own), whether and why it is suggested, its record."""

    code: str
    definition: TaskDefinition | None
    suggested: bool
    because: tuple[str, ...]
    """Names of factors and facts."""
    record: Record | None
    status: str
    due: str | None
    contact: ContactRule | None
    title: str = ""


def task_id(case_id: str, code: str) -> str:
    """The id that a listed task has on every laptop."""
    return edit.fixed_id(case_id, "task", code)


def tasks(
    desk: Desk,
    view: CaseView,
    agency: str = "police",
    *,
    seen: Picture | None = None,
    force: GradeInForce | None = None,
) -> list[TaskLine]:
    """The items of an agency's list in its order, then tasks of the officer's own for that agency."""
    because = suggestions(desk, view, seen, force)
    rule = contact.rule(desk, view)
    lines = []
    for definition in desk.library.tasks(agency):
        record = view.record(task_id(view.id, definition.code))
        lines.append(
            TaskLine(
                definition.code,
                definition,
                definition.code in because,
                because.get(definition.code, ()),
                record,
                str(record.get("status", OPEN)) if record else OPEN,
                record.get("due") if record else None,
                rule if definition.contact_rule else None,
            )
        )
    listed = {task_id(view.id, line.code) for line in lines}
    for record in view.of("task"):
        if record.id in listed or record.get("agency", "police") != agency or _listed_elsewhere(desk, view, record):
            continue
        own = desk.library.task(str(record.get("code", "")))
        reaches = own.contact_rule if own else False
        lines.append(
            TaskLine(
                str(record.get("code", "OTHER")),
                own,
                False,
                (),
                record,
                str(record.get("status", OPEN)),
                record.get("due"),
                rule if reaches else None,
                str(record.get("title", "")),
            )
        )
    return lines


def _listed_elsewhere(desk: Desk, view: CaseView, record: Record) -> bool:
    definition = desk.library.task(str(record.get("code", "")))
    return definition is not None and record.id == task_id(view.id, definition.code)


def suggestions(
    desk: Desk, view: CaseView, seen: Picture | None = None, force: GradeInForce | None = None
) -> dict[str, tuple[str, ...]]:
    """Suggested task codes with the factors and facts behind each."""
    seen = seen or risk.picture(desk, view)
    force = force or risk.in_force(desk, view, seen)
    found = suggested_tasks(seen.facts, risk.rule_set(desk, view), seen.floor, force.grade, force.extreme)
    return {s.code: tuple(s.because) for s in found}


def add_task(
    desk: Desk, case_id: str, title: str, agency: str = "police", code: str = "OTHER", **fields: Any
) -> tuple[str, Changed]:
    """A task of the officer's own, or a visit (code VISIT); returns its record id."""
    return edit.create(
        desk,
        case_id,
        "task",
        {"code": code, "title": title, "agency": agency, "status": OPEN, **fields},
        ids.new_id(desk.clock.now()),
    )


def set_task(desk: Desk, case_id: str, code_or_id: str, **fields: Any) -> Changed:
    """Set fields of a task: a listed one by its code, one of the officer's own by its record id.

    Closing is refused with a Problem todo.* where consent, the end of custody, the channel, a reason or an agency is
    missing; then nothing is written.
    """
    record_id, wanted = fields_to_set(desk, desk.store.view(case_id), code_or_id, fields)
    return edit.put(desk, case_id, "task", record_id, wanted)


def fields_to_set(desk: Desk, view: CaseView, code_or_id: str, fields: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The record of a task, and all that is to be set with these fields. Raises Problem todo.*."""
    wanted = dict(fields)
    definition = desk.library.task(code_or_id)
    own = view.record(code_or_id)
    record: Record | None
    if own is not None and own.type == "task":
        record_id, record = own.id, own
        definition = desk.library.task(str(own.get("code", "")))
    elif definition is not None:
        record_id = task_id(view.id, code_or_id)
        record = view.record(record_id)
    else:
        raise Problem("todo.unknown", task=code_or_id)
    after = {**({n: record.get(n) for n in record.field_names()} if record else {}), **wanted}
    if "status" in wanted or after.get("status") == DONE:
        check_closing(desk, view, definition, after)
    if "status" in wanted:
        wanted["done_at"] = iso(desk.clock.now()) if wanted["status"] != OPEN else None
    if record is None and definition is not None:
        wanted = {"code": definition.code, "agency": definition.agency, "status": OPEN, **wanted}
    return record_id, wanted


def check_closing(desk: Desk, view: CaseView, definition: TaskDefinition | None, after: dict[str, Any]) -> None:
    """Raise the Problem todo.* that speaks against the status in `after`, the fields of a task as they will be."""
    status = after["status"]
    if status in _NEEDS_REASON and not str(after.get("reason") or "").strip():
        raise Problem("todo.reason_missing")
    if status == "done_by_other_agency" and not str(after.get("agency_name") or "").strip():
        raise Problem("todo.agency_missing")
    if status != DONE or definition is None:
        return
    if definition.needs_consent:
        allowed = consent.allows(view, definition.needs_consent)
        if allowed is None:
            raise Problem("todo.consent_missing")
        if not allowed:
            raise Problem("todo.consent_refused")
        if not consent.counts(desk, view, definition.needs_consent):
            raise Problem("todo.consent_not_understood")
    if definition.needs_release_time and not _known(after.get("release_at")) and not _custody_ends(view):
        raise Problem("todo.release_unknown")
    if definition.contact_rule:
        _check_channel(desk, view, after.get("channel"))


def _custody_ends(view: CaseView) -> bool:
    held = [p for p in view.people("suspect") if p.get("custody") in ("in_custody", "unknown", None)]
    return bool(held) and all(_known(p.get("custody_until")) for p in held)


def _known(moment: object) -> bool:
    return parse_moment(str(moment or "")) is not None


def _check_channel(desk: Desk, view: CaseView, channel: str | None) -> None:
    if not channel:
        raise Problem("todo.channel_missing")
    because = contact.why_not(desk, view, channel)
    if because:
        raise Problem("todo.channel_forbidden", channel=desk.library.label("reached", channel), because=because)
