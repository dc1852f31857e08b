"""A rule set as the rules use it: floor, what raises it, review clock, suggestions, reasons for lowering.

Made from a rules file and its instrument by app/forms; sentences are English message ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.rules.conditions import Condition

Level = Literal["standard", "medium", "high"]
LEVELS: tuple[Level, ...] = ("standard", "medium", "high")
"""From least to most. There is no level below standard, and none is called “no risk”."""


def level_number(level: str | None) -> int | None:
    """The place of a level in the order, or None where there is none."""
    return LEVELS.index(level) if level in LEVELS else None


def higher(*levels: str | None) -> Level | None:
    """The highest of the given levels; None where none is given."""
    found = [n for n in map(level_number, levels) if n is not None]
    return LEVELS[max(found)] if found else None


@dataclass(frozen=True)
class FloorRule:
    """One rule of the floor. `shows` names what is shown as its reason: critical, serious, present, or factor codes."""

    code: str
    level: Level
    when: Condition
    sentence: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class RaisedByView:
    """How far the victim's own view raises the floor."""

    code: str
    when: Condition
    steps: int
    at_most: Level
    sentence: str


@dataclass(frozen=True)
class ExtremeRule:
    """When the flag extreme follows from the floor, and when it is proposed for a grade that was raised."""

    code: str
    when: Condition
    proposed_when: Condition
    sentence: str
    proposed_sentence: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class ProvisionalRule:
    """When so much is open that the grade is provisional, and within how many hours it must be completed."""

    code: str
    when: Condition
    within_h: int
    sentence: str


@dataclass(frozen=True)
class Trigger:
    """A kind of event that makes a review fall due at once."""

    event: str
    sentence: str


@dataclass(frozen=True)
class ReviewRule:
    """Hours until the next review by level, and the events that make it sooner."""

    extreme_h: int
    high_h: int
    medium_h: int
    standard_h: int
    triggers: tuple[Trigger, ...]

    def hours(self, level: Level, extreme: bool) -> int:
        """Hours until the review of a case at that level."""
        if extreme:
            return self.extreme_h
        return {"high": self.high_h, "medium": self.medium_h, "standard": self.standard_h}[level]

    def trigger(self, event: str) -> Trigger | None:
        """The trigger of that kind of event, or None."""
        return next((t for t in self.triggers if t.event == event), None)


@dataclass(frozen=True)
class LoweringReason:
    """A reason for a grade below the floor or below the one in force. A lack of capacity is none."""

    code: str
    label: str


@dataclass(frozen=True)
class SuggestionRule:
    """Tasks or plan modules that are suggested while a condition is yes."""

    codes: tuple[str, ...]
    when: Condition


@dataclass(frozen=True)
class RuleSet:
    """One version of the rules for one version of an instrument."""

    id: str
    version: int
    instrument: str
    instrument_version: int
    title: str
    validated: bool
    factors: tuple[str, ...]
    critical: frozenset[str]
    serious: frozenset[str]
    none_sentence: str
    floor: tuple[FloorRule, ...]
    raised_by_view: RaisedByView
    extreme: ExtremeRule
    provisional: ProvisionalRule
    review: ReviewRule
    lowering: tuple[LoweringReason, ...]
    tasks: tuple[SuggestionRule, ...]
    modules: tuple[SuggestionRule, ...]
    words: dict[str, str]
    """What a fact or a count is called where it is the reason of a suggestion."""
