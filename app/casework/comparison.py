"""What changed since last time, factor by factor, and the grades of a case one after another.

Read from the case alone: of a completed assessment what was sealed counts. Whoever asked, and when, stands with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.casework.correction import answers_in, view_in
from app.records.view import CaseView, Record
from app.rules.answers import StandingAnswer, standing_answers
from app.rules.corrections import correction_of, had, last_said
from app.rules.grading import Floor

Kind = Literal["new_yes", "no_longer", "still_counts", "changed", "open", "same"]
CHANGES: tuple[Kind, ...] = ("new_yes", "no_longer", "still_counts", "changed")
"""What is a change or needs a look, what is gravest first."""
_CAUTION = {"yes": 0, "unknown": 1, "declined": 2, "not_asked": 3, "no": 4}
_KNOWN = ("yes", "no")


@dataclass(frozen=True)
class Said:
    """One answer as it was given. `day`: when the assessment was completed, else when it was answered (ISO 8601)."""

    value: str
    source: str | None
    recent: str | None
    note: str
    day: str


@dataclass(frozen=True)
class FactorChange:
    """A factor then and now; None where nothing was recorded. `still_counts`: an earlier yes that nobody cleared."""

    factor: str
    kind: Kind
    then: Said | None
    now: Said | None


@dataclass(frozen=True)
class Assessed:
    """One assessment as a whole. `grade` is the one given in it, `by` who gave it; None and empty where nobody has."""

    assessment: str
    day: str
    completed: bool
    rating: int | None
    floor: str | None
    rules: tuple[str, ...]
    grade: str | None
    extreme: bool
    provisional: bool
    by: str


@dataclass(frozen=True)
class Comparison:
    """The current assessment beside the last completed ones before it: several where they were made side by side."""

    then: tuple[Assessed, ...]
    now: Assessed
    factors: tuple[FactorChange, ...]
    corrects: bool
    """The current one corrects the earlier one: nobody was asked anew."""

    def of(self, kind: Kind) -> tuple[FactorChange, ...]:
        """The factors of one kind, in the order of the instrument."""
        return tuple(change for change in self.factors if change.kind == kind)

    @property
    def changes(self) -> tuple[FactorChange, ...]:
        """What changed or still counts without having been asked anew, gravest first."""
        return tuple(change for kind in CHANGES for change in self.of(kind))


@dataclass(frozen=True)
class GradeGiven:
    """One grade of the row. `day` ISO 8601; `beside`: given without knowing of another one in the row."""

    record: str
    day: str
    grade: str | None
    floor: str | None
    extreme: bool
    provisional: bool
    by: str
    supervisor: str
    code: str | None
    reason: str
    beside: bool
    corrected: bool
    """The assessment to which it belongs was corrected later."""


def changed_since(view: CaseView, floor: Floor, factors: Sequence[str]) -> Comparison | None:
    """What the current assessment says beside the last completed one, or None where there is no earlier one.

    `floor` is the case's as it stands, for a draft; `factors` are those of the instrument, in its order.
    """
    now = view.latest("assessment")
    if now is None:
        return None
    before = [
        a
        for a in view.in_turn("assessment")
        if a.id != now.id and a.get("completed_at") and now.knew(*a.made()) and not _beside(view, now, a)
    ]
    then = last_said(view, before, lambda one: one)
    return compare(view, then, now, floor, factors) if then else None


def compare(view: CaseView, then: Sequence[Record], now: Record, floor: Floor, factors: Sequence[str]) -> Comparison:
    """Two assessments side by side. Of several earlier ones the gravest answer to each factor counts."""
    earlier = [answers(view, one) for one in then]
    current = answers(view, now)
    standing = {f: a for f, a in standing_answers(view).items() if a.value == "yes"}
    others = {f for said in (*earlier, current) for f in said} | set(standing)
    rows = []
    for factor in (*factors, *sorted(others - set(factors))):
        said = [one[factor] for one in earlier if factor in one]
        gravest = min(said, key=lambda one: _CAUTION.get(one.value, 0), default=None)
        rows.append(_row(view, factor, gravest, current.get(factor), standing.get(factor), now.id))
    return Comparison(
        tuple(assessed(view, one) for one in then),
        assessed(view, now, floor),
        tuple(rows),
        str(now.get("corrects", "")) in {one.id for one in then},
    )


def answers(view: CaseView, assessment: Record) -> dict[str, Said]:
    """The answers of one assessment by factor."""
    completed = str(assessment.get("completed_at", ""))
    records = {str(r.get("factor")): r for r in view.of("answer") if r.get("assessment") == assessment.id}
    found = {}
    for factor, said in answers_in(view, assessment.id).items():
        record = records.get(factor)
        day = completed or (record.changed_at("value") if record is not None else "") or assessment.created_at
        if said.get("value"):
            found[factor] = _said(said, day)
    return found


def assessed(view: CaseView, assessment: Record, floor: Floor | None = None) -> Assessed:
    """One assessment as a whole. `floor`: as it stands now, for a draft; a completed one has its own."""
    seal = next((s for s in view.of("sealed") if s.get("assessment") == assessment.id), None)
    given = [g for g in view.in_turn("grade") if g.get("assessment") == assessment.id]
    last = given[-1] if given else None
    held = seal if seal is not None else last
    rating = view_in(view, assessment.id).get("rating")
    live = floor if not assessment.get("completed_at") else None
    return Assessed(
        assessment=assessment.id,
        day=str(assessment.get("completed_at") or assessment.get("started_at") or assessment.created_at),
        completed=bool(assessment.get("completed_at")),
        rating=rating if isinstance(rating, int) else None,
        floor=live.level if live else held.get("floor") if held is not None else None,
        rules=tuple(live.rules if live else held.get("rules", ()) if held is not None else ()),
        grade=last.get("grade") if last is not None else seal.get("grade") if seal is not None else None,
        extreme=held is not None and held.get("extreme") == "yes",
        provisional=live.provisional if live else held is not None and held.get("provisional") == "yes",
        by=_giver(last) if last is not None else "",
    )


def grades_over_time(view: CaseView) -> list[GradeGiven]:
    """Every grade that was given, each after those that its author had; first to last."""
    given = view.in_turn("grade")
    apart = {
        one.id
        for one in given
        for other in given
        if other is not one and not one.knew(*other.made()) and not other.knew(*one.made())
    }
    return [
        GradeGiven(
            record=one.id,
            day=str(one.get("decided_at") or one.created_at),
            grade=one.get("grade"),
            floor=one.get("floor"),
            extreme=one.get("extreme") == "yes",
            provisional=one.get("provisional") == "yes",
            by=one.author,
            supervisor=str(one.get("supervisor", "")),
            code=one.get("code"),
            reason=str(one.get("reason", "")),
            beside=one.id in apart,
            corrected=correction_of(view, str(one.get("assessment", ""))) is not None,
        )
        for one in given
    ]


def _beside(view: CaseView, now: Record, other: Record) -> bool:
    """Whether a correction merely stands beside another assessment, as the one does that it corrects."""
    return bool(now.get("corrects")) and not had(view, now, other.id, other.made())


def _giver(grade: Record) -> str:
    return str(grade.get("supervisor") or grade.author)


def _row(
    view: CaseView, factor: str, then: Said | None, now: Said | None, yes: StandingAnswer | None, current: str
) -> FactorChange:
    was, is_now = then.value if then else "not_asked", now.value if now else "not_asked"
    if yes is not None and is_now != "yes" and yes.assessment != current:
        return FactorChange(factor, "still_counts", _standing(view, yes) or then, now)
    kind: Kind = "same"
    if is_now == "yes" and was != "yes":
        kind = "new_yes"
    elif was == "yes" and is_now != "yes":
        kind = "no_longer"
    elif is_now not in _KNOWN and was not in _KNOWN:
        kind = "open"
    elif was != is_now:
        kind = "changed"
    return FactorChange(factor, kind, then, now)


def _standing(view: CaseView, yes: StandingAnswer) -> Said | None:
    owner = view.record(yes.assessment)
    return answers(view, owner).get(yes.factor) if owner is not None else None


def _said(said: Mapping[str, object], day: str) -> Said:
    return Said(
        str(said["value"]),
        _text(said.get("source")),
        _text(said.get("recent")),
        str(said.get("note") or ""),
        day,
    )


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
