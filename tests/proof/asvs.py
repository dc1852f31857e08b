"""OWASP ASVS 5.0.0, levels 1 and 2 and the named ones of level 3: each with the test that shows it, or a dated reason.

The table is `asvs.toml`. Whether a test passes, the tests say; here it must be there.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from tests.proof.frame import Proved, names
from tests.proof.mutants import functions

PROMISE = "Every requirement of ASVS 5.0 that applies to us has a test that shows it"
GOALS = ("G42",)

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("asvs.toml")
IN_THE_STANDARD = {1: 70, 2: 183}
"""How many requirements of each level the standard has: so many must be in the table."""
_NUMBER = re.compile(r"[0-9]{1,2}\.[0-9]\.[0-9]{1,2}")


def gate() -> Proved:
    """The whole table: it takes no time."""
    told = table()
    faults = gaps(told)
    every = told["asvs"]
    levels = Counter(one["level"] for one in every.values())
    shown = sum("shown" in one for one in every.values())
    tests = len({test for one in every.values() for test in one.get("shown", ())})
    unmet = sum("met:" in told["reasons"].get(one.get("away", ""), {"text": ""})["text"] for one in every.values())
    counts = f"{levels[1]} of level 1, {levels[2]} of level 2, {levels[3]} of level 3"
    away = f"{len(every) - shown} with a dated reason, of which {unmet} not or half met"
    return Proved(f"{len(every)} requirements ({counts}): {shown} shown by {tests} tests, {away}", faults)


def deep() -> Proved:
    """As the gate: there is no more of it."""
    return gate()


def control() -> Proved:
    """A table in which one test is gone, one reason has no day, one requirement is missing: each is found."""
    lost, undated, short = table(), table(), table()
    lost["asvs"]["1.2.4"] = {"level": 1, "title": "Bound", "shown": ["tests/vault/test_header.py::test_nobody_wrote"]}
    undated["reasons"]["browser"] = {"text": "Not for us."}
    del short["asvs"]["6.2.1"]
    found = [told[0] for told in map(gaps, (lost, undated, short)) if told]
    return Proved(f"3 tables with one thing wrong: {len(found)} found", found if len(found) == 3 else [])


def table() -> dict[str, Any]:
    """The table, with its reasons."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def gaps(told: dict[str, Any]) -> list[str]:
    """Requirements that are missing, or have neither a test that is there nor a dated reason."""
    every, reasons = told["asvs"], told["reasons"]
    found = [fault for number, one in every.items() for fault in _gap(number, one, reasons)]
    levels = Counter(one["level"] for one in every.values())
    for level, count in IN_THE_STANDARD.items():
        if levels[level] != count:
            found.append(f"the table has {levels[level]} of the standard's {count} requirements of level {level}")
    ours = {number for number, one in every.items() if one["level"] == 3}
    found += [f"{number} of level 3 is not in the table" for number in told["level_3"] if number not in ours]
    for name, reason in reasons.items():
        if not isinstance(reason.get("since"), date) or len(reason.get("text", "").split()) < 5:
            found.append(f"the reason {name} has no day or no words")
    used = {one.get("away") for one in every.values()}
    return found + [f"nothing has the reason {name}" for name in reasons if name not in used]


def _gap(number: str, one: dict[str, Any], reasons: dict[str, Any]) -> list[str]:
    found = [] if _NUMBER.fullmatch(number) and one.get("title") else [f"{number} is no number, or has no title"]
    if one["level"] not in (1, 2, 3):
        found.append(f"{number} has no level")
    if bool(one.get("shown")) is bool(one.get("away")):
        found.append(
            f"{number} has {'both a test and a reason' if one.get('shown') else 'neither a test nor a reason'}"
        )
    if one.get("away") and one["away"] not in reasons:
        found.append(f"{number}: there is no reason {one['away']}")
    return found + [f"{number}: {test} is not there" for test in one.get("shown", ()) if not _is_there(test)]


def _is_there(test: str) -> bool:
    file, _, function = test.partition("::")
    if function:
        return function in functions(ROOT / file)
    return file.startswith("tests/proof/") and Path(file).stem in names() and (ROOT / file).is_file()
