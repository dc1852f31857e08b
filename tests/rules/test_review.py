"""Reviews: the interval of each level, and what makes one sooner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.records.build import case_view
from app.rules.definition import Level
from app.rules.review import ReviewEvent, planned_releases, review_due, review_events
from tests.rules.cases import SC10, library, rules

SINCE = datetime(2026, 11, 14, 1, 40, tzinfo=UTC)
TRIGGERS = "new_incident breach release separation order_served order_expired court_date pregnancy move new_partner"


@pytest.mark.parametrize(
    ("level", "extreme", "hours"),
    [("high", True, 72), ("high", False, 168), ("medium", False, 720), ("standard", False, 1440)],
)
def test_intervals(level: Level, extreme: bool, hours: int) -> None:
    found = review_due(level, extreme, SINCE, (), rules().review)
    assert (found.at, found.trigger) == (SINCE + timedelta(hours=hours), "interval")


@pytest.mark.parametrize("kind", [*TRIGGERS.split(), "partner_information"])
def test_each_trigger_makes_the_review_sooner(kind: str) -> None:
    at = SINCE + timedelta(hours=5)
    found = review_due("standard", False, SINCE, [ReviewEvent(kind, at)], rules().review)
    assert (found.at, found.trigger) == (at, kind)
    assert found.sentence


def test_what_triggers_nothing() -> None:
    events = [
        ReviewEvent("contact", SINCE + timedelta(hours=1)),
        ReviewEvent("breach", SINCE),
        ReviewEvent("breach", SINCE - timedelta(days=1)),
        ReviewEvent("court_date", SINCE + timedelta(days=90)),
    ]
    assert review_due("high", False, SINCE, events, rules().review).trigger == "interval"


def test_the_earliest_event_decides() -> None:
    events = [ReviewEvent("move", SINCE + timedelta(days=3)), ReviewEvent("breach", SINCE + timedelta(days=2))]
    assert review_due("medium", False, SINCE, events, rules().review).trigger == "breach"


def test_events_of_a_case() -> None:
    view = case_view(
        [
            ("event", "e1", {"kind": "breach", "happened_at": "2026-11-15T10:00:00+00:00"}),
            (
                "event",
                "e2",
                {"kind": "order_served", "happened_at": "2026-11-14T10:00:00+00:00", "expires": "2026-12-01"},
            ),
            ("event", "e3", {"kind": "move", "happened_at": "not a moment"}),
            ("incident", "i", {"reported_at": "2026-11-16T10:00:00+00:00"}),
        ]
    )
    assert {(e.kind, e.at.day) for e in review_events(view)} == {
        ("breach", 15),
        ("order_served", 14),
        ("order_expired", 1),
        ("new_incident", 16),
    }


def test_a_planned_release_is_known_by_itself() -> None:
    assert planned_releases(SC10.view()) == (ReviewEvent("release", datetime(2026, 11, 14, 18, tzinfo=UTC)),)


def test_every_trigger_is_an_event_that_can_be_recorded() -> None:
    kinds = {c.code for c in library().codes("event")}
    assert {t.event for t in rules().review.triggers} <= kinds
