"""The floor: the least that the rules allow, with reasons. It is no grade: a person grades.

Adding a yes never lowers it, and what is not known never counts as no.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.rules.conditions import evaluate
from app.rules.definition import LEVELS, FloorRule, Level, RuleSet, higher, level_number
from app.rules.facts import CaseFacts
from app.rules.three import Three, known


@dataclass(frozen=True)
class Reason:
    """Why the floor is where it is: the rule's code, its sentence (English message id) and the factors behind it."""

    rule: str
    sentence: str
    factors: tuple[str, ...]


@dataclass(frozen=True)
class Floor:
    """The least grade. `rules` holds the H and M rules that are true, in the order of the rule set."""

    level: Level
    rules: tuple[str, ...]
    reasons: tuple[Reason, ...]
    """The true H and M rules, then the victim's view, extreme and provisional where they hold."""
    before_view: Level
    raised_by_view: bool
    extreme: bool
    provisional: bool
    present: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def all_rules(self) -> tuple[str, ...]:
        """Every rule that is true, V1, X1 and I1 included."""
        return tuple(r.rule for r in self.reasons if r.rule)


@dataclass(frozen=True)
class Graded:
    """A case for the conditions of a rule set: facts, counts by weight, and the levels known so far."""

    facts: CaseFacts
    rule_set: RuleSet
    floor: Level | None = None
    grade: str | None = None
    extreme: bool = False

    def three(self, name: str) -> Three:
        if name == "extreme":
            return known(self.extreme)
        return self.facts.three(name)

    def number(self, name: str) -> int | None:
        match name:
            case "present":
                return len(self.facts.present(self.rule_set.factors))
            case "critical" | "serious":
                return len(self._of_weight(name))
            case "open_answers":
                return len(self.facts.unknown(self.rule_set.factors))
            case "incidents":
                return self.facts.incidents_12_months
            case "rating":
                return self.facts.rating
            case "floor":
                return level_number(self.floor)
            case "grade":
                return level_number(self.grade)
            case "level":
                return level_number(higher(self.floor, self.grade))
        return None

    def factors_behind(self, shows: tuple[str, ...]) -> tuple[str, ...]:
        """The present factors that a rule shows as its reason, each once, in the order of the instrument."""
        wanted: set[str] = set()
        for name in shows:
            if name == "present":
                wanted.update(self.facts.present(self.rule_set.factors))
            elif name in ("critical", "serious"):
                wanted.update(self._of_weight(name))
            elif self.facts.answer(name) == "yes":
                wanted.add(name)
        return tuple(f for f in self.rule_set.factors if f in wanted)

    def _of_weight(self, weight: str) -> tuple[str, ...]:
        members = self.rule_set.critical if weight == "critical" else self.rule_set.serious
        return tuple(f for f in self.facts.present(self.rule_set.factors) if f in members)


def floor(facts: CaseFacts, rule_set: RuleSet) -> Floor:
    """The floor of a case by a rule set. Pure; the same facts give the same floor."""
    case = Graded(facts, rule_set)
    true_rules = [rule for rule in rule_set.floor if evaluate(rule.when, case) == "yes"]
    before = higher("standard", *(rule.level for rule in true_rules)) or "standard"
    level, raised = _raised(before, case)
    case = Graded(facts, rule_set, floor=level)
    extreme = evaluate(rule_set.extreme.when, case) == "yes"
    provisional = evaluate(rule_set.provisional.when, case) == "yes"
    return Floor(
        level=level,
        rules=tuple(rule.code for rule in true_rules),
        reasons=_reasons(case, true_rules, raised, extreme, provisional),
        before_view=before,
        raised_by_view=raised,
        extreme=extreme,
        provisional=provisional,
        present=facts.present(rule_set.factors),
        unknown=facts.unknown(rule_set.factors),
    )


def proposes_extreme(facts: CaseFacts, rule_set: RuleSet, grade: str | None) -> bool:
    """Whether the flag extreme is proposed, not set: for a grade that the officer raised to high."""
    return evaluate(rule_set.extreme.proposed_when, Graded(facts, rule_set, grade=grade)) == "yes"


def _raised(level: Level, case: Graded) -> tuple[Level, bool]:
    rule = case.rule_set.raised_by_view
    if evaluate(rule.when, case) != "yes":
        return level, False
    place = LEVELS.index(level)
    raised = max(place, min(place + rule.steps, LEVELS.index(rule.at_most)))
    return LEVELS[raised], raised > place


def _reasons(
    case: Graded, true_rules: list[FloorRule], raised: bool, extreme: bool, provisional: bool
) -> tuple[Reason, ...]:
    rules = case.rule_set
    reasons = [Reason(rule.code, rule.sentence, case.factors_behind(rule.shows)) for rule in true_rules]
    if not reasons:
        reasons.append(Reason("", rules.none_sentence, ()))
    if raised:
        reasons.append(Reason(rules.raised_by_view.code, rules.raised_by_view.sentence, ()))
    if extreme:
        reasons.append(Reason(rules.extreme.code, rules.extreme.sentence, case.factors_behind(rules.extreme.shows)))
    if provisional:
        reasons.append(Reason(rules.provisional.code, rules.provisional.sentence, ()))
    return tuple(reasons)
