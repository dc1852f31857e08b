"""Which answer counts for each factor, over all assessments of a case.

An earlier yes counts until the factor is answered anew. A no clears it only in an assessment that follows the one with
the yes; two assessments made side by side on two laptops do not, so that putting them together lowers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.records.view import CaseView, Record

_OPEN = ("unknown", "declined", "not_asked")
_CAUTION = {"yes": 0, "unknown": 1, "declined": 2, "not_asked": 3, "no": 4}


@dataclass(frozen=True)
class StandingAnswer:
    """The answer that counts for a factor. `value`: yes, no, unknown, declined or not_asked."""

    factor: str
    value: str
    assessment: str
    """Record id of the assessment in which it was given."""
    answer: str
    """Record id of the answer; an empty text where only the completed assessment holds it."""
    at: str
    """When it was given (ISO 8601, the device's time)."""
    earlier: bool = False
    """Given in an assessment before the current one."""


def current_assessment(view: CaseView) -> Record | None:
    """The assessment that was started last, or None."""
    return view.latest("assessment")


def standing_answers(view: CaseView) -> dict[str, StandingAnswer]:
    """The answer that counts, by factor; a factor that was never answered is missing."""
    standing: dict[str, StandingAnswer] = {}
    assessments = view.of("assessment")
    known = {a.id for a in view.of("assessment", archived=True)}
    given = _given(view)
    for assessment_id, loose in given.items():
        if assessment_id not in known:
            # The assessment itself has not arrived yet: only what makes the picture graver counts.
            standing |= {f: a for f, a in loose.items() if a.value == "yes" and f not in standing}
    sealed = {s.get("assessment"): s for s in view.of("sealed")}
    place = {record.id: n for n, record in enumerate(view)}
    before: dict[str, Record] = {}
    for assessment in assessments:
        answers = given.get(assessment.id, {})
        for factor in {**standing, **answers}:
            old, new = standing.get(factor), answers.get(factor)
            since = before.get(old.assessment) if old else None
            follows = since is not None and _follows(assessment, since, sealed.get(since.id), place)
            standing[factor] = _counts(factor, old, new, follows, assessment)
        before[assessment.id] = assessment
    last = assessments[-1].id if assessments else ""
    return {f: _with_earlier(a, a.assessment != last) for f, a in standing.items()}


def _counts(
    factor: str, old: StandingAnswer | None, new: StandingAnswer | None, follows: bool, assessment: Record
) -> StandingAnswer:
    if new and (new.value == "yes" or old is None):
        return new
    if old and old.value == "yes":
        return new if new and new.value == "no" and follows else old
    if new and new.value == "no" and not follows and old and old.value in _OPEN:
        return old
    return new or StandingAnswer(factor, "not_asked", assessment.id, "", assessment.created_at)


def _given(view: CaseView) -> dict[str, dict[str, StandingAnswer]]:
    """Answers by assessment and factor; where several exist, the most cautious."""
    found: dict[str, dict[str, StandingAnswer]] = {}
    for answer in _all_answers(view):
        mine = found.setdefault(answer.assessment, {})
        if answer.factor not in mine or _CAUTION[answer.value] < _CAUTION[mine[answer.factor].value]:
            mine[answer.factor] = answer
    return found


def _all_answers(view: CaseView) -> Iterator[StandingAnswer]:
    for record in view.of("answer"):
        at = record.changed_at("value") or record.created_at
        yield from _answer(record.get("factor", ""), record.get("value"), record.get("assessment", ""), record.id, at)
    for seal in view.of("sealed"):
        at = seal.get("completed_at", seal.created_at)
        answers = seal.get("answers", {})
        for factor, held in answers.items() if isinstance(answers, dict) else ():
            value = held.get("value") if isinstance(held, dict) else held
            yield from _answer(factor, value, seal.get("assessment", ""), "", at)


def _answer(factor: str, value: object, assessment: str, answer: str, at: str) -> Iterable[StandingAnswer]:
    if factor and isinstance(value, str) and value in _CAUTION:
        yield StandingAnswer(factor, value, assessment, answer, at)


def _follows(later: Record, earlier: Record, seal: Record | None, place: dict[str, int]) -> bool:
    """Whether the later assessment was made by somebody who had the earlier one: same device, or completed before."""
    if _devices(later) & _devices(earlier):
        return True
    return seal is not None and place[seal.id] < place[later.id]


def _devices(record: Record) -> set[str]:
    made = record.state.created or record.state.written
    return {dot.partition(":")[0] for dot in made}


def _with_earlier(answer: StandingAnswer, earlier: bool) -> StandingAnswer:
    if not earlier:
        return answer
    return StandingAnswer(answer.factor, answer.value, answer.assessment, answer.answer, answer.at, True)
