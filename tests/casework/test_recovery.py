"""The force's custodians, as the laptop's administrator installed them: believed only where others cannot write."""

from __future__ import annotations

import os

import msgspec
import pytest

from app.casework import recovery
from app.force.places import Folder
from app.problems import Problem
from tests.vault.test_custodians import CARDS


def test_cards_of_the_machine(tmp_path):
    folder = Folder(tmp_path, os.getuid())
    tmp_path.chmod(0o755)
    assert recovery.of_force(folder) == []
    file = tmp_path / "custodians"
    file.write_bytes(b"\n".join(msgspec.json.encode(card) for card in CARDS))
    file.chmod(0o644)
    assert recovery.of_force(folder) == CARDS
    file.chmod(0o666)
    with pytest.raises(Problem, match=r"policy\.open"):
        recovery.of_force(folder)
    file.chmod(0o644)
    with pytest.raises(Problem, match=r"policy\.open"):
        recovery.of_force(Folder(tmp_path, os.getuid() + 1))
    file.write_bytes(msgspec.json.encode(CARDS[0]))
    with pytest.raises(Problem, match=r"custodians\.cards_wrong"):
        recovery.of_force(folder)
