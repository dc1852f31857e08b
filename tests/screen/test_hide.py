"""Hidden in the middle of a word at the real window: nothing is left to see or to hear, and the same letter after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.casework import cases
from app.casework.desk import Desk
from tests.screen.driver import PASSPHRASE, AtTheScreen
from tests.screen.typing import new_case, step
from ui.shell.window import PLACES

pytestmark = pytest.mark.screen


def hidden(at: AtTheScreen, *keys: str) -> dict[str, Any]:
    """Hide by these keys; what the program shows then."""
    at.xdotool("key", *keys)
    return at.wait("the neutral page", lambda now: now["focus"].get("name") == "Vehicle checks")


def come_back(at: AtTheScreen) -> dict[str, Any]:
    """Ask for the field until it is there (the first second is deaf), then give the passphrase."""

    def there(now: dict[str, Any]) -> bool:
        if now["focus"].get("name") != "Password":
            at.xdotool("key", "F9")
        return now["focus"].get("name") == "Password"

    at.wait("the field", there)
    at.picture("field")
    at.xdotool("type", "--delay", "1", "--", PASSPHRASE)
    at.xdotool("key", "Return")
    return at.wait("the window", lambda now: "Window" in now["places"])


def test_hidden_in_the_middle_of_a_word(at_screen: AtTheScreen, opened: Callable[[], Desk]) -> None:
    at = at_screen
    at.unlock()
    new_case(at, "Keira", "Holt-Baines", "NM-2026-0417")
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.type("The neighbour heard a crash and then nothing mo")
    at.picture("before")
    now = hidden(at, "F9")
    at.picture("hidden")
    assert now["titles"] == ["Holdfast"]
    assert "Window" not in now["places"]
    assert not any(word in said for said in now["said"] for word in ("Keira", "neighbour", "NM-2026", "danger"))
    now = come_back(at)
    assert (now["focus"]["name"], now["focus"]["value"]) == (
        "What happened",
        "The neighbour heard a crash and then nothing mo",
    )
    at.xdotool("type", "--delay", "1", "--", "re")
    at.wait("the word's end", lambda now: str(now["focus"].get("value")).endswith("nothing more"))

    at.xdotool("key", f"alt+{list(PLACES).index('vault') + 1}")
    at.wait_for("ThisVaultPage")
    at.press("Open the settings")
    at.wait_for("SettingsPage")
    at.xdotool("key", "Control_L", "Control_L")  # not chosen yet
    at.tab_to("A second way to hide, quickly one after the other: Ctrl twice")
    at.xdotool("key", "space")
    hidden(at, "Control_L", "Control_L")
    come_back(at)

    at.xdotool("key", "alt+2")
    at.wait_for("CasesPage")
    at.tab_to("Order")
    at.xdotool("key", "alt+Down")
    now = hidden(at, "F9")  # with a list open
    at.picture("hidden-from-a-list")
    assert now["titles"] == ["Holdfast"]
    at.lock()
    at.unlock()
    at.wait_for("CasesPage")
    at.lock()
    at.close()

    desk = opened()
    (line,) = cases.list_cases(desk)
    (incident,) = cases.read_case(desk, line.id).of("incident")
    assert incident.get("narrative") == "The neighbour heard a crash and then nothing more"
    assert at.errors() == ""
