"""What the server's word does to a vault at hand: its cases are closed when the lease ends, it is destroyed by order.

Without Qt: for the screens and for the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.casework.desk import Desk, beside
from app.problems import Problem
from app.vault import wiped, wiping
from sync.client import lease, wipe
from sync.client.lease import Standing


def heed(desk: Desk) -> Standing | None:
    """Note the time that has run and close or open the cases of the desk; how the lease stands, None without one."""
    return lease.heed(desk.store, desk.clock)


def carry_out(desk: Desk) -> None:
    """Destroy the vault of a desk where an order for it stands. Nothing may be written into it beside this.

    Raises Problem vault.wiped once it is done, and those of the disk, where it could not be done; then it still stands.
    """
    store = beside(desk)()
    try:
        done = wipe.carry_out(store, desk.clock, lambda parcel: wiping.destroy(desk.unlocked, parcel))
    finally:
        store.close()
    if done is not None:
        raise Problem("vault.wiped")


def hand_over(folder: Path, secrets: Any) -> bool:
    """Finish destroying a vault, and hand over to the server what was sealed; whether it has all of it now.

    False for any other folder, and where the server cannot be reached.
    """
    left = wiping.finish(folder, secrets)
    if left is None or left.delivered:
        return left is not None
    try:
        wipe.hand_over(left.parcel)
        wiped.delivered(folder)
    except Problem:
        return False  # it stays sealed; each start tries again
    return True
