"""Which assessment corrects which, and what a correction may be taken to know.

A correction stands in the place of the assessment that it corrects: nobody was asked anew. So it follows that one and
whatever that one followed, and nothing that was made beside it, though its author may have read it.
"""

from __future__ import annotations

from collections.abc import Callable

from app.notebook.ids import Dot
from app.records.view import CaseView, Record


def original(view: CaseView, assessment: Record) -> Record:
    """The assessment at the beginning of a row of corrections: itself, where it corrects none that is here."""
    seen = {assessment.id}
    while (before := view.record(str(assessment.get("corrects", "")))) is not None and before.id not in seen:
        seen.add(before.id)
        assessment = before
    return assessment


def correction_of(view: CaseView, assessment: str) -> Record | None:
    """The last correction of an assessment, draft or completed, or None."""
    return next((a for a in reversed(view.in_turn("assessment")) if a.get("corrects") == assessment), None)


def had(view: CaseView, later: Record, held_in: str, dots: list[Dot]) -> bool:
    """Whether an assessment follows these changes, which belong to the assessment with the id `held_in`.

    Where the corrected one has not arrived here, or corrections go round in a circle, the answer is no.
    """
    seen: set[str] = set()
    while corrected := str(later.get("corrects", "")):
        if corrected == held_in and held_in != later.id:
            return later.knew(*dots)
        before = view.record(corrected)
        if before is None or later.id in seen:
            return False
        seen.add(later.id)
        later = before
    return later.knew(*dots)


def last_said(view: CaseView, records: list[Record], assessment: Callable[[Record], Record | None]) -> list[Record]:
    """Those records that no later one follows. `assessment` names the one to which a record belongs."""
    return [r for r in records if not any(_follows(view, o, r, assessment) for o in records if o is not r)]


def _follows(view: CaseView, later: Record, one: Record, assessment: Callable[[Record], Record | None]) -> bool:
    if not later.knew(*one.made()):
        return False
    owner, other = assessment(later), assessment(one)
    if owner is None or not owner.get("corrects") or (other is not None and other.id == owner.id):
        return True
    return had(view, owner, other.id if other is not None else "", one.made())
