"""What holds when an officer's grade and the floor differ. Both are kept for ever; the higher is in force.

An officer may raise freely, with one line. Below the floor, or below the grade in force, only a second person decides,
with a reason from the list and words. A lack of capacity is no reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.i18n import N_
from app.rules.definition import Level, RuleSet, higher, level_number
from app.rules.finding import Finding
from app.rules.grading import Floor

Ask = Literal["reason", "code", "second_person"]

BELOW_FLOOR = N_(
    "The officer's grade ({grade}) is below the floor ({floor}). The floor is in force until a supervisor decides."
)
LOWERED = N_(
    "The officer's grade ({grade}) is below the one in force ({previous}), which holds until a supervisor decides."
)


@dataclass(frozen=True)
class SupervisorDecision:
    """A supervisor's decision on a lower grade, and the floor with its rules as they were then."""

    grade: Level
    code: str
    words: str
    by: str
    floor: Level
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """The grade in force and what is still asked for. `grade` is None while no officer has graded."""

    grade: Level | None
    officer_grade: Level | None
    floor: Level
    raised: bool = False
    """The officer's grade is above the floor."""
    below_floor: bool = False
    request_open: bool = False
    """A request to a supervisor is open."""
    by_supervisor: bool = False
    asks: tuple[Ask, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> Level:
        """The higher of grade and floor: it sets the review clock, also where a supervisor has lowered the grade."""
        return higher(self.grade, self.floor) or "standard"


def decide(
    officer_grade: Level | None,
    floor: Floor,
    rule_set: RuleSet,
    *,
    reason: str = "",
    previous: Level | None = None,
    supervisor: SupervisorDecision | None = None,
) -> Decision:
    """The grade in force. `reason`: the officer's own line; `previous`: the grade in force before a reassessment."""
    if officer_grade is None:
        return Decision(None, None, floor.level)
    least = higher(floor.level, previous) or floor.level
    below_floor = _below(officer_grade, floor.level)
    if not _below(officer_grade, least):
        raised = _below(floor.level, officer_grade)
        asks: tuple[Ask, ...] = ("reason",) if raised and not reason.strip() else ()
        return Decision(officer_grade, officer_grade, floor.level, raised=raised, asks=asks)
    findings = _findings(officer_grade, floor.level, previous)
    if supervisor and (not _below(supervisor.grade, least) or holds(supervisor, floor, rule_set)):
        return Decision(
            supervisor.grade,
            officer_grade,
            floor.level,
            below_floor=below_floor,
            by_supervisor=True,
            findings=findings,
        )
    return Decision(
        least,
        officer_grade,
        floor.level,
        below_floor=below_floor,
        request_open=True,
        asks=("code", "reason", "second_person"),
        findings=findings,
    )


def holds(decision: SupervisorDecision, floor: Floor, rule_set: RuleSet) -> bool:
    """Whether a supervisor's decision is complete and was made on a picture at least as grave as this one."""
    complete = not lowering_missing(decision.code, decision.words, "", decision.by, rule_set)
    return complete and not _below(decision.floor, floor.level) and set(floor.rules) <= set(decision.rules)


def lowering_missing(code: str, words: str, officer: str, supervisor: str, rule_set: RuleSet) -> tuple[Ask, ...]:
    """What a lower grade still needs: a code of the list, words, and a second person who is not the officer."""
    missing: list[Ask] = []
    if code not in {reason.code for reason in rule_set.lowering}:
        missing.append("code")
    if not words.strip():
        missing.append("reason")
    if not supervisor.strip() or supervisor.strip().casefold() == officer.strip().casefold():
        missing.append("second_person")
    return tuple(missing)


def _findings(grade: Level, floor: Level, previous: Level | None) -> tuple[Finding, ...]:
    found = []
    if _below(grade, floor):
        found.append(Finding("grade_below_floor", BELOW_FLOOR, {"grade": grade, "floor": floor}))
    if previous and _below(grade, previous):
        found.append(Finding("grade_lowered", LOWERED, {"grade": grade, "previous": previous}))
    return tuple(found)


def _below(one: str, other: str) -> bool:
    return (level_number(one) or 0) < (level_number(other) or 0)
