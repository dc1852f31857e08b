"""What the rules know about a case: which factors are present, and the few other facts that conditions may name.

Read from the records of a case; a conflict has already been decided for the more cautious value by the view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.records.view import CaseView
from app.rules.answers import StandingAnswer, standing_answers
from app.rules.corrections import last_said
from app.rules.finding import Finding
from app.rules.situation import at_large, incidents_12_months, named_facts
from app.rules.three import Three, three

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
    earlier: tuple[StandingAnswer, ...] = ()
    """Answers of earlier assessments that still count, because nobody has answered them anew."""
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


def facts_of(view: CaseView, *, on: date, languages: Sequence[str] = ("en",), without: str = "") -> CaseFacts:
    """What the rules know about a case. `on`: the day for ages; `languages`: those of the profile.

    `without`: an assessment's id, for what was known beside it.
    """
    answers = standing_answers(view, without)
    free, findings = at_large(view)
    return CaseFacts(
        answers={factor: three(answer.value) for factor, answer in answers.items()},
        rating=_rating(view, without),
        incidents_12_months=incidents_12_months(view),
        at_large=free,
        facts=named_facts(view, free, on, languages),
        earlier=tuple(a for a in answers.values() if a.earlier and a.value == "yes"),
        findings=findings,
    )


def _rating(view: CaseView, without: str) -> int | None:
    """The victim's latest rating; the highest where several were given beside each other."""
    rated = [
        v for v in view.in_turn("victim_view") if v.get("assessment") != without and isinstance(v.get("rating"), int)
    ]
    last = last_said(view, rated, lambda given: view.record(str(given.get("assessment", ""))))
    return max((int(v.get("rating")) for v in last), default=None)
