"""An officer at work: the unlocked vault with everything the use cases need. Every use case takes the desk first."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app import paths
from app.casework import operations, recovery
from app.clock import Clock, SystemClock
from app.force.standing import in_vault
from app.forms.definitions import Profile
from app.forms.library import Library
from app.notebook.entry import Entry
from app.notebook.ids import random_id
from app.packs.standing import InUse, packs_of
from app.policy import DEFAULT_POLICY, Policy, in_force
from app.problems import Problem
from app.store import going_back, identity, rewriting
from app.store.connection import FEW
from app.store.migrating import Told, nobody
from app.store.store import Author, Store
from app.vault import returned, vault
from app.vault.custodians import Card
from app.vault.device_secret import SecretStore
from app.vault.slots import Cost
from app.vault.vault import SHIPPED_COST, Unlocked

CHOICE = "choice."  # what the officer chose is kept in the vault under this and the setting's name
NEWEST = 2000
"""How many entries are checked in the background after each unlocking."""


@dataclass
class Desk:
    """One officer's open vault in one session. `policy` is what the force says with what the officer chose in it."""

    unlocked: Unlocked
    store: Store
    library: Library
    clock: Clock
    policy: Policy
    force: Policy
    packs: InUse = field(default_factory=InUse)
    session: str = field(default_factory=random_id)
    looked_at: set[str] = field(default_factory=set)

    @property
    def officer(self) -> str:
        """The officer's name as it stands in every entry."""
        return self.unlocked.officer

    @property
    def short_name(self) -> str:
        """The name that the unlock screen shows."""
        return self.unlocked.short_name

    @property
    def device_id(self) -> str:
        """This vault's id as a device: another one than the vault's where it was copied or put back."""
        return self.store.device

    def wrote(self, entry: Entry) -> bool:
        """Whether an entry was written by this vault, also where it was another device then."""
        return entry.device == self.device_id or entry.device in identity.former_ids(self.store)

    @property
    def practice(self) -> bool:
        """Whether everything in this vault is invented."""
        return self.unlocked.practice

    @property
    def profile(self) -> Profile:
        """The profile of new cases: the policy's, or the shipped one where that is not installed."""
        return self.library.profiles.get(self.force.profile) or self.library.profile()

    def problems(self) -> list[Problem]:
        """What is wrong with the policy, with packs, or between them."""
        found = [self.force.problem] if self.force.problem else []
        if self.force.profile not in self.library.profiles:
            found.append(Problem("pack.no_profile", profile=self.force.profile))
        return [*found, *self.packs.problems]

    @property
    def author(self) -> Author:
        """Who signs what is written now."""
        return Author(self.officer, self.session)


def open_desk(
    unlocked: Unlocked,
    *,
    clock: Clock | None = None,
    policy: Policy = DEFAULT_POLICY,
    library: Library | None = None,
    told: Told = nobody,
) -> Desk:
    """Open the database of an unlocked vault. Raises the Problems of the store; the vault stays unlocked then.

    One of an earlier version is brought up to date first; `told` hears how far that is. That, and that a vault was
    opened by its recovery code or by custodians, or put back from a backup, is logged in it. A policy that is older
    than what the vault has seen is not used (`desk.force.problem`).
    """
    store = Store.open(unlocked.folder, unlocked.database_key(), unlocked.device_id, told=told)
    try:
        return _desk_with(store, unlocked, clock or SystemClock(), policy, library)
    except BaseException:
        store.close()
        raise


def _desk_with(store: Store, unlocked: Unlocked, clock: Clock, policy: Policy, library: Library | None) -> Desk:
    rewriting.if_wanted(store)

    def remember(name: str, value: str) -> None:
        with contextlib.suppress(Problem):  # a full disk keeps nobody out; it is noted with the next opening
            store.remember(name, value)

    policy = in_vault(policy, store.recall, remember)
    packs = InUse()
    if library is None:
        today = clock.now().astimezone().date()
        library, packs = packs_of(policy, store.recall, remember, today, paths.resources())
    chosen = in_force(policy, lambda name: store.recall(CHOICE + name) or "")
    desk = Desk(unlocked, store, library, clock, chosen, policy, packs)
    back = returned.look(unlocked.folder)
    if back is not None:
        vault.settle(unlocked)
        identity.want(store, unlocked.laptop_id)
        from_vault(desk, "put back from a backup", back.made_at)
        returned.forget(unlocked.folder)
    if store.brought_up_to_date:
        operations.log_done(desk, "brought up to date")
    with contextlib.suppress(Problem):  # a full disk keeps nobody out; the next opening looks again
        store.look_after_copies(desk.clock)
    if unlocked.slot == "recovery":
        from_vault(desk, "opened by recovery code")
    elif unlocked.slot == "custodians":
        recovery.note(desk, unlocked.opened_by)
    return desk


def go_back(
    unlocked: Unlocked, *, clock: Clock | None = None, policy: Policy = DEFAULT_POLICY, told: Told = nobody
) -> Desk:
    """Let an unlocked vault that a newer version has changed become one of this version, and open it; logged.

    Slow: for the pool. Raises as `going_back.go_back` does; the vault stays unlocked then, and is as it was.
    """
    going_back.go_back(unlocked.folder, unlocked.database_key(), unlocked.device_id, told=told)
    desk = open_desk(unlocked, clock=clock, policy=policy, told=told)
    operations.log_done(desk, "went back to an earlier version")
    return desk


def check_vault(desk: Desk, newest: int | None = NEWEST) -> None:
    """Check every page of the open vault and its newest entries (None: all), from a connection of its own.

    Raises Problem store.damaged, store.rolled_back.
    """
    vault_check(desk, newest)()


def vault_check(desk: Desk, newest: int | None = NEWEST) -> Callable[[], None]:
    """`check_vault` as a piece of work for the pool, which needs nothing of the desk any more. Slow."""
    open_beside = beside(desk)

    def check() -> None:
        store = open_beside()
        try:
            store.check_pages()
            store.verify(newest)
        finally:
            store.close()

    return check


def beside(desk: Desk) -> Callable[[], Store]:
    """How to open a second connection to the vault, for work in the pool; it needs nothing of the desk any more."""
    folder, key, device = desk.unlocked.folder, desk.unlocked.database_key(), desk.unlocked.device_id
    return lambda: Store.open(folder, key, device, statements=FEW)


def close_desk(desk: Desk) -> None:
    """Close database and vault. What was acknowledged is on the disk already."""
    desk.store.close()
    desk.unlocked.close()


def create_vault(
    folder: Path,
    *,
    officer: str,
    passphrase: str,
    short_name: str = "",
    secrets: SecretStore | None = None,
    cost: Cost = SHIPPED_COST,
    practice_passphrase: str | None = None,
    clock: Clock | None = None,
    policy: Policy = DEFAULT_POLICY,
    cards: Sequence[Card] = (),
) -> tuple[Desk, str]:
    """Make a vault with its database; returns the open desk and the recovery code, which is kept nowhere.

    `cards`: of the force's custodians, where it has some.
    """
    made = vault.create(
        folder,
        officer=officer,
        passphrase=passphrase,
        short_name=short_name,
        cost=cost,
        secrets=secrets,
        practice_passphrase=practice_passphrase,
        clock=clock or SystemClock(),
        local_words=policy.local_words,
        cards=cards,
    )
    try:
        Store.create(folder, made.unlocked.database_key(), made.unlocked.device_id).close()
        desk = open_desk(made.unlocked, clock=clock, policy=policy)
    except BaseException:
        made.unlocked.close()
        raise
    from_vault(desk, "vault created")
    return desk, made.recovery_code


def change_passphrase(
    desk: Desk, new_passphrase: str, *, secrets: SecretStore | None = None, cost: Cost = SHIPPED_COST
) -> None:
    """Give the vault another passphrase; logged."""
    vault.change_passphrase(desk.unlocked, new_passphrase, secrets=secrets, cost=cost)
    operations.log_done(desk, "passphrase changed")


def renew_recovery_code(desk: Desk) -> str:
    """Make a new recovery code, which is shown once; logged. Raises as `vault.renew_recovery_code` does."""
    code = vault.renew_recovery_code(desk.unlocked)
    # The old code opens nothing any more: whatever happens to the log, the new one has to reach the paper.
    operations.log_done(desk, "recovery code renewed")
    return code


def choose_short_name(desk: Desk, short_name: str) -> None:
    """Choose the name under which the unlock screen lists this vault; logged. Raises as `vault.rename` does."""
    vault.rename(desk.unlocked, short_name)
    from_vault(desk, "short name changed")


def confirm(desk: Desk, passphrase: str) -> None:
    """Ask for the vault's passphrase again while it is open: whoever gives it may see the screen again.

    Slow: for the pool. Raises Problem vault.wrong_passphrase(wait_s), vault.wait(wait_s) as unlocking does.
    """
    vault.confirm(desk.unlocked, passphrase, clock=desk.clock)


def from_vault(desk: Desk, what: str, reason: str = "") -> None:
    """Log an operation on the vault itself, as `operations.log_on_vault` does."""
    operations.log_on_vault(desk, what, reason)
