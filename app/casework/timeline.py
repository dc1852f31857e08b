"""The timeline of a case: every change in words, who made it, when by the device's clock, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.casework.desk import Desk
from app.casework.wording import say, type_label
from app.i18n import N_, Translator
from app.notebook.entry import Change, Entry
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from app.records.view import CaseView


@dataclass(frozen=True)
class TimelineLine:
    """One change. `text` is in words; `at` the device's time, `received` the server's (None until it has it)."""

    at: str
    received: str | None
    who: str
    device: str
    text: str
    kind: str
    record_id: str
    field: str
    here: bool
    """Made on this laptop."""


def timeline(desk: Desk, case_id: str, words: Translator, kind: str = "", person: str = "") -> list[TimelineLine]:
    """All changes of a case, latest first; only of a record type or of one officer where asked for."""
    view = desk.store.view(case_id)
    lines: list[TimelineLine] = []
    for kept in desk.store.entries(case_id):
        entry = kept.entry
        for change in entry.changes:
            for record_type, field, text in _texts(desk, view, change, words):
                lines.append(
                    TimelineLine(
                        entry.wall,
                        kept.received_at,
                        entry.author,
                        entry.device[:8],
                        text,
                        record_type,
                        change["record"],
                        field,
                        entry.device == desk.device_id,
                    )
                )
    lines.reverse()
    return [x for x in lines if (not kind or x.kind == kind) and (not person or x.who == person)]


def history(desk: Desk, case_id: str, record_id: str, field: str) -> list[tuple[Any, Entry]]:
    """Every value that was ever written to a field, oldest first, with the entry that wrote it."""
    found = []
    for kept in desk.store.entries(case_id):
        for change in kept.entry.changes:
            if change["record"] != record_id:
                continue
            fields = change.get("fields") or {}
            if field in fields:
                value = fields[field]["value"] if change["op"] == "set" else fields[field]
                found.append((value, kept.entry))
    return found


def _texts(desk: Desk, view: CaseView, change: Change, words: Translator) -> Iterator[tuple[str, str, str]]:
    record = view.record(change["record"])
    kind = str(change.get("type") or (record.type if record else ""))
    declared = RECORD_TYPES.get(kind)
    label = type_label(kind, words)
    operation = change["op"]
    if declared is None or operation not in ("create", "append", "set", "add", "remove"):
        yield kind, "", words.text(N_("{record}: something that only a newer version can show"), record=label)
        return
    if kind == "operation":
        yield kind, "", _operation(desk, change.get("fields") or {}, words)
        return
    subject = _subject(desk, view, change["record"], words)
    heading = f"{label} ({subject})" if subject else label
    if operation in ("create", "append"):
        values = [(declared.field(n), v) for n, v in (change.get("fields") or {}).items()]
        said = "; ".join(t for t in (_said(desk, view, f, v, words) for f, v in values) if t)
        made = N_("{record} added: {values}") if said else N_("{record} added")
        yield kind, "", words.text(made, record=heading, values=said)
    elif operation == "set":
        for name, wish in (change.get("fields") or {}).items():
            field = declared.field(name)
            said = _said(desk, view, field, wish["value"], words)
            message = N_("{record}: {values}") if said else N_("{record}: {field} cleared")
            yield (
                kind,
                name,
                words.text(message, record=heading, values=said, field=words.text(field.label) if field else name),
            )
    elif operation == "add":
        yield (
            kind,
            change["field"],
            words.text(
                N_("{record}: {values}"),
                record=heading,
                values=_said(desk, view, declared.field(change["field"]), [change["value"]], words),
            ),
        )
    else:
        field = declared.field(change["field"])
        yield (
            kind,
            change["field"],
            words.text(
                N_("{record}: taken out of {field}"),
                record=heading,
                field=words.text(field.label) if field else change["field"],
            ),
        )


_LOOKED_AT = {
    "case": N_("this case"),
    "case file": N_("case file"),
    "linked case": N_("linked case"),
    "read out": N_("read out"),
    "nothing given": N_("nothing given"),
}


def _operation(desk: Desk, fields: Any, words: Translator) -> str:
    """What was done with the case as a whole: “Disclosure: Risk assessment, Full, for the file”."""
    what = str(fields.get("what", ""))
    document, _, variant = what.partition(" ")
    if any(code.code == document for code in desk.library.codes("document")) and variant:
        parts = [desk.library.label("document", document), desk.library.label("variant", variant)]
        what = ", ".join(words.text(part) for part in parts)
    elif what in _LOOKED_AT:
        what = words.text(_LOOKED_AT[what])
    done = words.text(desk.library.label("operation", fields.get("operation")))
    said = words.text(N_("{record}: {values}"), record=done, values=what)
    if fields.get("recipient"):
        said += "; " + words.text(N_("to {name}"), name=fields["recipient"])
    if fields.get("reason"):
        said += "; " + words.text(N_("because: {reason}"), reason=fields["reason"])
    return said


def _said(desk: Desk, view: CaseView, field: Field | None, value: Any, words: Translator) -> str:
    if field is None:
        return ""
    text = say(desk, view, field, value, words)
    return f"{words.text(field.label)}: {text}" if text else ""


def _subject(desk: Desk, view: CaseView, record_id: str, words: Translator) -> str:
    """What a record is about, in a few words: the factor of an answer, the title of a task, the name of a person."""
    record = view.record(record_id)
    if record is None:
        return ""
    declared = record.declared
    for name in ("factor", "code", "module", "person", "given_name", "kind"):
        field = declared.field(name) if declared else None
        if field is not None and record.get(name):
            return say(desk, view, field, record.get(name), words)
    return ""
