"""Services: which directories hold here, what a case would look for, and what is noted when one was chosen.

It contacts nobody. What stands on paper stays under the rules of paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.casework import edit, plan
from app.casework.desk import Desk
from app.changed import Changed
from app.forms.service_search import Duty as Duty
from app.forms.service_search import Offer as Offer
from app.forms.service_search import Wanted as Wanted
from app.forms.service_search import areas_of, find_services, folded, languages_of, on_duty
from app.forms.services import Directory
from app.forms.services import Location as Location
from app.forms.services import Phone as Phone
from app.i18n import N_, Translator
from app.problems import Problem
from app.records.view import CaseView
from app.rules.hours import Open as Open
from app.rules.hours import open_at

MODULE = "P28"
"""The subject of the plan under which chosen services stand."""
TELLING = frozenset({"emergency_bed", "helpline", "perpetrator_programme", "sexual_violence", "shelter"})
"""Kinds of services whose name alone says what a paper is about."""


@dataclass(frozen=True)
class OutOfDate:
    """A directory that does not hold today."""

    title: str
    valid_from: date
    valid_until: date
    over: bool


def directories(desk: Desk) -> list[Directory]:
    """The directories in use: in practice the invented ones and no other, otherwise those that the profile names."""
    known = desk.library.directories
    if desk.practice:
        return [d for d in known.values() if d.invented]
    named = (known[name] for name in desk.profile.services if name in known)
    return [d for d in named if not d.invented]


def problems(desk: Desk) -> list[Problem]:
    """What is wrong with directories that should be here."""
    found = list(desk.library.directory_problems)
    known = desk.library.directories
    for name in desk.profile.services:
        if not desk.practice and (name not in known or known[name].invented):
            found.append(Problem("forms.no_directory", directory=name))
    return found


def out_of_date(desk: Desk) -> list[OutOfDate]:
    """The directories in use that do not hold today."""
    today = desk.clock.now().astimezone().date()
    return [
        OutOfDate(d.title, d.valid_from, d.valid_until, today > d.valid_until)
        for d in directories(desk)
        if not d.valid_on(today)
    ]


def find(desk: Desk, wanted: Wanted) -> list[Offer]:
    """The services that fit, the surest first."""
    return find_services(directories(desk), wanted, desk.clock.now())


def offer(desk: Desk, key: str) -> Offer | None:
    """The service of that key, or None."""
    return next((one for one in find(desk, Wanted()) if one.key == key), None)


def duties(desk: Desk) -> list[Duty]:
    """Who is on call, and whether the number is answered now."""
    return on_duty(directories(desk), desk.clock.now())


def phone_open(desk: Desk, found: Offer, phone: Phone) -> Open:
    """Whether one of a service's numbers is answered now."""
    return open_at(found.service.spans_at(phone), desk.clock.now(), closed_on=found.service.closed_on)


def areas(desk: Desk) -> list[str]:
    """Places that can be chosen."""
    return areas_of(directories(desk))


def languages(desk: Desk) -> list[str]:
    """Languages that can be chosen, by tag."""
    return languages_of(directories(desk))


def emergency_number(desk: Desk) -> str:
    """The emergency number for cards, where a directory that holds today knows it."""
    today = desk.clock.now().astimezone().date()
    return next((d.emergency_number for d in directories(desk) if d.emergency_number and d.valid_on(today)), "")


def telling_names(desk: Desk) -> tuple[str, ...]:
    """Names of services, and of those who run them, that never stand on paper that leaves."""
    found = [
        name
        for directory in directories(desk)
        for service in directory.services
        if TELLING.intersection(service.kinds)
        for name in (service.name, *(run_by.name for run_by in (directory.organisation(service),) if run_by))
    ]
    return tuple(dict.fromkeys(found))


def wanted_for(desk: Desk, view: CaseView) -> Wanted:
    """What the victim of a case would look for: the victim's first language, the place where the victim lives, else
    where it happened.
    """
    victim, incident = view.victim, view.latest("incident")
    spoken = [str(tag) for tag in victim.get("languages", [])] if victim is not None else []
    known = languages(desk)
    language = next((tag for tag in spoken[:1] if tag in known), "")
    said = [str(victim.get("address") or "")] if victim is not None else []
    said += [str(incident.get("place") or "")] if incident is not None else []
    here = (area for text in said for area in areas(desk) if _names(text, area))
    return Wanted(language=language, place=next(here, ""))


def number_for_card(found: Offer) -> tuple[str, str]:
    """The neutral label and the number for a plain card; empty where the service has none for victims."""
    open_to_all = [phone for phone in found.service.phones if phone.purpose != "professionals"]
    if not found.service.card_label or not open_to_all:
        return "", ""
    return found.service.card_label, open_to_all[0].number


def note_in_plan(desk: Desk, case_id: str, found: Offer, words: Translator, *, on_card: bool = False) -> Changed:
    """Note in the plan that this service was chosen, and the label under which its number stands on a card.

    A service that is in the plan already is not noted twice: only what is new about it is.
    """
    label, number = number_for_card(found)
    name = full_name(found)
    note = words.text(N_("Stands on the card as “{label}”."), label=label) if on_card else ""
    view = desk.store.view(case_id)
    there = next((m for m in view.of("measure") if m.get("module") == MODULE and m.get("what") == name), None)
    if there is not None:
        old = str(there.get("note") or "")
        if not note or note in old:
            return Changed()
        return edit.set_field(desk, case_id, there.id, "note", "\n".join(part for part in (old, note) if part))
    shown = number or next((phone.number for phone in found.service.phones), "")
    because = [name for name in plan.suggestions(desk, view).get(MODULE, ()) if desk.library.factor(name) is not None]
    noted = "\n".join(part for part in (shown, note) if part)
    return plan.add_measure(desk, case_id, MODULE, what=name, note=noted, factors=because)[1]


def full_name(found: Offer) -> str:
    """A service by its name and who runs it, where that is not the same."""
    run_by = found.directory.organisation(found.service)
    if run_by is None or folded(run_by.name) in folded(found.service.name):
        return found.service.name
    return f"{found.service.name}, {run_by.name}"


def locations(found: Offer) -> tuple[Location, ...]:
    """Where a service is."""
    return found.directory.places(found.service)


def widened(wanted: Wanted) -> Wanted:
    """The same words without any filter."""
    return replace(Wanted(), text=wanted.text)


def _names(text: str, area: str) -> bool:
    return f" {folded(area)} " in f" {' '.join(folded(text).replace(',', ' ').split())} "
