"""All forms, rules, lists and profiles that are installed, read once and handed out.

Reading is strict: an unknown key, a code that does not exist or a broken condition is a Problem that names file, path
and mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from app.forms import files
from app.forms.checks import check_codes, check_instrument, check_plan, check_profile, check_suggested, unique
from app.forms.clocks import clocks_of
from app.forms.definitions import (
    Code,
    Consents,
    Factor,
    Instrument,
    ModuleDefinition,
    PlanModules,
    Profile,
    TaskDefinition,
    TodoList,
)
from app.forms.rule_sets import rule_set
from app.forms.services import Directory, read_directory
from app.problems import Problem
from app.rules.deadlines import Clocks
from app.rules.definition import RuleSet


@dataclass(frozen=True)
class Library:
    """What is installed. Older versions of instruments and rules stay, for the cases that were made with them."""

    instruments: dict[str, Instrument]
    """The newest version of each instrument, by id."""
    instrument_versions: dict[tuple[str, int], Instrument]
    rule_sets: dict[str, RuleSet]
    """The newest version of each rule set, by id."""
    rules_for: dict[tuple[str, int], RuleSet]
    """The newest rule set for an instrument's id and version."""
    todo: dict[str, TodoList]
    """By agency: police, social_work, health."""
    plan: PlanModules
    consents: Consents
    code_lists: dict[str, tuple[Code, ...]]
    profiles: dict[str, Profile]
    clocks: dict[str, Clocks]
    """Deadlines and calendar of each profile, by its id."""
    directories: dict[str, Directory]
    """Directories of services by id."""
    directory_problems: tuple[Problem, ...] = ()
    """What is wrong with the others: a mistake in a list of telephone numbers keeps nobody from the work."""

    def instrument(self, instrument_id: str = "rr-1", version: int | None = None) -> Instrument:
        """An instrument in a version, or in its newest; Problem forms.no_instrument where it is not installed."""
        found = (
            self.instruments.get(instrument_id)
            if version is None
            else self.instrument_versions.get((instrument_id, version))
        )
        if found is None:
            raise Problem("forms.no_instrument", instrument=instrument_id, version=version or "")
        return found

    def rules(self, instrument_id: str = "rr-1", version: int | None = None) -> RuleSet:
        """The rules for an instrument in a version, or in its newest; Problem forms.no_instrument without any."""
        found = self.rules_for.get((instrument_id, self.instrument(instrument_id, version).version))
        if found is None:
            raise Problem("forms.no_instrument", instrument=instrument_id, version=version or "")
        return found

    def factor(self, code: str) -> Factor | None:
        """The factor of that code in the newest version of any instrument, the shipped one first, or None."""
        shipped_first = sorted(self.instruments.values(), key=lambda one: one.id != "rr-1")
        return next((found for one in shipped_first if (found := one.factor(code)) is not None), None)

    def tasks(self, agency: str = "police") -> tuple[TaskDefinition, ...]:
        """The items of an agency's list, extras not included."""
        found = self.todo.get(agency)
        return found.tasks if found else ()

    def task(self, code: str) -> TaskDefinition | None:
        """The item of that code in any list, extras included, or None."""
        return next((t for todo in self.todo.values() for t in (*todo.tasks, *todo.extras) if t.code == code), None)

    @property
    def modules(self) -> tuple[ModuleDefinition, ...]:
        """The plan's modules, P01 to P30."""
        return self.plan.modules

    def module(self, code: str) -> ModuleDefinition | None:
        """The plan module of that code, or None."""
        return next((m for m in self.plan.modules if m.code == code), None)

    def codes(self, name: str) -> tuple[Code, ...]:
        """A code list in its order; empty where no list has that name. `lowering` comes from the newest rules."""
        return self.code_lists.get(name, ())

    def label(self, name: str, code: object) -> str:
        """What a code of a list is called (English message id); the code itself where the list does not know it."""
        return next((c.label for c in self.codes(name) if c.code == code), "" if code is None else str(code))

    def is_order_type(self, kind: str) -> bool:
        """Whether a kind of order is one that a profile names, so that it is a message and not somebody's words."""
        return any(kind in profile.order_types for profile in self.profiles.values())

    def profile(self, profile_id: str = "neutral") -> Profile:
        """A profile; Problem forms.no_profile where it is not installed."""
        found = self.profiles.get(profile_id)
        if found is None:
            raise Problem("forms.no_profile", profile=profile_id)
        return found


def load_library(resources: Path, brought: Mapping[Path, bytes] | None = None) -> Library:
    """Everything in `resources`/forms, rules, codes, services and profiles; forms.broken for the first mistake found,
    except in a directory of services.

    `brought`: files of packs by place, such as `county-3/forms/rr-2.toml`. A version that is installed already stays as
    it is: a pack may bring the very same once more, and nothing else under its number.
    """
    sheets = files.Sheets(resources, brought)
    shelf = _Shelf(sheets)
    for folder in ("forms", "codes"):
        for file in sheets.of(folder):
            shelf.put(file)
    instruments = {(i.id, i.version): i for _, i in shelf.instruments}
    # Where a pack and what is shipped disagree, the mistake is the pack’s.
    for file, instrument in [brought for brought in shelf.instruments if sheets.came(brought[0])]:
        check_codes(file, instrument, instruments.values())
    plan = _only(resources / "forms", shelf.plans, "plan")
    consents = _only(resources / "forms", shelf.consents, "consents")
    todo = {t.agency: t for _, t in shelf.todo}
    tasks = {t.code for agency in todo.values() for t in (*agency.tasks, *agency.extras)}
    rule_sets: list[RuleSet] = []
    rules_read: dict[tuple[str, int], files.RulesFile] = {}
    for file in sheets.of("rules"):
        parts = files.shaped(file, sheets.read(file), files.RulesFile)
        if _is_there(sheets, file, rules_read.setdefault((parts.id, parts.version), parts), parts):
            continue
        of = instruments.get((parts.instrument, parts.instrument_version))
        if of is None:
            raise files.broken(file, "$.instrument", f"“{parts.instrument}” is not installed in that version")
        check_suggested(file, parts, tasks, {m.code for m in plan.modules}, _codes(shelf.code_lists, "event"))
        rule_sets.append(rule_set(file, parts, of))
    newest = {r.id: r for r in sorted(rule_sets, key=lambda r: r.version)}
    code_lists = dict(shelf.code_lists)
    code_lists["lowering"] = tuple(
        Code(code=c, label=label)
        for c, label in {reason.code: reason.label for r in newest.values() for reason in r.lowering}.items()
    )
    directories, directory_problems = _directories(sheets, code_lists)
    known = {
        "instruments": {i.id for i in instruments.values()},
        "rules": set(newest),
        "todo": {t.id for t in todo.values()},
        "plan": {plan.id},
        "consents": {consents.id},
        "factors": {code for i in instruments.values() for code in i.codes},
    }
    profiles = _profiles(sheets, known)
    return Library(
        instruments={i.id: i for i in sorted(instruments.values(), key=lambda i: i.version)},
        instrument_versions=instruments,
        rule_sets=newest,
        rules_for={(r.instrument, r.instrument_version): r for r in sorted(rule_sets, key=lambda r: r.version)},
        todo=todo,
        plan=plan,
        consents=consents,
        code_lists=code_lists,
        profiles={profile.id: profile for _, profile in profiles},
        clocks={profile.id: clocks_of(file, profile, code_lists, tasks) for file, profile in profiles},
        directories=directories,
        directory_problems=tuple(directory_problems),
    )


class _Shelf:
    """Sorts definition files by the format that each one names."""

    def __init__(self, sheets: files.Sheets) -> None:
        self._sheets = sheets
        self.instruments: list[tuple[Path, Instrument]] = []
        self.todo: list[tuple[Path, TodoList]] = []
        self.plans: list[tuple[Path, PlanModules]] = []
        self.consents: list[tuple[Path, Consents]] = []
        self.code_lists: dict[str, tuple[Code, ...]] = {}

    def put(self, file: Path) -> None:
        data = self._sheets.read(file)
        kind = str(data.get("format", "")).partition("/")[0]
        if self._sheets.came(file) and kind != "holdfast-instrument":
            raise files.broken(file, "$.format", "of forms, a pack brings instruments alone")
        match kind:
            case "holdfast-instrument":
                self._instrument(file, data)
            case "holdfast-todo":
                self.todo.append((file, self._todo(file, data)))
            case "holdfast-plan":
                self.plans.append((file, check_plan(file, files.shaped(file, data, PlanModules))))
            case "holdfast-consents":
                self.consents.append((file, files.shaped(file, data, Consents)))
            case "holdfast-codes":
                self._codes(file, files.shaped(file, data, files.CodesFile))
            case "holdfast-released":
                pass  # the hashes of released files: read by a test, not by the program
            case _:
                raise files.broken(file, "$.format", "no form, list or plan has this format")

    def _instrument(self, file: Path, data: dict[str, Any]) -> None:
        read = check_instrument(file, files.shaped(file, data, Instrument))
        first = set(read.first_layer)
        factors = tuple(msgspec.structs.replace(f, first_layer=f.code in first) for f in read.factors)
        read = msgspec.structs.replace(read, factors=factors)
        there = next((i for _, i in self.instruments if (i.id, i.version) == (read.id, read.version)), read)
        if not _is_there(self._sheets, file, there, read):
            self.instruments.append((file, read))

    def _todo(self, file: Path, data: dict[str, Any]) -> TodoList:
        read = files.shaped(file, data, TodoList)
        taken = {t.code for _, todo in self.todo for t in (*todo.tasks, *todo.extras)}
        unique(file, "$.tasks", [*taken, *(t.code for t in (*read.tasks, *read.extras))])
        return msgspec.structs.replace(
            read,
            tasks=tuple(msgspec.structs.replace(t, agency=read.agency) for t in read.tasks),
            extras=tuple(msgspec.structs.replace(t, agency=read.agency) for t in read.extras),
        )

    def _codes(self, file: Path, read: files.CodesFile) -> None:
        for name, codes in read.lists.items():
            if name in self.code_lists:
                raise files.broken(file, f"$.lists.{name}", "this list is in another file already")
            self.code_lists[name] = tuple(Code(code=code, label=label) for code, label in codes.items())


def _is_there(sheets: files.Sheets, file: Path, there: object, read: object) -> bool:
    """Whether a pack brings once more what is there. Raises forms.broken for something else under its number."""
    if there is read:
        return False
    if not sheets.came(file) or there != read:
        raise files.broken(file, "$.version", "this version is in another file already")
    return True


def _only(folder: Path, found: list[tuple[Path, Any]], what: str) -> Any:
    if len(found) != 1:
        raise files.broken(folder / f"{what}.toml", "$", f"exactly one file of this kind is needed, not {len(found)}")
    return found[0][1]


def _directories(
    sheets: files.Sheets, code_lists: dict[str, tuple[Code, ...]]
) -> tuple[dict[str, Directory], list[Problem]]:
    names = ("service_kind", "served", "phone_purpose", "accessibility", "cost", "on_call", "language")
    codes = {name: _codes(code_lists, name) for name in names}
    found: dict[str, Directory] = {}
    problems: list[Problem] = []
    for file in sheets.of("services"):
        try:
            read = read_directory(file, sheets.read(file), codes)
            if read.id in found:
                raise files.broken(file, "$.id", "this directory is in another file already")
        except Problem as problem:
            problems.append(problem)
        else:
            found[read.id] = read
    return found, problems


def _codes(lists: dict[str, tuple[Code, ...]], name: str) -> set[str]:
    return {c.code for c in lists.get(name, ())}


def _profiles(sheets: files.Sheets, known: dict[str, set[str]]) -> list[tuple[Path, Profile]]:
    """The profiles in the order in which a later one takes the place of an earlier one of its id."""
    read: dict[tuple[str, int], tuple[Path, Profile]] = {}
    for file in sheets.of("profiles"):
        one = check_profile(file, files.shaped(file, sheets.read(file), Profile), known)
        _is_there(sheets, file, read.setdefault((one.id, one.version), (file, one))[1], one)
    return sorted(read.values(), key=lambda item: item[1].version)


def texts(definition: object) -> Iterable[str]:
    """Every text inside a definition, for the extraction of message ids and for tests."""
    if isinstance(definition, str):
        yield definition
    elif isinstance(definition, dict):
        for value in definition.values():
            yield from texts(value)
    elif isinstance(definition, list | tuple):
        for value in definition:
            yield from texts(value)
    elif isinstance(definition, msgspec.Struct):
        yield from texts(msgspec.structs.asdict(definition))
