"""Whether what a pack brings can be used: read together with everything that is installed, before it is installed.

A mistake is named with its file and place; nothing of a pack with a mistake is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.forms.library import Library, load_library
from app.i18n import catalogue
from app.packs.manifest import WORDS_FILE, broken
from app.packs.pack import Pack
from app.problems import Problem

_FACT = re.compile(r"\{([a-z_]+)\}")


def brought_by(packs: Iterable[Pack]) -> dict[Path, bytes]:
    """The definition files of packs, by place."""
    found: dict[Path, bytes] = {}
    for one in packs:
        if one.manifest.kind != "translations":
            found |= one.brought()
    return found


def check(resources: Path, installed: Iterable[Pack], fresh: Pack) -> None:
    """Raise Problem forms.broken, forms.no_instrument or pack.broken where a pack cannot be used beside the others."""
    if fresh.manifest.kind == "translations":
        for name, data in fresh.files.items():
            _check_words(name, data)
        return
    others = list(installed)
    after = load_library(resources, brought_by([*others, fresh]))
    for identity in after.instrument_versions:
        after.rules(*identity)  # an instrument without rules could not be graded
    if after.directory_problems or fresh.manifest.kind == "profiles":
        before = load_library(resources, brought_by(others))
        known = {str(one.facts) for one in before.directory_problems}
        for problem in after.directory_problems:
            if str(problem.facts) not in known:
                raise problem
        _check_replaced(before, after, fresh)


def loaded(resources: Path, packs: Iterable[Pack]) -> tuple[Library, list[tuple[Pack, Problem]]]:
    """Everything that is installed, and the packs that cannot be used any more with the reason of each.

    What is shipped is always there, whatever a pack holds.
    """
    wanted = list(packs)
    try:
        return load_library(resources, brought_by(wanted)), []
    except Problem:
        good: list[Pack] = []
        bad: list[tuple[Pack, Problem]] = []
        for one in wanted:
            try:
                load_library(resources, brought_by([*good, one]))
                good.append(one)
            except Problem as problem:
                bad.append((one, problem))
        return load_library(resources, brought_by(good)), bad


def words_of(packs: Iterable[Pack]) -> dict[str, bytes]:
    """The catalogues that packs bring, by language tag; of several the one that was issued last."""
    found: dict[str, bytes] = {}
    for one in sorted(packs, key=lambda pack: (pack.manifest.issued, pack.manifest.serial)):
        for name, data in one.files.items():
            named = WORDS_FILE.fullmatch(name)
            if named is not None:
                found[named[1].replace("_", "-")] = data
    return found


def _check_replaced(before: Library, after: Library, fresh: Pack) -> None:
    """A profile or a directory takes the place of a shipped or older one under a higher version only."""
    for name, profile in after.profiles.items():
        old = before.profiles.get(name)
        if old is not None and profile.version < old.version:
            raise broken(fresh.manifest.name, f"profile {name}", "a later version of it is installed")


def _check_words(name: str, data: bytes) -> None:
    try:
        messages: Mapping[str | tuple[str, int], str] = catalogue(data)._catalog  # type: ignore[attr-defined]
    except ValueError as error:
        raise broken(name, "$", "no catalogue of messages stands here") from error
    for key, words in messages.items():
        message = key if isinstance(key, str) else key[0]
        if message and not set(_FACT.findall(words)) <= set(_FACT.findall(message)) | {"n"}:
            raise broken(name, message[:80], "the translation names a fact that the message does not have")
    if not any(key for key in messages):
        raise broken(name, "$", "it translates nothing")
