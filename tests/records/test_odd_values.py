"""What another version or a damaged device wrote into a field is kept as it stands, and read by nothing."""

from __future__ import annotations

from typing import Any

import pytest

from app.notebook import entry as notebook
from app.notebook.fold import fold
from app.records.declared import RECORD_TYPES
from app.records.view import CaseView
from tests.notebook.writers import CASE, Writer

ODD: tuple[Any, ...] = ({"a": 1}, [1], [{}], 1.5, True, [["x"]])
FIELDS = [(kind.name, field.name, field.kind) for kind in RECORD_TYPES.values() for field in kind.fields]


@pytest.mark.parametrize("kind, name, shape", FIELDS)
def test_a_value_of_another_shape_is_kept_and_not_read(kind: str, name: str, shape: str) -> None:
    for value in ODD:
        if shape == "map" and isinstance(value, dict):
            continue
        here, there = Writer("here"), Writer("there")
        made = here.write(notebook.create("r", kind, {name: value}))
        record = CaseView(fold(CASE, [(made, None)])).record("r")
        assert record is not None
        assert record.get(name) == ([] if shape == "set" else None)
        assert [s.value for s in record.standing(name)] == [value]
        good: Any = {"number": 3, "names": ["x"], "codes": ["x"], "set": "x", "map": {}}.get(shape, "yes")
        other = there.write(notebook.create("r", kind, {name: good}))
        record = CaseView(fold(CASE, [(made, None), (other, None)])).record("r")
        assert record is not None
        assert record.get(name) == (["x"] if shape == "set" else good)
        assert record.in_conflict(name) is (shape != "set")
        assert record.conflicts() in ([name], [])
