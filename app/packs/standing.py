"""Which packs are in use in a vault. The vault remembers what it has seen: an older one, put back, is not used.

A pack that was checked once stays in use while its key cannot be found, as when a policy is broken: a directory of
services at night is worth more than none. What has ended is used and said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.forms.library import Library
from app.packs import content, shelf
from app.packs.pack import Pack
from app.packs.shelf import Looked, Refused
from app.policy import Policy
from app.problems import Problem

SEEN = "packs.seen"
"""Under this a vault keeps, for each name, the highest serial that it used and the files' hashes."""


@dataclass(frozen=True)
class InUse:
    """What packs bring to a vault, and what is wrong with those that bring nothing."""

    packs: tuple[Pack, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def newest(self) -> list[Pack]:
        """The newest of each name, in the order of their names."""
        found = Looked(self.packs).newest()
        return [found[name] for name in sorted(found)]


def packs_of(
    policy: Policy,
    recall: Callable[[str], str | None],
    remember: Callable[[str, str], None],
    today: date,
    resources: Path,
    folders: Sequence[Path] | None = None,
) -> tuple[Library, InUse]:
    """The library with everything that packs bring, and which packs these are. Never raises for what a pack holds."""
    seen: dict[str, dict[str, str | int]] = json.loads(recall(SEEN) or "{}")
    believed = {str(file): str(sha) for one in seen.values() for file, sha in one.items() if file != "serial"}
    problems: list[Problem] = []
    try:
        trusted = shelf.keys(policy)
    except Problem as problem:
        problems.append(problem)
        trusted = policy.pack_keys
    looked = shelf.look(folders or shelf.folders(), trusted, believed)
    problems += [_of(one) for one in looked.refused]
    wanted = _not_put_back(looked, seen, problems)
    library, bad = content.loaded(resources, wanted)
    problems += [Problem("pack.unusable", name=one.manifest.file_name, why=_why(problem)) for one, problem in bad]
    used = tuple(one for one in wanted if all(one is not other for other, _ in bad))
    problems += [
        Problem("pack.ended", name=one.manifest.name, until=one.manifest.expires.isoformat())
        for one in Looked(used).newest().values()
        if one.manifest.expires is not None and today > one.manifest.expires
    ]
    _note(seen, used, remember)
    return library, InUse(used, tuple(problems))


def _not_put_back(looked: Looked, seen: dict[str, dict[str, str | int]], problems: list[Problem]) -> list[Pack]:
    kept = []
    back = {
        name for name, one in looked.newest().items() if one.manifest.serial < int(seen.get(name, {}).get("serial", 0))
    }
    for one in looked.used():
        name, serial = one.manifest.name, one.manifest.serial
        # An instrument that this vault has used stays for the assessments that were begun with it.
        if name not in back or one.sha256 == seen[name].get(one.manifest.file_name):
            kept.append(one)
        if name in back and looked.newest()[name] is one:
            problems.append(Problem("pack.older", name=name, serial=serial, seen=int(seen[name]["serial"])))
    return kept


def _note(seen: dict[str, dict[str, str | int]], used: Iterable[Pack], remember: Callable[[str, str], None]) -> None:
    now = {name: dict(one) for name, one in seen.items()}
    for one in used:
        noted = now.setdefault(one.manifest.name, {"serial": 0})
        if one.manifest.kind != "instruments" and one.manifest.serial > int(noted["serial"]):
            noted.clear()  # only of instruments older files are still of use
        noted["serial"] = max(int(noted.get("serial", 0)), one.manifest.serial)
        noted[one.manifest.file_name] = one.sha256
    if now != seen:
        remember(SEEN, json.dumps(now, sort_keys=True))


def _of(refused: Refused) -> Problem:
    """What is wrong with a file that lies there, said of the file and not of what somebody wants to install."""
    problem = refused.problem
    if problem.code == "pack.not_signed":
        return Problem("pack.changed", file=refused.file)
    if problem.code == "pack.unknown_key":
        return Problem("pack.untrusted", file=refused.file, key=problem.facts["key"])
    if problem.code in ("pack.archive", "pack.broken"):
        return Problem("pack.unusable", name=refused.file, why=_why(problem))
    return problem


def _why(problem: Problem) -> str:
    facts = problem.facts
    return " ".join(str(facts[name]) for name in ("file", "where", "path", "mistake") if name in facts)
