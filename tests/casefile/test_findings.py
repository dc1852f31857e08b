"""What is kept although it is doubtful: with its path, a code and a sentence."""

from __future__ import annotations

import json

import pytest

from app.casework import casefile, cases
from app.i18n import translator
from tests.casefile.made import least

WORDS = translator("en")


def person(**fields):
    return least(people=[{"key": "v", "roles": ["victim"], **fields}])


DOUBTFUL = [
    (person(born="2031-01-01"), "$.people[0].born", "date_future"),
    (person(born="1871"), "$.people[0].born", "date_old"),
    (person(born="last year"), "$.people[0].born", "date_malformed"),
    (person(born="2001-02-30"), "$.people[0].born", "date_malformed"),
    (person(phone="by the door"), "$.people[0].phone", "phone_malformed"),
    (person(custody_until="at six"), "$.people[0].custody_until", "moment_malformed"),
    (person(given_name="x" * 400), "$.people[0].given_name", "line_long"),
    (least(incident={"reported_at": "2035-01-01T00:00:00+00:00"}), "$.incident.reported_at", "moment_future"),
    (least(incident={"incidents_12_months": -3}), "$.incident.incidents_12_months", "number_unusual"),
    (
        least(incident={"occurred_from": "2026-11-14T02:00:00+00:00", "occurred_to": "2026-11-14T01:00:00+00:00"}),
        "$.incident.occurred_to",
        "ends_before_it_begins",
    ),
    (least(incidents=[{}, {"reported_at": "soon"}]), "$.incidents[1].reported_at", "moment_malformed"),
    (least(assessment={"victim_view": {"rating": 11}}), "$.assessment.victim_view.rating", "number_unusual"),
    (least(assessment={"interpreter": "child"}), "$.assessment.interpreter", "interpreter_not_professional"),
    (least(assessment={"officer_grade": "high"}), "$.assessment.officer_reason", "grade_reason_missing"),
    (least(safe_contact={"hours": "mornings"}), "$.safe_contact.hours", "hours_unclear"),
    (least(safe_contact={"number": "her sister"}), "$.safe_contact.number", "phone_malformed"),
    (least(relationships=[{"from": "v"}]), "$.relationships[0]", "relationship_incomplete"),
    (least(children=[{"person": "v", "age": 4}]), "$.children[0].person", "role_child_missing"),
    (least(tasks=[{"code": "T01"}, {"code": "T01"}]), "$.tasks[1]", "record_twice"),
    (
        least(consents=[{"purpose": "health", "decision": "given"}]),
        "$.consents[0].language",
        "consent_language_missing",
    ),
    (least(people=[{"roles": ["witness"]}]), "$.people", "victim_missing"),
    (
        least(people=[{"roles": ["victim"]}, {"roles": ["victim", "suspect"]}]),
        "$.people[1].roles",
        "several_victims",
    ),
]


@pytest.mark.parametrize("data, path, code", DOUBTFUL, ids=[row[2] for row in DOUBTFUL])
def test_a_doubtful_value_is_kept_and_said(take_in, data, path, code):
    found = take_in(data)
    assert [(f.path, f.code) for f in found.findings] == [(path, code)]
    sentence = WORDS.text(found.findings[0].message, **found.findings[0].facts)
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_the_same_reference_makes_a_second_case_and_says_so(desk):
    body = json.dumps(least(reference="NM-2026-0999")).encode()
    first, second = casefile.import_case(desk, body), casefile.import_case(desk, body)
    assert first.case != second.case
    assert [f.code for f in first.findings] == []
    assert [(f.path, f.code) for f in second.findings] == [("$.reference", "reference_exists")]
    assert [line.id for line in cases.list_cases(desk) if line.reference == "NM-2026-0999"].__len__() == 2


@pytest.mark.parametrize(
    "task, code",
    [
        ({"code": "T04", "status": "done"}, "task_consent_missing"),
        ({"code": "T08", "status": "done", "channel": "call"}, "task_release_unknown"),
        ({"code": "T12", "status": "not_needed"}, "task_reason_missing"),
        ({"code": "T17", "status": "done_by_other_agency"}, "task_agency_missing"),
        ({"code": "T07", "status": "done", "channel": "text"}, "task_channel_forbidden"),
        ({"code": "T07", "status": "done"}, "task_channel_missing"),
        ({"code": "T12", "status": "done"}, None),
        ({"code": "T12"}, None),
        ({"title": "Ring the aunt", "status": "done"}, None),
    ],
)
def test_a_task_that_no_screen_would_have_closed_is_kept_and_said(desk, take_in, task, code):
    found = take_in(least(tasks=[task]))
    assert [(f.path, f.code) for f in found.findings] == ([("$.tasks[0].status", code)] if code else [])
    assert cases.read_case(desk, found.case).one("task").get("status") == task.get("status")
    for remark in found.findings:
        assert "{" not in WORDS.text(remark.message, **remark.facts)


@pytest.mark.parametrize(
    "at, code",
    [("2026-11-10T09:00:00+00:00", None), ("2026-09-01T09:00:00+00:00", None), ("2027-01-10T09:00:00+00:00", "old")],
)
def test_a_contact_on_a_way_that_no_screen_would_have_taken_is_kept_and_said(desk, take_in, at, code):
    agreed = {"channels": ["call"], "confirmed_at": "2026-11-01T09:00:00+00:00"}
    contacts = [{"channel": "call", "contacted_at": at}, {"channel": "in_person"}, {"contacted_at": at}]
    found = take_in(least(safe_contact=agreed, follow_ups=[*contacts, {"channel": "text", "contacted_at": at}]))
    paths = [f.path for f in found.findings if f.code == "contact_channel_forbidden"]
    assert paths == (["$.follow_ups[0].channel"] if code else []) + ["$.follow_ups[3].channel"]
    assert len(cases.read_case(desk, found.case).of("follow_up")) == 4


@pytest.mark.parametrize("text", ["5 < 6 & <b>", "ሰላም", "e\u0301", "\u202eabc", "x" * 1_000_000, "\t\r\n", "'; DROP"])
def test_any_text_is_kept_as_it_is(desk, take_in, text):
    found = take_in(least(incident={"narrative": text}))
    assert cases.read_case(desk, found.case).one("incident").get("narrative") == text
    assert found.findings == []


def test_a_safe_contact_in_the_short_form_is_the_victims(desk, take_in):
    found = take_in(least(safe_contact={"channels": ["call"], "number": "+44 20 7946 0000"}))
    view = cases.read_case(desk, found.case)
    assert view.one("safe_contact").get("person") == view.victim.id


def test_nothing_is_the_same_as_null(desk, take_in):
    fields = {"incident": None, "events": None, "paper": None, "reference": None, "case": None}
    people = [{"key": None, "roles": ["victim"], "born": None, "needs": None}]
    found = take_in(least(people=people, assessment={"unlisted": None, "victim_view": None, "answers": None}, **fields))
    assert found.findings == []
    assert cases.read_case(desk, found.case).one("incident") is None
