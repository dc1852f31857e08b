"""The guided practice case as data: a story in steps, and by what the program knows that each step is done."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from app.forms import files
from app.forms.checks import unique
from app.forms.definitions import Defined
from app.records.declared import RECORD_TYPES

Fact = Literal["case_made", "contact_agreed", "first_answered", "below_floor", "not_below_floor", "taken_back"]
Happening = Literal["hidden", "locked"]


class Condition(Defined, frozen=True):
    """One thing that shows that a step is done: a record, a fact about the case, a page that was opened, or something
    that happened at the screen.
    """

    record: str = ""
    """A record of this type is there …"""
    where: dict[str, str] = {}
    """… with these codes …"""
    filled: tuple[str, ...] = ()
    """… and with something in these fields."""
    fact: Fact | Literal[""] = ""
    page: str = ""
    happened: Happening | Literal[""] = ""


class GuideStep(Defined, frozen=True):
    """A step: what happens in the story, what to do now, and a hint for whoever does not find it."""

    id: str
    title: str
    story: str
    now: str
    hint: str
    done: tuple[Condition, ...]
    """All of these."""


class Guide(Defined, frozen=True):
    """The whole story."""

    format: Literal["holdfast-guide/1"]
    title: str
    minutes: int
    end: str
    steps: tuple[GuideStep, ...]


def read_guide(file: Path) -> Guide:
    """The guide, checked. Raises Problem forms.broken with the place of a mistake."""
    read = files.shaped(file, files.read_toml(file), Guide)
    unique(file, "$.steps", [step.id for step in read.steps])
    for number, step in enumerate(read.steps):
        if not step.done:
            raise files.broken(file, f"$.steps[{number}].done", "by what is it known that this step is done?")
        for place, condition in enumerate(step.done):
            _check(file, f"$.steps[{number}].done[{place}]", condition)
    return read


def _check(file: Path, path: str, one: Condition) -> None:
    kinds = [name for name in ("record", "fact", "page", "happened") if getattr(one, name)]
    if len(kinds) != 1:
        raise files.broken(file, path, "one of record, fact, page and happened is needed")
    if one.record not in RECORD_TYPES and kinds == ["record"]:
        raise files.broken(file, f"{path}.record", f"“{one.record}” does not exist")
    named = (*one.where, *one.filled)
    if named and kinds != ["record"]:
        raise files.broken(file, path, "only a record has fields")
    for name in named:
        if RECORD_TYPES[one.record].field(name) is None:
            raise files.broken(file, path, f"“{one.record}” has no field “{name}”")
