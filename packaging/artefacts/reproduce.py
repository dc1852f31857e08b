"""The proof that a build depends on nothing but the source: made twice in different surroundings, compared by bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from artefacts import order, signing, source

SURROUNDINGS = (
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "31337"},
)
UMASKS = (0o022, 0o077)
PLACES = ("one", "a-second-place/with a longer name")


def same_twice(root: Path, kind: str, version: str, out: Path) -> bool:
    """Build twice (other folder, home, time zone, locale, hash seed, file rights), keep the first, compare."""
    seconds = source.epoch(root)
    with tempfile.TemporaryDirectory(prefix="holdfast-twice-") as folder:
        made = []
        # Both copies first: somebody may go on working on the project while the first one is built.
        copies = [source.export(root, Path(folder) / place / "source", seconds) for place in PLACES]
        for copy, told, umask in zip(copies, SURROUNDINGS, UMASKS, strict=True):
            here = copy.parent
            home, temporary = here / "home", here / "tmp"
            home.mkdir(parents=True)
            temporary.mkdir()
            code = "import sys; sys.path.insert(0, sys.argv[1]); import build, pathlib; build.build(*map(pathlib.Path, "
            code += "sys.argv[2:3]), sys.argv[3], sys.argv[4], pathlib.Path(sys.argv[5]))"
            done = subprocess.run(
                [sys.executable, "-c", code, str(copy / "packaging"), str(copy), kind, version, str(here / "out")],
                cwd=here,
                env={
                    **os.environ,
                    **told,
                    "HOME": str(home),
                    "TMPDIR": str(temporary),
                    "SOURCE_DATE_EPOCH": str(seconds),
                },
                umask=umask,
                check=False,
            )
            if done.returncode:
                print(f"{kind}: the build in {here} failed", file=sys.stderr)
                return False
            made.append(here / "out")
        order.emptied(out)
        for file in made[0].iterdir():
            shutil.copyfile(file, out / file.name)
        return _compare(kind, *made)


def _compare(kind: str, one: Path, other: Path) -> bool:
    sums = [{file.name: signing.digest(file) for file in sorted(each.iterdir())} for each in (one, other)]
    names = sorted({*sums[0], *sums[1]})
    differ = [name for name in names if sums[0].get(name) != sums[1].get(name)]
    for name in names:
        both = " = " if name not in differ else " ≠ "
        print(f"{name}: {sums[0].get(name, 'missing')}{both}{sums[1].get(name, 'missing')}", flush=True)
    print(f"{kind}: two builds, {'NOT the same' if differ else 'bit-identical'}", flush=True)
    return not differ
