"""Nothing that is typed, kept or printed, and no key, lies in readable form in any file of the machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.vault.device_secret import SecretsInMemory
from tests.documents.reading import flat, text_of
from tests.proof.frame import Proved
from tests.screen import canary, printer, secret_store
from tests.screen.driver import AtTheScreen, screen_of_its_own
from tests.screen.searched import ALSO_LOOKED_AT, changed_since

PROMISE: str = "What is typed, kept or printed, and every key, lies in no file of the machine in readable form."
GOALS: tuple[str, ...] = ("G18", "G19")
LEAKS = ("preview_in_a_file", "key_in_a_file", "tell")
"""What the control does: it leaves a paper and a key in the home folder, and a line in the log."""


def gate() -> Proved:
    return _session()


def deep() -> Proved:
    """The same: one session holds every way in which a file could come to be."""
    return _session()


def control() -> Proved:
    found = _session(LEAKS)
    leaked = ("a word: chosen.pdf", "a word: tmp", "the database's key: kept", "a word: errors", "not on the list: ")
    unseen = [what for what in leaked if not any(fault.startswith(what) for fault in found.faults)]
    return Proved(f"{found.figure}; {len(unseen)} of {len(leaked)} leaks unseen", [] if unseen else found.faults)


def _session(leaks: Sequence[str] = ()) -> Proved:
    """`leaks`: what the program is made to leave behind; then only its own folders are searched, and all of them."""
    words, begun, secrets = canary.draw(), time.time() - 1, SecretsInMemory()
    with tempfile.TemporaryDirectory(prefix="words-") as made, screen_of_its_own() as screen:
        folder = Path(made)
        vault, chosen, trace = folder / "vault", folder / "chosen.pdf", folder / "trace"
        keys = canary.make_vault(vault, words, secrets)
        sought = words.sought(keys)
        with (
            secret_store.answering(secrets, folder / "secrets") as store,
            printer.standing_in(folder) as (printed, office),
        ):
            also = {**store, **office, "HOLDFAST_EAR_MISCHIEF": " ".join(["secrets", *leaks])}
            at = AtTheScreen(screen, vault, folder, note_saved=False, under=[*canary.TRACER, str(trace)], also=also)
            try:
                canary.session(at, words, chosen)
            finally:
                at.close()
        kept = canary.kept(vault, words, secrets, folder / "backup")
        roots = [folder, Path(screen["HOME"]), Path(tempfile.gettempdir())] if leaks else [Path("/"), *ALSO_LOOKED_AT]
        looked = [path for path in set(changed_since(begun, roots)) if leaks or path != chosen]
        faults = [f"{what}: {path.name}" for path in looked for what in sorted(sought.in_file(path))]
        paths = canary.written(trace.read_text(errors="replace"))
        strange = [path for path in sorted(paths) if not canary.may_be_written(path, vault, chosen, folder)]
        faults += [f"not on the list: {path}" for path in strange]
        faults += [f"{what}: told to the printer" for said in printed.asked for what in sought.within(said)]
        faults += [] if len(printed.documents) == 1 else [f"{len(printed.documents)} papers came to the printer"]
        faults += _never_there(words, kept, chosen)
        return Proved(
            f"{len(words.every)} words and {len(keys)} keys in {len(sought)} forms in {len(looked)} changed files: "
            f"{len(faults)} found; {len(paths)} paths written, {len(strange)} of them not on the list",
            faults,
        )


def _never_there(words: canary.Words, kept: str, chosen: Path) -> list[str]:
    """Words that were in no vault and on no paper: looking for them would show nothing."""
    # The last ones were typed in the moment in which the program was ended.
    due = set(words.every) - {words.typed[place] for place in ("crash", "last")}
    faults = [f"never in the vault: {word}" for word in sorted(due) if word not in kept]
    printed = flat(text_of(chosen.read_bytes())).casefold()
    for place in ("given", "family", "suspect", "narrative", "note", "measure", "reason"):
        if words.typed[place] not in printed:
            faults.append(f"not on the paper that was asked for: {place}")
    return faults
