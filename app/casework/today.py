"""Today: what is due, sorted by what hurts first, what the officer is in the middle of, and what is not sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from app.casework.cases import CaseLine, list_cases
from app.casework.desk import Desk
from app.clock import iso, parse_moment
from app.i18n import N_

AHEAD = timedelta(hours=24)
"""How far ahead something counts as due today."""


@dataclass(frozen=True)
class DueLine:
    """Something that falls due; `at` is ISO 8601."""

    case_id: str
    reference: str
    short_name: str
    message: str
    facts: dict[str, str]
    at: str
    overdue: bool
    grade: str | None
    extreme: bool


@dataclass(frozen=True)
class Today:
    """What the first screen shows."""

    due: list[DueLine]
    in_hand: list[CaseLine]
    unsent: int
    cases: int


def today(desk: Desk, known: Iterable[CaseLine] | None = None) -> Today:
    """Everything that falls due within a day, overdue and most serious first; and what is unfinished.

    `known`: the lines of all cases, where the caller has them already.
    """
    now = desk.clock.now()
    lines = [line for line in (list_cases(desk) if known is None else known) if not line.archived]
    due = []
    for line in lines:
        if line.danger_at:
            due.append(
                DueLine(
                    line.id,
                    line.reference,
                    line.short_name,
                    N_("Immediate danger was noted"),
                    {},
                    line.danger_at,
                    True,
                    line.grade,
                    line.extreme,
                )
            )
        for item in line.due:
            at = parse_moment(item.at)
            if at is None or at - now > AHEAD:
                continue
            due.append(
                DueLine(
                    line.id,
                    line.reference,
                    line.short_name,
                    item.message,
                    item.facts,
                    iso(at),
                    at < now,
                    line.grade,
                    line.extreme,
                )
            )
    weight = {"high": 0, "medium": 1, "standard": 2}
    due.sort(
        key=lambda d: (
            d.message != N_("Immediate danger was noted"),
            not d.extreme,
            weight.get(d.grade or "", 3),
            not d.overdue,
            d.at,
        )
    )
    return Today(due, [line for line in lines if line.in_hand], desk.store.unsent()[0], len(lines))
