"""The ends of custody of which the victim must be told before, and whether that was done. Unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.clock import parse_moment
from app.records.view import CaseView, Record
from app.rules.three import Three

OUT = ("released", "bailed")
"""Custody has ended."""
_A_DAY = 10
State = Literal["told_before", "told_late", "told", "passed", "ahead", "time_unknown"]


@dataclass(frozen=True)
class Release:
    """One end of custody. `at`: as recorded, None where nobody knows; `event`: the record that bears the stamp."""

    person: Record | None
    event: Record | None
    at: str | None
    out: bool = False
    """The person is recorded as released already."""
    of_custody: bool = False
    """The end of the custody that stands on the person's record, not one that stands there as an event alone."""

    @property
    def key(self) -> str:
        """What tells it from the others of a case: the person in custody, or the event."""
        if self.of_custody and self.person is not None:
            return self.person.id
        return self.event.id if self.event is not None else ""

    @property
    def stamped(self) -> bool:
        """Whether somebody noted that the victim was told."""
        return self.event is not None and self.event.get("told_before") is not None

    @property
    def told_before(self) -> Three:
        """Whether the victim was told before: by the two moments, where both are known."""
        event = self.event
        if event is None or not self.stamped:
            return "unknown"
        return told_in_time(str(event.get("told_at") or ""), self.at, event.get("told_before"))

    def state(self, now: datetime) -> State:
        """Where it stands now."""
        if self.stamped:
            told: dict[Three, State] = {"yes": "told_before", "no": "told_late", "unknown": "told"}
            return told[self.told_before]
        at = parse_moment(self.at or "")
        if self.out or (at is not None and at <= now):
            return "passed"
        return "ahead" if at is not None else "time_unknown"


def told_in_time(told_at: str, release_at: str | None, noted: object = None) -> Three:
    """Whether somebody who was told then was told before. A release on an unknown hour of the same day is unknown."""
    release, told = parse_moment(release_at or ""), parse_moment(told_at)
    if release is None:
        return "unknown"
    if told is None:
        return "yes" if noted == "yes" else "no" if noted == "no" else "unknown"
    if len(release_at or "") == _A_DAY and told.astimezone().date() == release.astimezone().date():
        return "unknown"
    return "yes" if told < release else "no"


def releases(view: CaseView) -> list[Release]:
    """Every end of custody in a case: of suspects who are or were held, and of releases noted as events."""
    noted = [e for e in view.of("event") if e.get("kind") == "release"]
    suspects, found, taken = view.people("suspect"), [], set[str]()
    for person in suspects:
        custody, until = person.get("custody"), person.get("custody_until")
        if custody not in ("in_custody", *OUT) and not until:
            continue
        mine = [e for e in noted if e.get("person") == person.id or (not e.get("person") and len(suspects) == 1)]
        event = next((e for e in reversed(mine) if e.id not in taken and same_release(person, e)), None)
        taken |= {event.id} if event is not None else set()
        at = until or (event.get("happened_at") if event is not None else None)
        found.append(Release(person, event, at, custody in OUT, of_custody=True))
    for event in noted:
        if event.id not in taken:
            found.append(Release(view.record(str(event.get("person") or "")), event, event.get("happened_at")))
    return found


def same_release(person: Record, event: Record) -> bool:
    """Whether an event of release is the end of the custody that stands on a person's record.

    Told of one moment is not told of another: where both are known and differ, they are two.
    """
    until, happened = person.get("custody_until"), event.get("happened_at")
    if until and happened:
        return until == happened or parse_moment(str(until)) == parse_moment(str(happened)) is not None
    if until or not happened or person.get("custody") in OUT:
        return True
    since, at = parse_moment(person.changed_at("custody")), parse_moment(str(happened))
    return since is not None and at is not None and at > since
