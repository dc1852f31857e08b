"""Deadlines and calendar of a profile: what cannot be is refused with its place; what a force may want is taken."""

from __future__ import annotations

import shutil
import tomllib
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import paths
from app.forms.library import Library, load_library
from app.problems import Problem
from app.rules.calendar import Span

PROFILE = "profiles/neutral.toml"
FIRST = "\n[[deadlines]]\ncode = 'release_told'"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may change."""
    for folder in ("forms", "rules", "codes", "profiles", "services"):
        shutil.copytree(paths.resources() / folder, tmp_path / folder)
    return tmp_path


def changed(shelf: Path, before: str, after: str) -> Library:
    file = shelf / PROFILE
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return load_library(shelf)


def added(shelf: Path, deadline: str) -> Library:
    return changed(shelf, FIRST, f"\n[[deadlines]]\ncode = 'own'\n{deadline}\n{FIRST}")


OWN = """
kind = 'task'
follows = { record = 'consent', field = 'decided_at', where = { purpose = ['victim_support'], decision = ['given'] } }
within = { n = 2, unit = 'working_days' }
until = [{ record = 'task', where = { code = ['T04'], status = ['done'] } }]
due = 'Refer {name}'
because = 'Consent was given on {when}.'
"""


def test_a_force_sets_its_own(shelf: Path) -> None:
    own = added(shelf, OWN).clocks["neutral"].deadlines[0]
    assert (own.code, own.span, own.follows.record) == ("own", Span(2, "working_days"), "consent")


def test_a_force_has_its_own_calendar(shelf: Path) -> None:
    calendar = (
        changed(
            shelf,
            "zone = 'local'\nweekend = ['saturday', 'sunday']\nholidays = []",
            "zone = 'Europe/Dublin'\nweekend = ['friday']\nholidays = ['12-25', '2027-03-26', '02-29']",
        )
        .clocks["neutral"]
        .calendar
    )
    assert (calendar.zone, calendar.weekend) == (ZoneInfo("Europe/Dublin"), {4})
    assert calendar.holidays == {date(2027, 3, 26)}
    assert calendar.yearly == {(12, 25), (2, 29)}


def at_first(name: str) -> str:
    return f"$.deadlines[0].{name}"


BROKEN = [
    ("zone = 'local'", "zone = 'Mars/Olympus'", "$.calendar.zone", "Mars/Olympus"),
    ("zone = 'local'", "zone = '../../etc/passwd'", "$.calendar.zone", "passwd"),
    ("zone = 'local'\n", "", "$.calendar", "zone"),
    ("'saturday', 'sunday'", "'saturday', 'sonntag'", "$.calendar.weekend[1]", "sonntag"),
    (
        "['saturday', 'sunday']",
        "['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']",
        "$.calendar.weekend",
        "working day",
    ),
    ("holidays = []", "holidays = ['25.12.']", "$.calendar.holidays[0]", "25.12."),
    ("holidays = []", "holidays = ['12-25', '2027-02-29']", "$.calendar.holidays[1]", "2027-02-29"),
    ("holidays = []", "holydays = []", "$.calendar", "holydays"),
    ("[calendar]\n", "[kalender]\n", "$", "kalender"),
    ("state = 'release'", "state = 'relase'", at_first("follows.state"), "relase"),
    ("state = 'release'", "state = 'release', field = 'expires'", at_first("follows"), "belong to a record"),
    ("state = 'release'", "state = 'release', task = 'T01'", at_first("follows"), "exactly one"),
    ("{ state = 'release' }", "{ }", at_first("follows"), "exactly one"),
    ("{ state = 'release' }", "{ task = 'T99' }", at_first("follows.task"), "T99"),
    ("{ state = 'release' }", "{ record = 'ordre', field = 'expires' }", at_first("follows.record"), "ordre"),
    ("{ state = 'release' }", "{ record = 'order' }", at_first("follows.field"), "moment"),
    ("{ state = 'release' }", "{ record = 'order', field = 'ends' }", at_first("follows.field"), "ends"),
    ("{ state = 'release' }", "{ record = 'order', field = 'number' }", at_first("follows.field"), "neither"),
    (
        "{ state = 'release' }",
        "{ record = 'event', field = 'happened_at', where = { kind = ['court'] } }",
        at_first("follows.where.kind"),
        "court",
    ),
    (
        "{ state = 'release' }",
        "{ record = 'event', field = 'happened_at', where = { art = ['court'] } }",
        at_first("follows.where.art"),
        "art",
    ),
    ("{ state = 'release' }", "{ record = 'order', field = 'expires', unset = ['x'] }", at_first("follows.unset"), "x"),
    ("{ state = 'release' }", "{ state = 'release', grades = ['grave'] }", at_first("follows.grades[0]"), "grave"),
    ("before = { n = 4, unit = 'hours' }", "before = { n = -4, unit = 'hours' }", at_first("before.n"), "between"),
    ("before = { n = 4, unit = 'hours' }", "before = { n = 4, unit = 'weeks' }", at_first("before.unit"), "weeks"),
    ("before = { n = 4, unit = 'hours' }", "before = { n = 251, unit = 'working_days' }", at_first("before.n"), "250"),
    ("before = { n = 4, unit = 'hours' }\n", "", "$.deadlines[0]", "exactly one"),
    ("before = { n = 4, unit = 'hours' }", "within = { n = 4, unit = 'hours' }\nlapses = true", at_first("lapses"), ""),
    ("before = { n = 4, unit = 'hours' }", "bevor = { n = 4, unit = 'hours' }", "$.deadlines[0]", "bevor"),
    ("because = 'Custody ends on {when}.'", "because = 'Custody of {suspect}.'", at_first("because"), "suspect"),
    ("because = 'Custody ends on {when}.'", "because = ' '", at_first("because"), "sentence"),
    ("kind = 'release'", "kind = 'bail'", at_first("kind"), "bail"),
    ("code = 'order_ended'", "code = 'release_told'", "$.deadlines", "release_told"),
    ("until = [{ record = 'order', ", "until = [{ record = 'ordre', ", "$.deadlines[1].until[0].record", "ordre"),
    ("after = 'issued_at'", "after = 'issued'", "$.deadlines[1].until[0].after", "issued"),
]


@pytest.mark.parametrize(("before", "after", "path", "mistake"), BROKEN, ids=lambda v: str(v)[:24])
def test_a_mistake_is_named_with_its_place(shelf: Path, before: str, after: str, path: str, mistake: str) -> None:
    with pytest.raises(Problem) as caught:
        changed(shelf, before, after)
    assert caught.value.code == "forms.broken"
    assert (caught.value.facts["file"], caught.value.facts["path"]) == (PROFILE, path)
    assert mistake in str(caught.value.facts["mistake"])


def test_the_shipped_values_are_marked_as_validated_by_nobody() -> None:
    text = (paths.resources() / PROFILE).read_text(encoding="utf-8")
    assert "validated by nobody" in text
    assert tomllib.loads(text)["calendar"]["holidays"] == []
