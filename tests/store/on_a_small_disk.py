"""Fills a disk under an open store and reports as JSON what was acknowledged and what is there afterwards.

Run as a process of its own: `on_a_small_disk.py FOLDER tmpfs|limit`. With `tmpfs` the folder becomes a small file
system (the caller gives the process the right to mount); with `limit` no file of this process may grow further.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from app.notebook import entry as notebook
from app.problems import Problem
from app.store.store import Store
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, clock

ROOM = 1 << 20


def main(place: str, how: str) -> None:
    """Write until the disk is full, look around, make room, go on."""
    folder = Path(place)
    if how == "tmpfs":
        mount = ["mount", "-t", "tmpfs", "-o", f"size={2 * ROOM}", "tmpfs", place]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            print(json.dumps({"how": "no mount here"}))
            return
        (folder / "filler").write_bytes(bytes(ROOM // 2))
    store = Store.create(folder, KEY, DEVICE)
    if how == "limit":
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    acknowledged: list[str] = []
    codes = [_write_until_refused(store, acknowledged)]
    # Once more while it is full: the same Problem again, and everything can still be read.
    codes.append(_write_until_refused(store, acknowledged))
    lines = len(store.lines(lambda view: view.id.encode() * 200_000))
    full = _held(store)
    if how == "tmpfs":
        (folder / "filler").unlink()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    _write(store, "afterwards", acknowledged)
    after = _held(store)
    store.verify()
    store.check_pages()
    store.close()
    again = Store.open(folder, KEY, DEVICE)
    again.verify()
    report = {
        "how": how,
        "codes": codes,
        "lines": lines,
        "acknowledged": len(acknowledged),
        "lost": sorted(set(acknowledged[:-1]) - full) + sorted(set(acknowledged) - after),
        "lost_after_reopening": sorted(set(acknowledged) - _held(again)),
        "never_acknowledged": len(_held(again) - set(acknowledged)),
    }
    again.close()
    print(json.dumps(report))


def _write_until_refused(store: Store, acknowledged: list[str]) -> str:
    for _ in range(5000):
        try:
            _write(store, f"n{len(acknowledged)}", acknowledged)
        except Problem as problem:
            return problem.code
    return "never full"


def _write(store: Store, name: str, acknowledged: list[str]) -> None:
    words = {"words": f"{name} " * 300}
    store.write(CASE, [notebook.append(name, "note", words)], AUTHOR, clock())
    acknowledged.append(name)


def _held(store: Store) -> set[str]:
    return {record.id for record in store.view(CASE).of("note")}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
