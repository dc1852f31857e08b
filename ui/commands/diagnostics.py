"""The diagnostic file at the command line, also of a vault that does not open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.i18n import N_, translator
from app.problems import Problem
from ui.commands.opening import opened, vault_folder
from ui.commands.out import put_json

_NOT_THE_VAULT = ("commands.", "container.")


def write(options: Any) -> int:
    """Write what may be told of program and vault into a new file."""
    from ui import diagnostics

    file, folder = Path(options.file), vault_folder(options)
    if options.locked:
        told = diagnostics.write(file, folder, None)
    else:
        try:
            with opened(options, closed_too=True, moved_too=True) as open_vault:
                told = diagnostics.write(file, folder, open_vault.desk)
        except Problem as problem:
            if problem.code.startswith(_NOT_THE_VAULT):
                raise
            told = diagnostics.write(file, folder, None, problem.code)
    if options.json:
        put_json({"file": str(file), "facts": len(told)})
        return 0
    words = translator(options.language)
    said = N_(
        "The diagnostic file is {file}. It holds versions, sizes and counts, and nobody's words. Read it, then send it."
    )
    print(words.text(said, file=file))
    return 0
