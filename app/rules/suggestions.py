"""Which tasks and plan modules are suggested, and because of what. A pure function of the case; nobody is obliged."""

from __future__ import annotations

from dataclasses import dataclass

from app.rules.conditions import because, evaluate
from app.rules.definition import RuleSet, SuggestionRule
from app.rules.facts import CaseFacts
from app.rules.grading import Floor, Graded


@dataclass(frozen=True)
class Suggestion:
    """A suggested task or module. `because`: factor codes and names of facts; RuleSet.words has the facts' words."""

    code: str
    because: tuple[str, ...]


def suggested_tasks(
    facts: CaseFacts, rule_set: RuleSet, floor: Floor, grade: str | None = None, extreme: bool = False
) -> tuple[Suggestion, ...]:
    """The suggested tasks by code. `grade`: the one in force; `extreme`: whether an officer set the flag."""
    return _suggested(rule_set.tasks, Graded(facts, rule_set, floor.level, grade, extreme or floor.extreme))


def suggested_modules(
    facts: CaseFacts, rule_set: RuleSet, floor: Floor, grade: str | None = None, extreme: bool = False
) -> tuple[Suggestion, ...]:
    """The suggested plan modules by code. Same arguments as suggested_tasks."""
    return _suggested(rule_set.modules, Graded(facts, rule_set, floor.level, grade, extreme or floor.extreme))


def _suggested(rules: tuple[SuggestionRule, ...], case: Graded) -> tuple[Suggestion, ...]:
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        if evaluate(rule.when, case) != "yes":
            continue
        reasons = because(rule.when, case)
        for code in rule.codes:
            found[code] = tuple(dict.fromkeys([*found.get(code, ()), *reasons]))
    return tuple(Suggestion(code, found[code]) for code in sorted(found))
