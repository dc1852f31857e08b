"""What is refused: each mistake with its path and what is allowed there, and nothing of the file in the vault."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.casework import casefile, cases
from app.casework.casefile_read import Refused, read
from app.i18n import translator
from app.problems import Problem
from tests.casefile.made import LIBRARY, least


def mistakes(data):
    """The mistakes of a file as (path, mistake, allowed); none where it is taken in."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    try:
        read(body, LIBRARY)
    except Refused as refused:
        return [(m.path, m.mistake, m.allowed) for m in refused.mistakes]
    return []


def person(**fields):
    return least(people=[{"roles": ["victim"], **fields}])


def answer(**fields):
    return least(assessment={"answers": {"F01": fields}})


REFUSED = [
    (person(nmae="x"), "$.people[0].nmae", "unknown field", "given_name"),
    (least(extra=1), "$.extra", "unknown field", "reference"),
    (least(operations=[]), "$.operations", "unknown field", "incidents"),
    (person(sex="femal"), "$.people[0].sex", "unknown value 'femal'", "female, male, other, unknown"),
    (person(roles=["victim", "boss"]), "$.people[0].roles[1]", "unknown value 'boss'", "helper"),
    (person(roles="victim"), "$.people[0].roles", "not a list", "a list"),
    (person(custody="free"), "$.people[0].custody", "unknown value 'free'", "at_large"),
    (person(pregnant="maybe"), "$.people[0].pregnant", "unknown value 'maybe'", "yes, no, unknown"),
    (person(pregnant=True), "$.people[0].pregnant", "not a text", "a text"),
    (person(given_name=5), "$.people[0].given_name", "not a text", "a text"),
    (person(given_name={}), "$.people[0].given_name", "not a text", "a text"),
    (person(given_name="a\0b"), "$.people[0].given_name", "NUL", "text without NUL"),
    (person(given_name="a\ud800"), "$.people[0].given_name", "surrogate", "whole characters"),
    (person(languages=["en", "\udfff"]), "$.people[0].languages[1]", "surrogate", "whole characters"),
    (person(needs=[7]), "$.people[0].needs[0]", "not a text", ""),
    (answer(value="ja"), "$.assessment.answers.F01.value", "unknown value 'ja'", "yes, no, unknown, declined"),
    (answer(source="aunt"), "$.assessment.answers.F01.source", "unknown value 'aunt'", "officer_saw"),
    (answer(factor="F01"), "$.assessment.answers.F01.factor", "unknown field", "value"),
    (least(assessment={"answers": {"F44": {}}}), "$.assessment.answers.F44", "unknown factor", "F43"),
    (least(assessment={"answers": {"F01": "yes"}}), "$.assessment.answers.F01", "not an object", "an object"),
    (least(assessment={"answers": []}), "$.assessment.answers", "not an object", "an object"),
    (least(assessment={"unlisted": "nope"}), "$.assessment.unlisted", "unknown value 'nope'", "not_asked"),
    (least(assessment={"unlisted": 0}), "$.assessment.unlisted", "not a text", "not_asked"),
    (least(assessment={"officer_grade": "none"}), "$.assessment.officer_grade", "unknown value", "standard"),
    (least(assessment={"instrument": "dash"}), "$.assessment.instrument", "unknown value 'dash'", "rr-1"),
    (least(assessment={"victim_view": {"rating": "9"}}), "$.assessment.victim_view.rating", "not a whole number", ""),
    (least(assessment={"victim_view": {"rating": 8.5}}), "$.assessment.victim_view.rating", "not a whole number", ""),
    (least(assessment={"victim_view": {"rating": True}}), "$.assessment.victim_view.rating", "not a whole number", ""),
    (least(assessment={"victim_view": {"rating": 10**30}}), "$.assessment.victim_view.rating", "not a value", ""),
    (least(assessment={"victim_view": {"distrusts": ["all"]}}), "$.assessment.victim_view.distrusts[0]", "", "order"),
    (least(incident={"incidents_12_months": "one"}), "$.incident.incidents_12_months", "not a whole number", ""),
    (least(incident={"place_kind": "pub"}), "$.incident.place_kind", "unknown value 'pub'", "home"),
    (least(incident=[]), "$.incident", "not an object", "an object"),
    (least(incidents={}), "$.incidents", "not a list", "a list"),
    (least(incidents=[3]), "$.incidents[0]", "not an object", "an object"),
    (least(relationships=[{"from": "x", "to": "v"}]), "$.relationships[0].from", "no person has the key 'x'", "v"),
    (least(relationships=[{"kind": "husband"}]), "$.relationships[0].kind", "unknown value 'husband'", "ex_spouse"),
    (least(answers=[{"assessment": "a"}]), "$.answers[0].assessment", "no assessment has the key 'a'", ""),
    (least(people=[{"key": "v"}, {"key": "v"}]), "$.people[1].key", "'v' is used twice", ""),
    (least(people=[{"key": 1}]), "$.people[0].key", "not a plain text", "a text"),
    (least(consents=[{"decision": "perhaps"}]), "$.consents[0].decision", "unknown value", "given, refused, withdrawn"),
    (least(tasks=[{"code": "T99"}]), "$.tasks[0].code", "unknown value 'T99'", "T17"),
    (least(measures=[{"module": "P31"}]), "$.measures[0].module", "unknown value 'P31'", "P30"),
    (least(paper={"kept_where": "shed"}), "$.paper.kept_where", "unknown value 'shed'", "home, outside, none"),
    (least(sealed=[{"answers": {"F01": {"value": []}}}]), "$.sealed[0].answers.F01.value", "not a text", ""),
    (least(sealed=[{"answers": {"F01": 3}}]), "$.sealed[0].answers.F01", "not an object", ""),
    (least(sealed=[{"victim_view": {"sign": "x"}}]), "$.sealed[0].victim_view.sign", "unknown field", "rating"),
    (least(profile="atlantis"), "$.profile", "unknown value 'atlantis'", "neutral"),
    (least(grade="extreme"), "$.grade", "unknown value 'extreme'", "standard, medium, high"),
    (least(reference=12), "$.reference", "not a text", "a text"),
    (least(case=5), "$.case", "not a text", "a text"),
    (least(people=[]), "$.people", "missing", "at least one person"),
    ({"format": "holdfast-case/1"}, "$.people", "missing", "at least one person"),
    ({"people": [{}]}, "$.format", "missing", "holdfast-case/1"),
    (least(format="holdfast-case/2"), "$.format", "unknown format", "holdfast-case/1"),
    (least(format=1), "$.format", "unknown format", "holdfast-case/1"),
    ([], "$", "not an object", "an object"),
    ("text", "$", "not an object", "an object"),
    (None, "$", "not an object", "an object"),
    ({**least(), "we ird\n": 1}, "$['we ird\\n']", "unknown field", ""),
    ({**least(), "\ud800\0": 1}, "$['\\ud800\\x00']", "unknown field", ""),
]  # fmt: skip


@pytest.mark.parametrize("data, path, mistake, allowed", REFUSED, ids=[f"{n}-{r[1]}" for n, r in enumerate(REFUSED)])
def test_a_mistake_is_named_with_its_path_and_what_is_allowed(data, path, mistake, allowed):
    found = mistakes(data)
    assert [m[0] for m in found] == [path]
    assert mistake in found[0][1]
    assert allowed in found[0][2]


@pytest.mark.parametrize(
    "body, path, mistake",
    [
        (b"", "$", "not JSON at line 1, column 1"),
        (b"{", "$", "not JSON"),
        (b'{"format": "holdfast-case/1",}', "$", "not JSON"),
        (b"\xff\xfe{}", "$", "not UTF-8 at byte 0"),
        (b'{"a": "\xc3\x28"}', "$", "not UTF-8 at byte 7"),
        (b"[" * 200_000, "$", "nested too deeply"),
        (b'{"a":' * 200_000, "$", "nested too deeply"),
        (b'{"format": "holdfast-case/1", "people": [{}], "people": [{}]}', "$.people", "stands there twice"),
        (b'{"format":"holdfast-case/1","people":[{"sex":"male","sex":"female"}]}', "$.people[0].sex", "twice"),
        (b'{"format":"holdfast-case/1","people":[{"born":NaN}]}', "$.people[0].born", "not a value"),
        (b'{"format":"holdfast-case/1","people":[{}],"reference":-Infinity}', "$.reference", "not a value"),
        (b'{"format":"holdfast-case/1","people":[{}],"incident":{"incidents_12_months":1e999}}',
         "$.incident.incidents_12_months", "not a whole number"),
        (b'{"format":"holdfast-case/1","people":[{}],"incident":{"incidents_12_months":' + b"9" * 9000 + b"}}",
         "$.incident.incidents_12_months", "not a value"),
    ],
)  # fmt: skip
def test_what_is_no_strict_json_is_refused(body, path, mistake):
    found = mistakes(body)
    assert [m[0] for m in found] == [path]
    assert mistake in found[0][1]


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    assert mistakes(b" " * (32 * 1024 * 1024 + 1))[0][1] == "larger than 32 MiB"


def test_a_mark_at_the_start_of_the_file_is_no_mistake():
    assert mistakes(b"\xef\xbb\xbf" + json.dumps(least()).encode()) == []


def test_every_mistake_is_listed_at_once(desk):
    data = least(people=[{"nmae": 1, "sex": "x"}], incident={"injury": 3}, colour="red")
    with pytest.raises(Problem) as met:
        casefile.import_case(desk, json.dumps(data).encode())
    assert met.value.code == "casefile.refused"
    told = met.value.sentences(translator("en"))
    for path in (
        "$.people[0].nmae: unknown field",
        "$.people[0].sex: ",
        "$.incident.injury: ",
        "$.colour: unknown field",
    ):
        assert path in told.happened
    assert "(4)" in told.happened


@pytest.mark.parametrize("data", [row[0] for row in REFUSED[:12]])
def test_nothing_of_a_refused_file_is_in_the_vault(desk, data):
    before = (len(cases.list_cases(desk)), desk.store.unsent())
    with pytest.raises(Problem):
        casefile.import_case(desk, json.dumps(data).encode())
    assert (len(cases.list_cases(desk)), desk.store.unsent()) == before


def test_a_full_disk_leaves_nothing_of_the_case_and_the_next_one_is_taken_in(desk):
    before = {line.id for line in cases.list_cases(desk)}
    pages = desk.store._connection.execute("PRAGMA page_count").fetchone()[0]
    desk.store._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(Problem) as met:
        casefile.import_case(desk, json.dumps(least(incident={"narrative": "x" * 1_000_000})).encode(), set())
    assert met.value.code == "store.full"
    assert {line.id for line in cases.list_cases(desk)} == before
    made = casefile.import_case(desk, json.dumps(least(incident={"narrative": "y" * 1_000_000})).encode(), set())
    assert len(cases.read_case(desk, made.case).one("incident").get("narrative")) == 1_000_000


def test_a_case_is_one_entry(desk, take_in):
    unsent = desk.store.unsent()[0]
    take_in(
        least(assessment={"unlisted": "no", "officer_grade": "medium", "officer_reason": "r"}, pets=[{"kind": "cat"}])
    )
    assert desk.store.unsent()[0] == unsent + 1


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "person", "people", "roles", "answers", "F01", "value", "from"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "format",
                "people",
                "incident",
                "assessment",
                "assessments",
                "sealed",
                "relationships",
                "paper",
                "events",
                "x",
            ]
        ),
        junk,
    )
)
def test_whatever_a_file_holds_it_is_taken_in_or_refused_with_paths(data):
    for path, mistake, _allowed in mistakes(data | {"format": "holdfast-case/1"}):
        assert path.startswith("$")
        assert mistake


@settings(max_examples=100)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_bytes_a_file_holds_it_is_refused(body):
    assert mistakes(body)
