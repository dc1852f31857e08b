"""What is exported can be taken in again, and nothing of it is lost on the way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from app.casework import casefile, cases, edit, operations, practice, risk
from app.casework import casefile_keys as keys
from app.casework.desk import close_desk
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from tests.casefile.made import case_files, exported, least, make_desk


def without_id(data):
    return {key: value for key, value in data.items() if key != "case"}


def there_and_back(desk, other_desk, case_id):
    """Export a case, take it into another vault, export it there."""
    first = exported(desk, case_id)
    again = casefile.import_case(other_desk, json.dumps(first).encode(), set())
    return without_id(first), without_id(exported(other_desk, again.case))


@pytest.mark.parametrize("file", practice.files(), ids=lambda file: file.stem)
def test_every_practice_case_comes_back_as_it_went(desk, other_desk, file):
    made = casefile.import_case(desk, file.read_bytes(), set())
    first, second = there_and_back(desk, other_desk, made.case)
    assert first == second
    assert list(first) == list(second)


@pytest.mark.parametrize("file", practice.files(), ids=lambda file: file.stem)
def test_the_same_follows_from_a_case_that_was_handed_over(desk, other_desk, file):
    made = casefile.import_case(desk, file.read_bytes(), set())
    again = casefile.import_case(other_desk, json.dumps(exported(desk, made.case)).encode(), set())
    for name in ("present", "unknown", "rules", "floor", "grade", "extreme", "provisional", "review_due", "tasks",
                 "measures", "print_default"):  # fmt: skip
        assert getattr(made, name) == getattr(again, name), name


@settings(max_examples=120)
@given(case_files())
def test_any_case_comes_back_as_it_went(pair, data):
    made = casefile.import_case(pair.desk, json.dumps(data).encode(), set())
    first, second = there_and_back(pair.desk, pair.other_desk, made.case)
    assert first == second


@settings(max_examples=60)
@given(case_files())
def test_what_a_file_says_is_in_what_is_exported(pair, data):
    made = casefile.import_case(pair.desk, json.dumps(data).encode(), set())
    out = exported(pair.desk, made.case)
    for field in keys.CASE_FIELDS:
        if data.get(field.name) not in (None, ""):
            assert out[field.name] == data[field.name]
    for kind in keys.TRAVELLING:
        if kind.name in ("answer", "victim_view", "grade", "assessment"):
            continue  # these meet others: inside assessments, by factor, and with the officer's grade
        items, found = data.get(kind.case_key, []), out.get(kind.case_key, [])
        if kind.name == "sealed":
            found = found[: len(items)]  # an assessment that the file gives as completed and graded is sealed here
        for item, exported_item in zip(items, found, strict=True):
            for field in kind.fields:
                if field.kind in ("person", "record") or item.get(field.name) in (None, "", []):
                    continue
                wanted = list(dict.fromkeys(item[field.name])) if field.kind == "set" else item[field.name]
                assert exported_item[field.name] == wanted


def test_every_declared_record_and_field_has_a_key():
    listed = set(keys.LIST_KEYS)
    assert {t.case_key for t in RECORD_TYPES.values()} - listed == {"case", "operations"}
    assert len(listed) == len(keys.TRAVELLING)
    assert not listed & {f.name for f in keys.CASE_FIELDS}
    assert not set(keys.SHORT_KEYS) & ({f.name for f in keys.CASE_FIELDS} | listed)


def test_more_than_nine_records_keep_their_order(tmp_path, other_desk):
    # In a fresh vault the changes are numbered across the ninth and the hundredth.
    desk = make_desk(tmp_path / "vault")
    names = [f"Person {n}" for n in range(40)]
    people = [{"given_name": name, "roles": ["witness", "helper", "other"]} for name in names]
    made = casefile.import_case(desk, json.dumps(least(people=people)).encode())
    first, second = there_and_back(desk, other_desk, made.case)
    close_desk(desk)
    assert [p["given_name"] for p in first["people"]] == names
    assert {tuple(p["roles"]) for p in first["people"]} == {("witness", "helper", "other")}
    assert first == second


def test_a_case_that_was_worked_on_comes_back_as_it_is(desk, other_desk, take_in):
    made = take_in(
        least(assessment={"answers": {"F01": {"value": "yes"}}, "officer_grade": "high", "officer_reason": "r"})
    )
    view = cases.read_case(desk, made.case)
    first_one = view.latest("assessment").id
    risk.answer(desk, made.case, first_one, "F06", value="yes", source="victim")
    risk.grade(desk, made.case, first_one, "high", "Pressure on the throat.")
    risk.complete(desk, made.case, first_one)
    second_one, _ = risk.start_assessment(desk, made.case, place="phone")
    risk.answer(desk, made.case, second_one, "F06", value="no", source="victim")
    pet, _ = edit.create(desk, made.case, "pet", {"kind": "dog", "safe": "no"})
    edit.archive(desk, made.case, pet, "Entered twice")
    operations.log(desk, made.case, "consultation", "case")
    first, second = there_and_back(desk, other_desk, made.case)
    assert first == second
    assert first["pets"] == [
        {"key": "pet-1", "kind": "dog", "safe": "no", "archived": "yes", "archive_reason": "Entered twice"}
    ]
    assert "operations" not in first
    assert [len(a["answers"]) for a in first["assessments"]] == [2, 1]


def test_what_differs_travels_as_the_more_cautious_value(desk, other_desk, take_in):
    made = take_in(least(incident={"injury": "no"}))
    incident = cases.read_case(desk, made.case).one("incident").id
    state = desk.store.case(made.case)
    # Two officers who did not see each other's answer: both values stand.
    seen = state.records[incident].seen("injury")
    for value in ("yes", "unknown"):
        from app.notebook import entry as notebook

        edit.write(desk, made.case, [notebook.assign(incident, {"injury": (value, seen)})])
    assert cases.read_case(desk, made.case).record(incident).in_conflict("injury")
    first, second = there_and_back(desk, other_desk, made.case)
    assert first["incidents"][0]["injury"] == "yes"
    assert first == second


def test_what_only_a_newer_version_knows_is_never_left_out_in_silence(desk, take_in):
    from app.notebook import entry as notebook

    made = take_in(least())
    edit.write(desk, made.case, [notebook.create("f" * 32, "horoscope", {"sign": "x"})])
    with pytest.raises(Problem) as met:
        exported(desk, made.case)
    assert met.value.code == "casefile.newer"


def test_a_breach_finds_its_order_again(desk, other_desk):
    data = least(
        orders=[{"key": "o1", "type": "Protection order"}, {"key": "o2", "type": "Bail or release condition"}],
        breaches=[{"order": "o2", "what": "Waited at the gate"}],
    )
    made = casefile.import_case(desk, json.dumps(data).encode(), set())
    first, second = there_and_back(desk, other_desk, made.case)
    assert first == second
    view = cases.read_case(desk, made.case)
    [breach] = view.of("breach")
    assert view.record(breach.get("order")).get("type") == "Bail or release condition"
