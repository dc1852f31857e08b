"""The directory of services: the shipped one is invented, a mistake is named with its place, and what fits is found."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app import paths
from app.documents.scan import unsafe_words
from app.forms.library import load_library
from app.forms.service_search import Wanted, areas_of, find_services, languages_of, on_duty
from app.forms.services import Directory, Service
from app.notebook.fold import CaseState
from app.records.view import CaseView
from tests.rules.cases import library

FILE = "services/invented-coast.toml"
NIGHT = datetime(2026, 5, 16, 1, 30, tzinfo=UTC)  # Saturday
ZONE = ZoneInfo("Europe/London")
# Ranges that are kept for stories and given to nobody.
RESERVED = re.compile(r"\+44 (20 7946 0\d{3}|1632 960\d{3}|7700 900\d{3}|808 157 0\d{3}|3069 990\d{3})")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may change."""
    for folder in ("forms", "rules", "codes", "profiles", "services"):
        shutil.copytree(paths.resources() / folder, tmp_path / folder)
    return tmp_path


def coast() -> Directory:
    """The shipped directory."""
    return library().directories["invented-coast"]


def found(wanted: Wanted, moment: datetime = NIGHT) -> list[str]:
    """Ids of the services that fit."""
    return [offer.service.id for offer in find_services([coast()], wanted, moment, ZONE)]


# ---- What is shipped ----


def test_only_invented_directories_are_shipped() -> None:
    assert library().directories
    assert library().directory_problems == ()
    for directory in library().directories.values():
        assert directory.invented
        assert "invented" in directory.title
        assert not directory.emergency_number
        numbers = [d.number for d in directory.on_call] + [p.number for s in directory.services for p in s.phones]
        assert all(RESERVED.fullmatch(number) for number in numbers), numbers
        assert len(set(numbers)) == len(numbers)
        assert all(s.mail.endswith(".example") for s in directory.services if s.mail)


def test_the_neutral_profile_has_no_directory() -> None:
    assert library().profile().services == ()


def test_card_labels_say_nothing() -> None:
    empty = CaseView(CaseState("c"))
    for service in coast().services:
        told = [f.word for f in unsafe_words(service.card_label, empty) if f.kind in ("told", "hint", "way")]
        assert not told, (service.id, told)


def test_a_shelter_has_no_address() -> None:
    secret = [place for place in coast().locations if place.secret]
    assert secret
    assert all(not (place.address or place.place) for place in secret)


# ---- Broken files ----

BROKEN = [
    ("title = 'Northmere", "tilte = 'Northmere", "$", "tilte"),
    ("kinds = ['helpline', 'advice']", "kinds = ['helpline', 'advise']", "$.services[0].kinds", "advise"),
    ("kinds = ['helpline', 'advice']", "kinds = []", "$.services[0].kinds", "kind of help"),
    ("serves = ['all']", "serves = ['every']", "$.services[0].serves", "every"),
    ("languages = ['en', 'pl', 'ar', 'uk']", "languages = ['en', 'xy']", "$.services[0].languages", "xy"),
    ("organisation = 'lantern'", "organisation = 'latern'", "$.services[0].organisation", "latern"),
    ("locations = ['lantern-office']", "locations = ['office']", "$.services[1].locations", "office"),
    ("'07:00', closes = '03:00'", "'7:00', closes = '03:00'", "$.on_call[1].hours[0]", "7:00"),
    ("'07:00', closes = '03:00'", "'07:00', closes = '25:00'", "$.on_call[1].hours[0]", "25:00"),
    ("number = '+44 20 7946 0901'", "number = 'ask'", "$.on_call[0].number", "ask"),
    ("role = 'specialist'", "role = 'expert'", "$.on_call[0].role", "expert"),
    ("secret = true\n", "secret = true\naddress = '9 Hidden Lane'\n", "$.locations[1]", "secret"),
    ("secret = true\n", "secret = true\nplace = 'Sandway'\n", "$.locations[1]", "secret"),
    ("id = 'keel-house'\norganisation", "id = 'anchor'\norganisation", "$.services", "anchor"),
    ("valid_until = 2035-12-31", "valid_until = 2025-12-31", "$.valid_until", "before it begins"),
    ("valid_until = 2035-12-31", "valid_until = 'always'", "$.valid_until", "date"),
    ("days = ['mon', 'wed', 'fri']", "days = ['mon', 'Wednesday']", "$.services[5].hours[0].days[1]", "Wednesday"),
    ("days = ['mon', 'wed', 'fri']", "days = []", "$.services[5].hours[0].days", "which days"),
    ("closed_on = [2026-12-25,", "always_open = true\nclosed_on = [2026-12-25,", "$.services[1].always_open", "either"),
    ("purpose = 'admission'", "purpose = 'beds'", "$.services[2].phones[0].purpose", "beds"),
    ("card_label = 'Karen, work'", "card_label = 'keel house'", "$.services[2].card_label", "never names"),
    ("cost = 'part'", "cost = 'lots'", "$.services[10].cost", "lots"),
]


@pytest.mark.parametrize(("before", "after", "path", "mistake"), BROKEN, ids=lambda v: str(v)[:24])
def test_a_mistake_is_named_with_its_place_and_keeps_nobody_out(
    shelf: Path, before: str, after: str, path: str, mistake: str
) -> None:
    file = shelf / FILE
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    read = load_library(shelf)  # forms and rules are there all the same
    assert read.directories == {}
    (problem,) = read.directory_problems
    assert problem.code == "forms.broken"
    assert (problem.facts["file"], problem.facts["path"]) == (FILE, path)
    assert mistake in str(problem.facts["mistake"])


def test_several_files_are_read_and_one_id_stands_once(shelf: Path) -> None:
    text = (shelf / FILE).read_text(encoding="utf-8")
    (shelf / "services" / "second.toml").write_text(text.replace("'invented-coast'", "'inland'"), encoding="utf-8")
    (shelf / "services" / "third.toml").write_text(text, encoding="utf-8")
    (shelf / "services" / "spoiled.toml").write_bytes(b"\xff\x00")
    read = load_library(shelf)
    assert set(read.directories) == {"invented-coast", "inland"}
    assert {str(p.facts["file"]) for p in read.directory_problems} == {"services/spoiled.toml", "services/third.toml"}


def test_a_directory_holds_from_one_day_to_another() -> None:
    made = replace(coast(), valid_from=date(2026, 1, 1), valid_until=date(2026, 6, 30))
    assert made.valid_on(date(2026, 6, 30))
    assert not made.valid_on(date(2026, 7, 1))
    assert not made.valid_on(date(2025, 12, 31))


# ---- Finding ----


def test_words_are_found_by_their_beginnings_without_accents_and_case() -> None:
    assert set(found(Wanted(text="lant"))) == {"lantern-line", "lantern-advice", "young"}
    assert found(Wanted(text="KÉEL hous")) == ["devices", "keel-house"]  # both are run by Keel House Trust
    assert found(Wanted(text="antern")) == []
    assert found(Wanted(text="7946 0913")) == ["anchor"]
    assert found(Wanted(text="five-a-side")) == ["anchor"]


def test_by_place_language_who_and_kind() -> None:
    assert "lehti" not in found(Wanted(place="Sandway"))
    assert "keel-house" in found(Wanted(place="Sandway"))  # it serves every place
    assert found(Wanted(kind="pets")) == ["paws"]
    assert found(Wanted(serves="men", kind="emergency_bed")) == ["anchor", "lehti"]
    assert "keel-house" not in found(Wanted(serves="men"))
    first, *rest = found(Wanted(language="ti", kind="shelter"))
    assert (first, rest) == ("keel-house", [])


def test_what_is_not_known_stands_last_and_is_not_left_out() -> None:
    by_language = found(Wanted(language="fi"))
    assert by_language[0] == "lehti"
    assert "paws" in by_language  # its languages are not recorded
    assert "lantern-line" in by_language  # it has interpreters
    assert "anchor" not in by_language  # English and Spanish only, no interpreters
    open_now = found(Wanted(open_now=True))
    assert open_now[-1] == "paws"  # its hours are not recorded
    assert "lantern-advice" not in open_now
    assert "keel-house" in open_now


def test_open_now_follows_the_moment() -> None:
    friday_late = datetime(2026, 5, 16, 0, 30, tzinfo=UTC)  # half past one in the night to Saturday, in London
    assert "anchor" in found(Wanted(open_now=True), friday_late)
    assert "anchor" not in found(Wanted(open_now=True), datetime(2026, 5, 16, 1, 30, tzinfo=UTC))


def test_who_is_on_call() -> None:
    duties = on_duty([coast()], NIGHT, zone=ZONE)
    assert [d.on_call.id for d in duties][:3] == ["specialist", "supervisor", "social-work"]
    assert [d.open.now for d in duties] == [True, True, True, True, True, None]
    at_five = on_duty([coast()], datetime(2026, 5, 16, 4, 0, tzinfo=UTC), zone=ZONE)
    assert at_five[1].open.now is False
    only_here = replace(coast(), on_call=(replace(coast().on_call[0], areas=("Sandway",)),))
    assert on_duty([only_here], NIGHT, "Northmere") == []


CODES = st.sampled_from(["", "helpline", "shelter", "legal", "pets"])
SERVES = st.sampled_from(["", "women", "men", "children", "migrants"])
PLACES = st.sampled_from(["", "Northmere", "Sandway", "Lehtisaari"])
TAGS = st.sampled_from(["", "en", "fi", "ti", "pl"])


@given(CODES, SERVES, PLACES, TAGS, st.booleans(), st.text(max_size=12))
def test_asking_for_more_never_finds_more(
    kind: str, serves: str, place: str, language: str, open_now: bool, text: str
) -> None:
    whole = Wanted(text, place, language, serves, kind, open_now)
    narrow = set(found(whole))
    for less in (
        Wanted("", place, language, serves, kind, open_now),
        Wanted(text, "", language, serves, kind, open_now),
        Wanted(text, place, "", serves, kind, open_now),
        Wanted(text, place, language, "", kind, open_now),
        Wanted(text, place, language, serves, "", open_now),
        Wanted(text, place, language, serves, kind, False),
    ):
        assert narrow <= set(found(less))


def test_what_can_be_chosen_comes_from_the_directory() -> None:
    assert areas_of([coast()]) == ["Carrick", "Lehtisaari", "Northmere", "Sandway"]
    assert {"en", "fi", "ti"} <= set(languages_of([coast()]))


def test_a_number_has_the_hours_of_its_service_or_its_own() -> None:
    by_id: dict[str, Service] = {s.id: s for s in coast().services}
    lehti = by_id["lehti"]
    assert len(lehti.spans) == 7
    assert lehti.spans_at(lehti.phones[0]) != lehti.spans
    anchor = by_id["anchor"]
    assert anchor.spans_at(anchor.phones[0]) == anchor.spans
