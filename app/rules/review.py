"""When a case is looked at again: after the interval of its level, or sooner when something happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import parse_moment
from app.i18n import N_
from app.records.view import CaseView, Record
from app.rules.definition import Level, ReviewRule

BY_INTERVAL = N_("The review interval of this grade ends.")


@dataclass(frozen=True)
class ReviewEvent:
    """Something that makes a review fall due: a kind of event and its moment."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Due:
    """When a review is due. `trigger`: `interval` or the kind of event that made it sooner; `sentence`: message id."""

    at: datetime
    trigger: str
    sentence: str
    hours: int = 0
    """The length of the interval; 0 where an event made it sooner."""


def review_due(level: Level, extreme: bool, since: datetime, events: Iterable[ReviewEvent], rule: ReviewRule) -> Due:
    """When the review is due. `since`: the last assessment; events up to then are taken to be part of it."""
    hours = rule.hours(level, extreme)
    by_interval = Due(since + timedelta(hours=hours), "interval", BY_INTERVAL, hours)
    sooner = [
        Due(event.at, event.kind, trigger.sentence)
        for event in events
        if event.at > since and (trigger := rule.trigger(event.kind)) is not None
    ]
    return min([*sooner, by_interval], key=lambda due: due.at)


def review_events(view: CaseView) -> tuple[ReviewEvent, ...]:
    """The events of a case that can make a review fall due: orders, breaches, incidents, also those told of later."""
    found = [(e.get("kind", ""), e.get("happened_at") or e.created_at) for e in view.of("event")]
    found += [("order_expired", e.get("expires")) for kind in ("event", "order") for e in view.of(kind)]
    found += [("order_served", order.get("served_at")) for order in view.of("order")]
    found += [("breach", breach.get("happened_at") or breach.created_at) for breach in view.of("breach")]
    found += [("new_incident", i.get("reported_at") or i.get("occurred_from")) for i in view.of("incident")]
    found += [
        ("new_incident", contact.get("contacted_at") or contact.created_at)
        for contact in view.of("follow_up")
        if contact.get("new_incidents") == "yes"
    ]
    moments = [(kind, parse_moment(str(at))) for kind, at in found if at]
    return tuple(ReviewEvent(kind, at) for kind, at in moments if at is not None)


def planned_releases(view: CaseView) -> tuple[ReviewEvent, ...]:
    """The ends of custody that are recorded for suspects in custody: the victim is told, and the case seen, before."""
    ends = [parse_moment(str(p.get("custody_until"))) for p in view.people("suspect") if p.get("custody_until")]
    return tuple(ReviewEvent("release", at) for at in ends if at is not None)


def stated(record: Record, name: str) -> datetime | None:
    """The moment that somebody wrote down afterwards; one later than the writing is a slip and must put nothing off."""
    moment, written = parse_moment(str(record.get(name) or "")), parse_moment(record.changed_at(name))
    return min(moment, written) if moment is not None and written is not None else moment
