"""Which deadlines a case has: what of the case each one follows, by when, and what has been done about it already.

Pure: nothing here asks for the time, so that what is found stays true while a laptop is closed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from app.clock import YEARS, parse_moment
from app.records.view import CaseView, Record
from app.rules.calendar import Calendar, Span
from app.rules.corrections import original
from app.rules.review import stated

Kind = Literal["release", "order", "completion", "review", "contact", "court", "safe_contact", "task", "plan"]
KINDS: tuple[str, ...] = ("danger", *get_args(Kind))
"""What falls due, what hurts first before what hurts less: its place here is its weight within a grade."""

State = Literal["provisional", "release", "promised", "safe_contact"]
"""What is computed from several records: a provisional grade since it was begun; an end of custody of which the victim
has not been told; a contact that was promised and is still owed; the end of the agreement on safe contact."""
NOTHING = ""
"""Within `where`: the field is empty."""


@dataclass(frozen=True)
class Follows:
    """What sets a deadline: a moment in records of a kind, a state of the case, or a task that is suggested."""

    record: str = ""
    field: str = ""
    where: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Values that fields of the record must have, one of each list."""
    filled: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    """Fields that must be filled, and fields that must still be empty."""
    last: bool = False
    """Of the records with these values only the latest counts."""
    state: str = ""
    task: str = ""
    grades: tuple[str, ...] = ()
    """Only at these grades; `extreme` is one of its own. Empty: at every grade."""


@dataclass(frozen=True)
class Until:
    """What ends a deadline: a record of a kind with these values."""

    record: str
    where: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    after: str = ""
    """A moment of it that lies after what set the deadline; in a record of the same kind, after its own such moment."""


@dataclass(frozen=True)
class Deadline:
    """One deadline of a profile. `due` and `because` are English message ids with {name}, {when}, {grade}."""

    code: str
    kind: str
    follows: Follows
    span: Span
    before: bool
    """It is counted back from what it follows."""
    lapses: bool
    """It is of no more use once what it follows has come."""
    until: tuple[Until, ...]
    due: str
    because: str


@dataclass(frozen=True)
class Clocks:
    """The deadlines of a profile and the calendar by which they are counted."""

    calendar: Calendar
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is known of a case beside its records: the grade in force, states, suggested tasks."""

    grade: str | None = None
    """standard, medium, high or extreme; None while nobody has graded."""
    states: Mapping[str, Sequence[tuple[datetime, Record | None]]] = dataclasses.field(default_factory=dict)
    """By its name, each moment that it sets and the record that it is about."""
    suggested: Mapping[str, datetime] = dataclasses.field(default_factory=dict)
    """The moment from which a suggested task that nobody has closed is counted, by its code."""


@dataclass(frozen=True)
class Found:
    """A deadline of a case that nothing has ended yet."""

    deadline: Deadline
    at: datetime
    set_by: datetime
    """The moment that it follows."""
    record: Record | None = None

    @property
    def lapses(self) -> datetime | None:
        """When it is of no more use, or None."""
        return self.set_by if self.deadline.lapses else None


def find_deadlines(view: CaseView, clocks: Clocks, known: Known) -> list[Found]:
    """The deadlines of a case that nothing has ended yet, in the order of the profile."""
    found = []
    for deadline in clocks.deadlines:
        grades = deadline.follows.grades
        if grades and known.grade not in grades:
            continue
        for set_by, record in _moments(view, deadline.follows, known, clocks.calendar):
            one = Found(deadline, _due(deadline, set_by, record, clocks.calendar), set_by, record)
            if not any(_ends(view, until, one, clocks.calendar) for until in deadline.until):
                found.append(one)
    return found


_ENDS = {"person": "custody_until", "event": "happened_at"}
"""In which field of the record that a state is about its moment stands."""


def _due(deadline: Deadline, set_by: datetime, record: Record | None, calendar: Calendar) -> datetime:
    """By when; what is counted back falls due no earlier than somebody could know of it, and never too late."""
    if not deadline.before:
        return calendar.after(set_by, deadline.span)
    at = calendar.before(set_by, deadline.span)
    name = deadline.follows.field or (_ENDS.get(record.type, "") if record is not None else "")
    written = parse_moment(record.changed_at(name)) if record is not None and name else None
    return at if written is None else min(set_by, max(at, written))


PAST = frozenset({("assessment", "completed_at"), ("assessment", "started_at"), ("follow_up", "contacted_at")})
"""Moments that somebody writes down afterwards: one in the future is a slip, and must put nothing off."""


def happened(view: CaseView, record: Record, name: str, calendar: Calendar) -> datetime | None:
    """The moment in a field, or None where there is none.

    A day alone lasts until its end here, and a month counts from its first day. What an assessment or a contact says
    of itself cannot lie after it was written down. Of a correction the assessment that it corrects counts.
    """
    if record.type == "assessment":
        record = original(view, record)
    if (record.type, name) in PAST:
        return stated(record, name)
    value = str(record.get(name) or "")
    if len(value) > len("2026-12-03"):
        return parse_moment(value)
    day = _day(value)
    return calendar.end_of(day) if day is not None and day.year in YEARS else None


def _moments(
    view: CaseView, follows: Follows, known: Known, calendar: Calendar
) -> Iterator[tuple[datetime, Record | None]]:
    if follows.state:
        yield from known.states.get(follows.state, ())
    elif follows.task:
        if follows.task in known.suggested:
            yield known.suggested[follows.task], None
    else:
        records = view.in_turn(follows.record) if follows.last else view.of(follows.record)
        fitting = [r for r in records if _fits(r, follows.where) and all(_values(r, name) for name in follows.filled)]
        for record in fitting[-1:] if follows.last else fitting:
            moment = happened(view, record, follows.field, calendar)
            if moment is not None and not any(_values(record, name) for name in follows.unset):
                yield moment, record


def _ends(view: CaseView, until: Until, found: Found, calendar: Calendar) -> bool:
    cause = found.record
    since = found.set_by
    if until.after and cause is not None and cause.type == until.record:
        since = happened(view, cause, until.after, calendar) or since
    return any(
        record is not cause
        and _fits(record, until.where)
        and (not until.after or _later(happened(view, record, until.after, calendar), since))
        for record in view.of(until.record)
    )


def _later(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment > than


def _fits(record: Record, where: Mapping[str, tuple[str, ...]]) -> bool:
    return all(any(value in wanted for value in _values(record, name) or [NOTHING]) for name, wanted in where.items())


def _values(record: Record, name: str) -> Sequence[str]:
    value = record.get(name)
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item not in (None, "")]


def _day(text: str) -> date | None:
    year, _, rest = text[:10].partition("-")
    month, _, day = rest.partition("-")
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
