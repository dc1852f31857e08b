"""The shipped data files: complete, in agreement with each other and with the records; and broken ones are named."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app import paths
from app.forms.library import Library, load_library, texts
from app.i18n import translator
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.records.fields import THREE
from app.rules.definition import LEVELS
from app.rules.safe_contact import CHANNELS
from tests.rules.cases import library

CRITICAL = "F05 F06 F08 F10 F22 F36"
SERIOUS = "F03 F04 F07 F09 F18 F20 F24 F26 F29 F33 F34 F41 F42"
FIRST = "F01 F05 F06 F08 F22 F26 F33 F34 F36 F41"
GROUPS = {
    "history": range(1, 13),
    "control": range(13, 22),
    "suspect": range(22, 33),
    "victim": range(33, 40),
    "children": range(40, 44),
}
FOLDERS = ("forms", "rules", "codes", "profiles", "services")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may break."""
    for folder in FOLDERS:
        shutil.copytree(paths.resources() / folder, tmp_path / folder)
    return tmp_path


# ---- What is shipped ----


def test_rr1_has_its_43_factors_weights_groups_and_first_layer() -> None:
    instrument = library().instrument()
    assert instrument.codes == tuple(f"F{n:02d}" for n in range(1, 44))
    assert [f.code for f in instrument.factors if f.weight == "critical"] == CRITICAL.split()
    assert [f.code for f in instrument.factors if f.weight == "serious"] == SERIOUS.split()
    assert [f.code for f in instrument.first_factors] == FIRST.split()
    assert {f.code for f in instrument.factors if f.first_layer} == set(FIRST.split())
    for group, numbers in GROUPS.items():
        assert [f.code for f in instrument.of_group(group)] == [f"F{n:02d}" for n in numbers]
    pregnant = instrument.factor("F34")
    assert pregnant is not None
    assert pregnant.asks_at_once == ("F10",)


def test_rr1_says_that_nobody_has_validated_it() -> None:
    assert not library().instrument().validated
    assert not library().rules().validated
    assert "not been validated" in library().instrument().notice


def test_every_factor_has_its_help_and_control_and_stalking_ask_how_often() -> None:
    for factor in library().instrument().factors:
        assert factor.question.endswith("?")
        assert all((factor.label, factor.why, factor.how_to_ask, factor.good_note))
        assert len(factor.question) <= 140, factor.code
        assert len(factor.label) <= 40, factor.code
        assert bool(factor.examples) is (factor.group == "control"), factor.code
    labels = [f.label for f in library().instrument().factors]
    assert len(set(labels)) == 43


def test_wording_is_gender_neutral_and_plain() -> None:
    spoken = " ".join(
        text
        for part in (library().instruments, library().todo, library().plan, library().consents, library().profiles)
        for text in texts(part)
    )
    assert not re.search(
        r"\b(he|she|him|her|his|hers|husband|wife|woman|women|man|men’s|mother|father)\b", spoken, re.I
    )
    assert "'" not in spoken  # typographic apostrophes only: one spelling of each message


def test_the_lists_are_complete() -> None:
    assert [t.code for t in library().tasks()] == [f"T{n:02d}" for n in range(1, 18)]
    assert [t.code for t in library().tasks("social_work")] == [f"SW{n}" for n in range(1, 8)]
    assert [t.code for t in library().tasks("health")] == [f"HC{n}" for n in range(1, 6)]
    assert [m.code for m in library().modules] == [f"P{n:02d}" for n in range(1, 31)]
    every = [t for todo in library().todo.values() for t in (*todo.tasks, *todo.extras)]
    assert {t.code for t in every if t.starred} == {"T08", "T17"}
    assert {t.code for t in every if t.contact_rule} == {"T04", "T07", "T08", "VISIT"}
    assert {t.code: t.needs_consent for t in every if t.needs_consent} == {"T04": "victim_support"}
    assert {t.code for t in every if t.needs_release_time} == {"T08"}
    assert {t.agency for t in every} == {"police", "social_work", "health"}
    assert all(t.evidence and t.explain and t.source for t in every)
    task = library().task("SW4")
    assert task is not None
    assert task.agency == "social_work"
    assert library().task("T99") is None


def test_modules_have_prompts_a_group_and_say_what_may_leave() -> None:
    groups = {p.code for p in library().plan.priorities}
    assert groups == {"children", "privacy", "money", "home", "staying", "health"}
    for module in library().modules:
        assert len(module.prompts) >= 3, module.code
        assert module.priority_group in groups
        assert (module.leaving == "nothing") is not bool(module.discreet), module.code
        assert "who" in module.file_only  # names of helpers never leave
    never = {m.code for m in library().modules if m.leaving == "nothing"}
    assert {"P05", "P06", "P07", "P16", "P22", "P23", "P26", "P27", "P29"} <= never


def test_neutral_lines_give_nothing_away() -> None:
    told = re.compile(
        r"abuse|violen|police|victim|suspect|perpetrator|shelter|escape|leave|leaving|safety plan|stalk|risk|domestic"
        r"|court|crime|spy|track",
        re.I,
    )
    for module in library().modules:
        for line in module.discreet:
            assert not told.search(line), (module.code, line)
            assert len(line) <= 120


def test_lines_about_devices_do_not_leave_while_devices_are_watched() -> None:
    digital = library().module("P15")
    assert digital is not None
    assert digital.lines_that_may_leave(watched=False)
    assert digital.lines_that_may_leave(watched=True) == ()
    bag = library().module("P07")
    assert bag is not None
    assert bag.lines_that_may_leave(watched=False) == ()


def test_modules_follow_the_victims_ranking() -> None:
    ranked = library().plan.in_order_of(["health", "money"])
    groups = list(dict.fromkeys(m.priority_group for m in ranked))
    assert groups[:2] == ["health", "money"]
    assert sorted(m.code for m in ranked) == sorted(m.code for m in library().modules)
    assert library().plan.in_order_of([]) == library().modules


def test_every_code_list_that_records_use_is_there_and_agrees_with_the_rules() -> None:
    used = {f.codes for t in RECORD_TYPES.values() for f in t.fields if f.codes}
    missing = {name for name in used if not library().codes(name)}
    assert not missing
    for record_type in RECORD_TYPES.values():
        for declared in record_type.fields:
            known = {c.code for c in library().codes(declared.codes)}
            if declared.codes and isinstance(declared.cautious, tuple):
                assert set(declared.cautious) == known, (record_type.name, declared.name)
    assert [c.code for c in library().codes("three")] == list(THREE)
    assert tuple(c.code for c in library().codes("grade")) == LEVELS
    assert tuple(c.code for c in library().codes("channel")) == CHANNELS
    assert {c.code for c in library().codes("priority")} == {p.code for p in library().plan.priorities}
    assert {w.purpose for w in library().consents.wordings} <= {c.code for c in library().codes("consent_purpose")}
    assert set(library().todo) <= {c.code for c in library().codes("agency")}


def test_labels() -> None:
    assert library().label("custody", "in_custody") == "In custody"
    assert library().label("custody", "somewhere") == "somewhere"
    assert library().label("custody", None) == ""
    assert library().codes("no such list") == ()


def test_consent_wordings() -> None:
    wording = library().consents.latest("victim_support")
    assert wording is not None
    assert wording.name == "victim_support/1"
    assert "say no" in wording.may_refuse
    assert library().consents.latest("nothing") is None


def test_the_neutral_profile_holds_no_telephone_number() -> None:
    profile = library().profile()
    assert profile.services == ()
    assert not any(re.search(r"\d{2,}", text) for text in texts(profile.danger))
    assert profile.languages == ("en",)


def test_every_text_passes_through_the_test_language() -> None:
    words = translator("xx")
    for text in texts((library().instruments, library().todo, library().plan)):
        assert words.text(text) or not text


def test_versions_and_profiles_that_are_not_installed_are_problems() -> None:
    for call, code in (
        (lambda: library().instrument("rr-1", 99), "forms.no_instrument"),
        (lambda: library().instrument("other"), "forms.no_instrument"),
        (lambda: library().rules("other"), "forms.no_instrument"),
        (lambda: library().profile("other"), "forms.no_profile"),
    ):
        with pytest.raises(Problem) as caught:
            call()
        assert caught.value.code == code
        assert str(caught.value.sentences(translator("en")))


# ---- Released files ----


def test_a_released_version_never_changes() -> None:
    released = tomllib.loads((paths.resources() / "forms" / "released.toml").read_text(encoding="utf-8"))["sha256"]
    for name, digest in released.items():
        found = sha256((paths.resources() / name).read_bytes()).hexdigest()
        assert found == digest, f"{name} was released: make a copy under a new version instead"
    shipped = {f"{d}/{f.name}" for d in ("forms", "rules") for f in (paths.resources() / d).glob("*.toml")}
    assert set(released) == shipped - {"forms/released.toml"}


# ---- Broken files ----

RR1, RULES, TODO, PLAN = "forms/rr-1.toml", "rules/rr-1-rules.toml", "forms/todo-police.toml", "forms/plan-modules.toml"
BROKEN = [
    (RR1, "label = 'Physical violence'", "lable = 'Physical violence'", "$.factors[0]", "lable"),
    (RR1, "label = 'Physical violence'", "label = 7", "$.factors[0].label", "str"),
    (RR1, "weight = 'critical'", "weight = 'grave'", "$.factors[4].weight", "grave"),
    (RR1, "group = 'history'", "group = 'past'", "$.factors[0].group", "past"),
    (RR1, "code = 'F02'", "code = 'F01'", "$.factors", "F01"),
    (RR1, "'F36', 'F41']", "'F36', 'F99']", "$.first_layer", "F99"),
    (RR1, "asks_at_once = ['F10']", "asks_at_once = ['F77']", "$.factors[33].asks_at_once", "F77"),
    (RR1, "validated = false", "validated = false\nvalidated = true", "$", "overwrite"),
    (RR1, "format = 'holdfast-instrument/1'", "format = 'holdfast-instrument/2'", "$.format", "holdfast-instrument/2"),
    (RR1, "format = 'holdfast-instrument/1'", "format = 'poem/1'", "$.format", "format"),
    (RULES, "when = 'critical >= 2'", "when = 'critical >= '", "$.floor[0].when", "number or a level"),
    (RULES, "when = 'F41'", "when = 'F44'", "$.floor[9].when", "F44"),
    (RULES, "when = 'suspect'", "when = 'suspekt'", "$.tasks[3].when", "suspekt"),
    (RULES, "when = 'critical >= 2'", "when = 'child >= 2'", "$.floor[0].when", "child"),
    (RULES, "pets = 'There are pets'\n", "", "$.modules[12].when", "pets"),
    (RULES, "pets = 'There are pets'", "pest = 'There are pets'", "$.facts.pest", "name"),
    (RULES, "codes = ['T02']", "codes = ['T20']", "$.tasks[1].codes", "T20"),
    (RULES, "codes = ['P18']", "codes = ['P81']", "$.modules[12].codes", "P81"),
    (RULES, "event = 'breach'", "event = 'beach'", "$.review.triggers[1].event", "beach"),
    (RULES, "instrument_version = 1", "instrument_version = 2", "$.instrument", "rr-1"),
    (RULES, "level = 'high'", "level = 'none'", "$.floor[0].level", "none"),
    (RULES, "shows = ['F41']", "shows = ['children']", "$.floor[9].shows", "children"),
    (RULES, "high_h = 168", "high_h = 0", "$.review", "hour"),
    (RULES, "code = 'H2'", "code = 'H1'", "$.floor", "H1"),
    (TODO, "code = 'T02'", "code = 'T01'", "$.tasks", "T01"),
    (TODO, "starred = true", "stared = true", "$.tasks[7]", "stared"),
    (PLAN, "priority_group = 'money'", "priority_group = 'gold'", "$.modules[8].priority_group", "gold"),
    (PLAN, "leaving = 'nothing'", "leaving = 'all'", "$.modules[0].leaving", "all"),
    ("codes/people.toml", "yes = 'Yes'", "yes = 1", "$.lists.three.yes", "str"),
    ("codes/people.toml", "[lists.three]\n", "[lists]\nfour = 'x'\n[lists.three]\n", "$.lists.four", "object"),
    (RULES, "pets = 'There are pets'", "pets = 3", "$.facts.pets", "str"),
    ("profiles/neutral.toml", "rules = ['rr-1-rules']", "rules = ['rr-2-rules']", "$.rules", "rr-2-rules"),
    ("profiles/neutral.toml", "reason_for = ['disclosure',", "reason_for = ['boredom',", "$.reason_for[0]", "boredom"),
]


@pytest.mark.parametrize(("file", "before", "after", "path", "mistake"), BROKEN, ids=lambda v: str(v)[:24])
def test_a_broken_file_is_named_with_path_and_mistake(
    shelf: Path, file: str, before: str, after: str, path: str, mistake: str
) -> None:
    text = (shelf / file).read_text(encoding="utf-8")
    assert before in text
    (shelf / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    facts = problem_of(shelf)
    assert facts["file"] == file
    assert facts["path"] == path
    assert mistake in str(facts["mistake"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"\xff\xfe\x00bad"),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_text("x = " + "[" * 5000, encoding="utf-8"),
        lambda file: file.write_bytes(b"#" * 1_000_001),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["not-utf-8", "empty", "nested", "huge", "a-folder"],
)
@pytest.mark.parametrize("name", [RR1, RULES])
def test_a_spoiled_file_is_a_problem_and_no_traceback(shelf: Path, name: str, spoil: Callable[[Path], Any]) -> None:
    spoil(shelf / name)
    assert problem_of(shelf)["file"] == name


@pytest.mark.parametrize("name", [RR1, RULES, PLAN, "forms/consents.toml"])
def test_a_missing_file_is_a_problem(shelf: Path, name: str) -> None:
    (shelf / name).unlink()
    if name == RULES:  # loads; the profile then names rules that do not exist
        assert problem_of(shelf)["path"] == "$.rules"
    else:
        problem_of(shelf)


def test_the_same_list_twice_is_a_problem(shelf: Path) -> None:
    shutil.copy(shelf / RR1, shelf / "forms" / "rr-1-again.toml")
    assert "another file" in str(problem_of(shelf)["mistake"])


def test_an_older_version_stays_for_the_cases_made_with_it(shelf: Path) -> None:
    for name in (RR1, RULES):
        text = (shelf / name).read_text(encoding="utf-8").replace("version = 1", "version = 2")
        (shelf / name.replace(".toml", "-2.toml")).write_text(text, encoding="utf-8")
    found = load_library(shelf)
    assert isinstance(found, Library)
    assert (found.instrument().version, found.instrument(version=1).version) == (2, 1)
    assert (found.rules().version, found.rules(version=1).version) == (2, 1)


def problem_of(shelf: Path) -> dict[str, object]:
    with pytest.raises(Problem) as caught:
        load_library(shelf)
    assert caught.value.code == "forms.broken"
    sentences = caught.value.sentences(translator("en"))
    assert str(shelf) not in str(sentences)
    return dict(caught.value.facts)
