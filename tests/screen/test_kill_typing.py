"""Killed in the middle of typing at the real window: nothing that the screen called saved is missing afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screen import kill_typing

KILLS = 4

pytestmark = pytest.mark.screen


def test_nothing_called_saved_is_lost(virtual_screen: dict[str, str], tmp_path: Path) -> None:
    count = kill_typing.run(virtual_screen, tmp_path, KILLS)
    assert count.kills == KILLS
    assert count.acknowledged > 0
    assert count.lost == []
