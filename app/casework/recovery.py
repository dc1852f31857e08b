"""A vault that its custodians opened: noted in its notebook, told to the officer until they say that they have read it.

A fresh passphrase, device secret and slot follow, so that nothing of what was handed out opens it again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.casework import operations
from app.clock import iso
from app.force import places
from app.force.places import Folder
from app.policy import DEFAULT_POLICY, Policy
from app.vault import vault
from app.vault.custodian_key import cards_of
from app.vault.custodians import Card, Part
from app.vault.slots import SHIPPED_COST, Cost

if TYPE_CHECKING:
    from pathlib import Path

    from app.casework.desk import Desk
    from app.clock import Clock
    from app.vault.device_secret import SecretStore

UNREAD = "opened by custodians"
"""Under which name the vault keeps what the officer has not been told yet."""


@dataclass(frozen=True)
class Opening:
    """One opening by custodians: their names, and when by this laptop's clock (ISO 8601)."""

    by: tuple[str, ...]
    at: str


def note(desk: Desk, by: Sequence[str]) -> None:
    """Note that these custodians have opened the vault, in its notebook and for the officer to read."""
    opening = {"by": list(by), "at": iso(desk.clock.now())}
    waiting = json.loads(desk.store.recall(UNREAD) or "[]")
    # Kept first: stopped between the two, the officer is told of an opening that was about to be.
    desk.store.remember(UNREAD, json.dumps([*waiting, opening]))
    operations.log_on_vault(desk, "opened by two custodians", ", ".join(by))


def unread(desk: Desk) -> list[Opening]:
    """The openings that the officer has not yet said to have read, oldest first."""
    return [Opening(tuple(one["by"]), one["at"]) for one in json.loads(desk.store.recall(UNREAD) or "[]")]


def acknowledge(desk: Desk) -> None:
    """The officer has read of them; logged."""
    if unread(desk):
        operations.log(desk, desk.device_id, "alteration", "opening by custodians read by the officer")
        desk.store.remember(UNREAD, "[]")


def of_force(folder: Folder | None = None) -> list[Card]:
    """The cards of the force's custodians, as the laptop's administrator installed them; none where there are none.

    Raises Problem custodians.cards_wrong, and those of `places.custodians`.
    """
    told = places.custodians(folder)
    return [] if told is None else cards_of(told, places.CUSTODIANS_FILE)


def open_by_custodians(
    folder: Path,
    code: str,
    parts: Sequence[Part],
    *,
    secrets: SecretStore | None,
    clock: Clock,
    policy: Policy = DEFAULT_POLICY,
) -> Desk:
    """The desk of a vault that two custodians open. Raises what `vault.recover_by_custodians` and the store raise."""
    from app.casework.desk import open_desk

    unlocked = vault.recover_by_custodians(folder, code, parts, secrets=secrets)
    try:
        return open_desk(unlocked, clock=clock, policy=policy)
    except BaseException:
        unlocked.close()
        raise


def begin_anew(desk: Desk, passphrase: str, *, secrets: SecretStore | None, cost: Cost = SHIPPED_COST) -> None:
    """After an opening by custodians: another passphrase, another device secret, another slot for the same custodians.

    Raises as `vault.change_passphrase` does; then the parts still open the vault, and it can be done again.
    """
    vault.change_passphrase(desk.unlocked, passphrase, secrets=secrets, cost=cost, anew=True)
    operations.log_done(desk, "passphrase changed")


def set_custodians(desk: Desk, cards: Sequence[Card]) -> None:
    """Let two of these three custodians open the vault from now on; logged with their names."""
    vault.set_custodians(desk.unlocked, cards)
    known = ", ".join(card.name for card in cards)
    operations.log(desk, desk.device_id, "alteration", "custodians set", known)
