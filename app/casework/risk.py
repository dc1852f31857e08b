"""Risk identification and grading: answers as they are given, the officer's grade, the floor with its reasons.

The rules give a floor; a person decides. A completed assessment never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.casework import edit
from app.casework.desk import Desk
from app.changed import Changed
from app.clock import iso, parse_moment
from app.forms.definitions import Instrument, Profile
from app.notebook import ids
from app.notebook.entry import Change
from app.problems import Problem
from app.records.view import CaseView, Record
from app.rules.calendar import Calendar
from app.rules.corrections import original
from app.rules.deadlines import Clocks
from app.rules.definition import Level, RuleSet, higher
from app.rules.facts import CaseFacts, facts_of
from app.rules.finding import Finding
from app.rules.given import before_this_grade, last_decision
from app.rules.grading import Floor, floor, proposes_extreme
from app.rules.override import decide, lowering_missing
from app.rules.review import Due, planned_releases, review_due, review_events, stated

INSTRUMENT = "rr-1"


@dataclass(frozen=True)
class Answer:
    """One answer of the current assessment. `saved_at`: the device's time (ISO 8601); `conflict`: a part differs."""

    value: str | None
    source: str | None
    recent: str | None
    note: str
    record_id: str
    saved_at: str
    conflict: bool


@dataclass(frozen=True)
class EarlierAnswer:
    """An answer of an earlier assessment, with its day."""

    value: str
    source: str | None
    at: str
    note: str


@dataclass(frozen=True)
class Picture:
    """Everything that bears on the risk of a case now."""

    assessment: Record | None
    completed: bool
    answers: Mapping[str, Answer]
    earlier: Mapping[str, list[EarlierAnswer]]
    facts: CaseFacts
    floor: Floor
    answered: int
    total: int
    complete_by: datetime
    """By when a provisional assessment must be completed."""


@dataclass(frozen=True)
class GradeInForce:
    """What holds now. `grade` is None until an officer has graded; `given` is what the officer gave, kept as given."""

    grade: str | None
    given: str | None
    floor: str
    least: str
    """The higher of the floor and the grade that was in force before the one given last."""
    extreme: bool
    extreme_proposed: bool
    provisional: bool
    request_open: bool
    """A grade below the least waits for a supervisor."""
    lowered_by: str
    """The supervisor who lowered the grade, or an empty text."""
    level: Level
    """The higher of grade and floor: sets the review clock."""
    findings: tuple[Finding, ...] = ()


def instrument(desk: Desk, view: CaseView | None = None) -> Instrument:
    """The instrument of the current assessment in the version that it was begun with, or the profile's newest."""
    current = current_assessment(view) if view else None
    return form_of(desk, current) or _newest(desk, view)


def form_of(desk: Desk, assessment: Record | None) -> Instrument | None:
    """The instrument of an assessment in the version that it was begun with; in its newest where that one is not
    installed; None where it is not installed at all.
    """
    name = str(assessment.get("instrument") or "") if assessment is not None else ""
    version = assessment.get("version") if assessment is not None else None
    kept = desk.library.instrument_versions.get((name, version if isinstance(version, int) else 0))
    return kept or desk.library.instruments.get(name)


def _newest(desk: Desk, view: CaseView | None) -> Instrument:
    """The instrument for a new assessment of a case: the first of its profile."""
    profile = profile_of(desk, view) if view is not None else desk.profile
    return next((desk.library.instruments[name] for name in profile.instruments), desk.library.instruments[INSTRUMENT])


def current_assessment(view: CaseView) -> Record | None:
    """The latest assessment, draft or completed."""
    return view.latest("assessment")


def answers_of(view: CaseView, assessment_id: str) -> dict[str, Record]:
    """The answer records of one assessment by factor."""
    given = [r for r in view.of("answer") if r.get("assessment") == assessment_id]
    return {str(r.get("factor")): r for r in given if r.get("factor")}


def start_assessment(desk: Desk, case_id: str, **fields: Any) -> tuple[str, Changed]:
    """Begin an assessment; nothing is pre-filled. Returns its id."""
    form = _newest(desk, desk.store.view(case_id))
    return edit.create(
        desk,
        case_id,
        "assessment",
        {"instrument": form.id, "version": form.version, "started_at": iso(desk.clock.now()), **fields},
    )


def answer(desk: Desk, case_id: str, assessment_id: str, factor: str, **values: Any) -> Changed:
    """Give, change or complete the answer to one factor: any of value, source, recent, note.

    Raises Problem risk.unknown_factor, risk.completed.
    """
    return answer_together(desk, case_id, assessment_id, [factor], **values)


def answer_together(desk: Desk, case_id: str, assessment_id: str, factors: list[str], **values: Any) -> Changed:
    """Give several factors the same answer in one action. Raises the Problems of `answer`."""
    refuse_completed(desk, case_id, assessment_id)
    changes: list[Change] = []
    view = desk.store.view(case_id)
    form = form_of(desk, view.record(assessment_id)) or _newest(desk, view)
    for factor in factors:
        if factor not in form.codes:
            raise Problem("risk.unknown_factor", factor=factor)
        record_id, given = answer_id(case_id, assessment_id, factor), values
        if desk.store.case(case_id).records.get(record_id) is None:
            given = {"assessment": assessment_id, "factor": factor, **values}
        changes += edit.put_changes(desk, case_id, "answer", record_id, given)
    return edit.write(desk, case_id, changes)


def answer_id(case_id: str, assessment_id: str, factor: str) -> str:
    """The id that an answer has on every laptop."""
    return edit.fixed_id(case_id, "answer", assessment_id, factor)


def set_view(desk: Desk, case_id: str, assessment_id: str, **fields: Any) -> Changed:
    """Record the victim's own view: rating, words, feared, distrusts, trusts, wishes."""
    refuse_completed(desk, case_id, assessment_id)
    record_id = view_id(case_id, assessment_id)
    if desk.store.case(case_id).records.get(record_id) is None:
        fields = {"assessment": assessment_id, **fields}
    return edit.put(desk, case_id, "victim_view", record_id, fields)


def view_id(case_id: str, assessment_id: str) -> str:
    """The id that the victim's view in an assessment has on every laptop."""
    return edit.fixed_id(case_id, "victim_view", assessment_id)


def victim_view(view: CaseView, assessment_id: str) -> Record | None:
    """The victim's view in one assessment, or None."""
    return next((r for r in view.of("victim_view") if r.get("assessment") == assessment_id), None)


def refuse_completed(desk: Desk, case_id: str, assessment_id: str) -> None:
    """Raise Problem risk.completed where an assessment is sealed, record.unknown where there is none."""
    record = desk.store.case(case_id).records.get(assessment_id)
    if record is None:
        raise Problem("record.unknown", record=assessment_id)
    if record.standing("completed_at"):
        raise Problem("risk.completed")


def picture(desk: Desk, view: CaseView) -> Picture:
    """What bears on the risk of a case now, with the floor and its reasons; computed once for each state of a case."""
    return view.once(("picture", desk.clock.now().date()), lambda: _picture(desk, view))


def _picture(desk: Desk, view: CaseView) -> Picture:
    current = current_assessment(view)
    answers = {code: _answer(r) for code, r in answers_of(view, current.id).items()} if current else {}
    earlier: dict[str, list[EarlierAnswer]] = {}
    corrected = {str(a.get("corrects", "")) for a in view.of("assessment")}
    for older in view.of("assessment"):
        if current is None or older.id == current.id or older.id in corrected:
            continue
        for code, record in answers_of(view, older.id).items():
            if record.get("value") not in (None, "not_asked"):
                earlier.setdefault(code, []).append(
                    EarlierAnswer(
                        str(record.get("value")),
                        record.get("source"),
                        str(older.get("completed_at") or older.get("started_at") or older.created_at),
                        str(record.get("note", "")),
                    )
                )
    known = facts(desk, view)
    asked = original(view, current) if current else None
    started = (stated(asked, "completed_at") or stated(asked, "started_at")) if asked else None
    begun = started or desk.clock.now()
    within = timedelta(hours=rule_set(desk, view).provisional.within_h)
    form = instrument(desk, view)
    return Picture(
        assessment=current,
        completed=bool(current and current.get("completed_at")),
        answers=answers,
        earlier=earlier,
        facts=known,
        floor=floor(known, rule_set(desk, view)),
        answered=sum(1 for a in answers.values() if a.value),
        total=len(form.factors),
        complete_by=min([begun + within, *_completed_within(clocks_of(desk, view), begun)]),
    )


def _completed_within(clocks: Clocks, begun: datetime) -> list[datetime]:
    return [clocks.calendar.after(begun, d.span) for d in clocks.deadlines if d.follows.state == "provisional"]


def facts(desk: Desk, view: CaseView, without: str = "") -> CaseFacts:
    """What the rules know about a case today. `without`: an assessment's id, for what was known beside it."""
    today, languages = desk.clock.now().date(), tuple(profile_languages(desk, view))
    # Every step of a page asks for them, so they are found once for each state of the case.
    name = ("facts", today, languages, without)
    return view.once(name, lambda: facts_of(view, on=today, languages=languages, without=without))


def rule_set(desk: Desk, view: CaseView) -> RuleSet:
    """The rules for the instrument of the current assessment, in the version that it was begun with."""
    form = instrument(desk, view)
    return desk.library.rules(form.id, form.version)


def _answer(record: Record) -> Answer:
    return Answer(
        record.get("value"),
        record.get("source"),
        record.get("recent"),
        str(record.get("note", "")),
        record.id,
        record.changed_at("value"),
        bool(record.conflicts()),
    )


# -- grading


def in_force(desk: Desk, view: CaseView, seen: Picture) -> GradeInForce:
    """The grade in force: the one given, or the least allowed where it is below and no supervisor has decided."""
    rules = rule_set(desk, view)
    given = view.case.get("grade")
    before = _before(desk, view, seen)
    supervisor = last_decision(view)
    decision = decide(
        given,
        seen.floor,
        rules,
        reason=str(view.case.get("grade_reason", "")),
        previous=before,
        supervisor=supervisor,
    )
    return GradeInForce(
        grade=decision.grade,
        given=given,
        floor=seen.floor.level,
        least=higher(seen.floor.level, before) or seen.floor.level,
        extreme=view.case.get("extreme") == "yes" or seen.floor.extreme,
        extreme_proposed=proposes_extreme(seen.facts, rules, decision.grade),
        provisional=seen.floor.provisional,
        request_open=decision.request_open,
        lowered_by=supervisor.by if supervisor is not None and decision.by_supervisor else "",
        level=decision.level,
        findings=decision.findings,
    )


def _before(desk: Desk, view: CaseView, seen: Picture) -> Level | None:
    current = seen.assessment.id if seen.assessment else ""
    rules = rule_set(desk, view)
    return before_this_grade(view, current, lambda: floor(facts(desk, view, without=current), rules), rules)


def grade(
    desk: Desk,
    case_id: str,
    assessment_id: str,
    given: str,
    reason: str,
    *,
    extreme: str | None = None,
    code: str | None = None,
    supervisor: str = "",
) -> Changed:
    """Record a grade with its reason. Anybody may raise freely.

    A grade below the floor, or below the one in force before, is kept as given while the higher one stays in force,
    until a supervisor decides: pass `code` and `supervisor`. Raises Problem grade.nothing_chosen, grade.reason_missing,
    grade.supervisor_missing (a code without a supervisor or the reverse), grade.same_person.
    """
    if given not in ("standard", "medium", "high"):
        raise Problem("grade.nothing_chosen")
    if not reason.strip():
        raise Problem("grade.reason_missing")
    view = desk.store.view(case_id)
    if code or supervisor:
        _check_supervisor(desk, view, code, reason, supervisor)
    return edit.write(
        desk,
        case_id,
        grade_changes(desk, view, assessment_id, given, reason, extreme=extreme, code=code, supervisor=supervisor),
    )


def _check_supervisor(desk: Desk, view: CaseView, code: str | None, words: str, supervisor: str) -> None:
    missing = lowering_missing(code or "", words, desk.officer, supervisor, rule_set(desk, view))
    if "second_person" in missing and supervisor.strip():
        raise Problem("grade.same_person")
    if missing:
        raise Problem("grade.supervisor_missing")


def grade_changes(
    desk: Desk,
    view: CaseView,
    assessment_id: str,
    given: str,
    reason: str,
    *,
    extreme: str | None = None,
    code: str | None = None,
    supervisor: str = "",
) -> list[Change]:
    """The changes of `grade`: the decision as a record of its own, and the case's current grade."""
    seen = picture(desk, view)
    now = desk.clock.now()
    decision = {
        "assessment": assessment_id,
        "grade": given,
        "reason": reason,
        "floor": seen.floor.level,
        "rules": list(seen.floor.rules),
        # A flag that somebody has set stays until somebody takes it away.
        "extreme": extreme or ("yes" if seen.floor.extreme or view.case.get("extreme") == "yes" else "no"),
        "provisional": "yes" if seen.floor.provisional else "no",
        "by": "supervisor" if supervisor else "officer",
        "supervisor": supervisor,
        "code": code,
        "decided_at": iso(now),
    }
    current = {"grade": given, "grade_reason": reason, "extreme": decision["extreme"]}
    if extreme is None and view.case.in_conflict("extreme"):
        del current["extreme"]  # two officers differ on it: no choice is written by a program
    return edit.make("grade", ids.new_id(now), decision) + edit.put_changes(desk, view.id, "case", view.id, current)


def complete(desk: Desk, case_id: str, assessment_id: str, completed_at: str = "") -> Changed:
    """Complete an assessment, now or at a stated moment: it is sealed as it stands and never changes again.

    Raises Problem risk.not_graded, risk.completed.
    """
    view = desk.store.view(case_id)
    refuse_completed(desk, case_id, assessment_id)
    if not any(g.get("assessment") == assessment_id for g in view.of("grade")):
        raise Problem("risk.not_graded")
    moment = completed_at or iso(desk.clock.now())
    return edit.write(desk, case_id, complete_changes(desk, view, assessment_id, moment))


def complete_changes(desk: Desk, view: CaseView, assessment_id: str, completed_at: str) -> list[Change]:
    """The changes of `complete`: the sealed copy of everything, and the time."""
    return [
        *seal(desk, view, assessment_id, completed_at),
        *edit.assign(desk, view.id, assessment_id, {"completed_at": completed_at}),
    ]


def seal(desk: Desk, view: CaseView, assessment_id: str, completed_at: str) -> list[Change]:
    """The change that keeps an assessment as it stands, with what followed from it."""
    seen = picture(desk, view)
    force = in_force(desk, view, seen)
    record = view.record(assessment_id)
    own = victim_view(view, assessment_id)
    sealed = {
        "assessment": assessment_id,
        "instrument": record.get("instrument") if record else INSTRUMENT,
        "version": record.get("version") if record else None,
        "answers": {
            factor: {k: r.get(k) for k in ("value", "source", "recent", "note") if r.get(k) not in (None, "")}
            for factor, r in sorted(answers_of(view, assessment_id).items())
        },
        "victim_view": {k: own.get(k) for k in own.field_names() if k != "assessment"} if own else {},
        "floor": seen.floor.level,
        "rules": list(seen.floor.rules),
        "grade": force.given,
        "reason": view.case.get("grade_reason"),
        "extreme": "yes" if force.extreme else "no",
        "provisional": "yes" if force.provisional else "no",
        "completed_at": completed_at,
    }
    return edit.make("sealed", ids.new_id(desk.clock.now()), sealed)


def review(desk: Desk, view: CaseView, seen: Picture, force: GradeInForce) -> Due:
    """When the next review is due and what set it: counted from completion, else from the report, else from the case.

    While a reassessment is a draft the one completed before it counts: beginning one puts no review off. Of a
    correction the assessment that it corrects counts, since nobody was asked anew. Nothing counts from a moment later
    than it was written down.
    """
    begun = [seen.assessment] if seen.assessment is not None else []
    begun += [a for a in reversed(view.in_turn("assessment")) if seen.assessment is None or a.id != seen.assessment.id]
    moments = [stated(original(view, a), "completed_at") for a in begun]
    incident = view.latest("incident")
    moments += [stated(incident, "reported_at") if incident is not None else None, parse_moment(view.case.created_at)]
    since = next((at for at in moments if at is not None), desk.clock.now().astimezone(UTC))
    events = (*review_events(view), *planned_releases(view))
    return review_due(force.level, force.extreme, since, events, rule_set(desk, view).review)


def profile_of(desk: Desk, view: CaseView) -> Profile:
    """The profile that the case was made under, or that of new cases where it is not installed."""
    return desk.library.profiles.get(str(view.case.get("profile") or "neutral")) or desk.profile


def clocks_of(desk: Desk, view: CaseView) -> Clocks:
    """The deadlines and the calendar of the case's profile."""
    return desk.library.clocks.get(profile_of(desk, view).id) or Clocks(Calendar())


def profile_languages(desk: Desk, view: CaseView) -> tuple[str, ...]:
    """The languages of the case's profile: whoever speaks another one needs the module on language."""
    return (profile_of(desk, view).language,)
