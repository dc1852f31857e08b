"""What a pack says about itself: name, kind, serial, how long it holds, which program it needs, what files it has."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from app.i18n import N_, Translator
from app.problems import Problem

MANIFEST = "manifest.toml"
FORMAT = "holdfast-pack/1"
MOST_SERIAL = 2**31 - 1
NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
LONGEST_NAME, LONGEST_TITLE = 60, 120

Kind = Literal["instruments", "profiles", "services", "translations"]
FOLDERS: dict[Kind, tuple[str, ...]] = {
    "instruments": ("forms", "rules"),
    "profiles": ("profiles",),
    "services": ("services",),
    "translations": ("i18n",),
}
"""In which folders the files of each kind of pack stand."""
KINDS: dict[Kind, str] = {
    "instruments": N_("risk questionnaires and their rules"),
    "profiles": N_("profiles"),
    "services": N_("directories of services"),
    "translations": N_("words in another language"),
}
TEXT_FILE = re.compile(r"(?:forms|rules|profiles|services)/[a-z0-9][a-z0-9_-]*\.toml")
WORDS_FILE = re.compile(r"i18n/([a-z]{2,3}(?:_[A-Za-z0-9]{2,8})*)/LC_MESSAGES/holdfast\.mo")


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`program`: the oldest version that can use it; `files`: SHA-256 (hexadecimal) by name."""

    format: Literal["holdfast-pack/1"]
    name: str
    kind: Kind
    serial: int
    title: str
    issued: date
    expires: date | None = None
    program: str = "0"
    files: dict[str, str] = {}

    @property
    def file_name(self) -> str:
        """What its file is called where packs are kept."""
        return f"{self.name}-{self.serial}.pack"


def read(text: bytes) -> Manifest:
    """The manifest in a text. Raises Problem pack.broken(file, where, mistake)."""
    try:
        told = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise broken(MANIFEST, "$", str(error)) from error
    return of_values(told)


def of_values(told: Mapping[str, Any]) -> Manifest:
    """The manifest of values as TOML has them. Raises Problem pack.broken(file, where, mistake)."""
    try:
        found = msgspec.convert(told, Manifest)
    except msgspec.ValidationError as error:
        mistake, _, where = str(error).partition(" - at ")
        raise broken(MANIFEST, where.strip("`") or "$", mistake) from error
    _check(found)
    return found


def written(manifest: Manifest) -> bytes:
    """The manifest as TOML: the same one gives the same bytes."""
    head = {name: value for name, value in msgspec.structs.asdict(manifest).items() if name != "files" and value}
    lines = [f"{name} = {_toml(value)}" for name, value in head.items()]
    lines += ["", "[files]", *(f"{_toml(name)} = {_toml(manifest.files[name])}" for name in sorted(manifest.files))]
    return ("\n".join(lines) + "\n").encode()


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file but the manifest itself."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != MANIFEST}


def check_files(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """The files are those of the manifest and of its kind. Raises Problem pack.broken."""
    found = hashes(files)
    for name in sorted(found.keys() ^ manifest.files.keys()):
        raise broken(name, "$", "the manifest does not name it" if name in found else "it is missing")
    for name, wanted in manifest.files.items():
        if found[name] != wanted:
            raise broken(name, "$", "it is not the file that the manifest names")
        shape = WORDS_FILE if manifest.kind == "translations" else TEXT_FILE
        if shape.fullmatch(name) is None or name.split("/")[0] not in FOLDERS[manifest.kind]:
            raise broken(name, "$", f"a pack of {manifest.kind} holds no such file")
    if not found:
        raise broken(MANIFEST, "$.files", "there is nothing in the pack")


def in_words(one: Manifest, words: Translator) -> str:
    """A pack in a sentence: what it is, its number, from when to when."""
    facts = {"serial": one.serial, "title": one.title, "kind": words.text(KINDS[one.kind])}
    day = words.day(one.issued.isoformat())
    if one.expires is None:
        return words.text(N_("{title}: {kind}, number {serial} of {day}."), day=day, **facts)
    until = words.day(one.expires.isoformat())
    return words.text(N_("{title}: {kind}, number {serial} of {day}, until {until}."), day=day, until=until, **facts)


def is_older(one: str, other: str) -> bool:
    """Whether a version of the program comes before another one."""
    return _numbers(one) < _numbers(other)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", text)[:4])


def _check(found: Manifest) -> None:
    if NAME.fullmatch(found.name) is None or len(found.name) > LONGEST_NAME:
        raise broken(MANIFEST, "$.name", "small letters, digits and single hyphens stand here")
    if not 1 <= found.serial <= MOST_SERIAL:
        raise broken(MANIFEST, "$.serial", f"a whole number from 1 to {MOST_SERIAL} stands here")
    if not found.title.strip() or len(found.title) > LONGEST_TITLE or not found.title.isprintable():
        raise broken(MANIFEST, "$.title", f"a text on one line of at most {LONGEST_TITLE} letters stands here")
    if re.fullmatch(r"[0-9]+(\.[0-9]+){0,3}", found.program) is None:
        raise broken(MANIFEST, "$.program", "a version stands here, as 0.2.0")
    if found.expires is not None and found.expires < found.issued:
        raise broken(MANIFEST, "$.expires", "the pack ends before it begins")


def _toml(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def broken(file: str, where: str, mistake: str) -> Problem:
    """The Problem of a pack with a mistake in it."""
    return Problem("pack.broken", file=file, where=where, mistake=mistake)
