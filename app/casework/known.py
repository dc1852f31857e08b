"""What a case knows already about a factor beside earlier answers: broken orders. It is shown and answers nothing."""

from __future__ import annotations

from dataclasses import dataclass

from app.casework.desk import Desk
from app.casework.risk import profile_of
from app.records.view import CaseView
from app.rules.orders import breaches


@dataclass(frozen=True)
class Known:
    """Something that was recorded elsewhere in the case; `at` ISO 8601, `text` as somebody wrote it."""

    at: str
    text: str
    record: str


def known_already(desk: Desk, view: CaseView) -> dict[str, list[Known]]:
    """By factor what is on record, the last first."""
    found: dict[str, list[Known]] = {}
    for factor in profile_of(desk, view).known_already.get("breach", ()):
        for one in breaches(view):
            text = str(one.get("what" if one.type == "breach" else "note") or "")
            known = Known(str(one.get("happened_at") or one.created_at), text, one.id)
            found.setdefault(factor, []).append(known)
    return found
