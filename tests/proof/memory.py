"""Two seconds after locking, the memory of everything of ours holds no word of a case and no key."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.vault.device_secret import SecretsInMemory
from tests.proof.frame import Proved
from tests.screen import canary, secret_store
from tests.screen.driver import AtTheScreen, screen_of_its_own
from tests.screen.searched import Sought, memory_of, processes_with

PROMISE: str = (
    "Two seconds after locking, the memory of everything of ours holds no word of a case and no form of a key."
)
GOALS: tuple[str, ...] = ("G20",)
AFTER_S = 2.0


@dataclass
class Count:
    """`taken`: bytes of memory that were looked at; `before`: names of what lay there while the vault was open."""

    locks: int = 0
    processes: int = 0
    taken: int = 0
    before: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def gate() -> Proved:
    return _locked(2)


def deep() -> Proved:
    return _locked(10)


def control() -> Proved:
    """Locking that shows the unlock screen in the same process."""
    return _locked(1, stays=True)


def _locked(times: int, *, stays: bool = False) -> Proved:
    words, secrets, count = canary.draw(), SecretsInMemory(), Count()
    with tempfile.TemporaryDirectory(prefix="memory-") as made, screen_of_its_own() as screen:
        folder = Path(made)
        keys = canary.make_vault(folder / "vault", words, secrets)
        with secret_store.answering(secrets, folder / "secrets") as also:
            also["HOLDFAST_EAR_MISCHIEF"] = "secrets stay" if stays else "secrets"
            at = AtTheScreen(screen, folder / "vault", folder, note_saved=False, also=also)
            try:
                for _ in range(times):
                    _look(at, words)
                    lock = partial(_lock, at, words.sought(keys), count)
                    lock() if stays else at.locks(lock)
            finally:
                at.close()
    # What the open vault itself does not show cannot be missed after locking.
    blind = {"a word", "a word with accents", "the database's key", "the vault's key"} - count.before
    return Proved(
        f"{count.locks} locks, {count.taken >> 20:,} MiB of {count.processes} processes looked at after "
        f"{AFTER_S:.0f} s: {len(count.faults)} words or keys; while open: {', '.join(sorted(count.before))}",
        [*count.faults, *(f"not seen in the open vault: {name}" for name in sorted(blind) if not stays)],
    )


def _look(at: AtTheScreen, words: canary.Words) -> None:
    """Open the vault and look at what is in it, on screen and on paper."""
    at.unlock(words.passphrase)
    if "CaseFrame" not in at.now()["places"]:
        at.key("alt+2", "Return")
    at.wait_for("CaseFrame")
    for number, page in enumerate(canary.STEPS, 1):
        canary.step(at, number, page)
    canary.step(at, 7, "PaperPage")
    at.press("Print for the file")
    at.press("Document: Case file")
    at.press("Preview")
    at.wait_for("PagePicture")


def _lock(at: AtTheScreen, sought: Sought, count: Count) -> None:
    """Lock, and take the memory of everything of ours when two seconds have gone by."""
    if not count.before:
        for process in processes_with(str(at.folder)):
            count.before |= sought.in_memory(memory_of(process))
    at.xdotool("key", "ctrl+l")
    time.sleep(AFTER_S)  # what is promised is promised for this moment
    taken = {process: memory_of(process) for process in processes_with(str(at.folder))}
    count.locks += 1
    count.processes = max(count.processes, len(taken))
    for process, memory in taken.items():
        command = Path(f"/proc/{process}/comm").read_text().strip()
        count.taken += sum(map(len, memory))
        count.faults += [f"lock {count.locks}, {command}: {name}" for name in sorted(sought.in_memory(memory))]
