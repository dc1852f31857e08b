"""A vault encrypted anew under another key: for when somebody may have had the old one.

The database lies beside the old one under the new key before the header that holds it is written; that header's rename
is the moment from which the new key is in force (app.store.coming). Stopped anywhere, exactly one of the two opens.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.casework import operations
from app.problems import Problem
from app.store import coming, copies
from app.store.store import FILE
from app.vault import vault
from app.vault.slots import SHIPPED_COST, Cost

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.vault.device_secret import SecretStore


def rekey(desk: Desk, passphrase: str, *, secrets: SecretStore | None = None, cost: Cost = SHIPPED_COST) -> str:
    """Give the open vault another key, under the same passphrase; its new recovery code. The desk is closed then.

    Logged. Raises what `vault.confirm`, the store and the disk raise; then the old key is in force, and the old
    recovery code opens the vault. After vault.not_flushed it may be either, and the desk is closed.
    """
    vault.confirm(desk.unlocked, passphrase, clock=desk.clock)
    operations.log(desk, desk.device_id, "alteration", "vault encrypted anew")
    folder, made = desk.unlocked.folder, vault.make_key(desk.unlocked, passphrase, secrets=secrets, cost=cost)
    coming.write(folder, lambda path: desk.store.copy(path, made.database_key()))
    try:
        vault.use_key(desk.unlocked, made)
    except Problem as problem:
        if problem.code == "vault.not_flushed":
            # The header on the disk decides at the next opening: what was written here until then might be left behind.
            desk.store.close()
        else:
            with contextlib.suppress(Problem):
                coming.take_away(folder)
        raise
    desk.store.close()
    with contextlib.suppress(Problem):  # the next opening does it; the new recovery code must reach somebody
        coming.settle(folder, FILE, desk.unlocked.database_key())
    copies.forget(folder / FILE)  # they lie under the old key, which nothing here has any more
    return made.recovery_code
