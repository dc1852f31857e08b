"""A damaged vault made anew from what can be read of it: rows from the notebook, the rest from the server.

The vault as it was is kept aside whole. Afterwards it is another device, for numbers of the old one may be missing here
that the server has: at the next contact it tells all of its cases, and what was sent of this one (sync/README.md).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.casework import operations
from app.casework.desk import Desk, open_desk
from app.clock import Clock, SystemClock
from app.policy import DEFAULT_POLICY, Policy
from app.problems import Problem
from app.store import coming, identity
from app.store.exchange import SERVER
from app.store.salvage import Salvaged, salvage
from app.store.store import FILE, Store
from app.vault import aside as kept_aside
from app.vault.disk import problem_of
from app.vault.vault import Unlocked


@dataclass(frozen=True)
class Rebuilt:
    """A vault that was rebuilt: open; what could not be read; where it is kept as it was before.

    `from_server`: it belongs to a server, which is asked for what is missing at the next contact.
    """

    desk: Desk
    found: Salvaged
    aside: Path
    from_server: bool


def rebuild(unlocked: Unlocked, *, clock: Clock | None = None, policy: Policy = DEFAULT_POLICY) -> Rebuilt:
    """Rebuild the database of an unlocked vault; logged, with how much is missing.

    Raises Problem store.foreign where nothing can be read, those of the store and of the disk; the vault is then as it
    was.
    """
    folder, key = unlocked.folder, unlocked.database_key()
    coming.settle(folder, FILE, key)
    aside = _copied_aside(folder)
    found = Salvaged()

    def make(path: Path) -> None:
        nonlocal found
        found = salvage(folder / FILE, key, path, unlocked.device_id)
        store = Store.at(path, key, unlocked.device_id)
        try:
            store.rebuild()
            store.check_pages()
        finally:
            store.close()

    coming.write(folder, make)
    coming.settle(folder, FILE, key)
    desk = open_desk(unlocked, clock=clock or SystemClock(), policy=policy)
    identity.want(desk.store, unlocked.laptop_id)
    if found.key_lost:
        identity.forget_former(desk.store)
    operations.log_on_vault(desk, "vault rebuilt", f"{found.missing} numbers could not be read")
    return Rebuilt(desk, found, aside, bool(desk.store.recall(SERVER)))


def _copied_aside(folder: Path) -> Path:
    """Copy all files of a vault to where the unlock screen does not look, before anything is changed."""
    aside = kept_aside.place(folder)
    try:
        shutil.copytree(folder, aside, ignore=shutil.ignore_patterns("*.lock"))
    except (OSError, shutil.Error) as error:
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, OSError) and error.errno is not None:
            raise problem_of(error) from None
        raise Problem("rebuild.cannot_copy") from None
    return aside
