"""Which keys a case file has: each follows from the record declarations, so that a new field is a new key at once."""

from __future__ import annotations

from collections.abc import Mapping

from app.forms.library import Library
from app.records.declared import RECORD_TYPES
from app.records.fields import Field

FORMAT = "holdfast-case/1"

TRAVELLING = tuple(t for t in RECORD_TYPES.values() if t.name not in ("case", "operation"))
"""What a case file lists, in its order. The log of operations belongs to the vault and does not travel."""

LIST_KEYS = {t.case_key: t for t in TRAVELLING}
SHORT_KEYS = {name: RECORD_TYPES[name] for name in ("safe_contact", "incident", "assessment", "plan", "paper")}
"""Singular keys: one record where a list could stand."""

CASE_FIELDS = RECORD_TYPES["case"].fields

NESTED = ("answers", "victim_view")
"""Records that stand inside their assessment."""
OPINION = ("officer_grade", "officer_reason", "unlisted")
"""Short forms inside an assessment: they become a grade and answers."""
INSIDE = ("assessment", "factor")
"""Fields that the place of a nested record says already."""

OWN_TASKS = ("OTHER", "VISIT")


def known_codes(library: Library) -> dict[str, tuple[str, ...]]:
    """The code lists by name."""
    return {name: tuple(code.code for code in codes) for name, codes in library.code_lists.items()}


def line_codes(library: Library) -> dict[tuple[str, str], tuple[str, ...]]:
    """What a line may hold where it is the code of something in a form: by record type and field."""
    factors = tuple(dict.fromkeys(code for form in library.instruments.values() for code in form.codes))
    tasks = tuple(t.code for todo in library.todo.values() for t in (*todo.tasks, *todo.extras))
    return {
        ("case", "profile"): tuple(library.profiles),
        ("assessment", "instrument"): tuple(library.instruments),
        ("sealed", "instrument"): tuple(library.instruments),
        ("answer", "factor"): factors,
        ("no_action", "factor"): factors,
        ("measure", "factors"): factors,
        ("measure", "module"): tuple(m.code for m in library.modules),
        ("task", "code"): tuple(dict.fromkeys([*tasks, *OWN_TASKS])),
    }


def allowed_for(
    type_name: str, field: Field, codes: Mapping[str, tuple[str, ...]], lines: Mapping[tuple[str, str], tuple[str, ...]]
) -> tuple[str, ...] | None:
    """The values that a field may hold, or None where it holds words, numbers or dates."""
    if field.kind == "three":
        return ("yes", "no", "unknown")
    if field.codes:
        return codes.get(field.codes, ())
    return lines.get((type_name, field.name))
