"""The packed row of a record: what comes out is what went in, and the same state is always the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.notebook.fold import CaseState, fold
from app.notebook.packing import pack, unpack
from tests.notebook.histories import CASE, histories

ROOT = Path(__file__).resolve().parent.parent.parent


@settings(max_examples=200)
@given(histories())
def test_a_record_comes_out_of_its_row_as_it_went_in(entries):
    state = fold(CASE, [(entry, "2026-11-14T03:00:00+00:00") for entry in entries])
    for key, record in state.records.items():
        again = unpack(key, pack(record))
        assert CaseState(CASE, {key: again}).snapshot() == CaseState(CASE, {key: record}).snapshot()
        assert {n: again.standing(n) for n in record.fields} == {n: record.standing(n) for n in record.fields}
        assert {n: s.awaited for n, s in again.fields.items() if s.awaited} == {
            n: s.awaited for n, s in record.fields.items() if s.awaited
        }
        assert pack(again) == pack(record)


@settings(max_examples=200)
@given(histories(), st.integers(1, 4))
def test_going_through_the_row_between_two_entries_changes_nothing(entries, every):
    straight, packed = CaseState(CASE), CaseState(CASE)
    for number, entry in enumerate(entries):
        straight.apply(entry)
        packed.apply(entry)
        if number % every == 0:
            packed.records = {key: unpack(key, pack(record)) for key, record in packed.records.items()}
    assert {k: pack(r) for k, r in packed.records.items()} == {k: pack(r) for k, r in straight.records.items()}


PROGRAM = """
from app.notebook.packing import pack
from tests.notebook.writers import RECORD, Writer
a, b = Writer("a"), Writer("b")
for number in range(40):
    a.put("f%d" % (number % 5), number)
    b.read(a.put("g", number))
    b.put("g", -number)
print(pack(a.state().records[RECORD]).hex())
print(pack(b.state().records[RECORD]).hex())
"""


def test_the_bytes_do_not_depend_on_the_run_of_the_program():
    seeds = [{**os.environ, "PYTHONHASHSEED": str(seed)} for seed in (0, 1, 2)]
    found = [
        subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=env, capture_output=True, check=True).stdout
        for env in seeds
    ]
    assert len(set(found)) == 1
