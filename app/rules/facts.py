"""What the rules know about a case: which factors are present, and the few other facts that conditions may name.

Read from the records of a case; a conflict has already been decided for the more cautious value by the view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.rules.three import Three

FACTS = (
    "always",
    "child",
    "school_child",
    "pregnant",
    "suspect",
    "one_in_custody",
    "in_custody",
    "custody_not_known",
    "arrested",
    "at_large",
    "living_together",
    "not_current",
    "injury",
    "pets",
    "need",
    "other_language",
)
"""Facts of a case that a condition may name beside factor codes; `extreme` comes with the grading."""

LEVEL_NAMES = ("level", "grade", "floor")
COUNTS = ("present", "critical", "serious", "incidents", "rating", "open_answers")
"""Numbers that a condition may compare; levels are compared as their place in the order."""


@dataclass(frozen=True)
class Earlier:
    """A yes of an earlier assessment that still counts, because the factor has not been answered anew."""

    factor: str
    assessment: str
    """The record id of that assessment."""
    answer: str
    """The record id of that answer, or an empty text where only the sealed assessment holds it."""
    at: str
    """When it was given (ISO 8601), as far as the record knows."""


@dataclass(frozen=True)
class Finding:
    """Something doubtful that a person should look at: a code, an English message id and its facts."""

    code: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)
    record: str = ""
    field: str = ""


@dataclass(frozen=True)
class CaseFacts:
    """What the rules know about one case.

    `answers`: yes, no or unknown for each factor that counts; a factor that is missing is unknown (declined and not
    asked count as unknown). `rating`: the victim's own, 0 to 10. `facts`: named facts (FACTS); a missing one is no.
    """

    answers: Mapping[str, Three] = field(default_factory=dict)
    rating: int | None = None
    incidents_12_months: int | None = None
    at_large: Three = "unknown"
    facts: Mapping[str, Three] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    findings: tuple[Finding, ...] = ()

    def answer(self, factor: str) -> Three:
        """What is known about a factor; unknown where nothing was recorded."""
        return self.answers.get(factor, "unknown")

    def present(self, factors: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the given factors that are present, in the given order."""
        return tuple(f for f in factors if self.answer(f) == "yes")

    def unknown(self, factors: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the given factors of which neither yes nor no is known, in the given order."""
        return tuple(f for f in factors if self.answer(f) == "unknown")

    def three(self, name: str) -> Three:
        """A factor or a named fact."""
        if name == "always":
            return "yes"
        if name == "at_large":
            return self.at_large
        if name in FACTS:
            return self.facts.get(name, "no")
        return self.answer(name)


def age_range(born: str, on: date) -> tuple[int, int] | None:
    """Least and greatest age on a day from a partial date of birth (`1995`, `1995-06`, `1995-06-01`).

    None where it is no date; a date in the future gives a negative age.
    """
    try:
        parts = [int(part) for part in born.split("-")]
        if len(parts) == 1:
            return on.year - parts[0] - 1, on.year - parts[0]
        if len(parts) == 2:
            earliest, latest = date(parts[0], parts[1], 1), date(parts[0], parts[1], 28)
        else:
            earliest = latest = date(*parts)
    except (ValueError, TypeError):
        return None
    return _age(latest, on), _age(earliest, on)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
