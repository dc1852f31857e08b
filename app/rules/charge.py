"""Who has charge of a case: what a hand-over, its answer and a reassignment mean. Pure, the same for both ends.

Until somebody has taken it, a case that was handed over stays with whoever gave it; both have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.rules import access
from app.rules.access import ANSWER, HAND_OVER, REASSIGN, CaseFacts, Officer

GIVEN, ANSWERED = "hand_over", "hand_over_answer"
"""The records by which a case is handed over, and by which that is answered."""
OFFERED, REASSIGNED = "offered", "reassigned"
ACCEPTED, SENT_BACK, WITHDRAWN = "accepted", "sent_back", "withdrawn"


class NotAllowed(Exception):
    """Why an entry changes nothing: role (not this officer's to do), receiver (nobody who could have the case)."""


@dataclass(frozen=True)
class Step:
    """One thing that an entry says. `given`: the hand-over, made or answered; `how`: one of the words above."""

    given: str
    how: str
    officer: str = ""
    unit: str = ""

    @property
    def verb(self) -> str:
        """What one must be allowed to do for it."""
        if self.how in (ACCEPTED, SENT_BACK):
            return ANSWER
        return REASSIGN if self.how == REASSIGNED else HAND_OVER


def steps(changes: Iterable[Mapping[str, object]]) -> list[Step]:
    """What changes say about who has charge of their case."""
    found = []
    for change in changes:
        fields = change.get("fields")
        if change.get("op") not in ("append", "create") or not isinstance(fields, dict):
            continue
        if change.get("type") == GIVEN:
            how = REASSIGNED if fields.get("how") == REASSIGNED else OFFERED
            found.append(
                Step(_text(change.get("record")), how, _text(fields.get("officer")), _text(fields.get("unit")))
            )
        elif change.get("type") == ANSWERED:
            found.append(Step(_text(fields.get("hand_over")), _text(fields.get("answer"))))
    return found


def after(
    case: CaseFacts, who: Officer, step: Step, people: Mapping[str, Officer], units: Mapping[str, str]
) -> CaseFacts:
    """What decides about a case once `who` has done this. `people`: the officers of the force who are in service.

    An answer to a hand-over that is no more changes nothing: somebody else was earlier. Raises NotAllowed.
    """
    if not access.may(who, step.verb, case, units):
        raise NotAllowed("role")
    if step.how in (OFFERED, REASSIGNED):
        return _given(case, who, step, people, units)
    if step.given != case.offer:
        return case
    left = replace(case, offer="", offered="", offered_unit="")
    return replace(left, owner=who.id, unit=who.unit) if step.how == ACCEPTED else left


def _given(
    case: CaseFacts, who: Officer, step: Step, people: Mapping[str, Officer], units: Mapping[str, str]
) -> CaseFacts:
    to = people.get(step.officer)
    fits = to is not None and access.holds_cases(to.role) if step.officer else step.unit in units
    if not fits or bool(step.officer) == bool(step.unit):
        raise NotAllowed("receiver")
    if step.how == OFFERED:
        return replace(case, offer=step.given, offered=step.officer, offered_unit=step.unit)
    if to is None or not leads(who, to.unit, units):
        # Into a unit that is not theirs it can be offered, and somebody there takes it.
        raise NotAllowed("receiver")
    return replace(case, owner=to.id, unit=to.unit, offer="", offered="", offered_unit="")


def leads(who: Officer, unit: str, units: Mapping[str, str]) -> bool:
    """Whether a unit is this officer's own or stands below it."""
    return bool(who.unit) and who.unit in access.above(unit, units)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
