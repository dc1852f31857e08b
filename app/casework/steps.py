"""The nine steps of a case and what is missing in each. Nothing blocks: steps are reachable in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.casework import contact, follow_up, plan, releases, risk, todo
from app.casework.desk import Desk
from app.casework.paper import answers as paper_answers
from app.casework.reassessment import ask_again
from app.clock import parse_moment
from app.i18n import N_
from app.records.view import CaseView

STEPS = ("people", "happened", "risk", "grade", "plan", "todo", "paper", "follow_up", "timeline")

BESIDE = ("conflicts", "charge")
"""Pages of a case that are no step of it: they are gone to from what needs them, and left again."""

TITLES = {
    "people": N_("People"),
    "happened": N_("Happened"),
    "risk": N_("Risk"),
    "grade": N_("Grade"),
    "plan": N_("Plan"),
    "todo": N_("To-do"),
    "paper": N_("Paper"),
    "follow_up": N_("Follow-up"),
    "timeline": N_("Timeline"),
}


@dataclass(frozen=True)
class Progress:
    """Whether a step has all it needs, and a short message on how far it is (`31/43`, `no safe contact`)."""

    done: bool
    message: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


def progress(desk: Desk, view: CaseView) -> dict[str, Progress]:
    """How far each step is."""
    seen = risk.picture(desk, view)
    force = risk.in_force(desk, view, seen)
    return {
        "people": _people(desk, view),
        "happened": _happened(view),
        "risk": _risk(view, seen),
        "grade": _grade(seen, force),
        "plan": _plan(desk, view, seen),
        "todo": _todo(desk, view, seen, force),
        "paper": _paper(view),
        "follow_up": _follow_up(desk, view),
        "timeline": Progress(True),
    }


def _people(desk: Desk, view: CaseView) -> Progress:
    if view.victim is None:
        return Progress(False, N_("no victim"))
    if not view.people("suspect"):
        return Progress(False, N_("no suspect"))
    return Progress(True) if contact.rule(desk, view).agreed else Progress(False, N_("no safe contact"))


def _happened(view: CaseView) -> Progress:
    incident = view.latest("incident")
    if incident is None:
        return Progress(False, N_("not begun"))
    if (
        incident.get("grounds_for_arrest") == "yes"
        and incident.get("arrested") != "yes"
        and not incident.get("no_arrest_reason")
    ):
        return Progress(False, N_("why no arrest?"))
    if not (incident.get("crime_number") or incident.get("no_crime_reason")):
        return Progress(False, N_("crime number?"))
    if not view.case.get("aggressor_reasoning") and any(x.get("kind") == "counter_allegation" for x in view.of("link")):
        return Progress(False, N_("primary aggressor?"))
    return Progress(True)


def _risk(view: CaseView, seen: risk.Picture) -> Progress:
    if seen.assessment is None:
        return Progress(False, N_("not begun"))
    again = ask_again(view)
    if again is not None and again.what == "start":
        return Progress(False, N_("ask again"))
    return Progress(seen.answered >= seen.total, "{answered}/{total}", {"answered": seen.answered, "total": seen.total})


def _grade(seen: risk.Picture, force: risk.GradeInForce) -> Progress:
    if force.grade is None:
        return Progress(False, N_("not graded"))
    if force.request_open:
        return Progress(False, N_("supervisor?"))
    return Progress(seen.completed, "" if seen.completed else N_("not completed"))


def _plan(desk: Desk, view: CaseView, seen: risk.Picture) -> Progress:
    measures = len(view.of("measure"))
    if not measures:
        return Progress(False, N_("not begun") if seen.answered else "")
    open_factors = len(plan.uncovered(desk, view))
    if open_factors:
        return Progress(False, N_("{n} open"), {"n": open_factors})
    return Progress(True, "{n}", {"n": measures})


def _todo(desk: Desk, view: CaseView, seen: risk.Picture, force: risk.GradeInForce) -> Progress:
    lines = [x for x in todo.tasks(desk, view, seen=seen, force=force) if x.suggested or x.record is not None]
    closed = sum(1 for x in lines if x.status != todo.OPEN)
    return Progress(bool(lines) and closed == len(lines), "{closed}/{all}", {"closed": closed, "all": len(lines)})


def _paper(view: CaseView) -> Progress:
    if view.of("print"):
        return Progress(True)
    return Progress(False, N_("asked") if paper_answers(view) else N_("not asked"))


def _follow_up(desk: Desk, view: CaseView) -> Progress:
    now = desk.clock.now()
    untold = {r.state(now) for r in releases.untold(desk, view)}
    if untold & {"passed", "ahead"}:
        return Progress(False, N_("release: tell the victim"))
    owed = [parse_moment(str(r.get("next_at"))) for r in follow_up.promised(view)]
    if any(at is not None and at <= now for at in owed):
        return Progress(False, N_("contact promised"))
    if untold:
        return Progress(False, N_("release: when?"))
    contacts = follow_up.in_time(view)
    if not contacts:
        return Progress(False)
    if contacts[-1].get("reached") == "no":
        return Progress(False, N_("not reached"))
    return Progress(contacts[-1].get("reached") == "yes", "{n}", {"n": len(contacts)})
