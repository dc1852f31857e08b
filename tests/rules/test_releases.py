"""Ends of custody: who is held or was, what was stamped, and that unknown stays unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.records.build import case_view
from app.rules.releases import releases, told_in_time

NOW = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)
BEFORE, AHEAD = "2026-11-14T09:00:00+00:00", "2026-11-15T09:00:00+00:00"


def found(*events: dict[str, Any], **suspect: Any) -> list[Any]:
    records = [("person", "s", {"roles": ["suspect"], **suspect})]
    records += [("event", f"e{n}", {"kind": "release", **fields}) for n, fields in enumerate(events)]
    return releases(case_view(records))


@pytest.mark.parametrize(
    ("suspect", "state"),
    [
        ({"custody": "in_custody"}, "time_unknown"),
        ({"custody": "in_custody", "custody_until": "when the judge says so"}, "time_unknown"),
        ({"custody": "in_custody", "custody_until": AHEAD}, "ahead"),
        ({"custody": "in_custody", "custody_until": BEFORE}, "passed"),
        ({"custody": "released"}, "passed"),
        ({"custody": "bailed", "custody_until": BEFORE}, "passed"),
    ],
)
def test_without_a_stamp_it_stays_open(suspect: dict[str, Any], state: str) -> None:
    [release] = found(**suspect)
    assert release.state(NOW) == state
    assert not release.stamped


@pytest.mark.parametrize("custody", ["at_large", "unknown", None])
def test_nobody_who_was_never_held_is_released(custody: str | None) -> None:
    assert found(custody=custody) == []


@pytest.mark.parametrize(
    ("told_at", "release_at", "told"),
    [
        ("2026-11-14T08:00:00+00:00", BEFORE, "yes"),
        (BEFORE, BEFORE, "no"),
        ("2026-11-14T10:00:00+00:00", BEFORE, "no"),
        ("2026-11-14T10:00:00+00:00", None, "unknown"),
        ("2026-11-14T10:00:00+00:00", "soon", "unknown"),
        ("2026-11-14T10:00:00+00:00", "2026-11-14", "unknown"),
        ("2026-11-13T10:00:00+00:00", "2026-11-14", "yes"),
        ("2026-11-15T10:00:00+00:00", "2026-11-14", "no"),
        ("in the morning", BEFORE, "unknown"),
    ],
)
def test_told_before_is_judged_by_both_moments(told_at: str, release_at: str | None, told: str) -> None:
    assert told_in_time(told_at, release_at) == told


def test_a_stamp_belongs_to_the_release_it_speaks_of() -> None:
    stamp = {"person": "s", "happened_at": AHEAD, "told_before": "yes", "told_at": BEFORE, "told_how": "call"}
    [release] = found(stamp, custody="in_custody", custody_until=AHEAD)
    assert (release.key, release.state(NOW)) == ("s", "told_before")


def test_a_release_put_forward_is_another_one_and_must_be_told_again() -> None:
    stamp = {"person": "s", "happened_at": AHEAD, "told_before": "yes", "told_at": BEFORE}
    first, second = found(stamp, custody="in_custody", custody_until="2026-11-14T18:00:00+00:00")
    assert (first.key, first.state(NOW)) == ("s", "ahead")
    assert (second.key, second.state(NOW)) == ("e0", "told_before")


def test_a_stamp_on_an_unknown_hour_is_judged_once_the_hour_is_known() -> None:
    stamp = {"person": "s", "told_before": "unknown", "told_at": BEFORE}
    [release] = found(stamp, custody="in_custody")
    assert release.state(NOW) == "told"
    [release] = found(stamp, custody="in_custody", custody_until=AHEAD)
    assert release.state(NOW) == "told_before"


def test_what_somebody_noted_as_told_is_no_stamp_for_the_victim() -> None:
    [release] = found({"person": "s", "happened_at": BEFORE, "told": ["Probation"], "told_at": BEFORE})
    assert (release.key, release.state(NOW)) == ("e0", "passed")
