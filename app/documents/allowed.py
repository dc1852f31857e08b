"""Which field of which record may stand on which paper. What is not named here never gets onto a page.

`prints` may be read by whoever finds the paper; `decides` only chooses or orders what is printed and is never shown.
On paper that leaves with the victim stands nothing of the case but the words of measures that were chosen as safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.records.declared import RECORD_TYPES

Fields = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Allowed:
    """What one paper may hold. `leaves`: it may go with the victim, so it bears no number, name, case or office."""

    prints: Fields
    decides: Fields = field(default_factory=dict)
    leaves: bool = False


def _f(**fields: str) -> Fields:
    return {record: frozenset(names.split()) for record, names in fields.items()}


def _whole(*records: str) -> Fields:
    """Every declared field of these record types, but not whether they were put away: such records are not printed."""
    return {r: frozenset(f.name for f in RECORD_TYPES[r].fields) - {"archived", "archive_reason"} for r in records}


_NAMES = "given_name family_name original_name aliases"

CARD = Allowed(prints={}, leaves=True)

DISCREET = Allowed(
    prints=_f(measure="what"),
    decides=_f(measure="module safe", plan="priorities", answer="factor value", safe_contact="compromised"),
    leaves=True,
)

FULL_PLAN = Allowed(
    prints={
        **_f(
            case="reference",
            person=f"{_NAMES} roles languages interpreter needs needs_words pregnant custody custody_until",
            child="person age school lives_with needs_words",
            event="kind happened_at person order_type conditions expires note",
            order="type number authority person conditions children_protected served_at expires",
            breach="order happened_at what",
        ),
        **_whole("relationship", "safe_contact", "plan", "measure", "no_action", "pet", "paper"),
    },
)

RISK_ASSESSMENT = Allowed(
    prints={
        **_f(
            case="reference police_suspect aggressor_reasoning",
            person=f"{_NAMES} roles born sex languages interpreter pregnant police_employee custody custody_until",
            child="person age present saw_or_heard hurt own_words",
            incident="occurred_from occurred_to reported_at place_kind offences narrative narrative_type "
            "narrative_from injury children_present incidents_12_months suspect_at_large",
            answer="factor value source recent note",
            victim_view="rating words feared distrusts trusts wishes",
            grade="grade reason floor rules extreme provisional by supervisor code decided_at",
        ),
        **_whole("relationship", "assessment"),
    },
    decides=_f(answer="assessment", victim_view="assessment", grade="assessment"),
)

TO_DO = Allowed(
    prints={
        **_f(
            case="reference",
            person=f"{_NAMES} custody custody_until",
            consent="purpose recipient decision language override_basis approver decided_at",
        ),
        **_whole("task"),
    },
    decides=_f(person="roles"),
)

HANDOVER = Allowed(
    prints=_f(
        case="reference danger_at",
        person=f"{_NAMES} languages interpreter custody custody_until",
        safe_contact="days hours withheld_number language interpreter if_other_answers expires",
        task="code title agency status reason agency_name owner due release_at told_before",
        event="kind happened_at person expires told_before",
        # Conditions and what was told may name an address: they are looked up in the case.
        order="type number person children_protected served_at expires",
        breach="order happened_at arrested",
        follow_up="contacted_at next_at",
        plan="review_date",
    ),
    decides=_f(person="roles", follow_up="reached"),
)

CASE_FILE = Allowed(
    prints={name: frozenset(f.name for f in declared.fields) for name, declared in RECORD_TYPES.items()},
)

TIMELINE = Allowed(prints=_f(case="reference"))
"""Beside what was chosen of the entries themselves, in words: whatever was ever written, so it never leaves."""

SHIFT_LIST = Allowed(prints={})
"""The list of a shift is of no single case: it gets references, short names and what is open, and reads no record."""

PAPERS: dict[tuple[str, str], Allowed] = {
    ("safety-plan", "card"): CARD,
    ("safety-plan", "discreet"): DISCREET,
    ("safety-plan", "full"): FULL_PLAN,
    ("risk-assessment", "full"): RISK_ASSESSMENT,
    ("to-do", "full"): TO_DO,
    ("handover", "full"): HANDOVER,
    ("timeline", "full"): TIMELINE,
    ("case-file", "full"): CASE_FILE,
}

# The content of covert measures is the specialist's and never stands on paper: only that the question was put.
WITHHELD: Mapping[tuple[str, str], frozenset[str]] = {("task", "evidence"): frozenset({"T15"})}
