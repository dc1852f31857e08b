"""One change of an entry in words: what was added, set, cleared, put away, noted or taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.casework.desk import Desk
from app.casework.wording import say, type_label
from app.i18n import N_, Translator
from app.notebook.entry import Change, Entry
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType
from app.records.view import CaseView

UNSAID = {"hand_over": ("officer", "unit"), "hand_over_answer": ("hand_over",)}
"""Fields that only programs read; what they say stands beside them in words."""
KNOWN = ("create", "append", "set", "add", "remove")
_TITLED_BY = ("factor", "code", "module", "person", "given_name", "kind", "type", "name", "purpose", "document")


@dataclass(frozen=True)
class Said:
    """One change in words. `weight`: which change of an action says best what the action was, the lowest first."""

    text: str
    kind: str
    record_id: str
    field: str = ""
    weight: int = 5


class ChangeWords:
    """Puts the changes of one case into words."""

    def __init__(self, desk: Desk, view: CaseView, words: Translator) -> None:
        self._desk, self._view, self._words = desk, view, words

    def of(self, entry: Entry) -> tuple[Said, ...]:
        """Every change of an entry that says something, in order."""
        return tuple(said for change in entry.changes for said in self._of(change))

    def heading(self, kind: str, record_id: str) -> str:
        """What a record is called: “Answer (F06 Strangulation)”."""
        label, subject = type_label(kind, self._words), self._subject(record_id)
        return f"{label} ({subject})" if subject else label

    def value(self, field: Field | None, value: Any) -> str:
        """A value in words; empty where nothing stands."""
        return "" if field is None else say(self._desk, self._view, field, value, self._words)

    def label(self, field: Field | None, name: str) -> str:
        """What a field is called; one of a newer version by its name."""
        return self._say(field.label) if field is not None else name

    def _of(self, change: Change) -> Iterator[Said]:
        record = self._view.record(change["record"])
        kind = str(change.get("type") or (record.type if record else ""))
        declared, operation = RECORD_TYPES.get(kind), change["op"]
        if declared is None or operation not in KNOWN:
            text = self._say(N_("{record}: something that only a newer version can show"), record=self._label(kind))
            yield Said(text, kind, change["record"])
        elif kind == "operation":
            yield Said(self._operation(change.get("fields") or {}), kind, change["record"], weight=3)
        elif operation in ("create", "append"):
            yield self._made(declared, change)
        elif operation == "set":
            yield from self._set(declared, change)
        else:
            yield self._element(declared, change)

    def _made(self, declared: RecordType, change: Change) -> Said:
        kind, record_id, fields = declared.name, change["record"], dict(change.get("fields") or {})
        heading = self.heading(kind, record_id)
        if kind == "event" and fields.get("kind") == "immediate_danger":
            return Said(self._say(N_("Immediate danger noted")), kind, record_id, weight=1)
        if kind == "assessment" and fields.get("corrects"):
            text = N_("Correction of a completed assessment begun: {reason}")
            return Said(self._say(text, reason=str(fields.get("correction_reason", ""))), kind, record_id, weight=1)
        # In the order of the screen, which begins with what matters; what stands in the heading is not said once more.
        order = {field.name: place for place, field in enumerate(declared.fields)}
        told = [
            self._labelled(declared.field(n), v)
            for n, v in sorted(fields.items(), key=lambda item: order.get(item[0], len(order)))
            if not self._in_heading(record_id, n, v) and n not in UNSAID.get(kind, ())
        ]
        said = "; ".join(text for text in told if text)
        message = N_("{record} added: {values}") if said else N_("{record} added")
        weight = {"case": 2, "grade": 2, "print": 2, "answer": 6, "victim_view": 6, "sealed": 7}.get(kind, 4)
        return Said(self._say(message, record=heading, values=said), kind, record_id, weight=weight)

    def _set(self, declared: RecordType, change: Change) -> Iterator[Said]:
        kind, record_id, fields = declared.name, change["record"], dict(change.get("fields") or {})
        heading = self.heading(kind, record_id)
        if "archived" in fields:
            yield self._archived(kind, record_id, heading, fields)
            fields = {n: w for n, w in fields.items() if n not in ("archived", "archive_reason")}
        for name, wish in fields.items():
            if name == "send_first" and "danger_at" in fields:
                continue  # goes without saying beside the note of danger
            field, value = declared.field(name), wish["value"]
            if kind == "case" and name == "danger_at":
                at = self._words.moment(str(value)) if value else ""
                message = N_("Immediate danger noted: {at}") if value else N_("Immediate danger taken back")
                yield Said(self._say(message, at=at), kind, record_id, name, 0)
            elif kind == "assessment" and name == "completed_at" and value:
                at = self._words.moment(str(value))
                yield Said(self._say(N_("Assessment completed: {at}"), at=at), kind, record_id, name, 0)
            else:
                said = self._labelled(field, value)
                message = N_("{record}: {values}") if said else N_("{record}: {field} cleared")
                label = self._say(field.label) if field else name
                yield Said(self._say(message, record=heading, values=said, field=label), kind, record_id, name)

    def _archived(self, kind: str, record_id: str, heading: str, fields: Mapping[str, Any]) -> Said:
        stored = (fields.get("archive_reason") or {}).get("value") or ""
        reason = self._say(self._desk.library.label("archive_reason", stored)) if stored else ""
        if fields["archived"]["value"] != "yes":
            message = N_("{record}: taken out of the archive again")
        else:
            message = N_("{record}: archived because: {reason}") if reason else N_("{record}: archived")
        text = self._say(message, record=heading, reason=reason)
        return Said(text, kind, record_id, "archived", 3)

    def _element(self, declared: RecordType, change: Change) -> Said:
        name, record_id = change["field"], change["record"]
        field, heading = declared.field(name), self.heading(declared.name, record_id)
        label = self._say(field.label) if field else name
        if change["op"] == "add":
            said = self._labelled(field, [change["value"]])
            text = self._say(N_("{record}: {values}"), record=heading, values=said)
            return Said(text, declared.name, record_id, name)
        text = self._say(N_("{record}: taken out of {field}"), record=heading, field=label)
        return Said(text, declared.name, record_id, name, 6)

    def _operation(self, fields: Mapping[str, Any]) -> str:
        """What was done with the case as a whole: “Disclosure: Risk assessment, Full, for the file”."""
        library, what = self._desk.library, str(fields.get("what", ""))
        document, _, variant = what.partition(" ")
        if any(code.code == document for code in library.codes("document")) and variant:
            parts = [library.label("document", document), library.label("variant", variant)]
            what = ", ".join(self._say(part) for part in parts)
        elif what in LOOKED_AT:
            what = self._say(LOOKED_AT[what])
        done = self._say(library.label("operation", fields.get("operation")))
        said = self._say(N_("{record}: {values}"), record=done, values=what)
        if fields.get("recipient"):
            said += "; " + self._say(N_("to {name}"), name=fields["recipient"])
        if fields.get("reason"):
            said += "; " + self._say(N_("because: {reason}"), reason=fields["reason"])
        return said

    def _labelled(self, field: Field | None, value: Any) -> str:
        text = self.value(field, value)
        return f"{self._say(field.label)}: {text}" if field is not None and text else ""

    def _subject(self, record_id: str) -> str:
        """What a record is about, in a few words: the factor of an answer, the title of a task, a person's name."""
        record = self._view.record(record_id)
        declared = record.declared if record else None
        if record is None or declared is None:
            return ""
        if record.type == "person":
            names = (record.get("given_name"), record.get("family_name"))
            return " ".join(str(name) for name in names if name) or str(record.get("original_name") or "")
        name = self._titled_by(record_id)
        return self.value(declared.field(name), record.get(name)) if name else ""

    def _in_heading(self, record_id: str, name: str, value: Any) -> bool:
        record = self._view.record(record_id)
        return record is not None and name == self._titled_by(record_id) and record.get(name) == value

    def _titled_by(self, record_id: str) -> str:
        """The field by which a record is called, where it is one field as it stands."""
        record = self._view.record(record_id)
        if record is None or record.declared is None or record.type == "person":
            return ""
        if record.type == "task" and record.get("title"):
            return "title"
        return next((n for n in _TITLED_BY if record.declared.field(n) is not None and record.get(n)), "")

    def _label(self, kind: str) -> str:
        return type_label(kind, self._words)

    def _say(self, message: str, **facts: object) -> str:
        return self._words.text(message, **facts)


LOOKED_AT = {
    "case": N_("this case"),
    "case file": N_("case file"),
    "linked case": N_("linked case"),
    "moved record": N_("a record moved from one case to another"),
    "read out": N_("read out"),
    "nothing given": N_("nothing given"),
    "decision": N_("decided between values that differed"),
}
"""Operations on a whole case that have words of their own."""
