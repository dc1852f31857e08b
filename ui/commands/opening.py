"""Which vault a command works on, and opening it for as long as the command runs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import paths
from app.clock import SystemClock
from app.force.standing import load
from app.i18n import Translator, translator
from app.policy import Policy
from app.problems import Problem
from ui.commands.secrets_in import passphrase

if TYPE_CHECKING:
    from app.casework.desk import Desk

HEADERS = ("vault.header", "vault.header.previous", "vault.wiped")


@dataclass(frozen=True)
class Opened:
    """An open vault at the command line: the desk, the words, and the passphrase that was typed for this command."""

    desk: Desk
    words: Translator
    passphrase: str


def vault_folder(options: Any) -> Path:
    """The folder of the vault that is meant. Raises Problem commands.no_vault; several vaults are wrong usage."""
    if options.vault:
        return Path(options.vault)
    found = [folder for folder in _below(paths.vaults_folder()) if has_vault(folder)]
    if not found:
        raise Problem("commands.no_vault")
    if len(found) > 1:
        names = "\n".join(f"  {folder}" for folder in found)
        print(f"holdfast: there are several vaults; name one with --vault:\n{names}", file=sys.stderr)
        raise SystemExit(2)
    return found[0]


def force() -> Policy:
    """What the force says, before a vault is opened."""
    return load(SystemClock().now().astimezone().date())


def has_vault(folder: Path) -> bool:
    """Whether there is something of a vault in a folder."""
    return any((folder / name).exists() for name in HEADERS)


@contextlib.contextmanager
def opened(
    options: Any, *, closed_too: bool = False, moved_too: bool = False, go_back: bool = False
) -> Iterator[Opened]:
    """The vault, opened by its passphrase and closed afterwards.

    Raises Problem lease.sealed where its lease has ended, unless the command works on no case (`closed_too`), move.out
    where it is on its way to another laptop, unless the command is about that (`moved_too`), and vault.wiped where an
    order to destroy it stands, which is carried out first. `go_back`: a newer version has changed it, and it becomes
    one of this version.
    """
    from app.vault import process

    folder = vault_folder(options)
    if not has_vault(folder):
        raise Problem("vault.not_there", folder=folder.name)
    process.harden()
    typed = passphrase(options)
    from app.casework import desk as casework
    from app.casework.new_laptop import moved_out
    from app.vault import vault
    from app.vault.device_secret import system_store
    from ui import orders

    clock, store = SystemClock(), system_store()
    orders.hand_over(folder, store)
    unlocked = vault.unlock(folder, typed, secrets=store, clock=clock)
    try:
        desk = (casework.go_back if go_back else casework.open_desk)(unlocked, clock=clock, policy=force())
    except BaseException:
        unlocked.close()
        raise
    with at(desk):
        found = orders.heed(desk)
        if found is not None and found.closed and not closed_too:
            raise Problem("lease.sealed")
        if not moved_too and moved_out(desk) is not None:
            raise Problem("move.out")
        yield Opened(desk, translator(options.language), typed)


@contextlib.contextmanager
def at(desk: Desk) -> Iterator[None]:
    """A desk that was opened in whatever way, closed afterwards.

    Raises Problem vault.wiped where an order to destroy the vault stands, which is carried out first.
    """
    from app.casework.desk import close_desk
    from ui import orders

    try:
        orders.carry_out(desk)
        yield
    finally:
        close_desk(desk)


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(inside for inside in folder.iterdir() if inside.is_dir())
    except OSError:
        return []
