"""Whether the people of a case are to be asked again: an attendance came after the last completed assessment.

It only says so and since when; nothing is begun and nothing is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.records.view import CaseView
from app.rules.corrections import original


@dataclass(frozen=True)
class AskAgain:
    """start: the last assessment was completed before the last attendance; go_on: one from before is not completed.

    `day`: when it was completed or begun (ISO 8601).
    """

    what: Literal["start", "go_on"]
    day: str


def ask_again(view: CaseView) -> AskAgain | None:
    """What to do about the risk at the last attendance, or None where nothing is left over from an earlier one.

    No clock is asked: what counts is whether the assessment's author had the attendance before it was completed.
    """
    assessment, attendance = view.latest("assessment"), view.latest("incident")
    if assessment is None or attendance is None:
        return None
    if assessment.get("completed_at"):
        asked = original(view, assessment)  # for a correction nobody was asked anew
        seals = [s for s in view.of("sealed") if s.get("assessment") == asked.id]
        if seals and not any(seal.knew(*attendance.made()) for seal in seals):
            return AskAgain("start", str(asked.get("completed_at")))
        return None
    others = [i for i in view.of("incident") if i.id != attendance.id]
    if assessment.knew(*attendance.made()) or not any(assessment.knew(*i.made()) for i in others):
        return None
    return AskAgain("go_on", str(assessment.get("started_at") or assessment.created_at))
