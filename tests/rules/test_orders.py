"""Where an order stands, by what is recorded of it: not recorded is never served, and a day ends with that day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.records.build import case_view
from app.rules.orders import breaches, open_orders, order_state

NOW = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)


def state(**fields: Any) -> str:
    return order_state(fields.get, NOW).code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "not_served"),
        ({"expires": "2026-12-01"}, "not_served"),
        ({"served_at": "some time last week"}, "not_served"),
        ({"served_at": "2026-11-15T09:00:00+00:00"}, "to_be_served"),
        ({"served_at": "2026-11-13T09:00:00+00:00"}, "in_force"),
        ({"served_at": "2026-11-13"}, "in_force"),
        ({"served_at": "2026-11-13T09:00:00+00:00", "expires": "2026-11-14"}, "in_force"),
        ({"served_at": "2026-11-13T09:00:00+00:00", "expires": "until the trial"}, "in_force"),
        ({"served_at": "2026-11-13T09:00:00+00:00", "expires": "2026-11-14T11:59:00+00:00"}, "ended"),
        ({"expires": "2026-11-12"}, "ended"),
    ],
)
def test_an_order_stands_as_it_is_recorded(fields: dict[str, Any], code: str) -> None:
    assert state(**fields) == code


def test_the_sentence_names_the_moment() -> None:
    found = order_state({"served_at": "2026-11-13", "expires": "2026-12-01"}.get, NOW)
    assert (found.sentence, found.when) == ("in force until {when}", "2026-12-01")


def test_open_orders_are_those_that_have_not_ended() -> None:
    view = case_view(
        [
            ("order", "a", {"served_at": "2026-11-01", "expires": "2026-11-02"}),
            ("order", "b", {"type": "Protection order"}),
            ("order", "c", {"served_at": "2026-11-01", "archived": "yes"}),
        ]
    )
    assert [o.id for o in open_orders(view, NOW)] == ["b"]


def test_breaches_noted_in_either_place_stand_in_one_line_the_last_first() -> None:
    at = [(NOW - timedelta(days=n)).isoformat() for n in range(4)]
    view = case_view(
        [
            ("breach", "old", {"happened_at": at[3]}),
            ("event", "event", {"kind": "breach", "happened_at": at[1]}),
            ("event", "court", {"kind": "court_date", "happened_at": at[0]}),
            ("breach", "new", {"happened_at": at[0]}),
        ]
    )
    assert [b.id for b in breaches(view)] == ["new", "event", "old"]
