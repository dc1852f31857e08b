"""Makes a rule set out of a rules file and its instrument, and names every mistake in it with its path."""

from __future__ import annotations

from pathlib import Path

from app.forms import files
from app.forms.conditions import read_condition
from app.forms.definitions import Instrument
from app.rules.conditions import Condition, names
from app.rules.definition import (
    ExtremeRule,
    FloorRule,
    LoweringReason,
    ProvisionalRule,
    RaisedByView,
    ReviewRule,
    RuleSet,
    SuggestionRule,
    Trigger,
)
from app.rules.facts import COUNTS, FACTS, LEVEL_NAMES

NAMED = frozenset({*FACTS, "extreme"})
NUMBERS = frozenset({*COUNTS, *LEVEL_NAMES})
GROUPS = frozenset({"critical", "serious", "present"})


def rule_set(file: Path, parts: files.RulesFile, instrument: Instrument) -> RuleSet:
    """The rule set of a rules file; forms.broken for a condition or a name that means nothing."""
    read = _Conditions(file, parts, frozenset(instrument.codes))
    for place, rule in enumerate(parts.floor):
        read.check_shows(f"$.floor[{place}].shows", rule.shows)
    read.check_shows("$.extreme.shows", parts.extreme.shows)
    if not parts.lowering:
        raise files.broken(file, "$.lowering", "at least one reason is needed")
    review = parts.review
    if min(review.extreme_h, review.high_h, review.medium_h, review.standard_h) < 1:
        raise files.broken(file, "$.review", "an interval is at least one hour")
    return RuleSet(
        id=parts.id,
        version=parts.version,
        instrument=parts.instrument,
        instrument_version=parts.instrument_version,
        title=parts.title,
        validated=parts.validated,
        factors=instrument.codes,
        critical=frozenset(f.code for f in instrument.factors if f.weight == "critical"),
        serious=frozenset(f.code for f in instrument.factors if f.weight == "serious"),
        none_sentence=parts.none_sentence,
        floor=tuple(
            FloorRule(r.code, r.level, read.of(f"$.floor[{n}].when", r.when), r.sentence, r.shows)
            for n, r in enumerate(parts.floor)
        ),
        raised_by_view=RaisedByView(
            parts.raised_by_view.code,
            read.of("$.raised_by_view.when", parts.raised_by_view.when),
            parts.raised_by_view.steps,
            parts.raised_by_view.at_most,
            parts.raised_by_view.sentence,
        ),
        extreme=ExtremeRule(
            parts.extreme.code,
            read.of("$.extreme.when", parts.extreme.when),
            read.of("$.extreme.proposed_when", parts.extreme.proposed_when),
            parts.extreme.sentence,
            parts.extreme.proposed_sentence,
            parts.extreme.shows,
        ),
        provisional=ProvisionalRule(
            parts.provisional.code,
            read.of("$.provisional.when", parts.provisional.when),
            parts.provisional.within_h,
            parts.provisional.sentence,
        ),
        review=ReviewRule(
            review.extreme_h,
            review.high_h,
            review.medium_h,
            review.standard_h,
            tuple(Trigger(t.event, t.sentence) for t in review.triggers),
        ),
        lowering=tuple(LoweringReason(reason.code, reason.label) for reason in parts.lowering),
        tasks=read.suggestions("tasks", parts.tasks),
        modules=read.suggestions("modules", parts.modules),
        words={**parts.facts, **parts.levels, **parts.counts},
    )


class _Conditions:
    """Reads the conditions of one file."""

    def __init__(self, file: Path, parts: files.RulesFile, factors: frozenset[str]) -> None:
        self._file, self._factors = file, factors
        self._words = parts.facts.keys() | parts.levels.keys() | parts.counts.keys()
        for name in parts.facts.keys() - NAMED:
            raise files.broken(file, f"$.facts.{name}", "no fact has this name")
        for name in (parts.levels.keys() | parts.counts.keys()) - NUMBERS:
            raise files.broken(file, f"$.counts.{name}", "no number has this name")

    def of(self, path: str, text: str) -> Condition:
        """The condition at a path of the file."""
        try:
            condition = read_condition(text)
        except ValueError as error:
            raise files.broken(self._file, path, str(error)) from error
        for name, compared in names(condition):
            self._check(path, name, compared)
        return condition

    def suggestions(self, key: str, parts: tuple[files.SuggestionPart, ...]) -> tuple[SuggestionRule, ...]:
        """The suggestions under a key; each name in them needs its words, because it is shown as the reason."""
        found = []
        for place, part in enumerate(parts):
            path = f"$.{key}[{place}].when"
            condition = self.of(path, part.when)
            for name, _ in names(condition):
                if name not in self._factors and name not in self._words:
                    raise files.broken(self._file, path, f"“{name}” has no words under facts, levels or counts")
            found.append(SuggestionRule(part.codes, condition))
        return tuple(found)

    def check_shows(self, path: str, shows: tuple[str, ...]) -> None:
        """A rule shows groups of factors or single ones."""
        for name in shows:
            if name not in GROUPS and name not in self._factors:
                raise files.broken(self._file, path, f"“{name}” is neither a group of factors nor a factor")

    def _check(self, path: str, name: str, compared: bool) -> None:
        if compared and name not in NUMBERS:
            raise files.broken(self._file, path, f"“{name}” is no number that can be compared")
        if not compared and name not in NAMED and name not in self._factors:
            raise files.broken(self._file, path, f"“{name}” is neither a factor of the instrument nor a fact")
