"""The risk assessment on paper: every factor with its answer, source and note; the victim's view; floor and grade."""

from __future__ import annotations

from app.documents import text
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.people import people
from app.documents.sieve import Sifted
from app.documents.text import para
from app.documents.words import listed
from app.forms.definitions import Factor, Instrument
from app.i18n import N_


def build_risk(draft: Draft) -> bytes:
    """Grade and floor first, then what they rest on; one part for each assessment, the newest first."""
    draft.file_head(N_("Risk assessment"))
    grade_and_floor(draft)
    people(draft, ("victim", "suspect", "child"))
    incidents(draft)
    for assessment in reversed(draft.sieve.of("assessment")):
        _assessment(draft, assessment)
    _given(draft)
    return draft.finish_file_copy()


def grade_and_floor(draft: Draft) -> None:
    """Both grades: what is in force, and the least that the rules allow with its reasons."""
    context, look, tr = draft.context, draft.look, draft.tr
    draft.heading(N_("Grade"))
    grade = look.code("grade", context.grade) if context.grade else tr.text("not graded yet")
    flags = [tr.text("extreme")] if context.extreme else []
    flags += [tr.text("provisional: too much is still open")] if context.provisional else []
    draft.say(tr.text("Grade in force: {grade}", grade=listed((grade, *flags))), text.STRONG)
    draft.graded_apart()
    if context.review_due:
        draft.pair(tr.text("Review due"), tr.moment(context.review_due))
    if context.floor is None:
        return
    draft.say(tr.text("Floor, the least that the rules allow: {grade}", grade=look.code("grade", context.floor.level)))
    for reason in context.floor.reasons:
        factors = ", ".join(look.factor_label(f) for f in reason.factors)
        draft.pair(reason.rule or "–", "\n".join(part for part in (tr.text(reason.sentence), factors) if part))
    if context.floor.unknown:
        n = len(context.floor.unknown)
        draft.say(
            tr.plural("{n} factor is not known. That is not a no.", "{n} factors are not known. That is not a no.", n)
        )


def incidents(draft: Draft) -> None:
    """What happened, newest last."""
    records = draft.sieve.of("incident")
    draft.heading(N_("What happened"))
    for incident in records:
        when = draft.words(incident, "occurred_from") or draft.words(incident, "reported_at")
        draft.subheading(draft.tr.text("Incident {when}", when=when).strip())
        draft.fields(incident)
    if not records:
        draft.nothing()


def _assessment(draft: Draft, assessment: Sifted) -> None:
    when = draft.words(assessment, "completed_at") or draft.words(assessment, "started_at")
    draft.heading(N_("Assessment {when}"), when=when or draft.tr.moment(assessment.created_at))
    draft.fields(assessment)
    answers = [a for a in draft.sieve.of("answer") if a.decide("assessment") in (assessment.id, None, "")]
    instrument = _instrument(draft, assessment)
    by_factor = {str(a.get("factor")): a for a in answers}
    if instrument is not None:
        if not instrument.validated:
            draft.say(draft.tr.text(instrument.notice), text.NOTE)
        for group in instrument.groups:
            draft.subheading(draft.tr.text(group.title))
            factors = instrument.of_group(group.id)
            answers_table(draft, [(f.code, f, by_factor.get(f.code)) for f in factors])
    known = set(instrument.codes) if instrument else set()
    others: list[tuple[str, Factor | None, Sifted | None]] = [
        (code, None, answer) for code, answer in by_factor.items() if code not in known
    ]
    if others:
        draft.subheading(draft.tr.text("Other factors"))
        answers_table(draft, others)
    _view(draft, assessment)


def _instrument(draft: Draft, assessment: Sifted) -> Instrument | None:
    library = draft.context.library
    name, version = assessment.get("instrument"), assessment.get("version")
    return (
        library.instrument_versions.get((str(name), version if isinstance(version, int) else 0))
        or library.instruments.get(str(name))
        or (None if name else next(iter(library.instruments.values()), None))
    )


def answers_table(draft: Draft, rows: list[tuple[str, Factor | None, Sifted | None]]) -> None:
    """Factor, answer, source and note in columns; what officers answered differently stands below."""
    cells = []
    for code, factor, answer in rows:
        label = draft.look.factor_label(code)
        weight = draft.look.code("weight", factor.weight) if factor and factor.weight else ""
        value = draft.words(answer, "value") if answer else ""
        strong = answer is not None and answer.get("value") == "yes"
        recent = ""
        if answer is not None and answer.get("recent"):
            recent = draft.tr.text("in the last six months: {answer}", answer=draft.words(answer, "recent"))
        source = draft.words(answer, "source") if answer else ""
        note = draft.words(answer, "note") if answer else ""
        small = [para(words, text.NOTE) for words in (weight,) if words]
        cells.append(
            (
                cell(para(label, text.CELL_STRONG if strong else text.CELL), *small),
                cell(para(value or draft.tr.text("Not asked"), text.CELL_STRONG if strong else text.LABEL)),
                cell(*[para(w, s) for w, s in ((source, text.CELL), (recent, text.NOTE)) if w]),
                cell(*[para(note, text.CELL, where=label)] if note else []),
            )
        )
    draft.table((N_("Factor"), N_("Answer"), N_("From"), N_("Note")), (2.1, 0.9, 1.3, 3.3), cells)
    for code, _, answer in rows:
        if answer is not None:
            differing = [f for f in ("value", "source", "recent", "note") if answer.differing(f)]
            if differing:
                draft.say(draft.look.factor_label(code), text.CELL_STRONG)
            for field in differing:
                draft.differing(answer, field)


def _view(draft: Draft, assessment: Sifted) -> None:
    draft.subheading(draft.tr.text("The victim’s own view"))
    views = [v for v in draft.sieve.of("victim_view") if v.decide("assessment") in (assessment.id, None, "")]
    for view in views:
        draft.fields(view)
    if not views:
        draft.nothing()


def _given(draft: Draft) -> None:
    draft.heading(N_("Grades given"))
    grades = draft.sieve.of("grade")
    for grade in grades:
        draft.subheading(listed((draft.words(grade, "grade"), draft.words(grade, "decided_at"), grade.author)))
        draft.fields(grade, *(f.name for f in grade.declared_fields if f.name not in {"grade", "decided_at"}))
    for name in ("police_suspect", "aggressor_reasoning"):
        draft.field(draft.sieve.case, name)
    if not grades:
        draft.nothing()
