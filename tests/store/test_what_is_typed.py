"""Whatever is typed or pasted is kept, cleaned of what nothing can hold, or refused with a Problem; all is logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.casework import cases, edit, operations
from app.casework.desk import Desk, close_desk, create_vault
from app.clock import FixedClock
from app.records.declared import RECORD_TYPES
from app.vault.vault import FLOOR_COST
from tests.store.vaults import problem


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("desk") / "vault"
    made, _ = create_vault(
        folder,
        officer="Ilse Varga",
        passphrase="mosslamp tinkettle barnfog",
        cost=FLOOR_COST,
        clock=FixedClock(datetime(2026, 11, 14, 1, 10, tzinfo=UTC)),
    )
    yield made
    close_desk(made)


@pytest.fixture
def case(desk) -> str:
    return cases.new_case(desk, "NM-2026-0417")


def kept(desk: Desk, case: str, record: str, field: str):
    """What is read back, also after the rows were made anew."""
    value = cases.read_case(desk, case).record(record).get(field)
    desk.store.forget()
    assert cases.read_case(desk, case).record(record).get(field) == value
    return value


def test_a_text_of_a_million_signs_is_kept_whole(desk, case):
    words = "She said: „nicht schon wieder“ – Łódź 12.3 <b> & 'x' " * 20_000
    assert len(words) > 1_000_000
    note, _ = edit.create(desk, case, "incident", {"narrative": words, "place": words})
    assert kept(desk, case, note, "narrative") == words
    edit.set_field(desk, case, note, "narrative", words + "!")
    assert kept(desk, case, note, "narrative") == words + "!"
    assert len(desk.store.find(["said"], 10)) >= 1
    desk.store.verify()


@pytest.mark.parametrize(
    "typed, expected",
    [
        ("a\x00b", "ab"),
        ("\x00", ""),
        ("half \ud83d sign", "half ? sign"),
        ("\udc00\ud800", "??"),
        ("a\x1bb\x07\r\n\tc", "a\x1bb\x07\r\n\tc"),
        ("\ufeff\u202eright\u2066", "\ufeff\u202eright\u2066"),
        ("5 < 6 & <b>x</b> {name} %s '; DROP TABLE entry; --", "5 < 6 & <b>x</b> {name} %s '; DROP TABLE entry; --"),
        ("e\u0301", "e\u0301"),
        ("🖊️ Невена Αθηνά שלום", "🖊️ Невена Αθηνά שלום"),
    ],
)
def test_text_is_kept_sign_by_sign_without_what_nothing_can_hold(desk, case, typed, expected):
    person, _ = edit.create(desk, case, "person", {"given_name": typed, "aliases": [typed, "x"], "roles": ["witness"]})
    assert kept(desk, case, person, "given_name") == expected
    assert kept(desk, case, person, "aliases") == [expected, "x"]
    edit.set_field(desk, case, person, "address", typed)
    assert kept(desk, case, person, "address") == expected
    desk.store.verify()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_any_text_in_any_field_of_words_is_kept(desk, case, data):
    kinds = [(t.name, f.name) for t in RECORD_TYPES.values() for f in t.fields if f.kind in ("words", "line")]
    kind, field = data.draw(st.sampled_from(kinds))
    typed = data.draw(st.text(st.characters(), max_size=60))
    record, _ = edit.create(desk, case, kind, {field: typed})
    value = kept(desk, case, record, field)
    clean = typed.replace("\x00", "")
    assert (value or "") == clean.encode("utf-8", "replace").decode("utf-8")


def test_a_field_or_record_that_nobody_declared_is_refused(desk, case):
    with problem("record.unknown"):
        edit.create(desk, case, "satellite", {})
    with problem("record.field_unknown"):
        edit.create(desk, case, "person", {"orbit": "x"})
    with problem("record.unknown"):
        edit.set_field(desk, case, "0" * 32, "given_name", "x")


def test_what_is_completed_cannot_be_changed(desk, case):
    note, _ = edit.create(desk, case, "note", {"words": "first"})
    with problem("record.immutable"):
        edit.set_field(desk, case, note, "words", "other")
    with problem("record.immutable"):
        edit.archive(desk, case, note)


def test_the_six_operations_are_logged_with_who_when_and_why(desk, case):
    before = len(operations.logged(desk, case))
    person, _ = edit.create(desk, case, "person", {"given_name": "Mira"})
    edit.set_field(desk, case, person, "given_name", "Myra")
    for kind in ("consultation", "disclosure", "combination", "erasure"):
        operations.log(desk, case, kind, f"what of {kind}", f"why {kind}", "Harbour Support")
    logged = operations.logged(desk, case)[before:]
    assert [one.operation for one in logged] == [
        "collection",
        "alteration",
        "consultation",
        "disclosure",
        "combination",
        "erasure",
    ]
    assert {one.who for one in logged} == {"Ilse Varga"}
    assert {one.at for one in logged} == {"2026-11-14T01:10:00+00:00"}
    assert [one.reason for one in logged[2:]] == [f"why {one.operation}" for one in logged[2:]]
    assert {one.recipient for one in logged[2:]} == {"Harbour Support"}


def test_opening_a_case_is_a_logged_consultation_and_reading_on_is_not(desk, case):
    desk.looked_at.clear()
    before = len(operations.logged(desk, case))
    cases.open_case(desk, case, "on call")
    cases.read_case(desk, case)
    assert [one.operation for one in operations.logged(desk, case)[before:]] == ["consultation"]


def test_an_archive_says_what_it_knew_so_that_an_edit_elsewhere_is_not_hidden(desk, case):
    person, _ = edit.create(desk, case, "person", {"given_name": "Mira"})
    edit.archive(desk, case, person, "entered twice")
    assert cases.read_case(desk, case).record(person).archived
    change = list(desk.store.entries(case))[-1].entry.changes[-1]
    assert change["fields"]["archived"]["knew"][desk.device_id] >= 1
    edit.restore(desk, case, person)
    assert not cases.read_case(desk, case).record(person).archived
    assert cases.read_case(desk, case).conflicts() == []
