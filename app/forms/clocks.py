"""Makes the deadlines and the calendar of a profile, and names every mistake in them with its path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.forms import files
from app.forms.checks import unique
from app.forms.definitions import CalendarPart, Code, DeadlinePart, FollowsPart, Profile, SpanPart, UntilPart
from app.records.declared import RECORD_TYPES
from app.records.fields import THREE, Field, RecordType
from app.rules.calendar import Calendar, Span
from app.rules.deadlines import NOTHING, Clocks, Deadline, Follows, Until

LOCAL = "local"
MOST = {"hours": 24 * 730, "days": 730, "working_days": 250}
MOST_YEARLY = 60
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FACTS = frozenset({"name", "when", "grade"})
LEAP = 2028

Lists = Mapping[str, tuple[Code, ...]]


def clocks_of(file: Path, profile: Profile, lists: Lists, tasks: set[str]) -> Clocks:
    """The clocks of a profile; forms.broken for the first thing in them that does not exist or cannot be."""
    unique(file, "$.deadlines", [d.code for d in profile.deadlines])
    check = _Checker(file, lists, tasks)
    deadlines = tuple(check.deadline(f"$.deadlines[{n}]", part) for n, part in enumerate(profile.deadlines))
    return Clocks(_calendar(file, profile.calendar), deadlines)


def _calendar(file: Path, part: CalendarPart) -> Calendar:
    weekend = frozenset(DAYS.index(day) for day in part.weekend)
    if len(weekend) == len(DAYS):
        raise files.broken(file, "$.calendar.weekend", "at least one day of the week must be a working day")
    yearly, once = set(), set()
    for place, text in enumerate(part.holidays):
        day = _holiday(file, f"$.calendar.holidays[{place}]", text)
        if len(text) == 5:
            yearly.add((day.month, day.day))
        else:
            once.add(day)
    if len(yearly) > MOST_YEARLY:
        raise files.broken(file, "$.calendar.holidays", f"more than {MOST_YEARLY} holidays of every year")
    return Calendar(_zone(file, part.zone), weekend, frozenset(once), frozenset(yearly))


def _holiday(file: Path, path: str, text: str) -> date:
    try:
        if not re.fullmatch(r"(\d{4}-)?\d{2}-\d{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text if len(text) > 5 else f"{LEAP}-{text}")
    except ValueError:
        raise files.broken(
            file, path, f"“{text}” is neither a day (2027-03-26) nor one of every year (12-25)"
        ) from None


def _zone(file: Path, name: str) -> tzinfo | None:
    if name == LOCAL:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise files.broken(file, "$.calendar.zone", f"“{name}” is no time zone that this system knows") from None


class _Checker:
    """Reads deadlines against the records, the code lists and the tasks that there are."""

    def __init__(self, file: Path, lists: Lists, tasks: set[str]) -> None:
        self._file, self._lists, self._tasks = file, lists, tasks

    def deadline(self, path: str, part: DeadlinePart) -> Deadline:
        """One deadline as the rules use it."""
        if (part.within is None) == (part.before is None):
            raise self._broken(path, "exactly one of “within” and “before” is needed")
        if part.lapses and part.before is None:
            raise self._broken(f"{path}.lapses", "only what is due before something lapses with it")
        for name in ("due", "because"):
            self._sentence(f"{path}.{name}", getattr(part, name))
        span = part.within or part.before
        assert span is not None
        return Deadline(
            code=part.code,
            kind=part.kind,
            follows=self._follows(f"{path}.follows", part.follows),
            span=self._span(f"{path}.{'within' if part.within else 'before'}", span),
            before=part.before is not None,
            lapses=part.lapses,
            until=tuple(self._until(f"{path}.until[{n}]", until) for n, until in enumerate(part.until)),
            due=part.due,
            because=part.because,
        )

    def _follows(self, path: str, part: FollowsPart) -> Follows:
        if sum(map(bool, (part.record, part.state, part.task))) != 1:
            raise self._broken(path, "exactly one of “record”, “state” and “task” is needed")
        if part.task and part.task not in self._tasks:
            raise self._broken(f"{path}.task", f"“{part.task}” does not exist")
        if not part.record:
            if part.field or part.where or part.filled or part.unset or part.last:
                raise self._broken(path, "“field”, “where”, “filled”, “unset” and “last” belong to a record")
            return Follows(state=part.state, task=part.task, grades=part.grades)
        declared = self._type(f"{path}.record", part.record)
        if not part.field:
            raise self._broken(f"{path}.field", "a record needs the field with the moment")
        return Follows(
            record=part.record,
            field=self._named(f"{path}.field", part.record, part.field, moment=True),
            where=self._where(f"{path}.where", declared, part.where),
            filled=tuple(self._named(f"{path}.filled", part.record, name) for name in part.filled),
            unset=tuple(self._named(f"{path}.unset", part.record, name) for name in part.unset),
            last=part.last,
            grades=part.grades,
        )

    def _until(self, path: str, part: UntilPart) -> Until:
        declared = self._type(f"{path}.record", part.record)
        return Until(
            record=part.record,
            where=self._where(f"{path}.where", declared, part.where),
            after=self._named(f"{path}.after", part.record, part.after, moment=True),
        )

    def _span(self, path: str, part: SpanPart) -> Span:
        if not 0 <= part.n <= MOST[part.unit]:
            raise self._broken(f"{path}.n", f"between 0 and {MOST[part.unit]} {part.unit.replace('_', ' ')}")
        return Span(part.n, part.unit)

    def _sentence(self, path: str, text: str) -> None:
        if not text.strip():
            raise self._broken(path, "a sentence is needed")
        strange = set(re.findall(r"\{(.*?)\}", text)) - FACTS
        if strange:
            raise self._broken(path, f"“{{{min(strange)}}}” is none of {', '.join(sorted(FACTS))}")

    def _type(self, path: str, name: str) -> RecordType:
        declared = RECORD_TYPES.get(name)
        if declared is None:
            raise self._broken(path, f"there is no record “{name}”")
        return declared

    def _named(self, path: str, record: str, name: str, *, moment: bool = False) -> str:
        if not name:
            return name
        declared = RECORD_TYPES[record].field(name)
        if declared is None:
            raise self._broken(path, f"“{record}” has no field “{name}”")
        if moment and declared.kind not in ("moment", "day"):
            raise self._broken(path, f"“{name}” is neither a moment nor a day")
        return name

    def _where(
        self, path: str, declared: RecordType, where: Mapping[str, tuple[str, ...]]
    ) -> Mapping[str, tuple[str, ...]]:
        for name, wanted in where.items():
            self._named(f"{path}.{name}", declared.name, name)
            field = declared.field(name)
            known = self._codes(field) if field is not None else None
            for value in wanted:
                if known is not None and value != NOTHING and value not in known:
                    raise self._broken(f"{path}.{name}", f"“{value}” does not exist")
        return where

    def _codes(self, field: Field) -> Iterable[str] | None:
        if field.kind == "three":
            return THREE
        return {c.code for c in self._lists.get(field.codes, ())} if field.codes else None

    def _broken(self, path: str, mistake: str) -> Exception:
        return files.broken(self._file, path, mistake)
