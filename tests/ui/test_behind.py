"""What the program does behind the first screen: it looks whether the vault is whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.casework import cases
from app.casework.desk import Desk
from ui import main
from ui.start import Program


def test_a_changed_entry_is_said_soon_after_unlocking(
    at_work: Callable[..., Program], desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "BEHIND_AFTER_MS", 0)
    cases.new_case(desk, "NM-2026-0417")
    changed = "UPDATE entry SET body = cast(replace(cast(body AS TEXT), '0417', '0418') AS BLOB)"
    desk.store._connection.execute(changed)
    one = at_work()
    with qtbot.waitSignal(one.officer.session.problem) as said:
        pass
    assert said.args[0].code == "store.rolled_back"


def test_a_whole_vault_is_passed_over_in_silence_and_paper_is_made_ready(
    at_work: Callable[..., Program], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "BEHIND_AFTER_MS", 0)
    ready: list[bool] = []
    monkeypatch.setattr(main, "get_ready", lambda: ready.append(True))
    one = at_work()
    with qtbot.assertNotEmitted(one.officer.session.problem):
        qtbot.waitUntil(lambda: bool(ready))
