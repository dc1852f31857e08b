"""Something that falls due in a case, as it is kept with the case's line in the lists."""

from __future__ import annotations

import msgspec

from app.clock import iso, parse_moment
from app.i18n import N_, Translator
from app.rules.deadlines import KINDS

DANGER = "danger"
WHEN, GRADE = "when", "grade"
"""The facts that are a moment and the code of a grade; every other one is shown as it stands."""
GRADES = {
    "standard": N_("standard"),
    "medium": N_("medium"),
    "high": N_("high"),
    "extreme": N_("extreme"),
}
STEPS = {
    "danger": "",
    "release": "follow_up",
    "order": "follow_up",
    "completion": "risk",
    "review": "risk",
    "contact": "follow_up",
    "court": "timeline",
    "safe_contact": "people",
    "task": "todo",
    "plan": "plan",
}
"""The step of the case at which something is dealt with, by its kind; empty: where the case was left."""


_WEIGHTS = {kind: place for place, kind in enumerate(KINDS)}


class Due(msgspec.Struct, frozen=True, array_like=True):
    """What falls due and what set it, both as messages with facts.

    Moments are ISO 8601 in UTC to the second, so that they sort as texts.
    """

    kind: str
    message: str
    at: str
    because: str = ""
    facts: dict[str, str] = {}
    record: str = ""
    """The record, or the item of a to-do list, that it is about."""
    lapses: str = ""
    """When it is of no more use; empty: never."""

    @property
    def weight(self) -> int:
        """What hurts first has the least weight, among cases of one grade."""
        return _WEIGHTS.get(self.kind, len(_WEIGHTS))

    @property
    def step(self) -> str:
        """The step of the case at which it is dealt with."""
        return STEPS.get(self.kind, "")

    def what(self, words: Translator) -> str:
        """What is due, in words."""
        return in_words(self.message, self.facts, words)

    def why(self, words: Translator) -> str:
        """What set it, in words; the sentence of a rule names no moment, so it stands behind."""
        said = in_words(self.because, self.facts, words)
        if WHEN in self.facts and "{" + WHEN + "}" not in self.because:
            return f"{said} · {words.moment_near(self.facts[WHEN])}"
        return said


def in_words(message: str, facts: dict[str, str], words: Translator) -> str:
    """A message with its facts: moments as day and time, grades by their name, everything else as it stands."""
    return words.text(message, **{name: _fact(name, fact, words) for name, fact in facts.items()})


def _fact(name: str, fact: str, words: Translator) -> str:
    if name == WHEN:
        return words.moment_near(fact)
    return words.text(GRADES[fact]) if name == GRADE and fact in GRADES else fact


def moment_of(text: object) -> str:
    """A moment as it is kept here, or an empty text where it is none."""
    moment = parse_moment(str(text or ""))
    return iso(moment) if moment is not None else ""
