"""One upgrade or way back as a process of its own that is meant to be killed: `one.py upgrade|back FOLDER STEPS`."""

from __future__ import annotations

import sys
from pathlib import Path

from app.store import going_back
from app.store.store import Store
from tests.store.vaults import DEVICE, KEY


def main(work: str, folder: Path, steps: Path) -> None:
    """Say that it begins, do it, say that it is done."""
    print("begun", flush=True)
    if work == "upgrade":
        Store.open(folder, KEY, DEVICE, migrations=steps).close()
    else:
        going_back.go_back(folder, KEY, DEVICE)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
