"""The calls by which a program changes files: counted, refused one after the other, or its end. strace does it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

CHANGING = ("pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
"""What a program asks of the system when it changes files."""
QUICK = "--seccomp-bpf"
"""strace stops the program only at the calls that it is to look at; but then it sends no signal."""
ROOT = Path(__file__).resolve().parent.parent
Point = tuple[str, int]
"""A call by its name, and which of that name it is, from 1."""


def traced(words: Sequence[str], how: Sequence[str], log: Path = Path("/dev/null")) -> tuple[int, str]:
    """Run a Python program under strace; its exit code, and the end of what it said of errors."""
    if shutil.which("strace") is None:
        raise SystemExit("strace is needed: apt-get install strace")
    command = ["strace", "-f", "-qq", "-o", str(log), *how, sys.executable, *words]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False
    )
    return done.returncode, done.stderr[-2000:]


def points(words: Sequence[str], names: Sequence[str] = CHANGING) -> list[Point]:
    """Run a program to its end; every call of these names that it made, in order."""
    with tempfile.NamedTemporaryFile(prefix="calls") as log:
        code, said = traced(words, [QUICK, "-e", f"trace={','.join(names)}"], Path(log.name))
        lines = log.read().decode(errors="replace").splitlines()
    if code:
        raise SystemExit(f"{words} ended with {code}: {said}")
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        name = line.split("(")[0].split()[-1]
        if name in names:
            seen[name] += 1
            found.append((name, seen[name]))
    return found


def spread(found: Sequence[Point], count: int) -> list[Point]:
    """So many of them: the first, the last, and as many between."""
    count = min(count, len(found))
    return [found[number * (len(found) - 1) // max(count - 1, 1)] for number in range(count)]


def killed_at(words: Sequence[str], point: Point) -> int:
    """Run a program and kill it in the moment in which it asks for that; how it ended."""
    name, which = point
    return traced(words, ["-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={which}"])[0]


def refused_at(words: Sequence[str], point: Point, error: str, times: int = 1) -> tuple[int, str]:
    """Run a program to which the system answers with an error at that call, and at the next ones of that name."""
    name, which = point
    when = f"{which}..{which + times - 1}" if times > 1 else str(which)
    return traced(words, [QUICK, "-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={when}"])
