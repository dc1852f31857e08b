"""Who may hold a case on a laptop, and who may change it: one table for both ends of the exchange. Pure.

What is not known is never a yes: an empty list, a missing unit, an unknown role or relation give no access.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HOLD, CHANGE = "hold", "change"
VERBS = (HOLD, CHANGE)
_BOTH = frozenset(VERBS)

ROLES = ("officer", "specialist", "supervisor", "professional_standards", "administrator", "auditor")
RELATIONS = ("own", "assigned", "named", "unit", "below")
RECENT_DAYS = 90
"""Days after its last change for which a case is one of its unit's recent cases."""

_TABLE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "officer": {"own": _BOTH, "assigned": _BOTH, "named": _BOTH, "unit": _BOTH},
    "specialist": {"own": _BOTH, "assigned": _BOTH, "named": _BOTH, "unit": _BOTH, "below": _BOTH},
    "supervisor": {"own": _BOTH, "assigned": _BOTH, "named": _BOTH, "unit": _BOTH, "below": _BOTH},
    "professional_standards": {"own": _BOTH, "named": _BOTH},
    # Whoever keeps the accounts, and whoever looks at what others did, has no business in a case.
    "administrator": {},
    "auditor": {},
}
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


def above(unit: str, units: Mapping[str, str]) -> list[str]:
    """A unit and the units above it, from below; `units` names the one above each, empty for the top."""
    found: list[str] = []
    while unit and unit in units and unit not in found:
        found.append(unit)
        unit = units[unit]
    return found


def relations(officer: Officer, case: CaseFacts, units: Mapping[str, str]) -> frozenset[str]:
    """How an officer stands to a case."""
    path = above(case.unit, units) if case.recent else []
    found = {
        "own": bool(officer.id) and officer.id in (case.author if case.restricted else case.owner, case.author),
        "assigned": bool(officer.id) and officer.id in case.assigned,
        "named": bool(officer.id) and officer.id in case.named,
        "unit": bool(officer.unit) and officer.unit in path[:1],
        "below": bool(officer.unit) and officer.unit in path[1:],
    }
    held = frozenset(name for name, so in found.items() if so)
    return held & _RESTRICTED if case.restricted else held


def may(officer: Officer, verb: str, case: CaseFacts, units: Mapping[str, str]) -> bool:
    """Whether the officer may do this with the case."""
    allowed = _TABLE.get(officer.role, {})
    return any(verb in allowed.get(relation, frozenset()) for relation in relations(officer, case, units))


def holds_cases(role: str) -> bool:
    """Whether this role may have any case on a laptop at all."""
    return bool(_TABLE.get(role))


def says_restricted(changes: Iterable[Mapping[str, object]]) -> bool:
    """Whether changes of a case say that a suspect works for the police: enough to keep it from everybody else."""
    for change in changes:
        fields = change.get("fields")
        if not isinstance(fields, dict):
            continue
        for name in ("police_suspect", "police_employee"):
            told = fields.get(name)
            if told == "yes" or (isinstance(told, dict) and told.get("value") == "yes"):
                return True
    return False
