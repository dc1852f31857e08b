"""What the program is built on: every package pinned by its hashes, none of them with a known fault that reaches us.

`packaging/advisories.toml` is what is known, with our judgement and its day. It is compared, never fetched: what asks
the network for advisories says "none" where it reaches nobody.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from packaging.version import Version

from tests.packaging.parts import part
from tests.proof.frame import Proved

PROMISE = "Every dependency is pinned by its hash, and no known advisory that reaches us is open"
GOALS = ("G43",)

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("locked-run.txt", "locked-dev.txt", "windows/locked-windows.txt")
PROVIDER = ROOT / "tests" / "sync" / "provider" / "package-lock.json"
ADVISORIES = ROOT / "packaging" / "advisories.toml"
DAYS_FRESH = 30
_PINNED = re.compile(r"([a-z0-9][a-z0-9.-]*)==([^\s;]+)(?: ; [^\\]+?)?((?: --hash=sha256:[0-9a-f]{64})+)")
_GRAVE = ("critical", "high")


@dataclass(frozen=True)
class Advisory:
    """What is known of a package, and what we make of it."""

    package: str
    ids: list[str]
    severity: str
    state: str
    judged: date
    judgement: str
    least: str = ""
    forbidden: bool = False
    inside: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Known:
    """The list of advisories: when somebody looked last, and how many days each kind may stay open."""

    looked_at: date
    deadlines: Mapping[str, int]
    advisories: list[Advisory] = field(default_factory=list)


def gate() -> Proved:
    """All of it: it takes no time."""
    known, locks = known_now(), {name: (ROOT / "packaging" / name).read_text("utf-8") for name in LOCKS}
    faults = [fault for name, text in locks.items() for fault in unpinned(name, text)]
    versions = {name: versions_of(text) for name, text in locks.items()}
    npm = json.loads(PROVIDER.read_text("utf-8"))["packages"]
    faults += unpinned_npm(npm)
    day = datetime.fromtimestamp(part("artefacts.source").epoch(ROOT), UTC).date()
    faults += reached(known, versions, day)
    pinned = len({(name, version) for one in versions.values() for name, version in one.items()}) + len(npm) - 1
    ids = len({name for one in known.advisories for name in one.ids})
    away = sum(one.forbidden for one in known.advisories)
    figure = f"{pinned} packages in {len(LOCKS) + 1} locked lists, all with hashes; {ids} advisories, {away} packages "
    return Proved(figure + f"forbidden, list {(day - known.looked_at).days} days old: {len(faults)} faults", faults)


def deep() -> Proved:
    """As the gate: there is no more of it."""
    return gate()


def control() -> Proved:
    """Lists with one thing wrong in each: every one of them is found, or the comparison overlooks something."""
    known, text = known_now(), (ROOT / "packaging" / LOCKS[0]).read_text("utf-8")
    today, one = known.looked_at, versions_of(text)
    open_one = Advisory("msgspec", ["-"], "high", "open", today, "", since=today - timedelta(days=15))
    tried = [
        unpinned("a hash is gone", re.sub(r" \\\n    --hash=\S+", "", text, count=40)),
        unpinned("another index", "--extra-index-url https://packages.example.org\n" + text),
        unpinned("from an address", text + "quilt @ https://packages.example.org/quilt-1.whl\n"),
        unpinned("a range", re.sub(r"^(anyio)==", r"\1>=", text, flags=re.MULTILINE)),
        unpinned_npm({"": {}, "node_modules/quilt": {"version": "1.0.0", "resolved": "x"}}),
        reached(known, {"below a floor": {**one, "cryptography": "49.9.9"}}, today),
        reached(known, {"forbidden": {**one, "sqlcipher3-binary": "0.6.0"}}, today),
        reached(known, {"old": one}, today + timedelta(days=DAYS_FRESH + 1)),
        reached(Known(today, known.deadlines, [open_one]), {"open": one}, today),
    ]
    found = [faults[0] for faults in tried if faults]
    figure = f"{len(tried)} lists with one thing wrong: {len(found)} found"
    sound = not unpinned("as it is", text) and not reached(known, {"as it is": one}, today)
    return Proved(figure, found if sound and len(found) == len(tried) else [])


def known_now() -> Known:
    """The list of advisories as it stands."""
    told = tomllib.loads(ADVISORIES.read_text(encoding="utf-8"))
    return Known(told["looked_at"], told["deadlines"], [Advisory(**one) for one in told["advisory"]])


def blocks(lock: str) -> Iterator[str]:
    """The requirements of a locked list, each on one line."""
    for line in lock.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            yield " ".join(line.split())


def versions_of(lock: str) -> dict[str, str]:
    """The version of each package of a locked list."""
    return {found[1]: found[2] for line in blocks(lock) if (found := _PINNED.fullmatch(line))}


def unpinned(name: str, lock: str) -> list[str]:
    """Lines of a list that are anything but one version with its hashes: a range, an address, another index, a file."""
    every = list(blocks(lock))
    found = [f"{name}: {line[:80]}" for line in every if not _PINNED.fullmatch(line)]
    return found if every else [f"{name}: nothing is in it"]


def unpinned_npm(packages: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Packages of the identity provider of the tests, which comes by npm, that no hash pins."""
    return [f"npm: {name}" for name, one in packages.items() if name and not _has_hash(one)]


def reached(known: Known, locks: Mapping[str, Mapping[str, str]], day: date) -> list[str]:
    """Where a locked list is below a floor, holds what is forbidden, or has what stays open for too long; and where
    nobody has looked for more than 30 days before `day`."""
    found = []
    if day - known.looked_at > timedelta(days=DAYS_FRESH):
        found.append(f"nobody has looked for advisories since {known.looked_at}, seen from {day}")
    for one in known.advisories:
        found += _unclear(one, known)
        for name, versions in locks.items():
            locked = versions.get(one.package)
            if locked is None:
                continue
            if one.forbidden:
                found.append(f"{name}: {one.package} must not be used")
            elif one.least and Version(locked) < Version(one.least):
                found.append(f"{name}: {one.package} {locked} is below {one.least}")
            elif one.state == "open":
                found += _too_long_open(one, known, day, name)
    return found


def _too_long_open(one: Advisory, known: Known, day: date, name: str) -> list[str]:
    """An open one that is grave, or over its time."""
    over = one.since is None or day - one.since > timedelta(days=known.deadlines.get(one.severity, 0))
    told = f"{name}: {one.package} has {', '.join(one.ids)} open since {one.since} ({one.severity})"
    return [told] if over or one.severity in _GRAVE else []


def _unclear(one: Advisory, known: Known) -> list[str]:
    """What a line of the list leaves out."""
    reaches = one.state == "does not reach us"
    clear = (
        one.severity in known.deadlines
        and one.state in ("fixed", "does not reach us", "open")
        and (one.state != "fixed" or bool(one.least) or one.forbidden)
        and (len(one.judgement.split()) >= 3 or one.state == "open")
        and not (reaches and not one.ids)
        and one.judged <= known.looked_at
    )
    return [] if clear else [f"advisories: what is said of {one.package} {', '.join(one.ids)} is not whole"]


def _has_hash(one: Mapping[str, object]) -> bool:
    return str(one.get("integrity", "")).startswith("sha512-")
