"""The directory of services as data: who helps whom, where, in which languages and when, and who is on call.

A directory is made by a force; only invented ones are shipped. Names and addresses in it are data and not translated.
A secret address does not stand in it at all: whoever needs it is told by the service.
"""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from app.forms import files
from app.forms.checks import unique
from app.forms.definitions import Defined
from app.rules.hours import Span, span

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Code = str
"""A code of a list in resources/codes: service_kind, served, phone_purpose, accessibility, cost, on_call."""


class Hours(Defined, frozen=True):
    """Open on these days from one time to another; a time to close that is not later is on the next day."""

    days: tuple[Weekday, ...]
    opens: str
    closes: str


class Phone(Defined, frozen=True):
    """A number. Without hours of its own it has those of its service."""

    number: str
    purpose: Code = "office"
    hours: tuple[Hours, ...] = ()
    always_open: bool = False
    languages: tuple[str, ...] = ()
    note: str = ""


class Location(Defined, frozen=True):
    """Where a service is. `secret`: where it is may not be known, so neither address nor place stands here."""

    id: str
    name: str = ""
    place: str = ""
    address: str = ""
    secret: bool = False
    accessibility: tuple[Code, ...] = ()


class Organisation(Defined, frozen=True):
    """Who runs services."""

    id: str
    name: str
    about: str = ""


class Service(Defined, frozen=True):
    """One kind of help by one organisation. An empty list means that it is not known, except for `areas`."""

    id: str
    organisation: str
    name: str
    kinds: tuple[Code, ...]
    about: str = ""
    areas: tuple[str, ...] = ()
    """Places that it serves; empty: every place of the directory."""
    locations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    interpreters: bool = False
    """It has interpreters for other languages."""
    serves: tuple[Code, ...] = ()
    conditions: str = ""
    """Who is taken, in words: age, other limits."""
    phones: tuple[Phone, ...] = ()
    mail: str = ""
    hours: tuple[Hours, ...] = ()
    always_open: bool = False
    closed_on: tuple[date, ...] = ()
    cost: Code = ""
    police_referral: Literal["yes", "no", "unknown"] = "unknown"
    how_to_refer: str = ""
    card_label: str = ""
    """What stands beside the number on a plain card: words that anybody would have."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """When it is open."""
        return spans_of(self.hours, self.always_open)

    def spans_at(self, phone: Phone) -> tuple[Span, ...]:
        """When one of its numbers is answered."""
        return spans_of(phone.hours, phone.always_open) or self.spans


class OnCall(Defined, frozen=True):
    """A number of one's own side: the specialist on call, the supervisor, an interpreter line."""

    id: str
    role: Code
    name: str
    number: str
    areas: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    always_open: bool = False
    closed_on: tuple[date, ...] = ()
    note: str = ""

    @property
    def spans(self) -> tuple[Span, ...]:
        """When it is answered."""
        return spans_of(self.hours, self.always_open)


class Directory(Defined, frozen=True):
    """One file of services, good from one day to another. `invented`: for practice alone."""

    format: Literal["holdfast-services/1"]
    id: str
    version: int
    title: str
    valid_from: date
    valid_until: date
    invented: bool = False
    emergency_number: str = ""
    """Stands on cards; without it a card has a line on which it is written."""
    on_call: tuple[OnCall, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    locations: tuple[Location, ...] = ()
    services: tuple[Service, ...] = ()

    def organisation(self, of: Service) -> Organisation | None:
        """Who runs a service."""
        return next((o for o in self.organisations if o.id == of.organisation), None)

    def places(self, of: Service) -> tuple[Location, ...]:
        """Where a service is."""
        return tuple(place for place in self.locations if place.id in of.locations)

    def valid_on(self, day: date) -> bool:
        """Whether the directory holds on a day."""
        return self.valid_from <= day <= self.valid_until


WHOLE_DAY = ("00:00", "24:00")


@functools.lru_cache(maxsize=2_000)
def spans_of(hours: tuple[Hours, ...], always_open: bool) -> tuple[Span, ...]:
    """Hours as spans; empty where they are not recorded."""
    if always_open:
        return tuple(span(day, *WHOLE_DAY) for day in get_args(Weekday))
    return tuple(span(day, one.opens, one.closes) for one in hours for day in one.days)


def read_directory(file: Path, data: dict[str, Any], codes: dict[str, set[str]]) -> Directory:
    """A directory, checked. `codes`: known codes by list. Raises Problem forms.broken with the place of a mistake."""
    read = files.shaped(file, data, Directory)
    if read.valid_until < read.valid_from:
        raise files.broken(file, "$.valid_until", "the directory ends before it begins")
    for part in ("on_call", "organisations", "locations", "services"):
        unique(file, f"$.{part}", [one.id for one in getattr(read, part)])
    for number, place in enumerate(read.locations):
        _check_location(file, f"$.locations[{number}]", place, codes)
    for number, service in enumerate(read.services):
        _check_service(file, f"$.services[{number}]", service, read, codes)
    for number, on_call in enumerate(read.on_call):
        path = f"$.on_call[{number}]"
        _known(file, f"{path}.role", (on_call.role,), codes["on_call"])
        _check_hours(file, path, on_call.hours, on_call.always_open)
        _check_number(file, f"{path}.number", on_call.number)
    return read


def _check_location(file: Path, path: str, place: Location, codes: dict[str, set[str]]) -> None:
    if place.secret and (place.address or place.place):
        raise files.broken(file, path, "a secret address does not stand in a directory: take address and place out")
    _known(file, f"{path}.accessibility", place.accessibility, codes["accessibility"])


def _check_service(file: Path, path: str, one: Service, of: Directory, codes: dict[str, set[str]]) -> None:
    _known(file, f"{path}.organisation", (one.organisation,), {o.id for o in of.organisations})
    _known(file, f"{path}.locations", one.locations, {place.id for place in of.locations})
    if not one.kinds:
        raise files.broken(file, f"{path}.kinds", "what kind of help is it?")
    for name, listed in (("kinds", "service_kind"), ("serves", "served")):
        _known(file, f"{path}.{name}", getattr(one, name), codes[listed])
    _known(file, f"{path}.cost", (one.cost,) if one.cost else (), codes["cost"])
    _known(file, f"{path}.languages", one.languages, codes["language"])
    _check_hours(file, path, one.hours, one.always_open)
    for number, phone in enumerate(one.phones):
        there = f"{path}.phones[{number}]"
        _known(file, f"{there}.purpose", (phone.purpose,), codes["phone_purpose"])
        _known(file, f"{there}.languages", phone.languages, codes["language"])
        _check_hours(file, there, phone.hours, phone.always_open)
        _check_number(file, f"{there}.number", phone.number)
    if one.card_label and not one.phones:
        raise files.broken(file, f"{path}.card_label", "a card needs a number beside its label")
    run_by = of.organisation(one)
    names = [one.name, *([run_by.name] if run_by else [])]
    if any(name.casefold() in one.card_label.casefold() for name in names):
        raise files.broken(file, f"{path}.card_label", "a label on a card never names the service")


def _check_hours(file: Path, path: str, hours: tuple[Hours, ...], always_open: bool) -> None:
    if always_open and hours:
        raise files.broken(file, f"{path}.always_open", "it is either always open or has hours")
    for number, one in enumerate(hours):
        if not one.days:
            raise files.broken(file, f"{path}.hours[{number}].days", "on which days?")
        try:
            span(one.days[0], one.opens, one.closes)
        except ValueError as error:
            raise files.broken(file, f"{path}.hours[{number}]", str(error)) from error


def _check_number(file: Path, path: str, number: str) -> None:
    if not any(c.isdigit() for c in number) or any(c not in "+0123456789 ()-./*#" for c in number):
        raise files.broken(file, path, f"“{number}” is no telephone number")


def _known(file: Path, path: str, named: tuple[str, ...], known: set[str]) -> None:
    for name in named:
        if name not in known:
            raise files.broken(file, path, f"“{name}” does not exist")
