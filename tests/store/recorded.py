"""Vaults that released versions made, kept as they made them: `python -m tests.store.recorded` adds this version's.

Each file of tests/store/released is the database of one version, packed; what is there is never written anew. Beside it
lies what stood in it. The key is that of all vaults of the tests.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import sys
import tempfile
import tomllib
from pathlib import Path

from app.notebook import entry as notebook
from app.store import exchange, snapshots
from app.store.exchange import Accepted
from app.store.store import Store
from tests.store.vaults import AUTHOR, CASE, FILE, clock, fill, new_store

FOLDER = Path(__file__).parent / "released"
ROOT = FOLDER.parent.parent.parent
GONE = "e" * 32


def versions() -> list[str]:
    """The versions of which a vault is kept."""
    return sorted(file.name.removesuffix(".db.gz") for file in FOLDER.glob("*.db.gz"))


def put(version: str, folder: Path) -> dict[str, object]:
    """Put the database of a version into a folder; returns what stood in each of its cases."""
    folder.mkdir(mode=0o700)
    (folder / FILE).write_bytes(gzip.decompress((FOLDER / f"{version}.db.gz").read_bytes()))
    told: dict[str, object] = json.loads((FOLDER / f"{version}.json").read_text("utf-8"))
    return told


def standing(store: Store) -> dict[str, object]:
    """What stands in each case, as it is kept."""
    found: dict[str, object] = json.loads(
        json.dumps({case: store.case(case).snapshot() for case in sorted(store.cases())})
    )
    return found


def record(version: str) -> None:
    """Keep the vault of this version: answers, sent and not, what nobody understands, a case that went."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "vault"
        store = new_store(folder)
        fill(store, 12)
        fill(store, 2, GONE)
        exchange.acknowledge(store, [Accepted(n, n, "2026-11-14T01:11:00Z") for n in range(1, 19)])
        snapshots.remove(store, GONE, snapshots.LEFT, 20, "2026-11-14T01:12:00Z")
        store.write(CASE, [{"op": "retype", "record": "F00", "into": "later"}], AUTHOR, clock())
        store.write("d" * 32, [notebook.create("d" * 32, "case", {"reference": "NM-2026-0418"})], AUTHOR, clock())
        told = standing(store)
        with contextlib.closing(store), store.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{version}.db.gz").write_bytes(gzip.compress((folder / FILE).read_bytes(), mtime=0))
        (FOLDER / f"{version}.json").write_text(json.dumps(told, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if VERSION in versions():
        sys.exit(f"The vault of {VERSION} is kept already: it is never made anew.")
    record(VERSION)
