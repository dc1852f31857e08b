"""The guide at the real window: it stands there again after hiding and after a lock that really ends the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.casework import guide
from app.casework.desk import close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.screen.driver import OFFICER, PASSPHRASE, AtTheScreen
from tests.screen.test_hide import come_back, hidden

pytestmark = pytest.mark.screen


def test_the_guide_goes_on_after_hiding_and_after_a_lock(virtual_screen: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    desk, _ = create_vault(
        folder, officer=OFFICER, passphrase=PASSPHRASE, practice_passphrase=PASSPHRASE, cost=FLOOR_COST
    )
    close_desk(desk)
    at = AtTheScreen(virtual_screen, folder, tmp_path, "--practice")
    try:
        at.unlock()
        at.wait_for("TodayPage")
        at.press("Learn the program in ten minutes")
        at.wait_for_words("Guide, 1 of 15: A new attendance")
        at.key("alt+3")
        at.wait_for("NewAttendancePage")
        at.fill("Given name", "Noa")
        at.key("Return")
        at.wait_for_words("Guide, 2 of 15: Immediate danger")
        now = hidden(at, "F9")
        assert not [said for said in now["said"] if "Guide" in said]
        come_back(at)
        at.wait_for_words("Guide, 2 of 15: Immediate danger")
        at.lock()
        at.unlock()
        at.wait_for_words("Guide, 2 of 15: Immediate danger")
        at.key("F2")
        at.wait_for_words("The red button at the top does the same")
    finally:
        at.close()
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=SystemClock()))
    assert guide.progress(desk).done == ("new", "hide", "lock")
    close_desk(desk)
    assert at.errors() == ""
