"""Paper: what may safely be kept, the preview, printing with its log, and “nothing given”.

The answers propose; the officer decides, and the log keeps what was decided and why.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from app.casework import contact, edit, follow_up, operations, plan, releases, risk, services
from app.casework.desk import Desk
from app.casework.timeline import Timeline, Wanted, received_words
from app.casework.wording import type_label
from app.changed import Changed
from app.clock import iso
from app.documents import preview as pictures
from app.documents.catalogue import WITH_TIMELINE, BuildFindings, build
from app.documents.catalogue import findings as paper_findings
from app.documents.context import Number as Number
from app.documents.context import PaperContext, TimelineEntry
from app.documents.discreet import LeftOut
from app.documents.fonts import fonts
from app.documents.scan import SENTENCES
from app.i18n import N_, PSEUDO, Translator, languages, translator
from app.notebook import ids
from app.problems import Problem
from app.records import apart
from app.records.names import full_name
from app.records.view import CaseView, Record
from app.rules.paper import Proposal, proposal_of
from app.rules.suggestions import suggested_modules, suggested_tasks

LEAVES = frozenset({"card", "discreet"})
"""Variants that go with the victim."""


@dataclass(frozen=True)
class Printed:
    """A paper that was made and logged: the PDF, the number that the log gave it, and a neutral file name."""

    pdf: bytes
    copy_number: str
    file_name: str


@dataclass(frozen=True)
class Choice:
    """What the officer chose: measures by record id, doubtful ones that were read once more, numbers with labels."""

    measures: Collection[str] | None = None
    confirmed: Collection[str] = ()
    numbers: Sequence[Number] = ()
    reminders: Sequence[str] | None = None
    timeline: Wanted = field(default_factory=Wanted)
    """What of the timeline is printed."""


def paper_id(case_id: str) -> str:
    """The id that the may-she-keep-it answers have on every laptop."""
    return edit.fixed_id(case_id, "paper")


def answers(view: CaseView) -> Record | None:
    """The may-she-keep-it answers, or None while nobody asked."""
    return view.record(paper_id(view.id))


def set_answers(desk: Desk, case_id: str, **fields: Any) -> Changed:
    """Record who lives there, whether it is searched, where the paper is kept, which languages are read."""
    return edit.put(desk, case_id, "paper", paper_id(case_id), fields)


def proposal(desk: Desk, view: CaseView) -> Proposal:
    """What the answers propose: nothing, card or discreet, with the reason."""
    return proposal_of(view, risk.facts(desk, view))


def preview(
    desk: Desk, case_id: str, document: str, variant: str, language: str = "en", choice: Choice | None = None
) -> bytes:
    """The paper as it would be printed. Nothing is logged, because nothing leaves the screen."""
    view = _view(desk, case_id)
    words = translator(language)
    return build(document, variant, view, context(desk, view, words, document, choice=choice), words)


def findings(
    desk: Desk, case_id: str, document: str, variant: str, language: str = "en", choice: Choice | None = None
) -> BuildFindings:
    """What the officer should know before printing: measures that are left out and why, how many fit."""
    view = _view(desk, case_id)
    words = translator(language)
    return paper_findings(document, variant, view, context(desk, view, words, document, choice=choice), words)


def found_in_words(left_out: LeftOut, words: Translator) -> list[str]:
    """What was found in a measure that stays off a paper, one sentence for each thing."""
    return [words.text(SENTENCES[found.kind], word=found.word) for found in left_out.found]


def pages(pdf: bytes, scale: float = 1.0) -> list[pictures.Picture]:
    """The pages of a paper as pictures, from memory to memory; may run in the pool."""
    return pictures.pages(pdf, scale)


def each_page(pdf: bytes, scale: float = 1.0) -> Iterator[pictures.Picture]:
    """The pages one after another, for a printer; may run in the pool."""
    return pictures.each_page(pdf, scale)


def print_out(
    desk: Desk,
    case_id: str,
    document: str,
    variant: str,
    language: str = "en",
    reason: str = "",
    *,
    copies: int = 1,
    given_to: str = "",
    choice: Choice | None = None,
    outcome: str = "printed",
    all_the_same: str = "",
) -> Printed:
    """Make a paper and log it as a disclosure; the log is on the disk before the paper exists.

    For a paper that leaves with the victim the questions must be answered. Where they propose less than this variant,
    `all_the_same` says why it is safe. Raises Problem paper.reason_missing, paper.not_answered, paper.unsafe and those
    of the document.
    """
    if not reason.strip():
        raise Problem("paper.reason_missing")
    if language not in {*languages(), *PSEUDO}:
        raise Problem("paper.no_language", language=language, known=", ".join(languages()))
    view = _view(desk, case_id)
    if variant in LEAVES:
        _check_may_keep(desk, view, variant, all_the_same)
    words = translator(language)
    number = f"{desk.device_id[:4].upper()}-{len(view.of('print')) + 1:03d}"
    made = context(desk, view, words, document, choice=choice, copy_number=number, reason=reason)
    pdf = build(document, variant, view, made, words)
    recipient = given_to or (full_name(view.victim) if variant in LEAVES else "")
    fields = {
        "document": document,
        "variant": variant,
        "language": language,
        "copy_number": number,
        "copies": copies,
        "reason": "\n".join(part for part in (reason, all_the_same) if part),
        "given_to": recipient,
        "outcome": outcome,
        "printed_at": iso(desk.clock.now()),
    }
    edit.write(
        desk,
        case_id,
        [
            *edit.make("print", ids.new_id(desk.clock.now()), fields),
            operations.operation(desk, "disclosure", f"{document} {variant}", reason, recipient),
        ],
    )
    return Printed(pdf, number, file_name(number))


def nothing_given(desk: Desk, case_id: str, reason: str, read_out: bool = False) -> Changed:
    """Log that no paper was given, or that the plan was read out instead. Raises Problem paper.reason_missing."""
    if not reason.strip():
        raise Problem("paper.reason_missing")
    fields = {
        "document": "safety-plan",
        "variant": "nothing",
        "copies": 0,
        "reason": reason,
        "outcome": "read_out" if read_out else "nothing_given",
        "printed_at": iso(desk.clock.now()),
    }
    return edit.write(
        desk,
        case_id,
        [
            *edit.make("print", ids.new_id(desk.clock.now()), fields),
            operations.operation(desk, "disclosure", "read out" if read_out else "nothing given", reason),
        ],
    )


def get_ready() -> None:
    """Load what paper needs before the first one is asked for. Slow: for the pool."""
    fonts()
    import_module("reportlab.pdfgen.canvas")


def save_copy(pdf: bytes, path: Path) -> None:
    """Write a paper where the officer said, readable by the officer alone; an existing file is never replaced.

    Raises Problem paper.out_exists, paper.out_folder; then nothing is left behind.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Problem("paper.out_exists", file=path.name) from error
    except OSError as error:
        raise Problem("paper.out_folder", file=path.name) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Problem("paper.out_folder", file=path.name) from error


def save_printed(desk: Desk, case_id: str, made: Printed, path: Path) -> None:
    """Write a logged paper where the officer said. Where that fails, the log says so too.

    Raises Problem paper.out_exists, paper.out_folder.
    """
    try:
        save_copy(made.pdf, path)
    except Problem:
        not_printed(desk, case_id, made.copy_number)
        raise


def not_printed(desk: Desk, case_id: str, copy_number: str) -> Changed:
    """Log that a paper which was logged before did not come to be after all: the copy of that number."""
    made = next((p for p in desk.store.view(case_id).of("print") if p.get("copy_number") == copy_number), None)
    said = {name: made.get(name) for name in ("document", "variant", "language", "given_to")} if made else {}
    fields = {**said, "copy_number": copy_number, "copies": 0, "outcome": "not_printed"}
    return edit.create(desk, case_id, "print", {**fields, "printed_at": iso(desk.clock.now())})[1]


def file_name(number: str) -> str:
    """A neutral file name for a saved copy."""
    return f"copy-{number}.pdf"


def _check_may_keep(desk: Desk, view: CaseView, variant: str, all_the_same: str) -> None:
    asked = answers(view)
    if asked is None or not (asked.get("lives_with_suspect") or asked.get("searched") or asked.get("kept_where")):
        raise Problem("paper.not_answered")
    proposed = proposal(desk, view)
    order = ("nothing", "card", "discreet")
    if order.index(variant) > order.index(proposed.variant) and not all_the_same.strip():
        raise Problem("paper.unsafe", because=proposed.reason)


def context(
    desk: Desk,
    view: CaseView,
    words: Translator,
    document: str = "case-file",
    *,
    choice: Choice | None = None,
    copy_number: str = "",
    reason: str = "",
) -> PaperContext:
    """What a paper needs beside the case."""
    seen = risk.picture(desk, view)
    force = risk.in_force(desk, view, seen)
    rules = risk.rule_set(desk, view)
    chosen = choice or Choice()
    found = Timeline(desk, view.id, words) if document in WITH_TIMELINE else None
    told = timeline_entries(found, words, chosen.timeline) if found else ()
    made = PaperContext(
        library=desk.library,
        officer=desk.officer,
        device=desk.device_id[:8],
        printed_at=iso(desk.clock.now()),
        practice=desk.practice,
        copy_number=copy_number,
        reason=reason,
        grade=force.grade,
        apart=_graded_apart(view),
        extreme=force.extreme,
        provisional=force.provisional,
        review_due=iso(risk.review(desk, view, seen, force).at),
        floor=seen.floor,
        suggested_tasks=suggested_tasks(seen.facts, rules, seen.floor, force.grade, force.extreme),
        suggested_modules=suggested_modules(seen.facts, rules, seen.floor, force.grade, force.extreme),
        contact=contact.rule(desk, view),
        untold=tuple((r.person.id if r.person else "", r.at or "") for r in releases.untold(desk, view)),
        promised=frozenset(record.id for record in follow_up.promised(view)),
        emergency_number=services.emergency_number(desk),
        numbers=tuple(chosen.numbers),
        telling_services=services.telling_names(desk),
        chosen=frozenset(chosen.measures) if chosen.measures is not None else None,
        confirmed=frozenset(chosen.confirmed),
        timeline=told,
        timeline_of=chosen_words(view, words, chosen.timeline) if document == "timeline" else (),
        timeline_whole=found is None or found.whole,
    )
    return made if chosen.reminders is None else replace(made, reminders=tuple(chosen.reminders))


def _graded_apart(view: CaseView) -> tuple[tuple[str, str, str], ...]:
    """Each grade that stands beside another one, with its officer and when; nothing where officers agree."""
    order = apart.grades_apart(view)
    said = {str(value or ""): standing for value, standing in apart.sides(view.case, "grade")} if order else {}
    return tuple((grade, one.written.author, one.written.device_time) for grade in order for one in said[grade])


def timeline_entries(found: Timeline, words: Translator, wanted: Wanted) -> tuple[TimelineEntry, ...]:
    """The wanted part of a timeline in words, latest first."""
    return tuple(
        TimelineEntry(
            action.at,
            action.who,
            said.text,
            action.device,
            said.record_id,
            action.key,
            received_words(action.at, action.received, words),
        )
        for action in found.wanted(wanted)
        for said in reversed(found.said(action))
    )


def chosen_words(view: CaseView, words: Translator, wanted: Wanted) -> tuple[str, ...]:
    """What was chosen of the timeline, a sentence for each filter; nothing for all of it."""
    said = []
    if wanted.since or wanted.until:
        since, until = (words.day(day) or words.text(N_("open")) for day in (wanted.since, wanted.until))
        said.append(words.text(N_("from {since} to {until}"), since=since, until=until))
    if wanted.kind:
        said.append(words.text(N_("only actions with: {kind}"), kind=type_label(wanted.kind, words)))
    if wanted.who:
        said.append(words.text(N_("recorded by {who}"), who=wanted.who))
    if wanted.person:
        said.append(words.text(N_("concerning {who}"), who=full_name(view.record(wanted.person)) or wanted.person))
    if wanted.text:
        said.append(words.text(N_("with the words “{words}”"), words=wanted.text))
    return tuple(said)


def _view(desk: Desk, case_id: str) -> CaseView:
    view = desk.store.view(case_id)
    if view.record(case_id) is None:
        raise Problem("case.unknown", case=case_id)
    return view


def measures_in_order(desk: Desk, view: CaseView) -> list[Record]:
    """All measures in the order of the victim's priorities."""
    return [m for line in plan.modules(desk, view) for m in line.measures]
