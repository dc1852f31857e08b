"""Today: what is due in all cases, what hurts first before what hurts less, and what the officer is in the middle of.

The order, which holds in every list of it:
1. immediate danger that was noted and not assessed since;
2. cases with the flag extreme;
3. what is overdue, before what is still to come;
4. by grade: high; then cases that nobody has graded, unless their floor is higher; medium; standard;
5. within a grade: releases to be told of, ends of orders, assessments to be completed, reviews, contacts with the
   victim, court dates, safe contact, tasks, plans;
6. what falls due first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from app.casework import charge
from app.casework.cases import CaseLine, list_cases
from app.casework.desk import Desk
from app.casework.due import DANGER, Due, moment_of
from app.clock import iso
from app.i18n import N_

WITHIN_A_DAY = timedelta(hours=24)
"""How far ahead something is due today: a shift goes over midnight."""
NEXT_DAYS = timedelta(days=7)
_NOT_GRADED = 1
_BY_GRADE = {"high": 0, "medium": 2, "standard": 3}
_DANGER = N_("Immediate danger was noted")
_NOT_ASSESSED = N_("Nobody has completed an assessment since.")
REVIEWS = frozenset({"review", "completion"})


class DueLine(NamedTuple):
    """Something that falls due in a case."""

    case: CaseLine
    due: Due
    overdue: bool
    beside: tuple[Due, ...] = ()
    """Further tasks of the same case that fall due later, but still under the same heading."""

    @property
    def key(self) -> str:
        """What tells it from everything else that is due."""
        return ":".join((self.case.id, self.due.kind, self.due.record, self.due.at))

    def hurts(self) -> tuple[bool, bool, bool, int, int, str, str]:
        """Sorts what hurts first to the front, as the module says."""
        case, due = self.case, self.due
        return (
            due.kind != DANGER,
            not case.extreme,
            not self.overdue,
            _by_grade(case),
            due.weight,
            due.at,
            case.id,
        )


@dataclass(frozen=True)
class Today:
    """What the first screen shows. Each list holds what hurts first in front."""

    overdue: list[DueLine]
    within_a_day: list[DueLine]
    next_days: list[DueLine]
    in_hand: list[CaseLine]
    unsent: int
    cases: int

    @property
    def due(self) -> list[DueLine]:
        """What is overdue or due within a day, in one list."""
        return sorted([*self.overdue, *self.within_a_day], key=DueLine.hurts)


def today(desk: Desk, known: Iterable[CaseLine] | None = None) -> Today:
    """Everything that falls due within the next days, and what is unfinished.

    `known`: the lines of all cases, where the caller has them already.
    """
    now = desk.clock.now()
    lines = [line for line in (list_cases(desk) if known is None else known) if not line.archived]
    until = iso(now + NEXT_DAYS)
    found = sorted(due_lines(lines, now, until), key=DueLine.hurts)
    day = iso(now + WITHIN_A_DAY)
    return Today(
        overdue=_tasks_together(one for one in found if one.overdue),
        within_a_day=_tasks_together(one for one in found if not one.overdue and one.due.at <= day),
        next_days=_tasks_together(one for one in found if one.due.at > day and _may_be_told(one, day)),
        in_hand=[line for line in lines if line.in_hand],
        unsent=desk.store.unsent()[0],
        cases=len(lines),
    )


def all_due(desk: Desk) -> list[DueLine]:
    """Everything that is overdue or falls due within the next days, in one list."""
    now = desk.clock.now()
    lines = [line for line in list_cases(desk) if not line.archived]
    day = iso(now + WITHIN_A_DAY)
    found = (one for one in due_lines(lines, now, iso(now + NEXT_DAYS)) if _may_be_told(one, day))
    return sorted(found, key=DueLine.hurts)


def waits_here(desk: Desk, known: Iterable[CaseLine]) -> list[CaseLine]:
    """The cases that wait for this officer: offered and not answered yet, then sent back; what waited longest first."""
    mine = charge.is_for(desk)
    found = [line for line in known if line.waiting is not None and charge.is_meant(line.waiting, mine)]
    return sorted(found, key=lambda line: line.waiting is not None and (line.waiting.sent_back, line.waiting.at))


def _tasks_together(lines: Iterable[DueLine]) -> list[DueLine]:
    """The tasks of a case stand in one line, where the first of them stands: twenty lines hide what hurts."""
    tasks: dict[str, list[DueLine]] = {}
    shown = []
    for line in lines:
        first = line.due.kind != "task" or line.case.id not in tasks
        if line.due.kind == "task":
            tasks.setdefault(line.case.id, []).append(line)
        if first:
            shown.append(line)
    several = {case: tuple(other.due for other in found[1:]) for case, found in tasks.items() if len(found) > 1}
    return [
        line._replace(beside=several[line.case.id]) if line.due.kind == "task" and line.case.id in several else line
        for line in shown
    ]


def to_decide(known: Iterable[CaseLine]) -> list[CaseLine]:
    """The cases in which officers recorded something differently: the grade first, then what has waited longest."""
    found = [line for line in known if line.conflicts and not line.archived]
    return sorted(found, key=lambda line: (not line.apart, line.differs_since, line.id))


@dataclass(frozen=True)
class Reviews:
    """Reviews and assessments to be completed; each list holds what falls due first in front."""

    overdue: list[DueLine]
    within_a_day: list[DueLine]
    next_days: list[DueLine]
    later: list[DueLine]
    not_graded: int
    """Cases of which nobody can say yet when they are reviewed, for nobody has graded them."""


def reviews(desk: Desk, known: Iterable[CaseLine]) -> Reviews:
    """All reviews, however far off."""
    now = desk.clock.now()
    lines = [line for line in known if not line.archived]
    day, days = iso(now + WITHIN_A_DAY), iso(now + NEXT_DAYS)
    found = [one for one in due_lines(lines, now) if one.due.kind in REVIEWS and _may_be_told(one, day)]
    found.sort(key=lambda one: (one.due.at, one.hurts()))
    ahead = [one for one in found if not one.overdue]
    return Reviews(
        overdue=[one for one in found if one.overdue],
        within_a_day=[one for one in ahead if one.due.at <= day],
        next_days=[one for one in ahead if day < one.due.at <= days],
        later=[one for one in ahead if one.due.at > days],
        not_graded=len({line.id for line in lines if line.grade is None} - {one.case.id for one in found}),
    )


def due_lines(lines: Iterable[CaseLine], now: datetime, until: str = "~") -> Iterator[DueLine]:
    """Everything that falls due in these cases, up to a moment; without what is of no more use."""
    at_now = iso(now)
    for line in lines:
        for due in (*_danger(line, at_now), *line.due) if line.danger_at else line.due:
            if due.at <= until and (not due.lapses or due.lapses > at_now):
                yield DueLine(line, due, due.kind == DANGER or due.at <= at_now)


def _danger(line: CaseLine, at_now: str) -> list[Due]:
    if not line.danger_at:
        return []
    # What cannot be read as a moment is noted danger all the same.
    return [Due(DANGER, _DANGER, moment_of(line.danger_at) or at_now, _NOT_ASSESSED)]


def _may_be_told(line: DueLine, day: str) -> bool:
    """Before the officer has graded, the time of a review that is far off would tell the floor."""
    return bool(line.case.grade) or line.due.kind != "review" or line.due.at <= day


def _by_grade(case: CaseLine) -> int:
    least = _BY_GRADE.get(case.grade or case.floor or "", _NOT_GRADED)
    return least if case.grade else min(least, _NOT_GRADED)
