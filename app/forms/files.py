"""The shape of rules files and code lists on disk, and how a file is read: a mistake is named with file and path."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from app.forms.definitions import Defined
from app.problems import Problem

LevelName = Literal["standard", "medium", "high"]
MOST_BYTES = 1_000_000
T = TypeVar("T")


class FloorPart(Defined, frozen=True):
    code: str
    level: Literal["medium", "high"]
    when: str
    sentence: str
    shows: tuple[str, ...] = ()


class RaisedPart(Defined, frozen=True):
    code: str
    when: str
    steps: int
    at_most: LevelName
    sentence: str


class ExtremePart(Defined, frozen=True):
    code: str
    when: str
    proposed_when: str
    sentence: str
    proposed_sentence: str
    shows: tuple[str, ...]


class ProvisionalPart(Defined, frozen=True):
    code: str
    when: str
    within_h: int
    sentence: str


class TriggerPart(Defined, frozen=True):
    event: str
    sentence: str


class ReviewPart(Defined, frozen=True):
    extreme_h: int
    high_h: int
    medium_h: int
    standard_h: int
    triggers: tuple[TriggerPart, ...]


class LoweringPart(Defined, frozen=True):
    code: str
    label: str


class SuggestionPart(Defined, frozen=True):
    codes: tuple[str, ...]
    when: str


class RulesFile(Defined, frozen=True):
    format: Literal["holdfast-rules/1"]
    id: str
    version: int
    instrument: str
    instrument_version: int
    title: str
    validated: bool
    none_sentence: str
    floor: tuple[FloorPart, ...]
    raised_by_view: RaisedPart
    extreme: ExtremePart
    provisional: ProvisionalPart
    review: ReviewPart
    lowering: tuple[LoweringPart, ...]
    tasks: tuple[SuggestionPart, ...]
    modules: tuple[SuggestionPart, ...]
    facts: dict[str, str]
    levels: dict[str, str]
    counts: dict[str, str]


class CodesFile(Defined, frozen=True):
    format: Literal["holdfast-codes/1"]
    lists: dict[str, dict[str, str]]


class Sheets:
    """The definition files: those of a folder, and those that packs bring, which lie in memory under a place's name."""

    def __init__(self, resources: Path, brought: Mapping[Path, bytes] | None = None) -> None:
        self.resources, self._brought = resources, dict(brought or {})

    def of(self, folder: str) -> list[Path]:
        """The files of a folder, shipped ones first."""
        shipped = sorted((self.resources / folder).glob("*.toml"))
        return [*shipped, *sorted(file for file in self._brought if file.parent.name == folder)]

    def read(self, file: Path) -> dict[str, Any]:
        """One of them as plain data; forms.broken where it cannot be read or is not TOML."""
        return read_toml(file, self._brought.get(file))

    def came(self, file: Path) -> bool:
        """Whether a pack brought it."""
        return file in self._brought


def read_toml(file: Path, given: bytes | None = None) -> dict[str, Any]:
    """A definition file as plain data, from its bytes where they are at hand; forms.broken where it cannot be read or
    is not TOML.
    """
    try:
        if (file.stat().st_size if given is None else len(given)) > MOST_BYTES:
            raise broken(file, "$", f"the file is larger than {MOST_BYTES} bytes")
        return tomllib.loads((file.read_bytes() if given is None else given).decode("utf-8"))
    except OSError as error:
        raise broken(file, "$", error.strerror or "the file cannot be read") from error
    except UnicodeDecodeError as error:
        raise broken(file, "$", "the file is not UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise broken(file, "$", str(error)) from error


def shaped(file: Path, data: dict[str, Any], shape: type[T]) -> T:
    """The data in its declared shape; forms.broken with the path of the first mistake."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        mistake, _, path = str(error).partition(" - at ")
        raise broken(file, _exact(data, path.strip("`") or "$", mistake), mistake) from error


def _exact(data: dict[str, Any], path: str, mistake: str) -> str:
    """The path with the key of a table named: msgspec writes `[...]` for the keys of a free table."""
    wanted = dict if "`object`" in mistake else str
    found = list(_places(data, path.removeprefix("$").split("[...]"), "$"))
    return next((place for place, value in found if not isinstance(value, wanted)), path)


def _places(value: Any, parts: list[str], path: str) -> Iterator[tuple[str, Any]]:
    for name in parts[0].strip(".").split("."):
        value = value.get(name) if isinstance(value, dict) and name else value
    path += parts[0]
    if len(parts) == 1:
        yield path, value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from _places(inside, parts[1:], f"{path}.{key}")


def broken(file: Path, path: str, mistake: str) -> Problem:
    """The Problem of a definition file that cannot be used."""
    return Problem("forms.broken", file=f"{file.parent.name}/{file.name}", path=path, mistake=mistake)
