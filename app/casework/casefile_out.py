"""Handing a whole case over as a file: asked for afresh, logged as a disclosure, readable by whoever has the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from app.casework import cases, operations
from app.casework.casefile import case_file
from app.casework.desk import Desk
from app.i18n import N_
from app.problems import Problem
from app.vault import vault

WARNING = N_(
    "This file is not encrypted: whoever has it can read the whole case. Pass it on safely and delete it after."
)


def export_case(desk: Desk, case_id: str, out: Path, reason: str, passphrase: str, recipient: str = "") -> None:
    """Write the case into a new file that only its owner may read. The log is on the disk before the file is whole.

    Raises Problem casefile.reason_missing, casefile.out_exists, casefile.out_folder, casefile.newer, case.unknown,
    vault.wrong_passphrase, vault.wait; then nothing is left behind.
    """
    if not reason.strip():
        raise Problem("casefile.reason_missing")
    vault.confirm(desk.unlocked, passphrase, clock=desk.clock)
    body = json.dumps(case_file(cases.read_case(desk, case_id)), indent=2, ensure_ascii=False).encode() + b"\n"
    try:
        descriptor = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Problem("casefile.out_exists", file=out.name) from error
    except (OSError, ValueError) as error:
        raise Problem("casefile.out_folder", file=out.name) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            operations.log(desk, case_id, "disclosure", "case file", reason, recipient)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        out.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Problem("casefile.out_folder", file=out.name) from error
        raise
