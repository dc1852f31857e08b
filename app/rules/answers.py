"""Which answer counts for each factor, over all assessments of a case.

An earlier yes counts until the factor is answered anew. A no clears it only in an assessment that was begun by somebody
who had that yes; two assessments made side by side on two laptops clear nothing, whatever their clocks say, so that
putting them together lowers nothing. A correction clears only what the assessment that it corrects could have cleared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.notebook.ids import Dot
from app.records.view import CaseView, Record
from app.rules.corrections import had, last_said

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


def standing_answers(view: CaseView, without: str = "") -> dict[str, StandingAnswer]:
    """The answer that counts, by factor; a factor that was never answered is missing. `without`: an assessment's id."""
    assessments = {a.id: a for a in view.in_turn("assessment") if a.id != without}
    known = {a.id for a in view.of("assessment", archived=True)}
    # An answer whose assessment has not arrived yet counts only where it makes the picture graver.
    given = {i: answers for i, answers in _given(view).items() if i in assessments or i not in known}
    last = last_said(view, list(assessments.values()), lambda one: one)
    now = list(assessments)[-1] if assessments else ""
    in_turn = [given[i] for i in (*(i for i in given if i not in known), *assessments) if i in given]
    found = {}
    for factor in dict.fromkeys(f for answers in in_turn for f in answers):
        answers = [one[factor] for one in in_turn if factor in one]
        standing = [a for a in answers if a.value == "yes" and not _cleared(view, a, answers, assessments)]
        counts = standing[-1] if standing else _most_cautious(factor, given, last)
        if counts is not None:
            found[factor] = counts if counts.assessment == now else replace(counts, earlier=True)
    return found


def _cleared(
    view: CaseView, yes: StandingAnswer, answers: list[StandingAnswer], assessments: Mapping[str, Record]
) -> bool:
    """Whether somebody who had this yes has answered no in an assessment begun after it, and not by mistake."""
    dots = _dots(view, yes)
    taken_back = {
        str(assessments[a.assessment].get("corrects", ""))
        for a in answers
        if a.value != "no" and a.assessment in assessments
    }
    noes = [
        assessments[a.assessment]
        for a in answers
        if a.value == "no" and a.assessment in assessments and a.assessment not in taken_back
    ]
    return bool(dots) and any(had(view, later, yes.assessment, dots) for later in noes)


def _most_cautious(
    factor: str, given: Mapping[str, Mapping[str, StandingAnswer]], last: list[Record]
) -> StandingAnswer | None:
    """The answer of the last assessment; of several made side by side, the most cautious one."""
    answers = [
        given.get(a.id, {}).get(factor) or StandingAnswer(factor, "not_asked", a.id, "", a.created_at) for a in last
    ]
    return min(reversed(answers), key=lambda a: _CAUTION[a.value], default=None)


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


def _dots(view: CaseView, answer: StandingAnswer) -> list[Dot]:
    """The changes that gave an answer: what somebody who clears it must have had."""
    held = view.record(answer.answer)
    if held is not None:
        return [s.dot for s in held.standing("value") if s.value == answer.value] or held.made()
    seals = [s for s in view.of("sealed") if s.get("assessment") == answer.assessment]
    return [name for seal in seals[:1] for name in seal.made()]
