"""Finding a case by a person's name, a reference or a place, in this vault only."""

from __future__ import annotations

from dataclasses import dataclass

from app.casework.cases import lines_of
from app.casework.desk import Desk
from app.records.names import full_name
from app.store.words import sought


@dataclass(frozen=True)
class Found:
    """One hit: the case, under what it was found, and the text that matched."""

    case_id: str
    reference: str
    short_name: str
    kind: str
    matched: str


def find(desk: Desk, text: str, limit: int = 50) -> list[Found]:
    """Cases in which every word of `text` begins some word of a name, a reference or a place; at most `limit`."""
    found: list[Found] = []
    hits = desk.store.find(sought(text), limit)
    lines = {line.id: line for line in lines_of(desk, {case_id for case_id, _, _ in hits})}
    for case_id, record_id, kind in hits:
        line = lines[case_id]
        record = desk.store.find_record(case_id, record_id)
        matched = ""
        if record is not None and kind == "name":
            matched = full_name(record)
        elif record is not None:
            matched = (
                str(record.get("reference") or record.get("crime_number") or "")
                if kind == "reference"
                else str(record.get("place") or record.get("address") or "")
            )
        found.append(Found(case_id, line.reference, line.short_name, kind, matched))
    return sorted(found, key=lambda f: (f.kind != "reference", f.kind != "name", f.matched, f.case_id))
