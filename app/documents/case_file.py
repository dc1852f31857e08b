"""The case file: everything that is recorded, in the order of the declarations, and the timeline."""

from __future__ import annotations

from app.documents import text
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.risk import grade_and_floor
from app.documents.sieve import Sifted
from app.documents.text import para
from app.documents.words import listed
from app.i18n import N_
from app.records.declared import RECORD_TYPES

TITLED_BY = {
    "person": ("given_name", "family_name"),
    "answer": ("factor", "value"),
    "measure": ("module",),
    "task": ("code", "title"),
    "event": ("kind",),
    "consent": ("purpose", "decision"),
    "print": ("document", "variant"),
    "operation": ("operation", "what"),
    "pet": ("kind",),
    "no_action": ("factor",),
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
        for record in records:
            _record(draft, record)
    _timeline(draft)
    return draft.finish_file_copy()


def _record(draft: Draft, record: Sifted) -> None:
    if record.type != "case":
        draft.subheading(_title(draft, record))
    for name, field in record.fields():
        if record.type == "answer" and name == "factor":
            draft.pair(draft.tr.text("Factor"), draft.look.factor_label(str(record.get("factor"))))
            draft.differing(record, name)
        elif field is not None:
            draft.field(record, name)


def _title(draft: Draft, record: Sifted) -> str:
    if record.type == "person":
        title = draft.name(record)
    elif record.type in {"answer", "no_action"}:
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
    rows = []
    for entry in draft.context.timeline:
        who = [para(words, text.NOTE) for words in (entry.who, entry.device) if words]
        rows.append((cell(para(draft.tr.moment(entry.at), text.CELL)), cell(*who), cell(para(entry.words, text.CELL))))
    draft.table((N_("When"), N_("Who"), N_("What")), (1.3, 1.3, 4), rows)
    if not rows:
        draft.nothing()
