"""Everything that falls due in a case: reviews, deadlines of its profile, tasks; each with what set it.

Nothing here depends on the time of day, so that it may be kept, and falls due while nobody computes anything.
"""

from __future__ import annotations

from datetime import datetime

from app.casework import contact, follow_up, releases, todo
from app.casework.desk import Desk
from app.casework.due import Due, moment_of
from app.casework.risk import GradeInForce, Picture, clocks_of, current_assessment, review
from app.clock import YEARS, iso, parse_moment
from app.i18n import N_
from app.records.names import short_name
from app.records.view import CaseView, Record
from app.rules import review as reviewing
from app.rules.calendar import Calendar
from app.rules.corrections import original
from app.rules.deadlines import Found, Known, find_deadlines

REVIEW = N_("Review")
NOT_GRADED = N_("Nobody has graded it yet.")
BY_DAYS = N_("The grade is {grade}: every {n} days.")
BY_HOURS = N_("The grade is {grade}: every {n} hours.")


def dues(desk: Desk, view: CaseView, seen: Picture, force: GradeInForce, *, graded: bool) -> list[Due]:
    """What falls due in a case. `graded`: enough is known for a grade and its review."""
    own = _own_tasks(desk, view)
    found = [_due(view, one, seen, force) for one in _deadlines(desk, view, seen, force, graded=graded)]
    found = _first_completion(found)
    if graded:
        found.append(_review(desk, view, seen, force))
    return [due for due in (*own, *found) if due.at]


def _deadlines(desk: Desk, view: CaseView, seen: Picture, force: GradeInForce, *, graded: bool) -> list[Found]:
    clocks = clocks_of(desk, view)
    known = Known(
        grade=None if force.grade is None else "extreme" if force.extreme else force.grade,
        states={
            "provisional": _provisional(view, seen) if force.provisional and graded else (),
            "release": _untold(desk, view),
            "promised": _promised(view),
            "safe_contact": _agreement_ends(desk, view, clocks.calendar),
        },
        suggested=_open_tasks(desk, view, seen, force),
    )
    return find_deadlines(view, clocks, known)


def _due(view: CaseView, found: Found, seen: Picture, force: GradeInForce) -> Due:
    deadline = found.deadline
    at = min(found.at, seen.complete_by) if deadline.follows.state == "provisional" else found.at
    grade = "extreme" if force.extreme else force.grade or ""
    return Due(
        kind=deadline.kind,
        message=deadline.due,
        at=iso(at),
        because=deadline.because,
        facts={"when": iso(found.set_by), "name": _whom(view, found.record), "grade": grade},
        record=deadline.follows.task or (found.record.id if found.record is not None else ""),
        lapses=iso(found.lapses) if found.lapses is not None else "",
    )


def _whom(view: CaseView, record: Record | None) -> str:
    person = record
    if record is not None and record.type != "person":
        person = view.record(str(record.get("person") or ""))
    return short_name(person) or "…"


def _first_completion(found: list[Due]) -> list[Due]:
    """Of several reasons to complete one assessment the first to fall due is enough."""
    first = min((due for due in found if due.kind == "completion"), key=lambda due: due.at, default=None)
    return [due for due in found if due.kind != "completion" or due is first]


# -- what is computed from several records


def _provisional(view: CaseView, seen: Picture) -> list[tuple[datetime, Record | None]]:
    current = current_assessment(view)
    asked = original(view, current) if current is not None else None
    if asked is None:
        return []
    begun = reviewing.stated(asked, "completed_at") or reviewing.stated(asked, "started_at")
    return [(begun or seen.complete_by, asked)]


def _untold(desk: Desk, view: CaseView) -> list[tuple[datetime, Record | None]]:
    """Ends of custody that are known and of which nobody has noted that the victim was told."""
    found = [
        (parse_moment(one.at or ""), one.person if one.of_custody else one.event) for one in releases.untold(desk, view)
    ]
    return [(at, record) for at, record in found if at is not None]


def _promised(view: CaseView) -> list[tuple[datetime, Record | None]]:
    """Contacts that were promised and are still owed."""
    found = [(parse_moment(str(one.get("next_at") or "")), one) for one in follow_up.promised(view)]
    return [(at, record) for at, record in found if at is not None]


def _agreement_ends(desk: Desk, view: CaseView, calendar: Calendar) -> list[tuple[datetime, Record | None]]:
    rule = contact.rule(desk, view)
    if rule.expires_on is None or rule.expires_on.year not in YEARS:
        return []
    return [(calendar.end_of(rule.expires_on), view.record(rule.records[-1]))]


# -- tasks


def _open_tasks(desk: Desk, view: CaseView, seen: Picture, force: GradeInForce) -> dict[str, datetime]:
    """Suggested items that nobody has closed and that have no due time of their own, counted from the report."""
    incident = view.latest("incident")
    reported = reviewing.stated(incident, "reported_at") if incident is not None else None
    assessed = reviewing.stated(seen.assessment, "started_at") if seen.assessment is not None else None
    since = reported or assessed or (parse_moment(incident.created_at) if incident is not None else None)
    if since is None:
        return {}
    followed = {d.follows.task for d in clocks_of(desk, view).deadlines if d.follows.task}
    found = {}
    for code in followed & set(todo.suggestions(desk, view, seen, force)) if followed else ():
        record = view.record(todo.task_id(view.id, code))
        if record is None or not (record.archived or record.get("due") or record.get("status") in todo.CLOSED):
            found[code] = since
    return found


def _own_tasks(desk: Desk, view: CaseView) -> list[Due]:
    """Open items with a due time of their own."""
    found = []
    for record in view.of("task"):
        if record.get("status", todo.OPEN) in todo.CLOSED or not record.get("due"):
            continue
        definition = desk.library.task(str(record.get("code", "")))
        title = str(record.get("title") or "")
        by_list = definition is not None and not title
        found.append(
            Due(
                kind="task",
                message=definition.label if definition is not None and by_list else "{title}",
                at=moment_of(record.get("due")),
                because=N_("Due time set on the to-do list."),
                facts={"title": title},
                record=record.id,
            )
        )
    return found


# -- reviews


def _review(desk: Desk, view: CaseView, seen: Picture, force: GradeInForce) -> Due:
    due = review(desk, view, seen, force)
    if force.grade is None:
        # What set it would tell the floor before the officer has graded.
        return Due("review", REVIEW, iso(due.at), NOT_GRADED)
    grade = "extreme" if force.extreme else force.level
    if due.hours:
        whole = due.hours % 24 == 0 and due.hours > 24
        facts = {"grade": grade, "n": str(due.hours // 24 if whole else due.hours)}
        return Due("review", REVIEW, iso(due.at), BY_DAYS if whole else BY_HOURS, facts)
    return Due("review", REVIEW, iso(due.at), due.sentence, {"when": iso(due.at)})
