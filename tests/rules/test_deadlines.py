"""Deadlines: what sets each, what ends it, and what must never put one off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.records.build import case_view
from app.records.view import CaseView
from app.rules.calendar import Calendar, Span
from app.rules.deadlines import KINDS, Clocks, Deadline, Follows, Found, Known, Until, find_deadlines
from tests.rules.cases import library

WALL = "2026-11-20T12:00:00+00:00"
ZONE = UTC
A_DAY = Span(24, "hours")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def one(follows: Follows, span: Span = A_DAY, **more: Any) -> Deadline:
    fields = {"before": False, "lapses": False, "until": (), "due": "Due", "because": "Because.", **more}
    return Deadline("d", "review", follows, span, **fields)


def found(view: CaseView, deadline: Deadline, known: Known | None = None) -> list[Found]:
    return find_deadlines(view, Clocks(Calendar(ZONE), (deadline,)), known or Known())


def moments(view: CaseView, deadline: Deadline, known: Known | None = None) -> list[datetime]:
    return [f.at for f in found(view, deadline, known)]


def order(**fields: Any) -> CaseView:
    return case_view([("order", "o", {"expires": "2026-12-03T10:00:00+00:00", **fields})])


# ---- What sets one


def test_a_moment_in_a_record_sets_it() -> None:
    view, ends = order(), Follows("order", "expires")
    assert moments(view, one(ends, Span(0, "hours"))) == [moment("2026-12-03T10:00:00")]
    assert moments(view, one(ends, Span(7, "days"), before=True)) == [moment("2026-11-26T23:59:59")]
    assert moments(case_view([("order", "o", {})]), one(ends)) == []
    assert moments(order(expires="some day"), one(ends)) == []
    assert moments(order(archived="yes"), one(ends)) == []


def test_a_day_alone_lasts_until_its_end() -> None:
    ends = one(Follows("order", "expires"), Span(0, "hours"))
    assert moments(order(expires="2026-12-03"), ends) == [moment("2026-12-03T23:59:59")]
    plan = case_view([("plan", "p", {"review_date": "2026-12"})])
    assert moments(plan, one(Follows("plan", "review_date"), Span(0, "days"))) == [moment("2026-12-01T23:59:59")]


def test_only_records_with_these_values_count() -> None:
    court = Follows("event", "happened_at", where={"kind": ("court_date",)}, unset=("told_at",))
    date = {"kind": "court_date", "happened_at": "2026-11-24T10:00:00+00:00"}
    assert len(moments(case_view([("event", "e", date)]), one(court))) == 1
    assert moments(case_view([("event", "e", {**date, "kind": "move"})]), one(court)) == []
    assert moments(case_view([("event", "e", {**date, "told_at": "2026-11-20T10:00:00+00:00"})]), one(court)) == []


def test_an_empty_field_can_be_asked_for_and_so_can_one_of_several_codes() -> None:
    person = {"roles": ["suspect"], "custody_until": "2026-11-24T10:00:00+00:00"}
    held = Follows("person", "custody_until", where={"roles": ("suspect",), "custody": ("in_custody", "")})
    assert len(moments(case_view([("person", "p", person)]), one(held))) == 1
    assert len(moments(case_view([("person", "p", {**person, "custody": "in_custody"})]), one(held))) == 1
    assert moments(case_view([("person", "p", {**person, "custody": "released"})]), one(held)) == []
    assert moments(case_view([("person", "p", {**person, "roles": ["witness"]})]), one(held)) == []


def test_every_record_counts_or_only_the_last_of_them() -> None:
    view = case_view(
        [
            ("follow_up", "a", {"contacted_at": "2026-11-10T10:00:00+00:00", "feels": "less_safe"}),
            ("follow_up", "b", {"contacted_at": "2026-11-12T10:00:00+00:00", "feels": "less_safe"}),
            ("follow_up", "c", {"contacted_at": "2026-11-14T10:00:00+00:00", "feels": "same"}),
        ]
    )
    less = {"feels": ("less_safe",)}
    each = one(Follows("follow_up", "contacted_at", where=less))
    assert [m.day for m in moments(view, each)] == [11, 13]
    assert [m.day for m in moments(view, one(Follows("follow_up", "contacted_at", where=less, last=True)))] == [13]


def test_the_grade_in_force_decides_which_one_counts() -> None:
    at_high = one(Follows("order", "expires", grades=("high", "extreme")))
    assert [len(moments(order(), at_high, Known(grade=g))) for g in ("high", "extreme", "medium", None)] == [1, 1, 0, 0]


def test_states_and_suggested_tasks_are_told_by_the_case() -> None:
    since = moment("2026-11-20T08:00:00")
    known = Known(states={"release": [(since, None)]}, suggested={"T03": since})
    view = case_view([])
    assert moments(view, one(Follows(state="release"), Span(4, "hours"), before=True), known) == [
        since - timedelta(hours=4)
    ]
    assert moments(view, one(Follows(task="T03")), known) == [since + timedelta(hours=24)]
    assert moments(view, one(Follows(task="T04")), known) == []
    assert moments(view, one(Follows(state="provisional")), known) == []


# ---- What ends one


def assessed(*contacts: dict[str, Any], **fields: Any) -> CaseView:
    assessment = {"started_at": "2026-11-10T09:00:00+00:00", "completed_at": "2026-11-10T10:00:00+00:00", **fields}
    return case_view(
        [("assessment", "a", assessment), *(("follow_up", f"f{n}", c) for n, c in enumerate(contacts))], wall=WALL
    )


CONTACT = one(
    Follows("assessment", "completed_at", filled=("completed_at",), last=True),
    until=(Until("follow_up", {"reached": ("yes",)}, after="contacted_at"),),
)


@pytest.mark.parametrize(
    ("contact", "ends"),
    [
        ({"reached": "yes", "contacted_at": "2026-11-10T10:00:01+00:00"}, True),
        ({"reached": "yes", "contacted_at": "2026-11-10T10:00:00+00:00"}, False),
        ({"reached": "no", "contacted_at": "2026-11-11T10:00:00+00:00"}, False),
        ({"reached": "unknown", "contacted_at": "2026-11-11T10:00:00+00:00"}, False),
        ({"contacted_at": "2026-11-11T10:00:00+00:00"}, False),
        ({"reached": "yes"}, False),
        ({"reached": "yes", "contacted_at": "2026-11-11T10:00:00+00:00", "archived": "yes"}, False),
    ],
)
def test_only_what_came_afterwards_and_says_so_ends_it(contact: dict[str, Any], ends: bool) -> None:
    assert (moments(assessed(contact), CONTACT) == []) is ends


def test_a_new_draft_puts_nothing_off() -> None:
    view = case_view(
        [
            ("assessment", "a", {"completed_at": "2026-11-10T10:00:00+00:00"}),
            ("assessment", "b", {"started_at": "2026-11-11T10:00:00+00:00"}),
        ]
    )
    assert moments(view, CONTACT) == [moment("2026-11-11T10:00:00")]


def test_of_a_correction_the_assessment_that_it_corrects_counts() -> None:
    view = case_view(
        [
            ("assessment", "a", {"completed_at": "2026-11-10T10:00:00+00:00"}),
            ("assessment", "b", {"completed_at": "2026-11-14T10:00:00+00:00", "corrects": "a"}),
        ],
        wall=WALL,
    )
    assert moments(view, CONTACT) == [moment("2026-11-11T10:00:00")]


def test_a_moment_later_than_its_writing_puts_nothing_off_and_ends_nothing() -> None:
    slip = assessed(completed_at="2027-01-05T09:00:00+00:00")
    assert moments(slip, CONTACT) == [moment("2026-11-21T12:00:00")]
    less = one(
        Follows("follow_up", "contacted_at", where={"feels": ("less_safe",)}),
        until=(Until("assessment", after="completed_at"),),
    )
    told = assessed({"feels": "less_safe", "contacted_at": WALL}, completed_at="2027-11-10T10:00:00+00:00")
    assert len(moments(told, less)) == 1


def test_a_newer_record_of_the_same_kind_ends_it_by_its_own_moment() -> None:
    until = (Until("order", after="issued_at"),)
    old = {"issued_at": "2026-11-01T10:00:00+00:00", "expires": "2026-12-03T10:00:00+00:00"}
    new = {"issued_at": "2026-11-20T10:00:00+00:00", "expires": "2027-02-03T10:00:00+00:00"}
    both = case_view([("order", "old", old), ("order", "new", new)])
    assert [f.record.id for f in found(both, one(Follows("order", "expires"), until=until)) if f.record] == ["new"]


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-11-20T12:00:00+00:00", "2026-11-26T23:59:59"),
        ("2026-12-01T12:00:00+00:00", "2026-12-01T12:00:00"),  # an order of two days: nobody could ask sooner
        ("2026-12-05T12:00:00+00:00", "2026-12-03T10:00:00"),
    ],
)
def test_what_is_counted_back_falls_due_no_earlier_than_somebody_knew(written: str, due: str) -> None:
    view = case_view([("order", "o", {"expires": "2026-12-03T10:00:00+00:00"})], wall=written)
    assert moments(view, one(Follows("order", "expires"), Span(7, "days"), before=True)) == [moment(due)]


def test_it_lapses_with_what_it_follows_where_the_profile_says_so() -> None:
    soon = one(Follows("order", "expires"), Span(7, "days"), before=True, lapses=True)
    [ends] = found(order(), soon)
    assert ends.lapses == moment("2026-12-03T10:00:00")
    [stays] = found(order(), one(Follows("order", "expires"), Span(7, "days"), before=True))
    assert stays.lapses is None


# ---- The neutral profile


def test_the_neutral_profile_covers_what_there_is() -> None:
    clocks = library().clocks["neutral"]
    assert {d.kind for d in clocks.deadlines} == set(KINDS) - {"danger"}
    units = {d.span.unit for d in clocks.deadlines}
    assert units == {"hours", "days", "working_days"}
    assert clocks.calendar.weekend == {5, 6}
    by_code = {d.code: d for d in clocks.deadlines}
    assert by_code["provisional"].span == Span(24, "hours")
    assert by_code["order_ends_soon"].span == Span(7, "days")
    assert by_code["court_told"].span == Span(2, "working_days")
    assert [by_code[f"first_contact_{g}"].span for g in ("high", "medium", "standard")] == [
        Span(24, "hours"),
        Span(3, "days"),
        Span(7, "working_days"),
    ]
