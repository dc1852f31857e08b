"""Who may hold a case on a laptop, and who may change it: one table for both ends of the exchange. Pure.

What is not known is never a yes: an empty list, a missing unit, an unknown role or relation give no access.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HOLD, CHANGE, HAND_OVER, ANSWER, REASSIGN, DECIDE, LIFT = (
    "hold",
    "change",
    "hand_over",
    "answer",
    "reassign",
    "decide",
    "lift",
)
VERBS = (HOLD, CHANGE, HAND_OVER, ANSWER, REASSIGN, DECIDE, LIFT)
"""hold: have it on a laptop; change: write in it; hand_over: offer it to somebody, or take the offer back; answer: take
what was offered, or send it back; reassign: give it to somebody of one's units at once; decide: about entries that the
server keeps apart; lift: say, with a second person, that no suspect works for the police after all."""

ROLES = ("officer", "specialist", "supervisor", "professional_standards", "administrator", "auditor")
RELATIONS = ("own", "in_charge", "assigned", "named", "offered", "unit", "below")
"""own: its author's, or in charge of it; in_charge: whose case it is now; offered: it was handed over to this officer
or this unit, and nobody has answered yet; below: of a unit below."""
RECENT_DAYS = 90
"""Days after its last change for which a case is one of its unit's recent cases."""

_WORK = frozenset({HOLD, CHANGE})
_GIVE, _ANSWER = _WORK | {HAND_OVER}, _WORK | {ANSWER}
_LEAD = _GIVE | {REASSIGN, DECIDE}
_OFFICER = {"own": _WORK, "in_charge": _GIVE, "assigned": _WORK, "named": _WORK, "offered": _ANSWER, "unit": _WORK}
_TABLE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "officer": _OFFICER,
    "specialist": {**_OFFICER, "below": _WORK},
    "supervisor": {**_OFFICER, "named": _WORK | {DECIDE, LIFT}, "unit": _LEAD, "below": _LEAD},
    "professional_standards": {
        "own": _WORK,
        "in_charge": _GIVE,
        "named": _WORK | {DECIDE, LIFT},
        "offered": _ANSWER,
    },
    # Whoever keeps the accounts, and whoever looks at what others did, has no business in a case.
    "administrator": {},
    "auditor": {},
}
_BY_UNIT = frozenset({"unit", "below"})
_RESTRICTED = frozenset({"own", "named"})
"""What still counts where a suspect works for the police: its author, and officers who were named for it."""


@dataclass(frozen=True)
class Officer:
    """Who asks. `unit`: id of the officer's unit, or empty."""

    id: str
    role: str
    unit: str


@dataclass(frozen=True)
class CaseFacts:
    """What decides about a case. `recent`: whether it changed within the days of the policy."""

    author: str
    owner: str
    unit: str
    assigned: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    restricted: bool = False
    recent: bool = True
    offer: str = ""
    """The hand-over that nobody has answered yet: its record, and to which officer or unit it is."""
    offered: str = ""
    offered_unit: str = ""
    employed: bool = False
    """Whether anybody in it works for the police, in whatever role."""


def above(unit: str, units: Mapping[str, str]) -> list[str]:
    """A unit and the units above it, from below; `units` names the one above each, empty for the top."""
    found: list[str] = []
    while unit and unit in units and unit not in found:
        found.append(unit)
        unit = units[unit]
    return found


def relations(officer: Officer, case: CaseFacts, units: Mapping[str, str]) -> frozenset[str]:
    """How an officer stands to a case.

    One that is not recent any more is nobody's by the unit alone; to whoever has it otherwise the unit still counts,
    for with the first word that they write in it, it is recent again.
    """
    path = above(case.unit, units)
    found = {
        "own": bool(officer.id) and officer.id in (case.author if case.restricted else case.owner, case.author),
        "in_charge": bool(officer.id) and officer.id == case.owner,
        "assigned": bool(officer.id) and officer.id in case.assigned,
        "named": bool(officer.id) and officer.id in case.named,
        "offered": bool(case.offer) and _is_offered(officer, case),
        "unit": bool(officer.unit) and officer.unit in path[:1],
        "below": bool(officer.unit) and officer.unit in path[1:],
    }
    held = frozenset(name for name, so in found.items() if so)
    if case.restricted:
        return held & _RESTRICTED
    allowed = _TABLE.get(officer.role, {})
    if case.recent or any(HOLD in allowed.get(name, frozenset()) for name in held - _BY_UNIT):
        return held
    return held - _BY_UNIT


def _is_offered(officer: Officer, case: CaseFacts) -> bool:
    to_me = bool(officer.id) and officer.id == case.offered
    return to_me or (bool(officer.unit) and officer.unit == case.offered_unit)


def may(officer: Officer, verb: str, case: CaseFacts, units: Mapping[str, str]) -> bool:
    """Whether the officer may do this with the case."""
    allowed = _TABLE.get(officer.role, {})
    return any(verb in allowed.get(relation, frozenset()) for relation in relations(officer, case, units))


def holds_cases(role: str) -> bool:
    """Whether this role may have any case on a laptop at all."""
    return bool(_TABLE.get(role))
