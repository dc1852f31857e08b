"""A real vault with an officer at work in it, and a case to work on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.casework import cases, edit, risk
from app.casework.desk import Desk, close_desk, create_vault
from app.clock import FixedClock
from app.vault.vault import FLOOR_COST

PASSPHRASE = "amber kettle violin harbour seven"
SC1_PRESENT = ("F01", "F02", "F03", "F06", "F10", "F13", "F15", "F27", "F33", "F34", "F36")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 14, 2, 0, tzinfo=UTC))


@pytest.fixture
def desk(vault_folder: Path, clock: FixedClock) -> Iterator[Desk]:
    desk, _ = create_vault(
        vault_folder, officer="Sergeant Ilse Marrow", passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock
    )
    yield desk
    close_desk(desk)


class SceneOne:
    """The invented case of a pregnant victim who was strangled; the suspect is in custody."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.case = cases.new_case(desk, "NM-2026-0417")
        self.victim, _ = edit.create(
            desk,
            self.case,
            "person",
            {
                "roles": ["victim"],
                "given_name": "Keira",
                "family_name": "Holt-Baines",
                "pregnant": "yes",
                "languages": ["en"],
                "address": "Quay Row 4",
                "phone": "+44 20 7946 0000",
            },
        )
        self.suspect, _ = edit.create(
            desk,
            self.case,
            "person",
            {"roles": ["suspect"], "given_name": "Dane", "family_name": "Ruskin", "custody": "in_custody"},
        )
        edit.create(
            desk,
            self.case,
            "relationship",
            {"from": self.suspect, "to": self.victim, "kind": "partner", "current": "yes", "cohabiting": "yes"},
        )
        edit.create(
            desk,
            self.case,
            "incident",
            {
                "injury": "yes",
                "incidents_12_months": 1,
                "suspect_at_large": "no",
                "reported_at": "2026-11-14T01:40:00+00:00",
            },
        )
        self.assessment, _ = risk.start_assessment(desk, self.case, place="scene")

    def answer_all(self) -> None:
        for factor in self.desk.library.instrument().codes:
            value = "yes" if factor in SC1_PRESENT else "unknown" if factor in ("F07", "F24") else "no"
            risk.answer(self.desk, self.case, self.assessment, factor, value=value, source="victim")
        risk.set_view(self.desk, self.case, self.assessment, rating=9)

    def force(self) -> risk.GradeInForce:
        view = cases.read_case(self.desk, self.case)
        return risk.in_force(self.desk, view, risk.picture(self.desk, view))


@pytest.fixture
def scene(desk: Desk) -> SceneOne:
    return SceneOne(desk)
