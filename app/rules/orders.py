"""Whether a protection order is in force, by what is recorded of it. What is not recorded is never “served”."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from app.clock import parse_moment
from app.i18n import N_
from app.records.view import CaseView, Record

OrderCode = Literal["not_served", "to_be_served", "in_force", "ended"]
_A_DAY = 10
"""Length of a day without a time: `2026-11-14`."""


@dataclass(frozen=True)
class OrderState:
    """Where an order stands: a code, a sentence (message id) and the moment `{when}` in it, as recorded."""

    code: OrderCode
    sentence: str
    when: str = ""


def order_state(read: Callable[[str], Any], now: datetime) -> OrderState:
    """Where an order stands, given a function that reads its fields."""
    served, expires = str(read("served_at") or ""), str(read("expires") or "")
    end = last_moment(expires)
    if end is not None and end <= now:
        return OrderState("ended", N_("ended {when}"), expires)
    begun = parse_moment(served)
    if begun is None:
        return OrderState("not_served", N_("not served, as far as is recorded"))
    if begun > now:
        return OrderState("to_be_served", N_("to be served {when}"), served)
    if not expires:
        return OrderState("in_force", N_("in force, no end recorded"))
    return OrderState("in_force", N_("in force until {when}"), expires)


def last_moment(text: str) -> datetime | None:
    """The moment at which something ends: a day alone ends with that day."""
    at = parse_moment(text)
    return at + timedelta(days=1) if at is not None and len(text) == _A_DAY else at


def open_orders(view: CaseView, now: datetime) -> list[Record]:
    """Orders that have not ended; one that is not served yet is among them."""
    return [order for order in view.of("order") if order_state(order.get, now).code != "ended"]


def breaches(view: CaseView) -> list[Record]:
    """Broken orders and conditions as they were noted, the last one first."""
    noted = [*view.of("breach"), *(e for e in view.of("event") if e.get("kind") == "breach")]
    return sorted(noted, key=_order_of_time, reverse=True)


def _order_of_time(record: Record) -> str:
    at = parse_moment(str(record.get("happened_at") or "")) or parse_moment(record.created_at)
    return at.isoformat() if at is not None else ""
