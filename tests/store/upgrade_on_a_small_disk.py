"""Upgrades a vault, and lets it go back, with more and more room on the disk; reports as JSON what came of each try.

Run as a process of its own: `upgrade_on_a_small_disk.py FOLDER tmpfs|limit`. With `tmpfs` the folder becomes a small
file system (the caller gives the process the right to mount); with `limit` no file of this process may grow further.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from app.problems import Problem
from app.store import copies, going_back
from app.store.store import Store
from tests.store.formats import further
from tests.store.vaults import DEVICE, FILE, KEY, answers, fill, new_store, put

ROOM = 8 << 20
STEP = 48 << 10


def main(place: str, how: str) -> None:
    """Make a vault of each version, then try with room from nothing up to more than enough."""
    folder = Path(place)
    if how == "tmpfs":
        mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", place]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            print(json.dumps({"how": "no mount here"}))
            return
    old, new, steps = folder / "old", folder / "new", further(folder / "steps")
    store = new_store(old)
    fill(store, 40)
    store.close()
    shutil.copytree(old, new)
    store = Store.open(new, KEY, DEVICE, migrations=steps)
    put(store, "F00", "no")
    store.close()
    tried: dict[str, list[list[object]]] = {"upgrade": [], "back": []}
    for work, vault in (("upgrade", old), ("back", new)):
        while not tried[work] or tried[work][-1][0] != "done":
            tried[work].append(_once(folder, vault, steps, how, work, len(tried[work]) * STEP))
    print(json.dumps({"how": how, **tried}))


def _once(folder: Path, vault: Path, steps: Path, how: str, work: str, room: int) -> list[object]:
    """What came of one try: the Problem or "done", whether the vault is whole, and whether anything was left beside."""
    cut, filler = folder / "cut", folder / "filler"
    shutil.copytree(vault, cut)
    expected = {"F00": "no" if work == "back" else "yes"}
    code = _with_little_room(filler, how, room, lambda: _do(work, cut, steps))
    newer = (work == "upgrade") == (code == "done")
    beside = sorted(file.name for file in cut.iterdir() if not file.name.startswith(f"{FILE}-"))
    kept = [file.name for file in copies.beside(cut / FILE).values()]
    store = Store.open(cut, KEY, DEVICE, migrations=steps if newer else None)
    whole = answers(store)["F00"] == expected["F00"] and len(answers(store)) == 40
    store.verify()
    store.check_pages()
    store.close()
    shutil.rmtree(cut)
    return [code, whole, beside == sorted([FILE, *kept]) and bool(kept) == newer]


def _do(work: str, folder: Path, steps: Path) -> None:
    if work == "upgrade":
        Store.open(folder, KEY, DEVICE, migrations=steps).close()
    else:
        going_back.go_back(folder, KEY, DEVICE)


def _with_little_room(filler: Path, how: str, room: int, work: Callable[[], None]) -> str:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if how == "tmpfs":
        filler.write_bytes(bytes(max(shutil.disk_usage(filler.parent).free - room, 0)))
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        work()
        return "done"
    except Problem as problem:
        return problem.code
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        filler.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
