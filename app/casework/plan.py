"""The safety plan: modules that follow from the case, in the order of the victim's priorities, with measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.casework import edit, risk, todo
from app.casework.desk import Desk
from app.changed import Changed
from app.forms.definitions import ModuleDefinition
from app.records.view import CaseView, Record
from app.rules.suggestions import suggested_modules


@dataclass(frozen=True)
class ModuleLine:
    """One subject of the plan with its measures; `because` names factors and facts."""

    definition: ModuleDefinition
    suggested: bool
    because: tuple[str, ...]
    measures: tuple[Record, ...]


def plan_id(case_id: str) -> str:
    """The id that the plan of a case has on every laptop."""
    return edit.fixed_id(case_id, "plan")


def modules(
    desk: Desk, view: CaseView, *, seen: risk.Picture | None = None, force: risk.GradeInForce | None = None
) -> list[ModuleLine]:
    """All modules, suggested ones first, each part in the order of the victim's ranking."""
    because = suggestions(desk, view, seen, force)
    plan = view.record(plan_id(view.id))
    ordered = desk.library.plan.in_order_of(list(plan.get("priorities", [])) if plan else [])
    measures = view.of("measure")
    lines = [
        ModuleLine(
            m, m.code in because, because.get(m.code, ()), tuple(r for r in measures if r.get("module") == m.code)
        )
        for m in ordered
    ]
    return sorted(lines, key=lambda line: not (line.suggested or line.measures))


def suggestions(
    desk: Desk, view: CaseView, seen: risk.Picture | None = None, force: risk.GradeInForce | None = None
) -> dict[str, tuple[str, ...]]:
    """Suggested module codes with the factors and facts behind each."""
    seen = seen or risk.picture(desk, view)
    force = force or risk.in_force(desk, view, seen)
    found = suggested_modules(seen.facts, risk.rule_set(desk, view), seen.floor, force.grade, force.extreme)
    return {s.code: tuple(s.because) for s in found}


def set_plan(desk: Desk, case_id: str, **fields: Any) -> Changed:
    """Set fields of the plan: priorities, review_date, holder, kept_where."""
    return edit.put(desk, case_id, "plan", plan_id(case_id), fields)


def set_priorities(desk: Desk, case_id: str, ranked: list[str]) -> Changed:
    """What matters most to the victim, first to last."""
    return set_plan(desk, case_id, priorities=ranked)


def add_measure(desk: Desk, case_id: str, module: str, **fields: Any) -> tuple[str, Changed]:
    """Add a measure to a module; returns its record id."""
    return edit.create(desk, case_id, "measure", {"module": module, **fields})


def uncovered(desk: Desk, view: CaseView) -> list[str]:
    """Present factors that have neither a measure, nor a task, nor a written reason for no action.

    A measure answers to the factors it names and to those for which its module is suggested; a task to those for
    which it is suggested, unless it was put aside.
    """
    seen = risk.picture(desk, view)
    force = risk.in_force(desk, view, seen)
    covered = {str(r.get("factor")) for r in view.of("no_action") if str(r.get("reason") or "").strip()}
    by_module = suggestions(desk, view, seen, force)
    for measure in view.of("measure"):
        covered |= set(measure.get("factors", [])) | set(by_module.get(str(measure.get("module")), ()))
    for code, because in todo.suggestions(desk, view, seen, force).items():
        record = view.record(todo.task_id(view.id, code))
        if record is None or record.get("status", "open") in ("open", "done", "done_by_other_agency"):
            covered |= set(because)
    return [factor for factor in seen.floor.present if factor not in covered]


def no_action(desk: Desk, case_id: str, factor: str, reason: str) -> Changed:
    """Write why nothing is done about a present factor."""
    return edit.put(
        desk, case_id, "no_action", edit.fixed_id(case_id, "no_action", factor), {"factor": factor, "reason": reason}
    )
