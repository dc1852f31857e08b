"""What the program says of itself when it says all it can, fails in its middle or crashes: nothing of a case."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from app.i18n import translator
from app.problems import Problem
from app.vault import attempts
from app.vault.device_secret import SecretsInMemory
from tests.proof.frame import ROOT, Proved
from tests.screen import canary, driver, secret_store
from tests.screen.driver import EAR, AtTheScreen, NotThereError, screen_of_its_own
from tests.screen.searched import Sought, changed_since

PROMISE: str = "Loud logs, bugs in the middle of anything and hard crashes leave no word of a case and no key anywhere."
GOALS: tuple[str, ...] = ("G26",)
CRASHES = ("read", "stack", "mapped", "fatal", "abort")
"""How the program ends hard: see `tests/screen/ear/mischief.py`."""
WHERE = ("/var", "/run", "/dev/shm")
IMPATIENT_S = 15.0
"""How long a program is waited for in whose middle something failed; then it is started anew."""
_STILL = 20
"""After so many groups of keys in which nothing failed the program is started anew."""
LOCK = ("ctrl+l",)
_KEYS = (
    ("alt+2", "Return"),
    ("ctrl+1", "Tab", "Tab", "a", "Tab"),
    ("ctrl+2", "Tab", "Tab", "Tab", "b", "c", "Tab"),
    ("ctrl+3", "y", "Down", "n"),
    ("ctrl+4",),
    ("ctrl+5", "Tab", "space"),
    ("ctrl+6", "Tab", "space"),
    ("ctrl+7", "Tab", "space"),
    ("ctrl+8",),
    ("ctrl+9",),
    ("ctrl+k", "b", "a", "Escape"),
    ("F1", "F1"),
    ("alt+1",),
    LOCK,
)


@dataclass
class Count:
    """`raised`: exceptions that were forced; `crashes`: hard ends; `starts`: of the program."""

    raised: int = 0
    crashes: int = 0
    starts: int = 1
    faults: list[str] = field(default_factory=list)


def gate() -> Proved:
    return _disturbed(60, CRASHES[:2])[0]


def deep() -> Proved:
    return _disturbed(120, CRASHES)[0]


def control() -> Proved:
    """A line with what was typed, bugs with their messages, a crash that leaves the memory behind."""
    found, said = _disturbed(20, CRASHES[:1], ["tell", "quote_bugs", "dump"])
    leaks = {"a line in the log": "answered: ", "the message of a bug": "Error: "}
    unseen = [leak for leak, begins in leaks.items() if not any(begins in line for line in said)]
    # Where the system takes crashed programs elsewhere, none lies where we look.
    if not Path("/proc/sys/kernel/core_pattern").read_text().startswith(("|", "/")):
        unseen += [] if any(": core" in fault for fault in found.faults) else ["what a crash left"]
    return Proved(f"{found.figure}; leaks unseen: {len(unseen)}", [] if unseen else found.faults)


def _disturbed(faults: int, crashes: Sequence[str], leaks: Sequence[str] = ()) -> tuple[Proved, list[str]]:
    """Returns also the lines with a word in them."""
    words, begun, secrets, count = canary.draw(), time.time() - 1, SecretsInMemory(), Count()
    with tempfile.TemporaryDirectory(prefix="quiet-") as made, screen_of_its_own() as screen:
        folder = Path(made)
        sought = words.sought(canary.make_vault(folder / "vault", words, secrets))
        with secret_store.answering(secrets, folder / "secrets") as also:
            also["HOLDFAST_EAR_MISCHIEF"] = " ".join(["secrets", "loud", *leaks])
            also |= {"QT_LOGGING_RULES": "*=true", "PYTHONPATH": os.pathsep.join(map(str, (EAR, ROOT)))}
            at = AtTheScreen(screen, folder / "vault", folder, note_saved=False, also=also, start=False)
            at.cwd = folder  # where a crash leaves what it leaves
            try:
                at.start()
                with mock.patch.object(driver, "PATIENCE_S", IMPATIENT_S):
                    _fail(at, words, faults, count)
                for how in crashes:
                    _crash(at, words, how, count)
            finally:
                at.close()
        roots = [folder, Path(screen["HOME"]), Path(tempfile.gettempdir()), *map(Path, () if leaks else WHERE)]
        return _looked_at(sought, count, set(changed_since(begun, roots)), folder / "errors")


def _looked_at(sought: Sought, count: Count, looked: set[Path], errors: Path) -> tuple[Proved, list[str]]:
    faults = [f"{what}: {path.name}" for path in looked for what in sorted(sought.in_file(path))]
    said = errors.read_bytes().splitlines()
    told = any(fault.endswith(errors.name) for fault in faults)
    telling = [line.decode(errors="replace") for line in said if told and sought.within(line)]
    figure = (
        f"{len(said):,} lines of log, {count.raised} bugs, {count.crashes} hard crashes, {len(looked)} files that "
        f"changed: {len(faults)} with a word or a key"
    )
    return Proved(figure, [*faults, *(line[:200] for line in telling[:5]), *count.faults]), telling


def _fail(at: AtTheScreen, words: canary.Words, wanted: int, count: Count) -> None:
    """Let calls fail in the middle of what keys bring about, one after the other, wherever the dice will have it."""
    dice, told, still = random.Random(20261122), 0, 0
    for number in range(4 * wanted):
        if count.raised + told >= wanted:
            break
        try:
            at.wait("the program", bool)
            so_far = int(at.ask(f"raise {dice.randrange(1, 400)} {words.every[number % len(words.every)]}"))
            still = 0 if so_far != told else still + 1
            if still > _STILL:
                raise NotThereError("nothing fails any more where the program stands")
            # A program that was locked is another one, and has counted none.
            count.raised, told = count.raised + (told if so_far < told else 0), so_far
            _press(at, words, _KEYS[number % len(_KEYS)])
        except (OSError, NotThereError, AssertionError):
            still = 0
            count.raised, told, count.starts = count.raised + told, 0, count.starts + 1
            at.close()
            # A key that was lost makes a passphrase wrong, and that makes the next one wait.
            (at.folder / "vault" / attempts.NAME).unlink(missing_ok=True)
            at.start()
    count.raised += told
    if count.raised < wanted:
        count.faults.append(f"only {count.raised} of {wanted} bugs came to be")


def _press(at: AtTheScreen, words: canary.Words, keys: tuple[str, ...]) -> None:
    if "Unlock" in at.now()["places"]:
        _unlock(at, words.passphrase)
    elif keys == LOCK:
        at.xdotool("key", *keys)
        at.forget()
    else:
        at.key(*keys)


def _unlock(at: AtTheScreen, passphrase: str) -> None:
    """Unlock, or find out soon that something failed on the way. Raises NotThereError."""
    bug = Problem("program.bug").sentences(translator("en")).happened
    at.xdotool("type", "--delay", "1", "--", passphrase)
    at.xdotool("key", "Return")
    now = at.wait("the window or a bug", lambda now: "Window" in now["places"] or bug in now["said"])
    if "Window" not in now["places"]:
        raise NotThereError(bug)
    at.forget()


def _crash(at: AtTheScreen, words: canary.Words, how: str, count: Count) -> None:
    """Have a case on the screen, a word half typed, and the program end hard."""
    at.close()
    at.start()
    at.unlock(words.passphrase)
    at.key("alt+2", "Return")
    at.wait_for("CaseFrame")
    canary.go_on_typing(at, words.typed["narrative"])
    at.key("Tab")
    canary.go_on_typing(at, words.typed["crash"])
    try:
        at.ask(f"crash {how}")
    except OSError:
        pass  # it cannot answer any more
    at.program.wait()
    count.crashes += at.program.returncode < 0
    if at.program.returncode >= 0:
        count.faults.append(f"{how} did not end the program hard but with {at.program.returncode}")
