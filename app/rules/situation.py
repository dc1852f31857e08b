"""The named facts of a case that conditions use: who is there, custody, home, health, language.

Each is read from the records as yes, no or unknown; nothing is guessed from what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from app.i18n import N_
from app.records.view import CaseView, Record, nobody_after
from app.rules.finding import Finding
from app.rules.three import Three, all_of, any_of, known, not_, three

_CUSTODY_AT_LARGE: dict[str, Three] = {"in_custody": "no", "bailed": "yes", "released": "yes", "at_large": "yes"}
_FORMER = ("ex_partner", "ex_spouse")
SCHOOL_AGES = (3, 17)
AT_LARGE_DISAGREES = N_(
    "The incident and the custody record disagree on whether the suspect is at large. The incident's answer counts."
)
RELEASED_SINCE = N_(
    "The incident says that the suspect is not at large; custody recorded since then says otherwise, and that counts."
)


def named_facts(view: CaseView, at_large_now: Three, on: date, languages: Sequence[str]) -> dict[str, Three]:
    """The facts by name. `on`: the day for ages; `languages`: those of the profile."""
    victim = view.victim
    suspects = view.people("suspect")
    custody = [p.get("custody") for p in suspects]
    all_held = all_of(known(c == "in_custody") if c not in (None, "unknown") else "unknown" for c in custody)
    return {
        "child": known(bool(view.people("child") or view.of("child"))),
        "school_child": known(any(_school_age(ages) for ages in _children_ages(view, on))),
        "pregnant": three(victim.get("pregnant") if victim else None),
        "suspect": known(bool(suspects)),
        "one_in_custody": known("in_custody" in custody),
        "in_custody": "unknown" if not suspects else "no" if at_large_now == "yes" else all_held,
        "custody_not_known": known(not custody or any(c in (None, "unknown") for c in custody)),
        "arrested": any_of(three(i.get("arrested")) for i in view.of("incident")),
        "living_together": living_together(view),
        "not_current": any_of(_ended(r) for r in couple_relationships(view)),
        "injury": any_of(three(i.get("injury")) for i in view.of("incident")),
        "pets": known(bool(view.of("pet"))),
        "need": known(any(_has_need(r) for r in _planned_for(view))),
        "other_language": known(_other_language(victim, languages)),
    }


def at_large(view: CaseView) -> tuple[Three, tuple[Finding, ...]]:
    """Whether a suspect is at large: the latest incident says so; where it says nothing, custody does.

    A release recorded after the incident counts as at large. A disagreement is a finding.
    """
    by_custody = any_of(_CUSTODY_AT_LARGE.get(p.get("custody"), "unknown") for p in view.people("suspect"))
    if not view.people("suspect"):
        by_custody = "unknown"
    said = [i for i in _latest_incidents(view) if i.get("suspect_at_large") is not None]
    if not said:
        return by_custody, ()
    by_incident = any_of(three(i.get("suspect_at_large")) for i in said)
    if "unknown" in (by_incident, by_custody) or by_incident == by_custody:
        return by_incident, ()
    last = said[-1]
    if by_incident == "no" and _freed_since(view, last):
        return "yes", (Finding("at_large_since", RELEASED_SINCE, {}, last.id, "suspect_at_large"),)
    return by_incident, (Finding("at_large_disagrees", AT_LARGE_DISAGREES, {}, last.id, "suspect_at_large"),)


def living_together(view: CaseView) -> Three:
    """Whether victim and a suspect live together, by their relationship or by the paper questions."""
    paper = view.of("paper")
    said = [three(r.get("cohabiting")) for r in couple_relationships(view)]
    return any_of([*said, *(three(p.get("lives_with_suspect")) for p in paper)]) if said or paper else "unknown"


def incidents_12_months(view: CaseView) -> int | None:
    """Incidents in twelve months with the latest one: the recorded number, or those of this case if they are more."""
    incidents = view.in_turn("incident")
    if not incidents:
        return None
    days = {i.id: _day_of(i) for i in incidents}
    latest = max((d for d in days.values() if d), default=None)
    recent = [i for i in incidents if latest is None or (d := days[i.id]) is None or (latest - d).days < 365]
    recorded = nobody_after([i for i in recent if isinstance(i.get("incidents_12_months"), int)])
    return max([len(recent), *(int(i.get("incidents_12_months")) for i in recorded)])


def couple_relationships(view: CaseView) -> list[Record]:
    """Relationships between the victim and a suspect, in either direction."""
    victims = {p.id for p in view.people("victim")}
    suspects = {p.id for p in view.people("suspect")}
    ends = [(r, r.get("from"), r.get("to")) for r in view.of("relationship")]
    return [r for r, a, b in ends if (a in victims and b in suspects) or (a in suspects and b in victims)]


def age_range(born: str, on: date) -> tuple[int, int] | None:
    """Least and greatest age on a day from a partial date of birth (`1995`, `1995-06`, `1995-06-01`), or None."""
    try:
        parts = [int(part) for part in born.split("-")]
        if len(parts) == 1:
            return on.year - parts[0] - 1, on.year - parts[0]
        if len(parts) == 2:
            first = date(parts[0], parts[1], 1)
            return _age((first + timedelta(days=31)).replace(day=1) - timedelta(days=1), on), _age(first, on)
        exact = _age(date(*parts), on)
    except (ValueError, TypeError, OverflowError):
        return None
    return exact, exact


def _children_ages(view: CaseView, on: date) -> Iterable[tuple[int, int] | None]:
    described = [(c.get("age"), view.record(c.get("person") or "")) for c in view.of("child")]
    named = {person.id for _, person in described if person is not None}
    described += [(None, person) for person in view.people("child") if person.id not in named]
    for age, person in described:
        if isinstance(age, int):
            yield age, age
        else:
            yield age_range(str(person.get("born") or ""), on) if person is not None else None


def _school_age(ages: tuple[int, int] | None) -> bool:
    return ages is None or (ages[1] >= SCHOOL_AGES[0] and ages[0] <= SCHOOL_AGES[1])


def _ended(relationship: Record) -> Three:
    if relationship.get("kind") in _FORMER:
        return "yes"
    return not_(three(relationship.get("current")))


def _planned_for(view: CaseView) -> list[Record]:
    return [*view.people("victim"), *view.people("child"), *view.of("child")]


def _has_need(record: Record) -> bool:
    words: Any = record.get("needs_words", "")
    return bool(record.get("needs")) or bool(str(words).strip())


def _other_language(victim: Record | None, languages: Sequence[str]) -> bool:
    home = {spoken_language(tag) for tag in languages}
    spoken = victim.get("languages", []) if victim else []
    return any(spoken_language(tag) not in home for tag in spoken if str(tag).strip())


def spoken_language(tag: object) -> str:
    """The language of a tag without its script or region: `pt` of `pt-BR`."""
    return str(tag).strip().lower().replace("_", "-").split("-")[0]


def _latest_incidents(view: CaseView) -> list[Record]:
    """The incidents of the latest day: two officers at one scene may each have recorded one."""
    incidents = view.of("incident")
    said = [i for i in incidents if i.get("suspect_at_large") is not None]
    latest = max((d for i in said if (d := _day_of(i))), default=None)
    return [i for i in said if latest is None or _day_of(i) == latest]


def _freed_since(view: CaseView, incident: Record) -> bool:
    told = incident.standing("suspect_at_large")
    custody = [
        standing[-1].written.stamp
        for person in view.people("suspect")
        if person.get("custody") in ("bailed", "released", "at_large") and (standing := person.standing("custody"))
    ]
    return bool(told) and any(stamp > told[-1].written.stamp for stamp in custody)


def _day_of(incident: Record) -> date | None:
    for text in (incident.get("occurred_from"), incident.get("reported_at"), incident.created_at):
        try:
            return date.fromisoformat(str(text)[:10])
        except ValueError:
            continue
    return None


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
