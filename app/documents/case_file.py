"""The case file: everything that is recorded, in the order of the declarations, and the timeline."""

from __future__ import annotations

from app.documents import text
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.risk import answers_table, grade_and_floor
from app.documents.sieve import Sifted
from app.documents.text import para
from app.documents.timeline import printable, say_whole
from app.documents.words import listed
from app.i18n import N_
from app.records.declared import RECORD_TYPES

TITLED_BY = {
    "task": ("code", "title"),
    "event": ("kind",),
    "consent": ("purpose", "decision"),
    "print": ("document", "variant"),
    "pet": ("kind",),
    "order": ("type", "number"),
    "breach": ("happened_at",),
    "follow_up": ("contacted_at", "channel"),
    "programme": ("name", "status"),
    "grade": ("grade",),
}


def build_case_file(draft: Draft) -> bytes:
    """Every record with every field that holds something; where officers differ, each value with its officer."""
    draft.file_head(N_("Case file"))
    grade_and_floor(draft)
    for kind, declared in RECORD_TYPES.items():
        records = [draft.sieve.case] if kind == "case" else draft.sieve.of(kind, archived=True)
        if not records or not any(r.fields() for r in records):
            continue
        draft.heading(declared.label)
        if kind == "answer":
            _answers(draft, records)
            continue
        if kind == "operation":
            _operations(draft, records)
            continue
        for record in records:
            _record(draft, record)
    _timeline(draft)
    return draft.finish_file_copy()


def _answers(draft: Draft, answers: list[Sifted]) -> None:
    for assessment in dict.fromkeys(str(a.get("assessment") or "") for a in answers):
        mine = [a for a in answers if str(a.get("assessment") or "") == assessment]
        draft.subheading(draft.words(mine[0], "assessment") or draft.tr.text("Assessment"))
        mine.sort(key=lambda a: str(a.get("factor") or ""))
        answers_table(draft, [(str(a.get("factor") or "?"), draft.look.factor(str(a.get("factor"))), a) for a in mine])
        for answer in mine:
            if answer.get("archived") or answer.get("archive_reason"):
                draft.say(draft.look.factor_label(str(answer.get("factor"))), text.CELL_STRONG)
                draft.fields(answer, "archived", "archive_reason")


def _operations(draft: Draft, records: list[Sifted]) -> None:
    rows = []
    for record in records:
        why = [draft.words(record, name) for name in ("what", "reason", "recipient")]
        when = listed((draft.words(record, "at") or draft.tr.moment(record.created_at), record.author))
        cells = (when, draft.words(record, "operation"), listed(why))
        rows.append(tuple(cell(para(words, text.CELL, draft.tr.text("Logged operation"))) for words in cells))
    draft.table((N_("When and who"), N_("Operation"), N_("What and why")), (2, 1.3, 3.4), rows)


def _record(draft: Draft, record: Sifted) -> None:
    if record.type != "case":
        draft.subheading(_title(draft, record))
    for name, field in record.fields():
        if field is not None:
            draft.field(record, name)


def _title(draft: Draft, record: Sifted) -> str:
    if record.type == "person":
        title = draft.name(record)
    elif record.type == "no_action":
        title = draft.look.factor_label(str(record.get("factor") or ""))
    elif record.type == "measure":
        module = draft.context.library.module(str(record.get("module") or ""))
        title = draft.tr.text(module.title) if module else ""
    else:
        title = listed(draft.words(record, name) for name in TITLED_BY.get(record.type, ()))
    archived = draft.tr.text("put away") if record.archived else ""
    made = draft.tr.text("recorded {at} by {who}", at=draft.tr.moment(record.created_at), who=record.author)
    return listed((title, made if record.created_at else "", archived))


def _timeline(draft: Draft) -> None:
    draft.heading(N_("Timeline"))
    say_whole(draft)
    rows = []
    for entry in draft.context.timeline:
        # Names in their own script: the records above refuse whatever else could not be drawn.
        words = printable(draft, entry)
        who = [para(part, text.NOTE) for part in (entry.who, entry.device) if part]
        rows.append(
            (
                cell(para(draft.tr.moment(entry.at), text.CELL)),
                cell(*who),
                cell(para(words, text.CELL, draft.tr.text("Timeline"))),
            )
        )
    draft.table((N_("When"), N_("Who"), N_("What")), (1.3, 1.3, 4), rows)
    if not rows:
        draft.nothing()
