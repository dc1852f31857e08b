"""The grades that were given for a case, one after another: what was in force before the last one, and who decided it.

What its author had before decides what came before a grade; clocks do not.
"""

from __future__ import annotations

from collections.abc import Callable

from app.records.view import CaseView, Record, nobody_after
from app.rules.definition import Level, RuleSet, higher
from app.rules.grading import Floor
from app.rules.override import SupervisorDecision, holds


def last_decision(view: CaseView) -> SupervisorDecision | None:
    """A supervisor's decision, while it is the last word and nobody differs."""
    last = view.latest("grade")
    if last is None or last.get("grade") != view.case.get("grade") or view.case.in_conflict("grade"):
        return None
    return _decision(last)


def before_this_grade(
    view: CaseView, assessment: str, earlier_floor: Callable[[], Floor], rule_set: RuleSet
) -> Level | None:
    """The grade that was in force before the current assessment was graded as it is now, or None where it is the first.

    `assessment`: the current one's id. In a reassessment the floor of everything known before it counts as well.
    """
    given = view.in_turn("grade")
    # A grade of an earlier assessment holds with what was in force then, also while nobody has graded the current one.
    if given and given[-1].get("grade") == view.case.get("grade") and given[-1].get("assessment", "") == assessment:
        given.pop()
    levels, last = _in_force_after_each(given)
    before = higher(*(levels[one.id] for one in last))
    if before is None or all(one.get("assessment") == assessment for one in given):
        return before
    earlier = earlier_floor()
    lowered = any(d is not None and holds(d, earlier, rule_set) for d in map(_decision, last))
    return before if lowered else higher(before, earlier.level)


def _in_force_after_each(given: list[Record]) -> tuple[dict[str, Level | None], list[Record]]:
    """The grade in force after each one by its id, and the last ones: several where they were given apart.

    What an author had before holds, unless a supervisor decided.
    """
    levels: dict[str, Level | None] = {}
    earlier: list[Record] = []
    last: list[Record] = []
    for one in given:
        had = [other for other in earlier if one.knew(*other.made())]
        before = last if len(had) == len(earlier) else nobody_after(had)
        held = () if one.get("by") == "supervisor" else (one.get("floor"), *(levels[other.id] for other in before))
        levels[one.id] = higher(one.get("grade"), *held)
        earlier.append(one)
        last = [one, *(other for other in last if other not in had)]
    return levels, last


def _decision(given: Record) -> SupervisorDecision | None:
    if given.get("by") != "supervisor":
        return None
    return SupervisorDecision(
        given.get("grade"),
        str(given.get("code", "")),
        str(given.get("reason", "")),
        str(given.get("supervisor", "")),
        given.get("floor"),
        tuple(given.get("rules", [])),
    )
