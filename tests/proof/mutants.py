"""Tests that can fail: one control of the program is switched off in a copy, and the test that watches it turns red.

The list is `mutants.toml`. A test that has no test of its own is believed here for as long as its mutant dies.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.packaging.parts import part
from tests.proof.frame import Proved

PROMISE = "With any one control of the program switched off, a test turns red"
GOALS = ("G46",)

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("mutants.toml")
LEAST, DOZEN = 60, 12
AREAS = frozenset(
    {"vault", "store", "merge", "rules", "access", "documents", "server", "lease", "wipe", "client"}
    | {"packs", "policy", "updates", "screens", "logs"}
)
LONGEST_S = 300.0
"""Seconds after which a test hangs; that is no verdict, and so a fault."""
_FAILED = re.compile(r"^[0-9]+ failed\b", re.MULTILINE)
# What is counted is a second of a file; each version of a file gets one of its own, so that none is taken for another.
_MOMENTS = itertools.count(2_000_000_000)


@dataclass(frozen=True)
class Mutant:
    """A control that is switched off: `old` stands in `file` once and becomes `new`; `test` must turn red."""

    area: str
    control: str
    file: str
    old: str
    new: str
    test: str

    def __str__(self) -> str:
        return f"{self.file}: {self.control}"


def gate() -> Proved:
    """A dozen, another one with each commit."""
    every = mutants()
    groups = -(-len(every) // DOZEN)
    chosen = every[part("artefacts.source").epoch(ROOT) % groups :: groups]
    return _proved(every, chosen)


def deep() -> Proved:
    """All of them."""
    every = mutants()
    return _proved(every, every)


def control() -> Proved:
    """A mutant that changes nothing, which no test can kill, and a list of which a line has gone stale."""
    one = mutants()[0]
    survived = _killing([replace(one, new=one.old)])
    stale = unfit([replace(one, old="not in this file")])
    found = survived + stale if survived and stale else []
    return Proved(f"1 mutant that changes nothing: {len(survived)} survived; 1 stale line: {len(stale)} found", found)


def mutants() -> list[Mutant]:
    """The list."""
    return [Mutant(**told) for told in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def unfit(every: Sequence[Mutant], root: Path = ROOT) -> list[str]:
    """What is wrong with lines of the list: the program or its tests have gone on, and the list has not."""
    found = []
    for one in every:
        file, _, test = one.test.partition("::")
        text = (root / one.file).read_text(encoding="utf-8") if (root / one.file).is_file() else ""
        if (times := text.count(one.old)) != 1:
            found.append(f"{one}: the old text stands there {times} times")
        elif one.file.endswith(".py") and not _is_python(text.replace(one.old, one.new)):
            found.append(f"{one}: with the new text it is no Python")
        if test not in functions(root / file):
            found.append(f"{one}: there is no {one.test}")
        if one.area not in AREAS:
            found.append(f"{one}: there is no area {one.area}")
    return found


def functions(file: Path) -> set[str]:
    """The names of the functions of a test file; none where there is no such file."""
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _proved(every: Sequence[Mutant], chosen: Sequence[Mutant]) -> Proved:
    faults = unfit(every)
    if len(every) < LEAST or {one.area for one in every} != AREAS:
        faults.append(f"{len(every)} mutants in {len({one.area for one in every})} areas are too few")
    survived = _killing(chosen)
    figure = f"{len(chosen)} of {len(every)} mutants in {len(AREAS)} areas: {len(chosen) - len(survived)} killed"
    return Proved(figure, faults + survived)


def _killing(chosen: Sequence[Mutant]) -> list[str]:
    """Those of the mutants that no test noticed, with what it said."""
    with _copy() as root:
        return [said for one in chosen if (said := _survives(one, root))]


@contextlib.contextmanager
def _copy() -> Iterator[Path]:
    """The project in a folder of its own, which may be changed."""
    with tempfile.TemporaryDirectory(prefix="holdfast-mutants-", ignore_cleanup_errors=True) as name:
        root = Path(name) / "project"
        for file in part("artefacts.source").tracked(ROOT):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, root / file)
        # Some tests look for programs there that were set up for them.
        (root / ".venv").symlink_to(sys.prefix)
        yield root


def _survives(one: Mutant, root: Path) -> str:
    """What is wrong where the mutant was not killed; nothing where it was."""
    file = root / one.file
    whole = file.read_text(encoding="utf-8")
    _write(file, whole.replace(one.old, one.new))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", one.test]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=LONGEST_S,
        )
    except subprocess.TimeoutExpired:
        return f"{one}: {one.test} did not end within {LONGEST_S:.0f} s"
    finally:
        _write(file, whole)
    # A mutant that keeps a test from beginning shows nothing of what the test would have noticed.
    if _FAILED.search(done.stdout):
        return ""
    last = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), done.stderr[-200:])
    return f"{one}: {one.test} does not turn red ({last.strip()})"


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    moment = next(_MOMENTS)
    os.utime(file, (moment, moment))


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
