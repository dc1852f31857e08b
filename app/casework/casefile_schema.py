"""The JSON Schema of a case file, made from the record declarations and the code lists.

`python -m app.casework.casefile_schema` writes it into resources/schemas; a test compares both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import paths
from app.casework import casefile_keys as keys
from app.casework.casefile_read import ANSWER_CODES, MOST_DIGITS
from app.forms.library import Library, load_library
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType

FILE = "holdfast-case-1.json"
_HINTS = {
    "day": "A date, also a partial one: 1995, 1995-06 or 1995-06-01.",
    "moment": "A date and time as in ISO 8601, for example 2026-11-14T01:10:00+00:00.",
    "person": "The key of a person.",
    "record": "The key of an {refers}.",
}


def schema(library: Library) -> dict[str, Any]:
    """The schema (JSON Schema 2020-12). What is kept with a finding passes it; what is refused does not."""
    shapes = _Shapes(library)
    properties: dict[str, Any] = {
        "format": {"const": keys.FORMAT},
        "case": {
            "type": ["string", "null"],
            "description": "The case's id where it was exported. Import gives a new one.",
        },
        **shapes.fields("case", keys.CASE_FIELDS),
    }
    for kind in keys.TRAVELLING:
        item = {"$ref": f"#/$defs/{kind.name}"}
        if kind.name in keys.SHORT_KEYS:
            properties[kind.name] = {"anyOf": [item, {"type": "null"}]}
        properties[kind.case_key] = {"type": ["array", "null"], "items": item}
    properties["people"] = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/person"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:holdfast:case:1",
        "title": "Holdfast case file",
        "description": "One case with everything that stands in it. Entries and history do not travel.",
        "type": "object",
        "required": ["format", "people"],
        "properties": properties,
        "additionalProperties": False,
        "$defs": {kind.name: shapes.record(kind) for kind in keys.TRAVELLING}
        | {"answer_inside": shapes.answer_inside()},
    }


class _Shapes:
    def __init__(self, library: Library) -> None:
        self.codes, self.lines = keys.known_codes(library), keys.line_codes(library)

    def record(self, kind: RecordType) -> dict[str, Any]:
        properties = {"key": {"type": ["string", "null"]}, **self.fields(kind.name, kind.fields)}
        if kind.name == "assessment":
            properties |= self._inside_assessment()
        return {"title": kind.label, "type": "object", "properties": properties, "additionalProperties": False}

    def fields(self, kind: str, fields: tuple[Field, ...], without: tuple[str, ...] = ()) -> dict[str, Any]:
        return {f.name: self._field(kind, f) for f in fields if f.name not in without}

    def answer_inside(self) -> dict[str, Any]:
        """An answer as it stands in its assessment."""
        properties = self.fields("answer", RECORD_TYPES["answer"].fields, keys.INSIDE)
        return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}

    def _inside_assessment(self) -> dict[str, Any]:
        view, grade = RECORD_TYPES["victim_view"], RECORD_TYPES["grade"]
        factors = self.lines["answer", "factor"]
        return {
            "answers": {
                "type": ["object", "null"],
                "description": "By factor.",
                "properties": {factor: {"$ref": "#/$defs/answer_inside"} for factor in factors},
                "additionalProperties": False,
            },
            "victim_view": {
                "type": ["object", "null"],
                "properties": self.fields("victim_view", view.fields, keys.INSIDE),
                "additionalProperties": False,
            },
            "unlisted": {
                **_one_of(self.codes[ANSWER_CODES]),
                "description": "What factors that are not listed count as; not_asked where this is missing.",
            },
            "officer_grade": self._field("grade", _declared(grade, "grade")),
            "officer_reason": self._field("grade", _declared(grade, "reason")),
        }

    def _field(self, kind: str, declared: Field) -> dict[str, Any]:
        allowed = keys.allowed_for(kind, declared, self.codes, self.lines)
        said = {"title": declared.label}
        if declared.kind in _HINTS:
            said["description"] = _HINTS[declared.kind].format(refers=declared.refers)
        if declared.kind == "map":
            return said | {"type": ["object", "null"]}
        if declared.kind == "number":
            limit = 10**MOST_DIGITS - 1
            return said | {"type": ["integer", "null"], "minimum": -limit, "maximum": limit}
        if declared.kind in ("codes", "set", "names"):
            item: Mapping[str, Any] = {"enum": list(allowed)} if allowed is not None else {"type": "string"}
            return said | {"type": ["array", "null"], "items": item}
        return said | (_one_of(allowed) if allowed is not None else {"type": ["string", "null"]})


def _one_of(codes: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": [*codes, "", None]}


def _declared(kind: RecordType, name: str) -> Field:
    found = kind.field(name)
    assert found is not None
    return found


def file() -> Path:
    """Where the shipped schema lies."""
    return paths.resources() / "schemas" / FILE


def text(library: Library) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(library), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    file().write_text(text(load_library(paths.resources())), encoding="utf-8")
