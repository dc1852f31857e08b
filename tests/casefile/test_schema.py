"""The schema that is shipped is the one that follows from the declarations, and it says what import does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from app.casework import casefile, casefile_schema, practice
from tests.casefile.made import LIBRARY, case_files, exported, least
from tests.casefile.test_refused import REFUSED

SCHEMA = json.loads(casefile_schema.file().read_text(encoding="utf-8"))
KNOWN = {"$schema", "$id", "$defs", "title", "description"}


def wrong(schema, value, path="$"):
    """Where a value does not fit a schema. Only what our schema uses; anything else in it is an error of this test."""
    if "$ref" in schema:
        target = SCHEMA
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return wrong(target, value, path)
    found = []
    for word, says in schema.items():
        match word:
            case "anyOf":
                found += [] if any(not wrong(s, value, path) for s in says) else [path]
            case "const":
                found += [] if value == says else [path]
            case "enum":
                found += [] if any(value == v and type(value) is type(v) for v in says) else [path]
            case "type":
                found += [] if any(_is(value, t) for t in (says if isinstance(says, list) else [says])) else [path]
            case "minimum":
                found += [path] if isinstance(value, int) and value < says else []
            case "maximum":
                found += [path] if isinstance(value, int) and value > says else []
            case "minItems":
                found += [path] if isinstance(value, list) and len(value) < says else []
            case "items" if isinstance(value, list):
                found += [p for n, item in enumerate(value) for p in wrong(says, item, f"{path}[{n}]")]
            case "properties" if isinstance(value, dict):
                found += [p for k, s in says.items() if k in value for p in wrong(s, value[k], f"{path}.{k}")]
            case "required" if isinstance(value, dict):
                found += [f"{path}.{k}" for k in says if k not in value]
            case "additionalProperties" if isinstance(value, dict):
                assert says is False
                found += [f"{path}.{k}" for k in value if k not in schema["properties"]]
            case "items" | "properties" | "required" | "additionalProperties":
                pass
            case _:
                assert word in KNOWN, word
    return found


def _is(value, kind):
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    return isinstance(value, kinds[kind]) and not isinstance(value, bool)


def test_the_shipped_schema_is_current():
    shipped = casefile_schema.file().read_text(encoding="utf-8")
    assert shipped == casefile_schema.text(LIBRARY), "write it anew: python -m app.casework.casefile_schema"


@pytest.mark.parametrize("file", practice.files(), ids=lambda file: file.stem)
def test_practice_cases_fit_the_schema(desk, file):
    assert wrong(SCHEMA, json.loads(file.read_bytes())) == []
    made = casefile.import_case(desk, file.read_bytes(), set())
    assert wrong(SCHEMA, exported(desk, made.case)) == []


@settings(max_examples=60)
@given(case_files())
def test_what_is_exported_fits_the_schema(pair, data):
    assert wrong(SCHEMA, data) == []
    made = casefile.import_case(pair.desk, json.dumps(data).encode(), set())
    assert wrong(SCHEMA, exported(pair.desk, made.case)) == []


# What only the import knows: references, keys used twice, what stands inside a sealed assessment, signs in a text.
BEYOND = ("has the key", "is used twice", "NUL", "surrogate", "sealed")


@pytest.mark.parametrize(
    "data, path",
    [(r[0], r[1]) for r in REFUSED if not any(b in r[1] + r[2] for b in BEYOND)],
    ids=lambda v: str(v)[:40],
)
def test_what_import_refuses_does_not_fit_the_schema(data, path):
    assert wrong(SCHEMA, data)


def test_the_smallest_file_fits():
    assert wrong(SCHEMA, least()) == []
