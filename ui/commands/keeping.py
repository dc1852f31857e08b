"""A vault backed up into a file, put back from it, and moved to another laptop."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from app import paths
from app.clock import SystemClock
from app.i18n import N_, translator
from app.problems import Problem
from app.vault import process
from ui.commands import secrets_in
from ui.commands.opening import opened, vault_folder
from ui.commands.out import put_json

KEPT_ASIDE = N_("What was there before is kept in {folder}.")


def backup(options: Any) -> int:
    """Write a backup of the vault into a new file, and look at all of it once."""
    file = Path(options.file)
    with opened(options, closed_too=True) as open_vault:
        from app.casework import keeping

        done = keeping.back_up(open_vault.desk, file)
    if options.json:
        put_json({"file": str(file), "bytes": done.bytes, "cases": done.cases, "entries": done.entries})
        return 0
    words = translator(options.language)
    said = N_(
        "The backup is in {file}: {cases} cases, {entries} entries, looked at once. Whatever opens the vault opens it."
    )
    print(words.text(said, file=file, cases=done.cases, entries=done.entries))
    return 0


def restore(options: Any) -> int:
    """Put a vault back from its backup; the vault goes on as another device."""
    from app.casework import keeping
    from app.vault import vault
    from app.vault.device_secret import system_store

    process.harden()
    folder, store = _where(options), system_store()
    if options.unopened:
        unlock = None
    elif options.code_file:
        code = secrets_in.recovery_code(options)
        unlock = partial(vault.recover, code=code, secrets=store)
    else:
        typed = secrets_in.passphrase(options)
        unlock = partial(vault.unlock, passphrase=typed, secrets=store, clock=SystemClock())
    done = keeping.put_back(Path(options.file), folder, unlock, replace=options.replace)
    answer = {"vault": str(folder), "made_at": done.made_at, "kept_aside": str(done.aside or "")}
    if options.json:
        put_json(answer)
        return 0
    words = translator(options.language)
    said = N_(
        "The vault of {time} is back in {vault}. It goes on as another device, and asks the server for what is newer."
    )
    print(words.text(said, time=words.moment(done.made_at), vault=folder))
    if done.aside:
        print(words.text(KEPT_ASIDE, folder=done.aside))
    return 0


def _where(options: Any) -> Path:
    """The folder to put a vault into: the one that is named, the only one that is there, or a new one."""
    try:
        return vault_folder(options)
    except Problem:
        return paths.vaults_folder() / os.urandom(8).hex()
