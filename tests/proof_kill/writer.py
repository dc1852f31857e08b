"""Answers risk questions in an existing vault without end, and says each answer after it was saved.

Run as a process of its own, which is meant to be killed. A hasty one says each answer before it is saved.
"""

from __future__ import annotations

import os
import random
from multiprocessing.connection import Connection
from pathlib import Path

from app.casework import cases, risk
from app.casework.desk import open_desk
from app.clock import SystemClock
from app.vault import vault

PASSPHRASE = "mosslamp tinkettle barnfog"
FACTORS = [f"F{number:02d}" for number in range(1, 44)]
VALUES = ("yes", "no", "unknown")


def main(told: Connection, folder: Path, hasty: bool) -> None:
    """Open the vault, check it, go on answering where the last writer was stopped."""
    out = told.fileno()
    clock = SystemClock()
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    desk.store.verify()
    lines = cases.list_cases(desk)
    case_id = lines[0].id if lines else cases.new_case(desk, "NM-2026-0417")
    assessment = risk.current_assessment(cases.read_case(desk, case_id))
    assessment_id = assessment.id if assessment else risk.start_assessment(desk, case_id)[0]
    chance = random.Random()
    while True:
        name = f"{os.getpid()}-{chance.getrandbits(64):x}"
        # Now and then a long text, so that the log is brought into the file while something is being written.
        note = name + " " + "word " * (5000 if chance.random() < 0.05 else chance.randrange(40))
        factor, value = chance.choice(FACTORS), chance.choice(VALUES)
        said = f"{name} {factor} {value}\n".encode()
        if hasty:
            os.write(out, said)
        risk.answer(desk, case_id, assessment_id, factor, value=value, note=note)
        if not hasty:
            os.write(out, said)
