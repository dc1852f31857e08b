"""An invented caseload for measuring: many cases with many people, written through the store into a real vault."""

from __future__ import annotations

import random
from pathlib import Path

from app.casework import cases, edit
from app.casework.desk import Desk, create_vault
from app.clock import SystemClock
from app.notebook.ids import new_id
from app.vault.vault import FLOOR_COST

PASSPHRASE = "mosslamp tinkettle barnfog"
PRESENT = ("F01", "F02", "F03", "F06", "F10", "F13", "F15", "F27", "F33", "F34", "F36")
_SYLLABLES = [
    "ba",
    "ka",
    "lo",
    "mi",
    "ne",
    "ri",
    "sa",
    "to",
    "vu",
    "za",
    "dro",
    "fel",
    "gar",
    "hin",
    "jor",
    "kes",
    "lum",
    "mar",
    "nol",
    "pit",
    "ras",
    "sto",
    "tem",
    "vin",
    "wel",
]


def name(chance: random.Random, least: int, most: int) -> str:
    """An invented name."""
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(least, most))).capitalize()


def make_vault(folder: Path) -> Desk:
    """An empty vault, open; the cost of its key derivation plays no part in what is measured."""
    return create_vault(folder, officer="Ilse Varga", passphrase=PASSPHRASE, cost=FLOOR_COST)[0]


def fill(desk: Desk, how_many: int, people_each: int) -> None:
    """Write the cases, each in one entry, and make the lines of the list."""
    chance, clock = random.Random(20_261_114), SystemClock()
    families = [name(chance, 2, 4) for _ in range(3000)]
    given = [name(chance, 1, 3) for _ in range(800)]
    # Only the filling goes without waiting for the disk; everything that is measured waits for it.
    with desk.store.reading() as connection:
        connection.execute("PRAGMA synchronous = OFF")
    for number in range(how_many):
        case_id = new_id(clock.now())
        changes = edit.make(
            "case",
            case_id,
            {
                "profile": desk.profile.id,
                "reference": f"NM-2026-{number:05d}",
                "grade": chance.choice(["standard", "medium", "high"]),
            },
        )
        for place in range(people_each):
            role = ["victim", "suspect", "witness", "other"][min(place, 3)]
            person = {"roles": [role], "given_name": chance.choice(given), "family_name": chance.choice(families)}
            if place < 2:
                person["address"] = f"{name(chance, 2, 3)} Street {chance.randint(1, 200)}"
            changes += edit.make("person", new_id(clock.now()), person)
        desk.store.write(case_id, changes, desk.author, clock)
    cases.list_cases(desk)
    with desk.store.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA synchronous = FULL")
