"""Finding a service: by words, place, language, who is helped, kind of help, and whether it is open now.

What a directory does not say is no reason to leave a service out: such services stand after those that do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property, lru_cache

from app.forms.services import Directory, Location, OnCall, Organisation, Service
from app.rules.hours import Open, open_at

EVERYBODY = "all"
NO, MAYBE, YES = 0, 1, 2


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what is empty is not asked."""

    text: str = ""
    place: str = ""
    language: str = ""
    serves: str = ""
    kind: str = ""
    open_now: bool = False


@dataclass(frozen=True)
class Offer:
    """A service that was found at a moment, and where it stands."""

    service: Service
    directory: Directory
    moment: datetime
    zone: tzinfo | None = None

    @cached_property
    def open(self) -> Open:
        """Whether it is open at that moment; found out when it is first asked for, as a list shows only some."""
        return open_at(self.service.spans, self.moment, closed_on=self.service.closed_on, zone=self.zone)

    @property
    def key(self) -> str:
        """Names the service among all directories."""
        return f"{self.directory.id}/{self.service.id}"


@dataclass(frozen=True)
class Duty:
    """A number of one's own side, and whether it is answered now."""

    on_call: OnCall
    directory: Directory
    open: Open


def find_services(
    directories: Iterable[Directory], wanted: Wanted, moment: datetime, zone: tzinfo | None = None
) -> list[Offer]:
    """The services that fit, the surest first, then by name. `zone`: None for the laptop's own."""
    found: list[tuple[tuple[int, int, str], Offer]] = []
    for directory in directories:
        for service in directory.services:
            fits = [_fits(service, wanted), _has_words(service, directory, wanted.text)]
            if NO in fits:
                continue
            offer = Offer(service, directory, moment, zone)
            if wanted.open_now and offer.open.now is False:
                continue
            unsure = sum(1 for fit in fits if fit == MAYBE) + (wanted.open_now and offer.open.now is None)
            order = (int(unsure), 0 if wanted.place and service.areas else 1, folded(service.name))
            found.append((order, offer))
    return [offer for _order, offer in sorted(found, key=lambda item: item[0])]


def on_duty(
    directories: Iterable[Directory], moment: datetime, place: str = "", zone: tzinfo | None = None
) -> list[Duty]:
    """Who is on call, in the order of the directory; those for another place are left out."""
    return [
        Duty(one, directory, open_at(one.spans, moment, closed_on=one.closed_on, zone=zone))
        for directory in directories
        for one in directory.on_call
        if not place or not one.areas or place in one.areas
    ]


def areas_of(directories: Iterable[Directory]) -> list[str]:
    """Every place that some service names, in order."""
    return sorted({area for d in directories for s in d.services for area in s.areas}, key=folded)


def languages_of(directories: Iterable[Directory]) -> list[str]:
    """Every language that some service speaks, by tag."""
    return sorted({tag for d in directories for s in d.services for tag in s.languages})


def folded(text: str) -> str:
    """Lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _fits(service: Service, wanted: Wanted) -> int:
    if wanted.kind and wanted.kind not in service.kinds:
        return NO
    if wanted.place and service.areas and wanted.place not in service.areas:
        return NO
    return min(_served(service, wanted.serves), _speaks(service, wanted.language))


def _served(service: Service, who: str) -> int:
    if not who or who in service.serves or EVERYBODY in service.serves:
        return YES
    return NO if service.serves else MAYBE


def _speaks(service: Service, language: str) -> int:
    spoken = {*service.languages, *(tag for phone in service.phones for tag in phone.languages)}
    if not language or language in spoken:
        return YES
    return MAYBE if service.interpreters or not spoken else NO


def _has_words(service: Service, directory: Directory, text: str) -> int:
    """Whether every word of `text` begins a word of the service; a number is found without its spaces."""
    asked = folded(text).replace("-", " ").split()
    if not asked:
        return YES
    words = _words_of(service, directory.organisation(service), directory.places(service))
    numbers = [_digits(phone.number) for phone in service.phones]
    typed = _digits(text)
    if len(typed) >= 4 and any(typed in number for number in numbers):
        return YES
    return YES if all(any(word.startswith(one) for word in words) for one in asked) else NO


@lru_cache(maxsize=2_000)
def _words_of(service: Service, run_by: Organisation | None, places: tuple[Location, ...]) -> tuple[str, ...]:
    said = [service.name, service.about, service.conditions, service.how_to_refer, service.card_label, *service.areas]
    said += [run_by.name, run_by.about] if run_by else []
    said += [part for place in places for part in (place.name, place.place)]
    return tuple(word.strip(".,;:()“”’'") for part in said for word in folded(part).replace("-", " ").split())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
