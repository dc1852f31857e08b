"""The invented caseload: a vault of its own that everybody may open, marked on every screen and page.

Its cases are case files in resources/practice, moved to the present so that lists look like an ordinary week.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app import paths
from app.casework import casefile, cases
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import Clock, SystemClock, iso, parse_moment
from app.problems import Problem
from app.vault import vault
from app.vault.passphrases import generate
from app.vault.slots import Cost
from app.vault.vault import SHIPPED_COST

OFFICER = "Practice Officer"
WRITTEN_AT = "2026-11-14T05:00:00+00:00"
"""The hour in which the files take place; everything in them is moved by as much as this lies in the past."""
_MOVED_DAYS = ("expires", "review_date")
_DONE = "practice.caseload"


def open_practice(folder: Path, *, clock: Clock | None = None, cost: Cost = SHIPPED_COST) -> tuple[Desk, bool]:
    """The practice vault in a folder, made where there is none; returns the open desk and whether it was made now.

    A caseload that was cut short is completed. Raises Problem commands.not_practice and those of the vault.
    """
    clock = clock or SystemClock()
    if any((folder / name).exists() for name in ("vault.header", "vault.header.previous")):
        face = vault.look(folder, clock=clock)
        if face.practice_passphrase is None:
            raise Problem("commands.not_practice", folder=folder.name)
        # No secret of this laptop guards invented cases: they open wherever the folder is.
        unlocked = vault.unlock(folder, face.practice_passphrase, clock=clock)
        try:
            desk, made = open_desk(unlocked, clock=clock), False
        except BaseException:
            unlocked.close()
            raise
    else:
        shown = generate()
        desk, _code = create_vault(
            folder,
            officer=OFFICER,
            short_name=OFFICER,
            passphrase=shown,
            practice_passphrase=shown,
            cost=cost,
            clock=clock,
        )
        made = True
    try:
        fill(desk)
    except BaseException:
        close_desk(desk)
        raise
    return desk, made


def fill(desk: Desk) -> None:
    """Import those cases of the caseload that are not there yet."""
    if desk.store.recall(_DONE):
        return
    references = casefile.references_of(desk)
    for file in files():
        data = json.loads(file.read_bytes())
        if data["reference"] not in references:
            casefile.import_case(desk, json.dumps(moved(data, desk.clock.now())).encode(), references)
    cases.list_cases(desk)
    desk.store.remember(_DONE, iso(desk.clock.now()))


def files() -> list[Path]:
    """The case files of the caseload: the graver ones last, so that they stand on top of the list."""
    return sorted((paths.resources() / "practice").glob("*.json"))


def passphrase_of(folder: Path) -> str:
    """The passphrase that stands on the practice vault's unlock screen."""
    return vault.look(folder).practice_passphrase or ""


def moved(data: Any, now: datetime, key: str = "") -> Any:
    """The file with its moments as far back from `now` as they lie before WRITTEN_AT."""
    if isinstance(data, dict):
        return {name: moved(value, now, name) for name, value in data.items()}
    if isinstance(data, list):
        return [moved(value, now, key) for value in data]
    if not isinstance(data, str):
        return data
    written = parse_moment(WRITTEN_AT)
    assert written is not None
    by = timedelta(minutes=round((now - written).total_seconds() / 60))
    try:
        if key in _MOVED_DAYS and len(data) == 10:
            return (datetime.fromisoformat(data) + by).date().isoformat()
        at = parse_moment(data) if "T" in data and len(data) >= 16 else None
        return iso(at + by) if at else data
    except (ValueError, OverflowError):
        return data
