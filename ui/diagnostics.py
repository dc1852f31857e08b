"""The diagnostic file: what the use cases and the exchange know of a vault's health, and nothing of what is in it.

Without Qt: for the screens and for the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.casework import diagnostics
from app.casework.desk import Desk
from sync.client import lease


def write(file: Path, folder: Path, desk: Desk | None, refused: str = "") -> dict[str, Any]:
    """Write what may be told of the vault in `folder` into a new file; what was written.

    `desk`: where it is open. `refused`: the code of the Problem that kept it closed. Raises as `diagnostics.write`.
    """
    found = diagnostics.of_program() | diagnostics.of_folder(folder)
    if desk is not None:
        found |= diagnostics.of_desk(desk)
        standing = lease.standing(desk.store, desk.clock)
        found["lease"] = standing.state if standing else "none"
    elif refused:
        found["vault.open"] = refused
    return diagnostics.write(file, found)
